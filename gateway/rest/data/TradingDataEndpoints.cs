using Microsoft.AspNetCore.Http;
using Trading.Gateway.Grains;
using Trading.GrainInterfaces.Data;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest.Data;

/// <summary><c>GET /trading-data/…</c>: stored candles, page by page, and the symbols there are (OHLCV section 7).</summary>
internal sealed class TradingDataEndpoints(IGatewayGrains grains, DataAccess access, DataApiOptions options)
{
    private const int RoomPerCandle = 180;

    internal Task CandlesAsync(HttpContext http) => access.AnswerAsync(http, async _ =>
    {
        var request = ReadRequest(http);
        var answer = await grains.Candles(request.Symbol).GetPage(request, http.RequestAborted).ConfigureAwait(false);
        if (answer.Problem is { } problem) throw RefusedException.Of(problem);
        using var json = new JsonText((answer.Time.Count * RoomPerCandle) + 512);
        Write(json, request, answer);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, json).ConfigureAwait(false);
    });

    internal Task SymbolsAsync(HttpContext http) => access.AnswerAsync(http, async _ =>
    {
        var timeframe = new QueryReader(http, "timeframe").Timeframe();
        var answer = await grains.DataCatalogue().GetSymbols(timeframe, http.RequestAborted).ConfigureAwait(false);
        if (answer.Problem is { } problem) throw RefusedException.Of(problem);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, answer.Symbols, DataJson.Answers.IReadOnlyListString).ConfigureAwait(false);
    });

    private CandlePageRequest ReadRequest(HttpContext http)
    {
        var symbol = SymbolForm.FromPath((string?)http.Request.RouteValues["symbol"] ?? "");
        var query = new QueryReader(http, "timeframe", "start_date", "end_date", "order_by", "page", "page_size", "adjustment");
        var request = new CandlePageRequest(
            symbol,
            query.Timeframe(),
            query.Date("start_date"),
            query.Date("end_date"),
            query.Choice("order_by", "desc", "asc") == "desc",
            query.Number("page", 1, int.MaxValue) ?? 1,
            query.Number("page_size", 1, options.MaxPageSize),
            query.Choice("adjustment", "raw", "split", "adjusted"));
        DataDates.CheckOrder(request.StartDate, request.EndDate);
        return request;
    }

    /// <summary>A <see cref="CandlePageMessage"/>, straight from the columns: this is the route that carries the data.</summary>
    private static void Write(JsonText json, CandlePageRequest request, CandlePageAnswer answer)
    {
        json.Raw("{\"symbol\":"u8);
        json.String(request.Symbol);
        json.Raw(",\"timeframe\":"u8);
        json.String(request.Timeframe);
        json.Raw(",\"candles\":["u8);
        for (var at = 0; at < answer.Time.Count; at++)
        {
            json.Raw(at == 0 ? "{\"date\":"u8 : ",{\"date\":"u8);
            json.Instant(answer.Time[at]);
            json.Raw(",\"open\":"u8);
            json.Price(answer.Open[at]);
            json.Raw(",\"high\":"u8);
            json.Price(answer.High[at]);
            json.Raw(",\"low\":"u8);
            json.Price(answer.Low[at]);
            json.Raw(",\"close\":"u8);
            json.Price(answer.Close[at]);
            json.Raw(",\"volume\":"u8);
            json.Decimal(answer.Volume[at], DecimalText.PriceScale, DecimalText.PriceScale);
            json.Raw((byte)'}');
        }

        json.Raw("],\"start_date\":"u8);
        InstantOrNull(json, answer.Start);
        json.Raw(",\"end_date\":"u8);
        InstantOrNull(json, answer.End);
        WritePagination(json, request.Page, answer);
        json.Raw((byte)'}');
    }

    private static void WritePagination(JsonText json, int page, CandlePageAnswer answer)
    {
        var pages = (answer.TotalItems + answer.PageSize - 1) / answer.PageSize;
        json.Raw(",\"pagination\":{\"page\":"u8);
        json.Number(page);
        json.Raw(",\"page_size\":"u8);
        json.Number(answer.PageSize);
        json.Raw(",\"total_items\":"u8);
        json.Number(answer.TotalItems);
        json.Raw(",\"total_pages\":"u8);
        json.Number(pages);
        json.Raw(",\"has_next\":"u8);
        json.Boolean(page < pages);
        json.Raw(",\"has_previous\":"u8);
        // "another page holds candles": past the end there is one before only if there is any
        json.Boolean(page > 1 && pages > 0);
        json.Raw((byte)'}');
    }

    private static void InstantOrNull(JsonText json, long? instant)
    {
        if (instant is { } micros) json.Instant(micros);
        else json.Raw("null"u8);
    }
}

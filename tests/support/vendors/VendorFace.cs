using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Trading.MarketData.Candles;

namespace Trading.Testing.Vendors;

/// <summary>How one vendor takes keys and writes answers.</summary>
internal abstract class VendorFace
{
    private protected const long DayMicros = 86_400_000_000;
    private protected static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    public static VendorFace Of(string name) => name switch
    {
        "polygon" => new PolygonFace(),
        "financial_modeling_prep" => new FinancialModelingPrepFace(),
        "tiingo" => new TiingoFace(),
        "alpaca" => new AlpacaFace(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such vendor"),
    };

    public abstract StubAnswer WrongKey { get; }

    public abstract bool TakesKey(StubRequest request, string key, string secret);

    /// <summary>The answer; null when there is no such address.</summary>
    public abstract StubAnswer? Answer(StubRequest request, VendorData data);

    private protected static Instant At(long micros) => Instant.FromUnixTimeTicks(micros * 10);

    private protected static long NewYorkMidnight(string date) => LocalDatePattern.Iso.Parse(date).Value.AtStartOfDayInZone(NewYork).ToInstant().ToUnixTimeTicks() / 10;
}

internal sealed class PolygonFace : VendorFace
{
    public override StubAnswer WrongKey => StubAnswer.Json(401, """{"status":"ERROR","request_id":"1","error":"Unknown API Key"}""");

    public override bool TakesKey(StubRequest request, string key, string secret) => request["Authorization"] == $"Bearer {key}" || request.Query("apiKey") == key;

    public override StubAnswer? Answer(StubRequest request, VendorData data)
    {
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["v2", "aggs", "ticker", var ticker, "range", "1", "minute", var from, var to] => Minutes(request, data, ticker, long.Parse(from, CultureInfo.InvariantCulture), long.Parse(to, CultureInfo.InvariantCulture)),
            ["v3", "reference", "splits"] => Splits(request, data),
            ["v3", "reference", "dividends"] => Dividends(request, data),
            ["v1", "marketstatus", "upcoming"] => StubAnswer.Json("""[{"exchange":"NYSE","name":"Thanksgiving","date":"2024-11-28","status":"closed"}]"""),
            _ => null,
        };
    }

    private static StubAnswer Minutes(StubRequest request, VendorData data, string ticker, long from, long to)
    {
        var limit = int.Parse(request.Query("limit") ?? "5000", CultureInfo.InvariantCulture);
        var skip = int.Parse(request.Query("cursor") ?? "0", CultureInfo.InvariantCulture);
        var isAdjusted = request.Query("adjusted") != "false";
        var divisor = isAdjusted ? 2 : 1;
        var (page, hasMore) = data.Page(ticker, from * 1000, (to + 1) * 1000, skip, Math.Min(limit, data.PageSize));
        var head = $"\"ticker\":\"{ticker}\",\"queryCount\":{page.Count},\"resultsCount\":{page.Count},\"adjusted\":{(isAdjusted ? "true" : "false")},";
        // no results at all when there are none; the link names neither key nor parameters
        var results = page.Count == 0 ? "" : $"\"results\":{VendorData.List(page, Row)},";
        var next = hasMore ? $",\"next_url\":\"{data.BaseUrl}/v2/aggs/ticker/{ticker}/range/1/minute/{from}/{to}?cursor={skip + page.Count}\"" : "";
        return StubAnswer.Json($"{{{head}{results}\"status\":\"OK\",\"request_id\":\"r1\",\"count\":{page.Count}{next}}}");

        string Row(int at) => string.Create(CultureInfo.InvariantCulture,
            $"{{\"v\":{VendorData.Text(page.Volume[at])},\"vw\":{VendorData.Text(page.Open[at] / divisor)},\"o\":{VendorData.Text(page.Open[at] / divisor)},\"c\":{VendorData.Text(page.Close[at] / divisor)},\"h\":{VendorData.Text(page.High[at] / divisor)},\"l\":{VendorData.Text(page.Low[at] / divisor)},\"t\":{page.Time[at] / 1000},\"n\":50}}");
    }

    private static StubAnswer Splits(StubRequest request, VendorData data)
    {
        var symbol = request.Query("ticker") ?? "";
        var rows = data.Actions(symbol)?.Splits.Where(split => IsInside(request, "execution_date", split.ExDate))
            .Select(split => $"{{\"execution_date\":\"{split.ExDate:yyyy-MM-dd}\",\"split_from\":{VendorData.Text(split.From)},\"split_to\":{VendorData.Text(split.To)},\"ticker\":\"{symbol}\"}}");
        return StubAnswer.Json($"{{\"results\":[{string.Join(',', rows ?? [])}],\"status\":\"OK\",\"request_id\":\"s1\"}}");
    }

    private static StubAnswer Dividends(StubRequest request, VendorData data)
    {
        var symbol = request.Query("ticker") ?? "";
        var rows = data.Actions(symbol)?.Dividends.Where(dividend => IsInside(request, "ex_dividend_date", dividend.ExDate))
            .Select(dividend => $"{{\"cash_amount\":{VendorData.Text(dividend.Cash)},\"dividend_type\":\"CD\",\"ex_dividend_date\":\"{dividend.ExDate:yyyy-MM-dd}\",\"frequency\":4,\"ticker\":\"{symbol}\"}}");
        return StubAnswer.Json($"{{\"results\":[{string.Join(',', rows ?? [])}],\"status\":\"OK\",\"request_id\":\"d1\"}}");
    }

    private static bool IsInside(StubRequest request, string member, DateOnly date)
    {
        var text = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return string.CompareOrdinal(text, request.Query(member + ".gte") ?? "") >= 0 && string.CompareOrdinal(text, request.Query(member + ".lte") ?? "9999") <= 0;
    }
}

internal sealed class FinancialModelingPrepFace : VendorFace
{
    private static readonly LocalDateTimePattern Pattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    public override StubAnswer WrongKey => StubAnswer.Json(401, """{"Error Message":"Invalid API KEY. Please retry or visit our documentation to create one FREE"}""");

    public override bool TakesKey(StubRequest request, string key, string secret) => request.Query("apikey") == key;

    public override StubAnswer? Answer(StubRequest request, VendorData data)
    {
        if (request.Path != "/stable/historical-chart/1min") return null;
        var from = NewYorkMidnight(request.Query("from")!);
        var to = NewYorkMidnight(LocalDatePattern.Iso.Format(LocalDatePattern.Iso.Parse(request.Query("to")!).Value.PlusDays(1)));
        var (page, _) = data.Page(request.Query("symbol")!, from, to, 0, int.MaxValue);
        return StubAnswer.Json(VendorData.List(page, at => Row(page, page.Count - 1 - at)));
    }

    private static string Row(CandleColumns page, int at) =>
        $"{{\"date\":\"{Pattern.Format(At(page.Time[at]).InZone(NewYork).LocalDateTime)}\",\"open\":{VendorData.Text(page.Open[at])},\"low\":{VendorData.Text(page.Low[at])},\"high\":{VendorData.Text(page.High[at])},\"close\":{VendorData.Text(page.Close[at])},\"volume\":{VendorData.Text(page.Volume[at])}}}";
}

internal sealed class TiingoFace : VendorFace
{
    public override StubAnswer WrongKey => StubAnswer.Json(401, """{"detail":"Invalid token."}""");

    public override bool TakesKey(StubRequest request, string key, string secret) => request["Authorization"] == $"Token {key}";

    public override StubAnswer? Answer(StubRequest request, VendorData data) => request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["iex", var ticker, "prices"] => Minutes(request, data, ticker),
        ["tiingo", "daily", var ticker, "prices"] => Daily(request, data, ticker),
        _ => null,
    };

    private static StubAnswer Minutes(StubRequest request, VendorData data, string ticker)
    {
        var hasVolume = (request.Query("columns") ?? "").Split(',').Contains("volume");
        var (page, _) = data.Page(ticker, Date(request, "startDate"), Date(request, "endDate") + DayMicros, 0, 10_000);
        return StubAnswer.Json(VendorData.List(page, at =>
            $"{{\"date\":\"{At(page.Time[at]).ToString("uuuu-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)}.000Z\",\"open\":{VendorData.Text(page.Open[at])},\"high\":{VendorData.Text(page.High[at])},\"low\":{VendorData.Text(page.Low[at])},\"close\":{VendorData.Text(page.Close[at])}{(hasVolume ? $",\"volume\":{VendorData.Text(page.Volume[at])}" : "")}}}"));
    }

    private static StubAnswer Daily(StubRequest request, VendorData data, string ticker)
    {
        var actions = data.Actions(ticker);
        var first = DateOnly.ParseExact(request.Query("startDate")!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var last = DateOnly.ParseExact(request.Query("endDate")!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var rows = new List<string>();
        for (var date = first; date <= last; date = date.AddDays(1))
        {
            if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) continue;
            var cash = actions?.Dividends.FirstOrDefault(dividend => dividend.ExDate == date)?.Cash ?? 0;
            var split = actions?.Splits.FirstOrDefault(entry => entry.ExDate == date);
            var factor = split is null ? 1m : (decimal)split.To / split.From;
            rows.Add($"{{\"date\":\"{date:yyyy-MM-dd}T00:00:00.000Z\",\"close\":10,\"high\":11,\"low\":9,\"open\":10,\"volume\":100,\"adjClose\":10,\"adjHigh\":11,\"adjLow\":9,\"adjOpen\":10,\"adjVolume\":100,\"divCash\":{VendorData.Text(cash)},\"splitFactor\":{factor.ToString("0.0#####", CultureInfo.InvariantCulture)}}}");
        }

        return StubAnswer.Json($"[{string.Join(',', rows)}]");
    }

    private static long Date(StubRequest request, string name) =>
        LocalDatePattern.Iso.Parse(request.Query(name)!).Value.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant().ToUnixTimeTicks() / 10;
}

internal sealed class AlpacaFace : VendorFace
{
    public override StubAnswer WrongKey => StubAnswer.Json(403, """{"message":"forbidden."}""");

    public override bool TakesKey(StubRequest request, string key, string secret) => request["APCA-API-KEY-ID"] == key && request["APCA-API-SECRET-KEY"] == secret;

    public override StubAnswer? Answer(StubRequest request, VendorData data)
    {
        if (request.Path != "/v2/stocks/bars") return null;
        var ticker = request.Query("symbols")!;
        var skip = int.Parse(request.Query("page_token") ?? "0", CultureInfo.InvariantCulture);
        var limit = int.Parse(request.Query("limit") ?? "1000", CultureInfo.InvariantCulture);
        var (page, hasMore) = data.Page(ticker, Time(request, "start"), Time(request, "end") + 1, skip, Math.Min(limit, data.PageSize));
        var next = hasMore ? string.Create(CultureInfo.InvariantCulture, $"\"{skip + page.Count}\"") : "null";
        var bars = page.Count == 0 ? "" : $"\"{ticker}\":{VendorData.List(page, at => Row(page, at))}";
        return StubAnswer.Json($"{{\"bars\":{{{bars}}},\"next_page_token\":{next}}}");
    }

    private static string Row(CandleColumns page, int at) =>
        $"{{\"t\":\"{At(page.Time[at]).ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\",\"o\":{VendorData.Text(page.Open[at])},\"h\":{VendorData.Text(page.High[at])},\"l\":{VendorData.Text(page.Low[at])},\"c\":{VendorData.Text(page.Close[at])},\"v\":{VendorData.Text(page.Volume[at])},\"n\":50,\"vw\":{VendorData.Text(page.Open[at])}}}";

    private static long Time(StubRequest request, string name) => InstantPattern.General.Parse(request.Query(name)!).Value.ToUnixTimeTicks() / 10;
}

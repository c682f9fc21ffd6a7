using Microsoft.AspNetCore.Http;
using Trading.Gateway.Grains;
using Trading.GrainInterfaces.Data;

namespace Trading.Gateway.Rest.Data;

/// <summary><c>POST /data-analysis/completeness</c> (OHLCV sections 11 and 12). The caller's end ends the waiting.</summary>
internal sealed class CompletenessEndpoint(IGatewayGrains grains, DataAccess access)
{
    /// <summary>Most symbols of one request.</summary>
    internal const int MaximumSymbols = 1_000;

    internal Task AnalyseAsync(HttpContext http) => access.AnswerAsync(http, async identity =>
    {
        var request = await ReadAsync(http).ConfigureAwait(false);
        if (request.AutoFillGaps) access.RequireOperator(identity);
        var analysis = grains.Completeness(Guid.NewGuid().ToString("D"));
        if (await analysis.Start(request, http.RequestAborted).ConfigureAwait(false) is { } refused) throw RefusedException.Of(refused);
        CompletenessAnswer? answer;
        do
        {
            // the grain holds each call for some seconds, so this is no busy loop
            http.RequestAborted.ThrowIfCancellationRequested();
            answer = await analysis.GetResult(http.RequestAborted).ConfigureAwait(false);
        }
        while (answer is null);

        if (answer.Problem is { } problem) throw RefusedException.Of(problem);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, Message(request, answer), DataJson.Answers.CompletenessMessage).ConfigureAwait(false);
    });

    /// <summary>A list of symbols in any form, none twice.</summary>
    internal static IReadOnlyList<string> Symbols(IReadOnlyList<string> symbols)
    {
        if (symbols.Count == 0) throw RefusedException.Field422("symbols", "[]", "must name at least one symbol");
        for (var at = 0; at < symbols.Count; at++) SymbolForm.Check($"symbols[{at}]", symbols[at]);
        return symbols;
    }

    private static async Task<CompletenessRequest> ReadAsync(HttpContext http)
    {
        var body = await BodyReader.ReadAsync(http, "symbols", "start_date", "end_date", "include_details", "auto_fill_gaps", "max_gap_fill_attempts").ConfigureAwait(false);
        var symbols = body.Strings("symbols", MaximumSymbols) ?? throw Missing("symbols");
        var request = new CompletenessRequest(
            Symbols(symbols),
            body.Date("start_date") ?? throw Missing("start_date"),
            body.Date("end_date") ?? throw Missing("end_date"),
            body.Boolean("include_details") ?? true,
            body.Boolean("auto_fill_gaps") ?? false,
            body.Number("max_gap_fill_attempts", 1, 100) ?? 3);
        DataDates.CheckOrder(request.StartDate, request.EndDate);
        return request;
    }

    private static RefusedException Missing(string field) => RefusedException.Field422(field, null, "is missing", "MISSING_FIELD");

    private static CompletenessMessage Message(CompletenessRequest request, CompletenessAnswer answer)
    {
        var symbols = new OrderedDictionary<string, SymbolCompletenessMessage>(StringComparer.Ordinal);
        foreach (var symbol in answer.Symbols) symbols[symbol.Symbol] = Message(symbol, request);
        long expected = answer.Symbols.Sum(symbol => symbol.ExpectedCandles), actual = answer.Symbols.Sum(symbol => symbol.ActualCandles);
        return new(
            new(new(request.StartDate), new(request.EndDate)),
            symbols,
            new(
                answer.Symbols.Count,
                answer.Symbols.Sum(symbol => (long)symbol.TotalTradingDays),
                answer.Symbols.Sum(symbol => (long)symbol.ValidDays),
                WirePercent.Share(actual, expected),
                expected,
                actual,
                expected - actual),
            answer.NeedingAttention,
            answer.Recommendations);
    }

    private static SymbolCompletenessMessage Message(SymbolCompleteness symbol, CompletenessRequest request) => new(
        symbol.TotalTradingDays,
        symbol.ValidDays,
        symbol.TotalTradingDays - symbol.ValidDays,
        WirePercent.Share(symbol.ActualCandles, symbol.ExpectedCandles),
        symbol.ExpectedCandles,
        symbol.ActualCandles,
        symbol.ExpectedCandles - symbol.ActualCandles,
        request.IncludeDetails ? [.. symbol.Days.Select(Message)] : [],
        request.AutoFillGaps && symbol.GapFill is { } fill ? new(fill.GapsFound, fill.GapsFilled, fill.Attempts, WirePercent.Share(fill.GapsFilled, fill.GapsFound), fill.CandlesMissing, fill.CandlesFilled) : null,
        symbol.DataErrors.Count > 0 ? symbol.DataErrors : null);

    private static DayMessage Message(DayCompleteness day) => new(
        new(day.Date),
        day.IsValid,
        day.IsHalfDay,
        day.ExpectedCandles,
        day.ActualCandles,
        day.ExpectedCandles - day.ActualCandles,
        [.. day.Gaps.Select(gap => new GapMessage(new(gap.Start), new(gap.End), gap.MissingCandles, gap.Request))]);
}

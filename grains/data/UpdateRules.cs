using Trading.GrainInterfaces.Data;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;

namespace Trading.Grains.Data;

/// <summary>Checks of what clients ask for; what is wrong is a value.</summary>
internal static class UpdateRules
{
    public const string InvalidSymbol = "INVALID_SYMBOL";
    public const string InvalidDateRange = "INVALID_DATE_RANGE";

    /// <summary>Symbols of one request at most.</summary>
    public const int MostSymbols = 1_000;

    /// <summary>Dates that the calendars know, days since 1970-01-01.</summary>
    private static readonly int FirstDay = MarketRules.DayNumber(new DateOnly(1990, 1, 1));

    private static readonly int LastDay = MarketRules.DayNumber(new DateOnly(2050, 12, 31));

    /// <param name="request">As asked for.</param>
    /// <param name="settings">Default symbols.</param>
    /// <param name="canonical">The request with canonical symbols, without repeats.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public static DataProblem? Check(UpdateRequest request, NightlySettings settings, out UpdateRequest canonical)
    {
        canonical = request;
        if (Symbols(request.Symbols ?? settings.DefaultSymbolsInForce, out var symbols) is { } problem) return problem;
        if (Dates(request.StartDate, request.EndDate) is { } range) return range;
        if (request.MaxConcurrentSymbols is < 1 or > 100)
        {
            return new(DataProblemKind.Invalid, "INVALID_LIMIT", $"max_concurrent_symbols is {request.MaxConcurrentSymbols}, not between 1 and 100", "max_concurrent_symbols");
        }

        canonical = request with { Symbols = symbols };
        return null;
    }

    public static DataProblem? Symbols(IReadOnlyList<string> asked, out IReadOnlyList<string> canonical)
    {
        var symbols = new List<string>();
        canonical = symbols;
        if (asked.Count == 0) return new(DataProblemKind.Invalid, "EMPTY_SYMBOLS", "symbols is empty; leave it out for the default symbols, or name at least one", "symbols");
        if (asked.Count > MostSymbols) return new(DataProblemKind.Invalid, "TOO_MANY_SYMBOLS", $"{asked.Count} symbols are more than the {MostSymbols} of one request", "symbols");
        foreach (var text in asked)
        {
            if (Symbol(text, out var symbol, "symbols") is { } problem) return problem;
            if (!symbols.Contains(symbol)) symbols.Add(symbol);
        }

        return null;
    }

    /// <summary>The canonical form: upper case, without slash (OHLCV-D07).</summary>
    public static DataProblem? Symbol(string? text, out string symbol, string field = "symbol")
    {
        return SymbolName.TryCanonical(text, out symbol, out var problem) ? null : new(DataProblemKind.Invalid, InvalidSymbol, $"'{Shown(text)}' is no symbol: {problem}", field);
    }

    public static DataProblem? Dates(int? start, int? end)
    {
        if (start is { } first && (first < FirstDay || first > LastDay)) return Outside("start_date");
        if (end is { } last && (last < FirstDay || last > LastDay)) return Outside("end_date");
        return end < start ? new(DataProblemKind.Invalid, InvalidDateRange, $"end_date {Show(end.Value)} lies before start_date {Show(start.Value)}", "end_date") : null;

        static DataProblem Outside(string field) => new(DataProblemKind.Invalid, InvalidDateRange, $"{field} lies outside {Show(FirstDay)} to {Show(LastDay)}, the dates that the calendars know", field);
    }

    private static string Show(int day) => MarketRules.DateOfDay(day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Shown(string? text) => text is null ? "" : text.Length > 64 ? text[..64] + "…" : text;
}

namespace Trading.MarketData.Validation;

/// <summary>The figures of one symbol, or the sums over several (section 11).</summary>
/// <param name="TotalTradingDays">Trading days of the period.</param>
/// <param name="ValidDays">Those of which no minute is missing.</param>
/// <param name="ExpectedCandles">Sum over the trading days.</param>
/// <param name="ActualCandles">Sum over the trading days.</param>
public readonly record struct CompletenessFigures(int TotalTradingDays, int ValidDays, long ExpectedCandles, long ActualCandles)
{
    /// <summary>Below this share of the expected candles, in percent, a symbol needs attention.</summary>
    public const int AttentionPercent = 95;

    public int InvalidDays => TotalTradingDays - ValidDays;

    public long MissingCandles => ExpectedCandles - ActualCandles;

    /// <summary>Actual over expected candles times 100, one decimal place, halves away from zero; 100.0 when nothing is expected (OHLCV-102, OHLCV-111).</summary>
    public decimal Percentage => ExpectedCandles == 0 ? 100.0m : Math.Round(100.0m * ActualCandles / ExpectedCandles, 1, MidpointRounding.AwayFromZero) + 0.0m;

    /// <summary>Strictly below 95 %, compared before rounding (OHLCV-105, OHLCV-D10).</summary>
    public bool NeedsAttention => (Int128)ActualCandles * 100 < (Int128)ExpectedCandles * AttentionPercent;

    /// <summary>The sums of two sets of figures, so that a percentage over several symbols weighs each by its candles (OHLCV-103).</summary>
    public static CompletenessFigures operator +(CompletenessFigures left, CompletenessFigures right) => Add(left, right);

    /// <inheritdoc cref="op_Addition"/>
    public static CompletenessFigures Add(CompletenessFigures left, CompletenessFigures right) => new(
        left.TotalTradingDays + right.TotalTradingDays,
        left.ValidDays + right.ValidDays,
        left.ExpectedCandles + right.ExpectedCandles,
        left.ActualCandles + right.ActualCandles);
}

/// <summary>Sums of day validations and what to advise (OHLCV-099 to 111).</summary>
public static class CompletenessAnalysis
{
    /// <summary>The figures of a symbol's days; dates that are no trading day count for nothing (OHLCV-092).</summary>
    public static CompletenessFigures Sum(IEnumerable<DayValidation> days)
    {
        ArgumentNullException.ThrowIfNull(days);
        return days.Where(day => day.IsTradingDay).Aggregate(
            default(CompletenessFigures), (sum, day) => sum + new CompletenessFigures(1, day.IsValid ? 1 : 0, day.ExpectedCandles, day.ActualCandles));
    }

    /// <summary>The sums over several symbols.</summary>
    public static CompletenessFigures Sum(IEnumerable<CompletenessFigures> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        return symbols.Aggregate(default(CompletenessFigures), CompletenessFigures.Add);
    }

    /// <summary>What to advise: how many symbols are below 95 %, and a full data update; nothing when none is (OHLCV-106 to 108).</summary>
    /// <param name="below">Symbols that need attention.</param>
    /// <param name="total">Symbols analysed.</param>
    public static IReadOnlyList<string> Recommendations(int below, int total) => below == 0
        ? []
        : [$"{below} of {total} symbols {(below == 1 ? "is" : "are")} below {CompletenessFigures.AttentionPercent} %", $"Run a full data update for {(below == 1 ? "this symbol" : "these symbols")}"];
}

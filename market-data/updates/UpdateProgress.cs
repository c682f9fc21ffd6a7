namespace Trading.MarketData.Updates;

/// <summary>Percentages and the estimate of an update.</summary>
public static class UpdateProgress
{
    /// <summary>Completed over total symbols times 100, one decimal place (OHLCV-143); 100 for nothing to do.</summary>
    public static decimal Percent(int completed, int total) => total == 0 ? 100.0m : OneDecimal(100m * completed / total);

    /// <summary>Actual over expected candles times 100, one decimal place; 100 where none are expected (OHLCV-102, OHLCV-111).</summary>
    public static decimal Completeness(long actual, long expected) => expected == 0 ? 100.0m : OneDecimal(100m * actual / expected);

    /// <summary>A share of a phase that takes the percentage from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static decimal Within(decimal from, decimal to, int left, int planned) =>
        planned <= 0 ? to : OneDecimal(from + ((to - from) * Math.Clamp(planned - left, 0, planned) / planned));

    /// <summary>Whole seconds until the end, if the rest takes as long per symbol as what is done; null while there is nothing to estimate from.</summary>
    /// <param name="elapsed">Time since the start.</param>
    /// <param name="percentOfSymbols">Percentages of all symbols, 0 to 100.</param>
    public static int? SecondsRemaining(TimeSpan elapsed, IEnumerable<decimal> percentOfSymbols)
    {
        var (sum, count) = (0m, 0);
        foreach (var percent in percentOfSymbols) (sum, count) = (sum + percent, count + 1);
        if (count > 0 && sum >= 100m * count) return 0;
        if (sum <= 0 || elapsed <= TimeSpan.Zero) return null;
        var remaining = (decimal)elapsed.TotalSeconds * ((100m * count) - sum) / sum;
        return remaining >= int.MaxValue ? int.MaxValue : (int)Math.Ceiling(remaining);
    }

    private static decimal OneDecimal(decimal value) => Math.Round(value, 1, MidpointRounding.AwayFromZero) + 0.0m;
}

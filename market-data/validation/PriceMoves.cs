using Trading.MarketData.Candles;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Validation;

/// <summary>A candle that left the price of the minute before it further than usual (OHLCV-O21).</summary>
/// <param name="Time">Start of the candle, in microseconds since 1970-01-01Z.</param>
/// <param name="PreviousClose">Close of the candle before, 10⁻⁸ units.</param>
/// <param name="Extreme">Its price furthest from that close, 10⁻⁸ units.</param>
public readonly record struct PriceMove(long Time, long PreviousClose, long Extreme)
{
    /// <summary>The move in percent of the close before, two decimal places, negative for a fall.</summary>
    public decimal Percent => Math.Round(((decimal)Extreme - PreviousClose) / PreviousClose * 100, 2);
}

/// <summary>Finds outliers. They are reported and never changed: a real crash looks the same (OHLCV-172).</summary>
public static class PriceMoves
{
    /// <summary>Moves above this many percent are outliers (OHLCV-O21).</summary>
    public const int DefaultPercent = 20;

    /// <summary>
    /// Candles whose high or low differs from the close of the candle before, on the same trading day, by more than <paramref name="abovePercent"/>. What happens overnight,
    /// a split for example, is no move between minutes.
    /// </summary>
    /// <param name="minutes">One-minute candles in order.</param>
    /// <param name="rules">The market.</param>
    /// <param name="abovePercent">1 to 1000.</param>
    /// <param name="limit">At most so many are listed.</param>
    public static IReadOnlyList<PriceMove> Find(CandleColumns minutes, MarketRules rules, int abovePercent = DefaultPercent, int limit = 1000)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentOutOfRangeException.ThrowIfLessThan(abovePercent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(abovePercent, 1000);
        var moves = new List<PriceMove>();
        for (var row = 1; row < minutes.Count && moves.Count < limit; row++)
        {
            var previous = minutes.Close[row - 1];
            if (previous <= 0) continue;
            var rise = minutes.High[row] - previous;
            var fall = previous - minutes.Low[row];
            if ((Int128)Math.Max(rise, fall) * 100 <= (Int128)previous * abovePercent) continue;
            if (rules.DayOf(minutes.Time[row - 1]) != rules.DayOf(minutes.Time[row])) continue;
            moves.Add(new(minutes.Time[row], previous, rise >= fall ? minutes.High[row] : minutes.Low[row]));
        }

        return moves;
    }
}

using System.Globalization;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Updates;

/// <summary>One trading day of a provider's answer, cleaned.</summary>
/// <param name="Day">Index of the day.</param>
/// <param name="Candles">Candles to keep, times rising.</param>
/// <param name="Dropped">Why candles were dropped; the minutes of these are not taken for empty.</param>
public sealed record FetchedDay(int Day, CandleColumns Candles, IReadOnlyList<string> Dropped)
{
    /// <summary>Some of the answer could not be read or was dropped, so that its silence proves nothing.</summary>
    public bool HasUnreadable { get; init; } = Dropped.Count > 0;
}

/// <summary>Takes an answer apart by trading days and leaves out what must not be stored (OHLCV-021, OHLCV-022, OHLCV-173, OHLCV-D17).</summary>
public static class FetchedDays
{
    /// <param name="market">The market.</param>
    /// <param name="candles">The answer, all pages of it.</param>
    /// <param name="asked">What was asked for; a provider that sends more than that is not believed.</param>
    /// <returns>One entry per trading day that <paramref name="asked"/> touches, those without candles included.</returns>
    public static IReadOnlyList<FetchedDay> Split(MarketRules market, CandleColumns candles, TimeSpanMicros asked)
    {
        ArgumentNullException.ThrowIfNull(market);
        var clean = CandleChecks.Clean(candles);
        var (first, last) = DaySpans.Days(market, asked);
        var days = new List<FetchedDay>();
        for (var day = first; day <= last; day++)
        {
            var (start, end) = (Math.Max(asked.Start, UpdateBounds.Start(market, day)), Math.Min(asked.End, UpdateBounds.End(market, day)));
            var from = clean.Candles.FirstAtOrAfter(start);
            var dropped = clean.Dropped.Where(row => row.Time >= start && row.Time < end).Select(row => $"{Show(row.Time)}: {row.Reason}").ToArray();
            days.Add(new(day, clean.Candles.Slice(from, clean.Candles.FirstAtOrAfter(end) - from), dropped)
            {
                HasUnreadable = dropped.Length > 0 || clean.RowsDropped > clean.Dropped.Count,
            });
        }

        return days;
    }

    private static string Show(long micros) =>
        (DateTime.UnixEpoch + TimeSpan.FromMicroseconds(micros)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

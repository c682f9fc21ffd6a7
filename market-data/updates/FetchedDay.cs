using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

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
    private const long MinuteMicros = 60_000_000;

    /// <param name="market">The market.</param>
    /// <param name="candles">The answer, all pages of it.</param>
    /// <param name="asked">What was asked for; a provider that sends more than that is not believed.</param>
    /// <returns>One entry per trading day that <paramref name="asked"/> touches, those without candles included.</returns>
    public static IReadOnlyList<FetchedDay> Split(MarketRules market, CandleColumns candles, TimeSpanMicros asked)
    {
        ArgumentNullException.ThrowIfNull(market);
        ArgumentNullException.ThrowIfNull(candles);
        var order = Order(candles);
        var (first, last) = DaySpans.Days(market, asked);
        var days = new List<FetchedDay>();
        var at = 0;
        for (var day = first; day <= last; day++)
        {
            var (start, end) = (Math.Max(asked.Start, UpdateBounds.Start(market, day)), Math.Min(asked.End, UpdateBounds.End(market, day)));
            while (at < order.Length && candles.Time[order[at]] < start) at++;
            var rows = new List<int>();
            var dropped = new List<string>();
            for (; at < order.Length && candles.Time[order[at]] < end; at++)
            {
                var row = order[at];
                if (Problem(candles, row) is { } problem) dropped.Add(problem);
                else if (rows.Count > 0 && candles.Time[rows[^1]] == candles.Time[row]) rows[^1] = row;
                else rows.Add(row);
            }

            days.Add(new(day, Take(candles, rows), dropped));
        }

        return days;
    }

    // stable: of two rows of one time the later one counts
    private static int[] Order(CandleColumns candles)
    {
        var order = new int[candles.Count];
        for (var row = 0; row < order.Length; row++) order[row] = row;
        return candles.FirstUnordered() < 0 ? order : [.. order.OrderBy(row => candles.Time[row])];
    }

    private static string? Problem(CandleColumns candles, int row)
    {
        var (open, high, low, close) = (candles.Open[row], candles.High[row], candles.Low[row], candles.Close[row]);
        if (low <= 0) return $"{Show(candles.Time[row])}: a price is not above 0";
        if (candles.Volume[row] < 0) return $"{Show(candles.Time[row])}: the volume is below 0";
        if (low > open || low > close || high < open || high < close) return $"{Show(candles.Time[row])}: open or close lies outside low and high";
        return candles.Time[row] % MinuteMicros == 0 ? null : $"{Show(candles.Time[row])}: not on a whole minute";
    }

    private static CandleColumns Take(CandleColumns candles, List<int> rows)
    {
        if (rows.Count == 0) return CandleColumns.Empty;
        if (rows[^1] - rows[0] == rows.Count - 1 && rows[0] <= rows[^1] && IsRun(rows)) return candles.Slice(rows[0], rows.Count);
        var taken = new CandleColumns(rows.Count);
        for (var at = 0; at < rows.Count; at++)
        {
            var row = rows[at];
            (taken.Time[at], taken.Open[at], taken.High[at]) = (candles.Time[row], candles.Open[row], candles.High[row]);
            (taken.Low[at], taken.Close[at], taken.Volume[at]) = (candles.Low[row], candles.Close[row], candles.Volume[row]);
        }

        return taken;
    }

    private static bool IsRun(List<int> rows)
    {
        for (var at = 1; at < rows.Count; at++)
        {
            if (rows[at] != rows[at - 1] + 1) return false;
        }

        return true;
    }

    private static string Show(long micros) =>
        (DateTime.UnixEpoch + TimeSpan.FromMicroseconds(micros)).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

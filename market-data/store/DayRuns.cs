using Trading.MarketData.Candles;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Store;

/// <summary>The candles of one trading day among sorted ones.</summary>
internal readonly record struct DayRun(DateOnly Day, int From, int Count);

internal static class DayRuns
{
    /// <summary>Cuts sorted candles into trading days: two conversions of time zones and one search per day, not one per candle.</summary>
    public static List<DayRun> Of(CandleColumns candles, MarketRules rules)
    {
        var runs = new List<DayRun>();
        var time = candles.Time.AsSpan();
        for (var from = 0; from < time.Length;)
        {
            var day = rules.DayOf(time[from]);
            var end = rules.BoundsOf(day).End;
            var found = time[from..].BinarySearch(end);
            var count = found >= 0 ? found : ~found;
            runs.Add(new(day, from, count));
            from += count;
        }

        return runs;
    }
}

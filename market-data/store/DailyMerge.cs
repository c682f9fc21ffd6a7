using Trading.MarketData.Candles;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Store;

/// <param name="Merged">What the file is to hold.</param>
/// <param name="ChangedDays">Trading days whose candle is new or another, sorted.</param>
/// <param name="KeepsOld">Whether any day keeps its old candle, and so its provenance.</param>
internal sealed record DailyChange(Merged Merged, IReadOnlyList<DateOnly> ChangedDays, bool KeepsOld);

/// <summary>Putting old and new daily candles together: one candle per trading day, the new one where there are two.</summary>
internal static class DailyMerge
{
    /// <summary>Both must be in order.</summary>
    public static DailyChange Of(CandleColumns old, CandleColumns candles, MarketRules rules)
    {
        var fresh = LastOfEachDay(candles, rules, out var days);
        var touched = days.ToHashSet();
        var kept = Enumerable.Range(0, old.Count).Where(at => !touched.Contains(rules.DayOf(old.Time[at]))).ToArray();
        var remaining = CandleMerge.Pick(old, kept);
        var whole = CandleMerge.Together(remaining, fresh).Columns;
        var oldByDay = Enumerable.Range(0, old.Count).ToLookup(at => rules.DayOf(old.Time[at]));
        var changed = new List<DateOnly>();
        int added = 0, replaced = 0;
        for (var at = 0; at < fresh.Count; at++)
        {
            int[] before = [.. oldByDay[days[at]]];
            if (before.Length == 1 && CandleMerge.SameAt(old, before[0], fresh, at)) continue;
            changed.Add(days[at]);
            if (before.Length == 0) added++;
            else replaced++;
        }

        return new(new(whole, added, replaced, changed.Count > 0), changed, kept.Length > 0);
    }

    private static CandleColumns LastOfEachDay(CandleColumns candles, MarketRules rules, out List<DateOnly> days)
    {
        days = [];
        var last = new List<int>();
        for (var at = 0; at < candles.Count; at++)
        {
            var day = rules.DayOf(candles.Time[at]);
            if (days.Count > 0 && days[^1] == day)
            {
                last[^1] = at;
                continue;
            }

            days.Add(day);
            last.Add(at);
        }

        return last.Count == candles.Count ? candles : CandleMerge.Pick(candles, [.. last]);
    }
}

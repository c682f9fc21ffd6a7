using Trading.MarketData.Candles;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Store;

/// <summary>
/// Daily candles: one file per symbol (OHLCV-030), and files per day that another program left (OHLCV-033), which count for days that the symbol's
/// file does not hold.
/// </summary>
internal sealed class DailyFiles(PartitionReader reader, StorePaths paths, MarketTable markets)
{
    public List<DateOnly> Days(string symbol)
    {
        var days = new SortedSet<DateOnly>(reader.Days(paths.DayFolder(Timeframe.Daily, symbol), null, null));
        if (File(symbol) is { } file && reader.Read(file, CandleFields.Time, keep: false, holdsLock: false) is { } content)
        {
            var rules = markets[symbol];
            foreach (var time in content.Content.Columns.Time) days.Add(rules.DayOf(time));
        }

        return [.. days];
    }

    /// <summary>The last day of the symbol's file, from its end.</summary>
    public DateOnly? LastDay(string symbol) =>
        File(symbol) is { } file && reader.Count(file) is { Count: > 0 } count ? markets[symbol].DayOf(count.LastTime) : null;

    /// <summary>All or part of the daily candles.</summary>
    public StoredCandles Read(string symbol, DateOnly first, DateOnly last, CandleFields fields, CancellationToken cancellationToken)
    {
        if (first > last) return new(CandleColumns.Empty, []);
        var columns = CandleColumns.Empty;
        var partitions = new List<PartitionSummary>();
        if (File(symbol) is { } file && reader.Read(file, fields, keep: true, holdsLock: false) is { } whole)
        {
            var part = Between(symbol, whole.Content.Columns, first, last);
            partitions.Add(Described(symbol, whole));
            columns = part;
        }

        var dated = reader.Find(symbol, Timeframe.Daily, paths.DayFolder(Timeframe.Daily, symbol), first, last).ToList();
        if (dated.Count == 0) return new(columns, partitions);
        var rules = markets[symbol];
        var held = columns.Time.Select(rules.DayOf).ToHashSet();
        dated.RemoveAll(other => held.Contains(other.Day!.Value));
        foreach (var other in reader.ReadAll(dated, fields, cancellationToken))
        {
            columns = CandleMerge.Together(other.Content.Columns, columns).Columns;
            partitions.Add(other.Summary);
        }

        return new(columns, partitions);
    }

    public List<PartitionSummary> Describe(string symbol, DateOnly first, DateOnly last)
    {
        var summaries = new List<PartitionSummary>();
        if (File(symbol) is { } file && reader.Summary(file) is { } summary)
        {
            var rules = markets[symbol];
            var overlaps = summary.Count == 0 || (rules.DayOf(summary.FirstTime) <= last && rules.DayOf(summary.LastTime) >= first);
            if (overlaps) summaries.Add(new(summary.Count == 0 ? first : rules.DayOf(summary.FirstTime), summary, file.Status.Length));
        }

        foreach (var dated in reader.Find(symbol, Timeframe.Daily, paths.DayFolder(Timeframe.Daily, symbol), first, last))
        {
            if (reader.Summary(dated) is { } other) summaries.Add(new(dated.Day!.Value, other, dated.Status.Length));
        }

        return summaries;
    }

    private StoredFile? File(string symbol) => reader.At(symbol, Timeframe.Daily, paths.DailyFile(symbol), null);

    private PartitionSummary Described(string symbol, PartitionContent content)
    {
        var summary = content.Summary;
        return summary.Summary.Count == 0 ? summary : summary with { Day = markets[symbol].DayOf(summary.Summary.FirstTime) };
    }

    private CandleColumns Between(string symbol, CandleColumns columns, DateOnly first, DateOnly last)
    {
        var rules = markets[symbol];
        var from = first <= MarketDays.First ? 0 : columns.FirstAtOrAfter(rules.BoundsOf(first).Start);
        var to = last >= MarketDays.Last ? columns.Count : columns.FirstAtOrAfter(rules.BoundsOf(last).End);
        return columns.Slice(from, Math.Max(0, to - from));
    }
}

/// <summary>Days beyond which no candle lies, so that <see cref="DateOnly.MinValue"/> and <see cref="DateOnly.MaxValue"/> may stand for no bound.</summary>
internal static class MarketDays
{
    public static readonly DateOnly First = new(1800, 1, 1);
    public static readonly DateOnly Last = new(2300, 1, 1);
}

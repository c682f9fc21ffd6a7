using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>Pages of candles (section 7.1): files are counted from their ends, and only those that the page needs are decoded (OHLCV-060, OHLCV-179).</summary>
internal sealed class CandlePager(PartitionReader reader, DailyFiles daily, StorePaths paths, MarketTable markets, IStorageFiles files)
{
    private const int Attempts = 5;

    public CandlePage Page(CandleQuery query, CancellationToken cancellationToken)
    {
        var rules = markets[query.Symbol];
        if (query.Timeframe == Timeframe.Daily) return DailyPage(query, rules, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            // A file that was replaced or set aside between counting and reading would shift the page: then it is made anew.
            if (TryPage(query, rules, attempt == Attempts, cancellationToken) is { } page) return page;
        }
    }

    private CandlePage DailyPage(CandleQuery query, MarketRules rules, CancellationToken cancellationToken)
    {
        var all = daily.Read(query.Symbol, query.First ?? DateOnly.MinValue, query.Last ?? DateOnly.MaxValue, CandleFields.All, cancellationToken).Columns;
        if (all.Count == 0) return Empty(query, rules);
        var (from, to) = Span(query, all.Count);
        return new(true, Ordered(all.Slice((int)from, (int)(to - from)), query.Descending), all.Count, StartOfDay(rules, all.Time[0]), EndOfDay(rules, all.Time[^1]), rules.AssetClass);
    }

    private CandlePage? TryPage(CandleQuery query, MarketRules rules, bool isLastAttempt, CancellationToken cancellationToken)
    {
        var counted = new List<(DateOnly Day, int Count)>();
        long total = 0;
        CandleCount? earliest = null, latest = null;
        foreach (var file in reader.Find(query.Symbol, query.Timeframe, paths.DayFolder(query.Timeframe, query.Symbol), query.First, query.Last))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.Count(file) is not { Count: > 0 } count) continue;
            counted.Add((file.Day!.Value, count.Count));
            total += count.Count;
            earliest ??= count;
            latest = count;
        }

        if (total == 0) return Empty(query, rules);
        var (from, to) = Span(query, total);
        if (Collect(query, counted, from, to, cancellationToken) is not { } parts)
        {
            if (!isLastAttempt) return null;
            throw new CandleStoreException(CandleStoreProblem.Device, $"cannot read {paths.DayFolder(query.Timeframe, query.Symbol)}: its files keep changing");
        }

        var candles = Ordered(CandleColumns.Concat(parts), query.Descending);
        return new(true, candles, total, earliest!.Value.FirstTime, EndOf(rules, query.Timeframe, latest!.Value.LastTime), rules.AssetClass);
    }

    /// <summary>The candles from number <paramref name="from"/> to <paramref name="to"/>; null when a file no longer holds what was counted.</summary>
    private List<CandleColumns>? Collect(CandleQuery query, List<(DateOnly Day, int Count)> counted, long from, long to, CancellationToken cancellationToken)
    {
        var parts = new List<CandleColumns>();
        long before = 0;
        foreach (var (day, count) in counted)
        {
            if (before >= to) break;
            if (before + count > from)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var path = $"{paths.DayFolder(query.Timeframe, query.Symbol)}/{StorePaths.DayName(day)}";
                var content = reader.At(query.Symbol, query.Timeframe, path, day) is { } file ? reader.Read(file, CandleFields.All, keep: true, holdsLock: false) : null;
                if (content?.Content.Columns is not { } columns || columns.Count != count) return null;
                var first = (int)Math.Max(0, from - before);
                parts.Add(columns.Slice(first, (int)Math.Min(count, to - before) - first));
            }

            before += count;
        }

        return parts;
    }

    /// <summary>Which candles, counted from the earliest, the page holds; none when it lies past the end.</summary>
    private static (long From, long To) Span(CandleQuery query, long total)
    {
        var first = Math.Min((query.Page - 1L) * query.PageSize, total);
        var next = Math.Min(first + query.PageSize, total);
        return query.Descending ? (total - next, total - first) : (first, next);
    }

    private static CandleColumns Ordered(CandleColumns candles, bool descending)
    {
        if (!descending || candles.Count < 2) return candles;
        return new(Turned(candles.Time), Turned(candles.Open), Turned(candles.High), Turned(candles.Low), Turned(candles.Close), Turned(candles.Volume));

        static long[] Turned(long[] column)
        {
            var turned = (long[])column.Clone();
            Array.Reverse(turned);
            return turned;
        }
    }

    private CandlePage Empty(CandleQuery query, MarketRules rules) => new(IsKnown(query.Symbol), CandleColumns.Empty, 0, null, null, rules.AssetClass);

    private bool IsKnown(string symbol) =>
        files.Stat(paths.DailyFile(symbol)) is { IsFolder: false }
        || Timeframes.All.Any(timeframe => CandleStore.HasDays(files, paths.DayFolder(timeframe, symbol)));

    /// <summary>End of an intraday candle: a timeframe after its start, cut at the close of the session it lies in.</summary>
    private static long EndOf(MarketRules rules, Timeframe timeframe, long start)
    {
        var end = start + (timeframe.Minutes() * 60_000_000L);
        var days = rules.Days;
        var day = days.DayAtOrBefore(start);
        if (day < 0 || start >= days.ExtendedClose(day)) return end;
        return Math.Min(end, start < days.RegularClose(day) ? days.RegularClose(day) : days.ExtendedClose(day));
    }

    /// <summary>Session open for US equities (OHLCV-053), the candle's own start otherwise (OHLCV-025).</summary>
    private static long StartOfDay(MarketRules rules, long start)
    {
        var day = rules.AssetClass == AssetClass.Equity ? rules.IndexOf(rules.DayOf(start)) : -1;
        return day < 0 ? start : rules.Days.RegularOpen(day);
    }

    private static long EndOfDay(MarketRules rules, long start)
    {
        var day = rules.IndexOf(rules.DayOf(start));
        return day < 0 ? start + (Timeframe.Daily.Minutes() * 60_000_000L) : rules.Days.RegularClose(day);
    }
}

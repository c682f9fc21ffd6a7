using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Imports;

/// <summary>Collects candles per symbol and writes them in large portions that end with a whole day.</summary>
internal sealed class ImportCollector(ICandleStore? store, MarketTable markets, ImportOptions options, TimeProvider time)
{
    private readonly SortedDictionary<string, List<CandleColumns>> _waiting = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SymbolReport> _reports = new(StringComparer.Ordinal);
    private long _rows;

    /// <summary>Time of fetching of all files, in microseconds since 1970-01-01Z.</summary>
    public long FetchedAt { get; set; }

    public IReadOnlyList<SymbolReport> Reports => [.. _reports.Values];

    public async Task AddAsync(string symbol, CandleColumns candles, CancellationToken cancellationToken)
    {
        if (!_reports.TryGetValue(symbol, out var report)) _reports[symbol] = report = new SymbolReport(symbol);
        Count(report, candles, markets[symbol]);
        if (options.DryRun || report.Problem is not null) return;
        if (!_waiting.TryGetValue(symbol, out var parts)) _waiting[symbol] = parts = [];
        parts.Add(candles);
        _rows += candles.Count;
        if (_rows >= options.BufferRows) await FlushAsync(isEnd: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what waits; before the end the last day of each symbol is held back, because more of it may come.</summary>
    public async Task FlushAsync(bool isEnd, CancellationToken cancellationToken)
    {
        foreach (var symbol in _waiting.Keys.ToList())
        {
            var all = CandleColumns.Concat(_waiting[symbol]);
            _waiting.Remove(symbol);
            var (ready, rest) = isEnd ? (all, CandleColumns.Empty) : SplitLastDay(all, markets[symbol]);
            if (rest.Count > 0) _waiting[symbol] = [rest];
            if (ready.Count > 0) await WriteAsync(_reports[symbol], ready, cancellationToken).ConfigureAwait(false);
        }

        _rows = _waiting.Values.Sum(parts => parts.Sum(part => (long)part.Count));

        // rows that are all of one day cannot be held back for ever
        if (!isEnd && _rows >= options.BufferRows) await FlushAsync(isEnd: true, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(SymbolReport report, CandleColumns candles, CancellationToken cancellationToken)
    {
        try
        {
            var writer = await PatientWriter.OpenAsync(store!, report.Symbol, cancellationToken).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                foreach (var (part, finality) in ByFinality(candles, markets[report.Symbol]))
                {
                    if (part.Count == 0) continue;
                    var info = new PartitionInfo(options.Provider, options.Source, options.DataVersion, finality, FetchedAt, []);
                    var timeframe = options.Daily ? Timeframe.Daily : Timeframe.OneMinute;
                    var written = await writer.WriteAsync(timeframe, part, info, WriteMode.Merge, cancellationToken).ConfigureAwait(false);
                    report.FilesWritten += written.FilesWritten;
                    report.FilesUnchanged += written.FilesUnchanged;
                    report.CandlesAdded += written.CandlesAdded;
                    report.CandlesReplaced += written.CandlesReplaced;
                }
            }
        }
        catch (Exception problem) when (problem is CandleStoreException or CandleFileException)
        {
            report.Problem = problem.Message.ReplaceLineEndings(" ");
        }
    }

    /// <summary>The day that is not over yet may still change.</summary>
    private IEnumerable<(CandleColumns Candles, Finality Finality)> ByFinality(CandleColumns candles, MarketRules rules)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        var today = rules.BoundsOf(rules.DayOf(now)).Start;
        var past = Where(candles, at => at < today);
        yield return (past, Finality.Final);
        if (past.Count < candles.Count) yield return (Where(candles, at => at >= today), Finality.Provisional);
    }

    private static (CandleColumns Ready, CandleColumns Later) SplitLastDay(CandleColumns candles, MarketRules rules)
    {
        var start = rules.BoundsOf(rules.DayOf(candles.Time.Max())).Start;
        return (Where(candles, time => time < start), Where(candles, time => time >= start));
    }

    private static CandleColumns Where(CandleColumns candles, Func<long, bool> isWanted)
    {
        // rows in order, which they nearly always are, are one slice
        var first = Array.FindIndex(candles.Time, time => isWanted(time));
        if (first < 0) return CandleColumns.Empty;
        var last = Array.FindLastIndex(candles.Time, time => isWanted(time));
        if (Array.FindIndex(candles.Time, first, last - first + 1, time => !isWanted(time)) < 0) return candles.Slice(first, last - first + 1);
        var parts = new List<CandleColumns>();
        for (var row = first; row <= last; row++)
        {
            if (isWanted(candles.Time[row])) parts.Add(candles.Slice(row, 1));
        }

        return CandleColumns.Concat(parts);
    }

    private static void Count(SymbolReport report, CandleColumns candles, MarketRules rules)
    {
        report.Rows += candles.Count;
        var (from, to) = (0L, 0L);
        foreach (var time in candles.Time)
        {
            if (time == report.Previous) report.Repeated++;
            else if (time < report.Previous) report.OutOfOrder++;
            report.Previous = time;
            report.FirstTime = Math.Min(report.FirstTime, time);
            report.LastTime = Math.Max(report.LastTime, time);
            if (time >= from && time < to) continue;
            var day = rules.DayOf(time);
            report.Touched.Add(day);
            (from, to) = rules.BoundsOf(day);
        }

        var room = SymbolReport.MostOutliers - report.OutlierList.Count;
        var moves = PriceMoves.Find(candles, rules);
        report.OutlierCount += moves.Count;
        report.OutlierList.AddRange(moves.Take(room));
    }
}

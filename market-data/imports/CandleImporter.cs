using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Imports;

/// <summary>
/// Takes files of bars into the store. A file is taken as a whole or not at all: it is read to its end, and only when it has no more unreadable rows than
/// allowed are its rows handed on (read a second time when they do not all fit into memory). Days are written as a whole where rows come in order of time,
/// so an import that ends early leaves whole days, and the same import again completes the store to the same bytes.
/// </summary>
/// <remarks>Not safe for concurrent use; other processes may use the store.</remarks>
public sealed class CandleImporter
{
    /// <summary>Fewer rows of a day each may still be what somebody kept of the minutes.</summary>
    private const int FewestDays = 10;

    /// <summary>The day on which clocks go forward.</summary>
    private const long ShortestDayMicros = 23 * 3_600_000_000L;

    private readonly MarketTable _markets;
    private readonly ImportOptions _options;
    private readonly ImportCollector _collector;
    private readonly StoredResampling? _resampling;

    /// <param name="store">Where candles go; null for a dry run.</param>
    /// <param name="markets">Trading days and sessions.</param>
    /// <param name="options">How inputs are taken.</param>
    /// <param name="time">Tells which days are over.</param>
    public CandleImporter(ICandleStore? store, MarketTable markets, ImportOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (store is null != options.DryRun) throw new ArgumentException("a dry run has no store, everything else has one", nameof(store));
        _markets = markets;
        _options = options;
        _collector = new ImportCollector(store, markets, options, time);
        _resampling = store is null ? null : new StoredResampling(store, markets);
    }

    /// <summary>Imports all inputs in their order; what is wrong with one of them does not stop the others.</summary>
    /// <param name="inputs">The files.</param>
    /// <param name="progress">Told of every step; may be null.</param>
    /// <param name="cancellationToken">Ends the import between two files of the store; the report says what was done until then.</param>
    public async Task<ImportReport> RunAsync(IReadOnlyList<ImportInput> inputs, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var files = new List<FileReport>();
        var total = inputs.Sum(input => input.Bytes);
        var done = 0L;
        // all files of one import have one time of fetching, the same however often it is repeated
        _collector.FetchedAt = inputs.Count == 0 ? 0 : inputs.Max(input => input.Modified);
        try
        {
            foreach (var input in inputs)
            {
                progress?.Report(new(ImportStep.Reading, input.Name, done, total));
                files.Add(await ImportAsync(input, cancellationToken).ConfigureAwait(false));
                done += input.Bytes;
            }

            progress?.Report(new(ImportStep.Reading, "", total, total));
            await _collector.FlushAsync(isEnd: true, cancellationToken).ConfigureAwait(false);
            if (_options is { Resample: true, Daily: false, DryRun: false }) await ResampleAsync(progress, cancellationToken).ConfigureAwait(false);
            return new(files, _collector.Reports, WasStopped: false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(files, _collector.Reports, WasStopped: true);
        }
    }

    private async Task<FileReport> ImportAsync(ImportInput input, CancellationToken cancellationToken)
    {
        var issues = new ImportIssues(input.Name, _options.MaxErrors);
        var sorter = new ImportSorter(_markets, _options, input, issues);
        try
        {
            var kept = await Task.Run(() => Check(input, issues, sorter, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (kept is not null)
            {
                foreach (var (symbol, candles) in kept) await TakeAsync(symbol, candles, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // the same rows again: what was counted the first time is not counted twice
                var again = new ImportSorter(_markets, _options, input, new ImportIssues(input.Name, long.MaxValue));
                foreach (var batch in input.Read(again.Issues, cancellationToken))
                {
                    foreach (var (symbol, candles) in again.Sort(batch)) await TakeAsync(symbol, candles, cancellationToken).ConfigureAwait(false);
                }
            }

            return new(input.Name, sorter.Rows + issues.Count, sorter.Taken, issues, null) { LeftOut = sorter.LeftOut };
        }
        catch (Exception problem) when (problem is ImportException or IOException or UnauthorizedAccessException)
        {
            return new(input.Name, sorter.Rows + issues.Count, 0, issues, problem.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>Reads a file to its end; returns its rows, or null when they are too many to keep.</summary>
    private List<(string Symbol, CandleColumns Candles)>? Check(ImportInput input, ImportIssues issues, ImportSorter sorter, CancellationToken cancellationToken)
    {
        var kept = new List<(string, CandleColumns)>();
        var isKept = true;
        foreach (var batch in input.Read(issues, cancellationToken))
        {
            foreach (var part in sorter.Sort(batch))
            {
                if (!_options.Daily && LooksDaily(part.Candles)) throw new ImportException($"{input.Name} has one row a day: these are no minutes but daily bars (--daily)");
                if (isKept) kept.Add(part);
            }

            if (sorter.Taken <= _options.BufferRows / 2) continue;
            isKept = false;
            kept.Clear();
        }

        return isKept ? kept : null;
    }

    /// <summary>Days of one candle each, at the same hour: as minutes they would make a store that is missing nearly all of them.</summary>
    private static bool LooksDaily(CandleColumns candles)
    {
        if (candles.Count < FewestDays) return false;
        for (var row = 1; row < candles.Count; row++)
        {
            if (Math.Abs(candles.Time[row] - candles.Time[row - 1]) < ShortestDayMicros) return false;
        }

        return true;
    }

    private Task TakeAsync(string symbol, CandleColumns candles, CancellationToken cancellationToken) => _collector.AddAsync(symbol, candles, cancellationToken);

    private async Task ResampleAsync(IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        var reports = _collector.Reports.Where(report => report is { Problem: null, Touched.Count: > 0 }).ToList();
        for (var at = 0; at < reports.Count; at++)
        {
            var report = reports[at];
            progress?.Report(new(ImportStep.Resampling, report.Symbol, at, reports.Count));
            try
            {
                var made = await _resampling!.ResampleAsync(report.Symbol, report.Touched, Timeframes.All.Skip(1), cancellationToken).ConfigureAwait(false);
                report.CandlesResampled = made.Candles;
            }
            catch (CandleStoreException problem)
            {
                report.Problem = problem.Message;
            }
        }

        progress?.Report(new(ImportStep.Resampling, "", reports.Count, reports.Count));
    }
}

using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>What a writer works with.</summary>
internal sealed record WriterParts(
    IStorageFiles Files,
    ICandleFileFormat Format,
    StorePaths Paths,
    MarketRules Rules,
    PartitionReader Reader,
    SupersededFiles Superseded,
    SpaceMeter Space,
    TimeProvider Time);

/// <summary>Writes one symbol's files under its lock. Calls are served one after the other.</summary>
internal sealed class CandleWriter(string symbol, IDisposable held, WriterParts parts) : ICandleWriter
{
    /// <summary>Files that share one sync of the device.</summary>
    private const int BatchFiles = 512;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<Timeframe> _prepared = [];
    private bool _isDisposed;

    public string Symbol => symbol;

    /// <inheritdoc/>
    /// <remarks>
    /// A day is taken over, not merged, when its file is of another provider or adjusted otherwise. Merging keeps the day's confirmed gaps and
    /// adds those of <paramref name="info"/>; a gap that holds a candle is dropped. A file that would differ in its time of fetching only is left alone.
    /// </remarks>
    public Task<WriteSummary> WriteAsync(Timeframe timeframe, CandleColumns candles, PartitionInfo info, WriteMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(candles);
        ArgumentNullException.ThrowIfNull(info);
        return InTurnAsync(() => Write(timeframe, CandleMerge.Ordered(candles), info, mode, cancellationToken), cancellationToken);
    }

    public Task AnnotateAsync(Timeframe timeframe, DateOnly day, PartitionInfo info, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(info);
        return InTurnAsync(() => Annotate(timeframe, day, info), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        var first = !_isDisposed;
        _isDisposed = true;
        _turn.Release();
        if (first) held.Dispose();
    }

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private WriteSummary Write(Timeframe timeframe, CandleColumns candles, PartitionInfo info, WriteMode mode, CancellationToken cancellationToken)
    {
        if (candles.Count == 0) return new(0, 0, 0, 0, []);
        var folder = Prepare(timeframe);
        if (timeframe == Timeframe.Daily) return WriteDaily(folder, candles, info, mode);
        var days = DayRuns.Of(candles, parts.Rules);
        var total = new WriteSummary(0, 0, 0, 0, []);
        var changed = new List<DateOnly>();
        for (var from = 0; from < days.Count; from += BatchFiles)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = days.GetRange(from, Math.Min(BatchFiles, days.Count - from));
            var written = WriteBatch(timeframe, folder, candles, batch, info, mode);
            changed.AddRange(written.ChangedDays);
            total = new(
                total.FilesWritten + written.FilesWritten,
                total.FilesUnchanged + written.FilesUnchanged,
                total.CandlesAdded + written.CandlesAdded,
                total.CandlesReplaced + written.CandlesReplaced,
                changed);
        }

        return total;
    }

    private WriteSummary WriteBatch(Timeframe timeframe, string folder, CandleColumns candles, List<DayRun> days, PartitionInfo info, WriteMode mode)
    {
        using var replacement = new FileReplacement(parts, symbol, timeframe, folder);
        var merged = new Merged?[days.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 8) };
        if (days.Count == 1) merged[0] = One(0);
        else PartitionReader.Unwrapping(() => Parallel.For(0, days.Count, options, at => merged[at] = One(at)));
        replacement.Commit();
        var done = merged.OfType<Merged>().ToList();
        return new(
            done.Count,
            days.Count - done.Count,
            done.Sum(one => one.Added),
            done.Sum(one => one.Replaced),
            [.. days.Where((_, at) => merged[at] is not null).Select(run => run.Day)]);

        Merged? One(int at) => Stage(replacement, days[at].Day, candles.Slice(days[at].From, days[at].Count), info, mode);
    }

    /// <summary>Writes the next version of a day's file under a temporary name; null when the file holds it already.</summary>
    private Merged? Stage(FileReplacement replacement, DateOnly day, CandleColumns fresh, PartitionInfo info, WriteMode mode)
    {
        var name = StorePaths.DayName(day);
        var (start, end) = parts.Rules.BoundsOf(day);
        var old = replacement.Old(name, day)?.Content;
        var isMerge = old is not null && mode == WriteMode.Merge && Provenance.MayMix(old.Info, info);
        var merged = isMerge ? CandleMerge.Together(old!.Columns, fresh) : CandleMerge.Instead(old?.Columns ?? CandleColumns.Empty, fresh);
        var wanted = Provenance.WithGaps(isMerge ? old!.Info : null, info, merged.Columns, start, end);
        if (old is not null && !merged.Changed && Provenance.Same(old.Info, wanted)) return null;
        replacement.Stage(name, day, merged.Columns, wanted);
        return merged;
    }

    /// <summary>The one file of all days: the days of the new candles are replaced, since a day has one daily candle.</summary>
    private WriteSummary WriteDaily(string folder, CandleColumns candles, PartitionInfo info, WriteMode mode)
    {
        var name = symbol + StorePaths.Suffix;
        using var replacement = new FileReplacement(parts, symbol, Timeframe.Daily, folder);
        var old = replacement.Old(name, null)?.Content;
        var change = DailyMerge.Of(old?.Columns ?? CandleColumns.Empty, candles, parts.Rules);
        var isMerge = old is not null && mode == WriteMode.Merge;
        var wanted = old is not null && change.KeepsOld ? Provenance.Joined(old.Info, info) : info;
        wanted = Provenance.WithGaps(isMerge ? old!.Info : null, wanted, change.Merged.Columns, long.MinValue, long.MaxValue);
        if (old is not null && !change.Merged.Changed && Provenance.Same(old.Info, wanted)) return new(0, 1, 0, 0, []);
        replacement.Stage(name, null, change.Merged.Columns, wanted);
        replacement.Commit();
        return new(1, 0, change.Merged.Added, change.Merged.Replaced, change.ChangedDays);
    }

    private bool Annotate(Timeframe timeframe, DateOnly day, PartitionInfo info)
    {
        var isDaily = timeframe == Timeframe.Daily;
        var name = isDaily ? symbol + StorePaths.Suffix : StorePaths.DayName(day);
        using var replacement = new FileReplacement(parts, symbol, timeframe, Prepare(timeframe));
        var old = replacement.Old(name, isDaily ? null : day)?.Content;
        if (old is not null && old.Info.FetchedAt == info.FetchedAt && Provenance.Same(old.Info, info)) return false;
        replacement.Stage(name, isDaily ? null : day, old?.Columns ?? CandleColumns.Empty, info);
        replacement.Commit();
        return true;
    }

    /// <summary>Makes the folder; once per writer removes what interrupted writers left in it, and versions that were kept long enough.</summary>
    private string Prepare(Timeframe timeframe)
    {
        var folder = timeframe == Timeframe.Daily ? parts.Paths.Folder(timeframe) : parts.Paths.DayFolder(timeframe, symbol);
        if (_prepared.Contains(timeframe)) return folder;
        StoreErrors.Naming("create", folder, () => parts.Files.CreateFolder(folder));
        StoreErrors.Naming("tidy up", folder, () => RemoveTemporaries(timeframe, folder));
        if (parts.Superseded.Keeps(timeframe))
        {
            var kept = StorePaths.SupersededFolder(timeframe, symbol);
            parts.Space.Add(-StoreErrors.Naming("tidy up", kept, () => parts.Superseded.Prune(symbol, timeframe)));
        }

        _prepared.Add(timeframe);
        return folder;
    }

    private void RemoveTemporaries(Timeframe timeframe, string folder)
    {
        // the folder of daily files is shared: only this symbol's leftovers are surely nobody's
        var prefix = timeframe == Timeframe.Daily ? $".{symbol}{StorePaths.Suffix}." : ".";
        var leftovers = new List<string>();
        parts.Files.Scan(folder, (name, isFolder) =>
        {
            if (!isFolder && StorePaths.IsTemporary(name) && name.StartsWith(prefix, StringComparison.Ordinal)) leftovers.Add(name.ToString());
            return true;
        });
        foreach (var name in leftovers) parts.Files.Delete($"{folder}/{name}");
    }
}

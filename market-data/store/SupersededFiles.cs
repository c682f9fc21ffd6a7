using Trading.MarketData.Candles;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>
/// Earlier versions of one-minute files, <c>superseded/{timeframe}/{symbol}/{date}~{superseded at, in microseconds}.parquet</c>, so that a session
/// that goes on after a crash reads what it began with (OHLCV-200). They keep the time at which they were written.
/// </summary>
internal sealed class SupersededFiles(IStorageFiles files, PartitionReader reader, TimeProvider time, int keepDays)
{
    private const long DayMicros = 86_400_000_000;
    private const int Attempts = 5;

    /// <summary>Whether files of a timeframe are kept at all.</summary>
    public bool Keeps(Timeframe timeframe) => keepDays > 0 && timeframe == Timeframe.OneMinute;

    /// <summary>
    /// The files as they were at an instant: of each day the oldest version that was superseded later, else the present one, and none when the
    /// earliest version was written later than that.
    /// </summary>
    public PartitionContent[] ReadAsOf(
        string symbol, Timeframe timeframe, string folder, DateOnly first, DateOnly last, long instant, CandleFields fields, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var versions = Versions(symbol, timeframe, first, last);
            var contents = reader.ReadAll(Choose(symbol, timeframe, reader.Find(symbol, timeframe, folder, first, last), versions, instant), fields, cancellationToken);

            // A writer gives a file its second name before it replaces it, so nothing was replaced meanwhile if no name came or went.
            if (attempt == Attempts || Versions(symbol, timeframe, first, last).SequenceEqual(versions)) return contents;
        }
    }

    /// <summary>Removes versions that were superseded too long ago. Called by the symbol's writer.</summary>
    /// <returns>Bytes that were freed.</returns>
    public long Prune(string symbol, Timeframe timeframe)
    {
        var folder = StorePaths.SupersededFolder(timeframe, symbol);
        var oldest = Now() - (keepDays * DayMicros);
        long freed = 0;
        foreach (var (day, supersededAt) in Versions(symbol, timeframe, null, null))
        {
            if (supersededAt >= oldest) continue;
            var path = $"{folder}/{StorePaths.SupersededName(day, supersededAt)}";
            freed += files.Stat(path)?.Length ?? 0;
            files.Delete(path);
            reader.Drop(path);
        }

        return freed;
    }

    private IEnumerable<StoredFile> ChosenOf(string symbol, Timeframe timeframe, DateOnly day, List<long> versions, StoredFile? present, long instant)
    {
        var at = versions.FindIndex(version => version > instant);
        var chosen = at < 0
            ? present
            : reader.At(symbol, timeframe, $"{StorePaths.SupersededFolder(timeframe, symbol)}/{StorePaths.SupersededName(day, versions[at])}", day);
        var isEarliest = at == 0 || versions.Count == 0;
        if (chosen is { } file && !(isEarliest && file.Status.Modified > instant)) yield return file;
    }

    private List<StoredFile> Choose(string symbol, Timeframe timeframe, IEnumerable<StoredFile> present, List<(DateOnly Day, long At)> versions, long instant)
    {
        var presentByDay = present.ToDictionary(file => file.Day!.Value);
        var versionsByDay = versions.GroupBy(version => version.Day).ToDictionary(group => group.Key, group => group.Select(version => version.At).ToList());
        return [.. presentByDay.Keys.Union(versionsByDay.Keys).Order().SelectMany(day => ChosenOf(
            symbol, timeframe, day, versionsByDay.GetValueOrDefault(day) ?? [], presentByDay.TryGetValue(day, out var file) ? file : null, instant))];
    }

    /// <summary>Sorted by day and instant.</summary>
    private List<(DateOnly Day, long At)> Versions(string symbol, Timeframe timeframe, DateOnly? first, DateOnly? last)
    {
        var versions = new List<(DateOnly Day, long At)>();
        var folder = StorePaths.SupersededFolder(timeframe, symbol);
        if (files.Stat(folder) is not { IsFolder: true }) return versions;
        files.Scan(folder, (name, isFolder) =>
        {
            if (!isFolder && StorePaths.TrySuperseded(name, out var day, out var at) && !(day < first) && !(day > last)) versions.Add((day, at));
            return true;
        });
        versions.Sort();
        return versions;
    }

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
}

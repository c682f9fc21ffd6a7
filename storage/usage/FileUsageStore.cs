using System.Runtime.CompilerServices;
using Trading.Storage.Files;
using Trading.Storage.Journal;

namespace Trading.Storage.Usage;

/// <summary>Metering in one JSON-lines file per UTC day. Calls that come while a write is on its way share the next one.</summary>
public sealed class FileUsageStore : IUsageStore, IDisposable
{
    /// <summary>Days held in memory; older ones are read again when asked for.</summary>
    private const int MaxDays = 64;

    private readonly IStorageFiles _files;
    private readonly IDisposable? _lock;
    private readonly Lock _days = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<DateOnly, UsageLog> _logs = [];
    private List<(IReadOnlyList<MeteringRecord> Records, TaskCompletionSource Done)> _waiting = [];
    private bool _writing;

    public FileUsageStore(string folder)
        : this(new DiskFiles(folder))
    {
    }

    /// <exception cref="IOException">Another process uses the folder.</exception>
    public FileUsageStore(IStorageFiles files)
        : this(files, readOnly: false)
    {
    }

    private FileUsageStore(IStorageFiles files, bool readOnly)
    {
        _files = files;
        files.CreateFolder(UsageLog.Folder);
        _lock = readOnly ? null : files.Lock("usage.lock");
    }

    /// <summary>Reads what another process stores, as it is on each call; recording is refused.</summary>
    public static FileUsageStore ForReading(IStorageFiles files) => new(files, readOnly: true);

    public async ValueTask RecordAsync(IReadOnlyList<MeteringRecord> records, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (_lock is null)
            throw new InvalidOperationException("This usage store is for reading only.");
        foreach (var record in records)
        {
            new SessionKey(record.User, record.Session).Validate();
            ArgumentOutOfRangeException.ThrowIfNegative(record.Quantity);
            if (!Enum.IsDefined(record.Kind))
                throw new ArgumentException($"Unknown metering kind {record.Kind}.", nameof(records));
        }
        ct.ThrowIfCancellationRequested();
        if (records.Count == 0)
            return;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool start;
        lock (_gate)
        {
            _waiting.Add((records, done));
            start = !_writing;
            _writing = true;
        }
        if (start)
            _ = Task.Run(WriteWaiting, CancellationToken.None);
        await done.Task.ConfigureAwait(false);
    }

    public async ValueTask<UsageTotals> TotalsAsync(string user, DateOnly day, CancellationToken ct) =>
        await Task.Run(() => Read(day, log => log.TotalsOf(user)), ct).ConfigureAwait(false);

    public async IAsyncEnumerable<MeteringRecord> ReadAsync(string user, DateOnly firstDay, DateOnly lastDay, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var name in _files.List(UsageLog.Folder))
        {
            if (!DateOnly.TryParseExact(Path.GetFileNameWithoutExtension(name), "yyyy-MM-dd", out var day) || day < firstDay || day > lastDay)
                continue;
            var records = await Task.Run(() => Read(day, log => log.RecordsOf(user).ToList()), ct).ConfigureAwait(false);
            foreach (var record in records)
                yield return record;
        }
    }

    public void Dispose() => _lock?.Dispose();

    private void WriteWaiting()
    {
        while (true)
        {
            List<(IReadOnlyList<MeteringRecord> Records, TaskCompletionSource Done)> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _writing = false;
                    return;
                }
                (batch, _waiting) = (_waiting, []);
            }
            try
            {
                Write(batch.SelectMany(call => call.Records));
            }
            catch (Exception exception)
            {
                foreach (var (_, done) in batch)
                    done.SetException(exception);
                continue;
            }
            foreach (var (_, done) in batch)
                done.SetResult();
        }
    }

    private void Write(IEnumerable<MeteringRecord> records)
    {
        foreach (var day in records.GroupBy(record => record.Day))
        {
            lock (_days)
                LogOf(day.Key).Record(day);
        }
    }

    private T Read<T>(DateOnly day, Func<UsageLog, T> read)
    {
        lock (_days)
            return read(LogOf(day));
    }

    private UsageLog LogOf(DateOnly day)
    {
        if (_lock is null)
            return new UsageLog(_files, day);
        if (_logs.TryGetValue(day, out var log))
            return log;
        if (_logs.Count >= MaxDays)
            _logs.Remove(_logs.Keys.First());
        log = new UsageLog(_files, day);
        _logs.Add(day, log);
        return log;
    }
}

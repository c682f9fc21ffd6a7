using System.Runtime.CompilerServices;

namespace Trading.Storage.Journal;

/// <summary>
/// The journal without durability: for tests and for a service told to keep nothing. It is also the model that judges the durable ones.
/// Faults can be injected with <see cref="BeforeAppend"/> and <see cref="AfterAppend"/>.
/// </summary>
public sealed class InMemorySessionJournal : ISessionJournal
{
    private sealed class Entry
    {
        public readonly List<byte[]> Records = [];
        public JournalSnapshot? Newest;
    }

    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, Entry> _sessions = [];

    /// <summary>Runs before the version check; may throw, and then nothing is appended.</summary>
    public Func<SessionKey, long, ValueTask>? BeforeAppend { get; set; }

    /// <summary>Runs after the records are in; may throw <see cref="UncertainAppendException"/>: the append happened and its answer is lost.</summary>
    public Func<SessionKey, AppendResult, ValueTask>? AfterAppend { get; set; }

    public async ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct)
    {
        JournalLimits.Validate(key, expectedVersion, payloads);
        ct.ThrowIfCancellationRequested();
        if (BeforeAppend is { } before)
            await before(key, expectedVersion).ConfigureAwait(false);
        var result = Append(key, expectedVersion, payloads);
        if (AfterAppend is { } after && result.IsAppended)
            await after(key, result).ConfigureAwait(false);
        return result;
    }

    private AppendResult Append(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads)
    {
        lock (_gate)
        {
            var version = _sessions.TryGetValue(key, out var entry) ? entry.Records.Count : 0;
            if (version != expectedVersion)
                return new AppendResult(AppendStatus.Conflict, version);
            if (entry is null)
                _sessions.Add(key, entry = new Entry());
            foreach (var payload in payloads)
                entry.Records.Add(payload.ToArray());
            return new AppendResult(AppendStatus.Appended, entry.Records.Count);
        }
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        key.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        byte[][] records;
        lock (_gate)
            records = _sessions.TryGetValue(key, out var entry) ? [.. entry.Records] : [];
        for (var version = afterVersion + 1; version <= records.Length; version++)
        {
            ct.ThrowIfCancellationRequested();
            yield return new JournalRecord(version, records[version - 1]);
        }
        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    public ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        lock (_gate)
            return ValueTask.FromResult(_sessions.TryGetValue(key, out var entry) ? (long)entry.Records.Count : 0);
    }

    public ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct)
    {
        key.Validate();
        lock (_gate)
        {
            var current = _sessions.TryGetValue(key, out var entry) ? entry.Records.Count : 0;
            ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(version, current);
            if (entry!.Newest is { } newest && newest.Version > version)
                return ValueTask.CompletedTask;
            entry.Newest = new JournalSnapshot(version, snapshot.ToArray());
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        lock (_gate)
            return ValueTask.FromResult(_sessions.TryGetValue(key, out var entry) ? entry.Newest : null);
    }

    public ValueTask DeleteAsync(SessionKey key, CancellationToken ct)
    {
        key.Validate();
        lock (_gate)
            _sessions.Remove(key);
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<SessionKey> ListAsync(string tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        SessionKey.ValidatePart(tenant, nameof(tenant));
        SessionKey[] keys;
        lock (_gate)
            keys = [.. _sessions.Keys.Where(key => key.Tenant == tenant).OrderBy(key => key.Session, StringComparer.Ordinal)];
        foreach (var key in keys)
        {
            ct.ThrowIfCancellationRequested();
            yield return key;
        }
        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct)
    {
        SessionKey[] keys;
        lock (_gate)
            keys = [.. _sessions.Keys];
        return ValueTask.FromResult(SessionKey.Page(keys, after, most));
    }
}

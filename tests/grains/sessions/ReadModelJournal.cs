using Trading.Storage.Journal;
using Trading.Storage.ReadModels;
using Trading.Tests.Support.ReadModels;

namespace Trading.Grains.Tests.Sessions;

/// <summary>A journal that keeps read models as PostgreSQL does: an append and its change are one.</summary>
internal sealed class ReadModelJournal(InMemorySessionJournal journal) : ISessionJournal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, ReadModelTables> _tables = [];

    public bool KeepsReadModels => true;

    /// <summary>Empty tables for a session that has none.</summary>
    public ReadModelTables Of(SessionKey key)
    {
        lock (_gate) return _tables.GetValueOrDefault(key) ?? new ReadModelTables();
    }

    public ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct) =>
        AppendAsync(key, expectedVersion, payloads, null, ct);

    public async ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, SessionChange? change, CancellationToken ct)
    {
        try
        {
            var result = await journal.AppendAsync(key, expectedVersion, payloads, ct);
            if (result.IsAppended) Apply(key, result.Version, change);
            return result;
        }
        catch (UncertainAppendException)
        {
            // the records are in, only the answer is lost
            Apply(key, expectedVersion + payloads.Count, change);
            throw;
        }
    }

    public IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, CancellationToken ct) => journal.ReadAsync(key, afterVersion, ct);

    public ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct) => journal.VersionAsync(key, ct);

    public ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct) => journal.SaveSnapshotAsync(key, version, snapshot, ct);

    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct) => journal.LoadSnapshotAsync(key, ct);

    public async ValueTask DeleteAsync(SessionKey key, CancellationToken ct)
    {
        await journal.DeleteAsync(key, ct);
        lock (_gate) _tables.Remove(key);
    }

    public IAsyncEnumerable<SessionKey> ListAsync(string tenant, CancellationToken ct) => journal.ListAsync(tenant, ct);

    public ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct) => journal.ListAllAsync(after, most, ct);

    private void Apply(SessionKey key, long version, SessionChange? change)
    {
        if (change is null) return;
        lock (_gate)
        {
            if (!_tables.TryGetValue(key, out var tables)) _tables.Add(key, tables = new ReadModelTables());
            tables.Apply(version, change);
        }
    }
}

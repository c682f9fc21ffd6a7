using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.ReadModels;

namespace Trading.Postgres.Tests.ReadModels;

/// <summary>A journal whose every append changes the read models, too.</summary>
internal sealed class ChangingJournal(PostgresSessionJournal journal, int seed = 7) : ISessionJournal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SessionKey, RandomRun> _runs = [];

    public ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct) =>
        journal.AppendAsync(key, expectedVersion, payloads, Next(key), ct);

    public IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, CancellationToken ct) => journal.ReadAsync(key, afterVersion, ct);

    public ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct) => journal.VersionAsync(key, ct);

    public ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct) => journal.SaveSnapshotAsync(key, version, snapshot, ct);

    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct) => journal.LoadSnapshotAsync(key, ct);

    public ValueTask DeleteAsync(SessionKey key, CancellationToken ct) => journal.DeleteAsync(key, ct);

    public IAsyncEnumerable<SessionKey> ListAsync(string tenant, CancellationToken ct) => journal.ListAsync(tenant, ct);

    public ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct) => journal.ListAllAsync(after, most, ct);

    private SessionChange Next(SessionKey key)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(key, out var run)) _runs.Add(key, run = new RandomRun(seed + _runs.Count));
            return run.Next();
        }
    }
}

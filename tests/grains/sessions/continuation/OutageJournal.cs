using System.Runtime.CompilerServices;
using Trading.Storage.Journal;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>A journal that can be away, for reading and for writing, as a database that does not answer.</summary>
internal sealed class OutageJournal(ISessionJournal journal) : ISessionJournal
{
    public bool IsAway { get; set; }

    private ISessionJournal Reached => IsAway ? throw new JournalUnavailableException("the database does not answer") : journal;

    public ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct) =>
        Reached.AppendAsync(key, expectedVersion, payloads, ct);

    public async IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var record in Reached.ReadAsync(key, afterVersion, ct)) yield return record;
    }

    public ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct) => Reached.VersionAsync(key, ct);

    public ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct) => Reached.SaveSnapshotAsync(key, version, snapshot, ct);

    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct) => Reached.LoadSnapshotAsync(key, ct);

    public ValueTask DeleteAsync(SessionKey key, CancellationToken ct) => Reached.DeleteAsync(key, ct);

    public IAsyncEnumerable<SessionKey> ListAsync(string tenant, CancellationToken ct) => Reached.ListAsync(tenant, ct);

    public ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct) => Reached.ListAllAsync(after, most, ct);
}

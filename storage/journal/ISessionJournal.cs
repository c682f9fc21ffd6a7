using Trading.Storage.ReadModels;

namespace Trading.Storage.Journal;

/// <summary>
/// The durable inputs of every session: an append-only list of records per session, plus snapshots that make replay short.
/// The one truth about a session; everything else can be rebuilt from it.
/// </summary>
/// <remarks>
/// Thread-safe. Calls for different sessions may share one disk commit.
/// Every call may throw <see cref="JournalUnavailableException"/>, which means that nothing was written.
/// </remarks>
public interface ISessionJournal
{
    /// <summary>True when it writes what an append changes of the read models. Others serve such reads from the session itself, and need no change.</summary>
    bool KeepsReadModels => false;

    /// <summary>
    /// Appends all payloads as versions <paramref name="expectedVersion"/>+1, +2, … or none of them. Durable when it returns
    /// <see cref="AppendStatus.Appended"/>. The payloads may be reused by the caller once the call has completed.
    /// </summary>
    /// <param name="key">The session. A session comes into being with its first append, at expected version 0.</param>
    /// <param name="expectedVersion">The version the caller believes the session has, 0 for a new one. This is the fence: of two writers with the same expectation exactly one wins.</param>
    /// <param name="payloads">1 or more small documents, each of 0 bytes to <see cref="JournalLimits.MaxPayloadBytes"/>.</param>
    /// <param name="ct">Honoured until the write begins: <see cref="OperationCanceledException"/> means that nothing was written.</param>
    /// <exception cref="UncertainAppendException">The records may or may not be durable. Read again before serving the session.</exception>
    ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken ct);

    /// <summary>As the append without <paramref name="change"/>; where <see cref="KeepsReadModels"/>, the change is written in the same transaction, or neither is.</summary>
    /// <param name="key">The session.</param>
    /// <param name="expectedVersion">The fence of records and change.</param>
    /// <param name="payloads">1 or more small documents.</param>
    /// <param name="change">What dashboards and operators will see as of the new version; null leaves it as it is.</param>
    /// <param name="ct">Honoured until the write begins.</param>
    ValueTask<AppendResult> AppendAsync(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, SessionChange? change, CancellationToken ct) =>
        AppendAsync(key, expectedVersion, payloads, ct);

    /// <summary>Reads the records with versions above <paramref name="afterVersion"/> in order, up to the version at the time of the call. Nothing for an unknown session.</summary>
    /// <exception cref="RecordsDroppedException">The journal was told to drop records that snapshots cover, and some of those asked for are gone: start from a snapshot.</exception>
    /// <exception cref="JournalDamagedException">A stored record fails its checksum.</exception>
    IAsyncEnumerable<JournalRecord> ReadAsync(SessionKey key, long afterVersion, CancellationToken ct);

    /// <summary>The version of the last durable record, 0 for an unknown or deleted session.</summary>
    ValueTask<long> VersionAsync(SessionKey key, CancellationToken ct);

    /// <summary>
    /// Stores the state as of <paramref name="version"/>, durable when it returns. The two newest snapshots are kept, so that a
    /// damaged one can be replaced by the one before plus replay; an implementation may be told to drop the records that both cover.
    /// A snapshot older than the newest one is ignored, one of the same version replaces it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is below 1 or above the session's version.</exception>
    ValueTask SaveSnapshotAsync(SessionKey key, long version, ReadOnlyMemory<byte> snapshot, CancellationToken ct);

    /// <summary>The newest undamaged snapshot, or null: replay from the first record. Reading after its version always works.</summary>
    ValueTask<JournalSnapshot?> LoadSnapshotAsync(SessionKey key, CancellationToken ct);

    /// <summary>Forgets records and snapshots of the session, durable when it returns. The key may be used again, from version 0. Unknown sessions are fine.</summary>
    /// <exception cref="UncertainAppendException">The session may or may not have been deleted.</exception>
    ValueTask DeleteAsync(SessionKey key, CancellationToken ct);

    /// <summary>The sessions of one tenant that have records, ordered by name (ordinal).</summary>
    IAsyncEnumerable<SessionKey> ListAsync(string tenant, CancellationToken ct);

    /// <summary>The sessions of all tenants that have records, ordered by tenant, then by name (ordinal): at most <paramref name="most"/>, those behind <paramref name="after"/>.</summary>
    /// <param name="after">Null begins with the first one. It need not exist (any more).</param>
    /// <param name="most">1 or more.</param>
    /// <param name="ct">Stops the listing.</param>
    ValueTask<IReadOnlyList<SessionKey>> ListAllAsync(SessionKey? after, int most, CancellationToken ct);
}

/// <summary>One record. Versions of a session are 1, 2, 3, … without gaps.</summary>
public readonly record struct JournalRecord(long Version, ReadOnlyMemory<byte> Payload);

/// <summary>The state of a session as of <see cref="Version"/>; replay continues with the next version.</summary>
public readonly record struct JournalSnapshot(long Version, ReadOnlyMemory<byte> Snapshot);

public enum AppendStatus
{
    /// <summary>All records are durable.</summary>
    Appended,

    /// <summary>The session has another version than expected; nothing was written. Another writer owns the session.</summary>
    Conflict,
}

/// <summary>The outcome of an append; <see cref="Version"/> is the session's version after the call, on a conflict the actual one.</summary>
public readonly record struct AppendResult(AppendStatus Status, long Version)
{
    public bool IsAppended => Status == AppendStatus.Appended;
}

/// <summary>Bounds that every implementation shares.</summary>
public static class JournalLimits
{
    /// <summary>Largest single record: 1 MiB.</summary>
    public const int MaxPayloadBytes = 1 << 20;

    /// <summary>Largest append call, all payloads together: 8 MiB.</summary>
    public const int MaxAppendBytes = 8 << 20;

    /// <summary>Largest snapshot: 256 MiB.</summary>
    public const int MaxSnapshotBytes = 256 << 20;

    internal static void Validate(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads)
    {
        key.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        ArgumentNullException.ThrowIfNull(payloads);
        if (payloads.Count == 0)
            throw new ArgumentException("An append needs at least one payload.", nameof(payloads));
        long total = 0;
        for (var i = 0; i < payloads.Count; i++)
        {
            if (payloads[i].Length > MaxPayloadBytes)
                throw new ArgumentException($"Payload {i} has {payloads[i].Length} bytes; the limit is {MaxPayloadBytes}.", nameof(payloads));
            total += payloads[i].Length + sizeof(int);
        }
        if (total > MaxAppendBytes)
            throw new ArgumentException($"The payloads have {total} bytes together; the limit is {MaxAppendBytes}.", nameof(payloads));
    }
}

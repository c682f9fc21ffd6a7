using Trading.Storage.Journal;

namespace Trading.Storage.Results;

/// <summary>One stored report.</summary>
public readonly record struct StoredResult(SessionKey Key, DateTimeOffset StoredAt);

/// <summary>Reports of completed sessions: one JSON document per session, kept for 30 days unless configured otherwise (SIM-O32). Thread-safe.</summary>
public interface IResultStore
{
    /// <summary>Stores or replaces the report, durable when it returns.</summary>
    ValueTask SaveAsync(SessionKey key, ReadOnlyMemory<byte> report, CancellationToken ct);

    /// <summary>Null when there is no report or it has expired.</summary>
    ValueTask<ReadOnlyMemory<byte>?> LoadAsync(SessionKey key, CancellationToken ct);

    /// <summary>The reports of one tenant that have not expired, newest first.</summary>
    ValueTask<IReadOnlyList<StoredResult>> ListAsync(string tenant, CancellationToken ct);

    /// <summary>Removes expired reports of all tenants, at most <paramref name="most"/>; returns how many.</summary>
    ValueTask<int> PurgeAsync(int most, CancellationToken ct);
}

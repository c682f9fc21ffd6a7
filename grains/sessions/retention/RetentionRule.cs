using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Journal;

namespace Trading.Grains.Sessions;

/// <summary>What is due for a session, told by its last record alone: no session has to be recovered to find out.</summary>
internal static class RetentionRule
{
    /// <summary>What is left of an expired session: that it was created, and that it expired.</summary>
    public const int RecordsOfExpired = 2;

    /// <summary>The last record of a session of the version; null when another writer has deleted it meanwhile.</summary>
    public static async Task<SessionRecord?> LastRecord(ISessionJournal journal, SessionKey key, long version, CancellationToken cancellationToken)
    {
        SessionRecord? last = null;
        await foreach (var record in journal.ReadAsync(key, version - 1, cancellationToken)) last = SessionRecord.Parse(record.Payload.Span);
        return last;
    }

    public static SessionRetention Of(SessionRecord last, long version, DateTimeOffset now, SessionOptions options)
    {
        var age = now - Instants.FromMicros(last.At);
        if (last.Kind is not (RecordKind.Completed or RecordKind.Discarded or RecordKind.Failed or RecordKind.Expired))
        {
            return age > options.ResumableFor ? SessionRetention.Expired : SessionRetention.Kept;
        }

        if (age > options.RetainedFor) return SessionRetention.Deleted;

        // one whose expiry was interrupted after its first step
        return last.Kind == RecordKind.Expired && version > RecordsOfExpired ? SessionRetention.Expired : SessionRetention.Kept;
    }
}

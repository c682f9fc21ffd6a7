using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Journal;
using Trading.Storage.ReadModels;

namespace Trading.Grains.Sessions;

/// <summary>The end of what nobody needs any more. The grain does it itself, because nobody else may write to its journal.</summary>
public sealed partial class SessionGrain
{
    public async Task<SessionRetention> Expire(CancellationToken cancellationToken)
    {
        if (_connectionId is not null) return SessionRetention.Kept;
        var due = SessionRetention.Kept;
        var version = await journal.VersionAsync(_key, cancellationToken);
        if (version > 0 && await RetentionRule.LastRecord(journal, _key, version, cancellationToken) is { } last)
        {
            due = RetentionRule.Of(last, version, time.GetUtcNow(), _options);
            if (due == SessionRetention.Expired) await Entomb(last.Kind == RecordKind.Expired, version, cancellationToken);
            else if (due == SessionRetention.Deleted) await Write(() => journal.DeleteAsync(_key, CancellationToken.None));
        }

        if (due != SessionRetention.Kept) Forget();
        // a look at a session that nobody uses must not keep it in memory
        if (_machine is null) DeactivateOnIdle();
        return due;
    }

    /// <summary>
    /// Fences off any other writer and ends the session with one append, frees its place, then puts two records in the place of all others.
    /// Every step but the first may be repeated; cut off after any of them, the session is over all the same.
    /// </summary>
    private async Task Entomb(bool isFenced, long version, CancellationToken cancellationToken)
    {
        var created = await FirstRecord(cancellationToken);
        var expired = new SessionRecord { Kind = RecordKind.Expired, Tick = 1, At = Instants.Micros(time.GetUtcNow()) };
        if (!isFenced)
        {
            await AppendExpiry(version, null, expired.ToJson());
            SessionMetrics.SessionExpired();
        }

        await Tenant.SessionEnded(_key.Session);
        await Write(() => journal.DeleteAsync(_key, CancellationToken.None));
        await AppendExpiry(0, ChangeOfExpiry(created, expired), created.ToJson(), expired.ToJson());
    }

    /// <summary>The record that says what the session was. Where records have been dropped a snapshot says it.</summary>
    private async Task<SessionRecord> FirstRecord(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var record in journal.ReadAsync(_key, 0, cancellationToken)) return SessionRecord.Parse(record.Payload.Span);
        }
        catch (RecordsDroppedException)
        {
            if (await journal.LoadSnapshotAsync(_key, cancellationToken) is not { } snapshot) throw;
            var body = SessionSnapshot.Read(snapshot.Snapshot, out _);
            return new SessionRecord { Kind = RecordKind.Created, Tick = 1, At = body.CreatedAt, Created = body.Created };
        }

        throw Interrupt("another writer has deleted the session", null);
    }

    private Task AppendExpiry(long version, SessionChange? change, params byte[][] records) => Write(async () =>
    {
        var payloads = Array.ConvertAll(records, record => (ReadOnlyMemory<byte>)record);
        var result = await journal.AppendAsync(_key, version, payloads, change, CancellationToken.None);
        if (!result.IsAppended) throw Interrupt($"another writer has the session at version {result.Version}", null);
    });

    /// <summary>After a write whose outcome is unknown the memory goes, and the next call reads the truth.</summary>
    private async Task Write(Func<ValueTask> write)
    {
        try
        {
            await write();
        }
        catch (Exception failure) when (failure is UncertainAppendException or JournalUnavailableException or IOException)
        {
            throw Interrupt("the end of the session could not be written for certain", failure);
        }
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Trading.Engine.Snapshot;
using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Journal;

namespace Trading.Grains.Sessions;

/// <summary>
/// An exchange that is repeated (decision 018). Where it was answered, the answer is given again. Where the machine that executed it is gone, a new one is brought to
/// the mark of the answer before and executes it again: what the journal holds already is compared, the rest is appended.
/// </summary>
public sealed partial class SessionGrain
{
    private long _lastNumber;
    private ExchangeReply? _lastReply;
    private long _attachedAt;
    private RecordsAhead? _ahead;

    private bool IsOwn(ExchangeRequest request) => string.Equals(request.ConnectionId, _connectionId, StringComparison.Ordinal);

    private bool IsAnswered(ExchangeRequest request) => request.Number > 0 && request.Number == _lastNumber && _lastReply is not null && IsOwn(request);

    private bool IsNext(ExchangeRequest request) => IsOwn(request) && (request.Number == 0 || request.Number == _lastNumber + 1);

    private ExchangeReply Remember(ExchangeRequest request, ExchangeReply reply)
    {
        if (request.Number == 0) return reply;
        _lastNumber = request.Number;
        _lastReply = reply;
        return reply;
    }

    private void Own(string connection, ISessionObserver? observer, long exchanges, long attachedAt)
    {
        _connectionId = connection;
        _observer = observer;
        _attachedAt = attachedAt;
        _lastNumber = exchanges;
        _lastReply = null;
        _renewKeepAt = default;
    }

    private void Disown()
    {
        _connectionId = null;
        _observer = null;
        _lastReply = null;
    }

    /// <summary>An exchange that does not follow the last one of the connection that owns the session. Null when it brings what it takes to go on.</summary>
    private async Task<ExchangeReply?> Strange(ExchangeRequest request, CancellationToken cancellationToken)
    {
        var isFree = _connectionId is null || IsOwn(request);
        if (request.Continuation is { } continuation && (isFree || continuation.Mark?.AttachedAt > _attachedAt)) return null;
        await EnsureLoaded(cancellationToken);
        if (request.Commands is [CreateCommand create, ..] && _machine is { End: SessionEnd.No }) return Only(AlreadyExists(create));
        if (isFree) throw new SessionInterruptedException("this activation does not know the connection, or another exchange of it");
        return new ExchangeReply([], false, true, SessionEnd.No);
    }

    private async Task<ExchangeReply> Continue(ExchangeRequest request, SessionContinuation continuation, CancellationToken cancellationToken)
    {
        try
        {
            if (continuation.Mark is { } mark) await Return(request, mark, continuation.Observer, cancellationToken);
            else if (await BeginAgain(request, continuation.Observer, cancellationToken) is { } refusal) return refusal;
            return await Repeat(request, continuation, cancellationToken);
        }
        catch (Exception failure)
        {
            // half of a session is nothing to serve
            Forget();
            Disown();
            if (IsAway(failure)) throw Unreadable(failure);
            throw;
        }
        finally
        {
            _ahead = null;
        }
    }

    /// <summary>Brings the machine to where it was at the mark.</summary>
    private async Task Return(ExchangeRequest request, SessionMark mark, ISessionObserver? observer, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var span = SessionTracing.Begin("session.recover", _key.Session);
        if (_connectionId is { } other && !IsOwn(request)) await Displace(other);
        Forget();
        Disown();
        try
        {
            var snapshot = await journal.LoadSnapshotAsync(_key, cancellationToken);
            if (snapshot?.Version > mark.Version) snapshot = null;
            if (snapshot is null || !await LoadAt(mark, snapshot, cancellationToken)) await LoadAt(mark, null, cancellationToken);
        }
        catch (Exception gone) when (gone is SessionDataException or RecordsDroppedException or SnapshotException)
        {
            throw new ContinuationRefusedException(gone.Message);
        }

        _isLoaded = true;
        Own(request.ConnectionId, observer, request.Number - 1, mark.AttachedAt);
        KeepInMemory(time.GetUtcNow());
        CountInMemory();
        await LoadLimits();
        SessionMetrics.Recovered(start, "continued", _recordsSinceSnapshot);
        span.Recovered("continued", _recordsSinceSnapshot);
        LogContinued(_key.Session, _version, _machine!.CompletedTicks, _ahead!.Count);
    }

    /// <returns>False when the snapshot is of no use: it cannot be read, or it was taken after ticks that the connection has not been told of.</returns>
    private async Task<bool> LoadAt(SessionMark mark, JournalSnapshot? snapshot, CancellationToken cancellationToken)
    {
        var from = snapshot?.Version ?? 0;
        var past = new List<SessionRecord>();
        var ahead = new List<ReadOnlyMemory<byte>>();
        await foreach (var record in journal.ReadAsync(_key, from, cancellationToken))
        {
            if (record.Version <= mark.Version) past.Add(SessionRecord.Parse(record.Payload.Span));
            else ahead.Add(record.Payload.ToArray());
        }

        if (from + past.Count < mark.Version || mark.Version < 1) throw new ContinuationRefusedException("records that were acknowledged are gone");
        try
        {
            SnapshotBody? body = null;
            ReadOnlyMemory<byte>? engine = null;
            if (snapshot is { } saved)
            {
                body = SessionSnapshot.Read(saved.Snapshot, out var bytes);
                engine = bytes;
            }

            var definition = DefinitionOf(body, past);
            var machine = new SessionMachine(definition, await loader.Load(definition, engine, cancellationToken), _options);
            if (Instants.Micros(definition.CreatedAt) > mark.AttachedAt) throw new ContinuationRefusedException("another session has the id now");
            if (machine.CompletedTicks > mark.Completed) throw new SnapshotException($"{machine.CompletedTicks} ticks are complete, the connection knows of {mark.Completed}");
            if (body is not null) machine.Restore(body);
            foreach (var record in past) machine.Replay(record);
            machine.Continue(mark);
            _machine = machine;
        }
        catch (SnapshotException useless) when (snapshot is not null)
        {
            LogSnapshotUnreadable(_key.Tenant, _key.Session, useless.Message);
            return false;
        }

        _version = mark.Version;
        _ahead = new RecordsAhead(ahead);
        _recordsSinceSnapshot = past.Count;
        _ticksAtSnapshot = _machine.CompletedTicks;
        _isDirty = true;
        return true;
    }

    /// <summary>The connection had no answer yet: it attaches, and asks once more to create or to resume.</summary>
    /// <returns>The refusal of a <c>create_session</c> whose id belongs to another session; null when it may be executed.</returns>
    private async Task<ExchangeReply?> BeginAgain(ExchangeRequest request, ISessionObserver? observer, CancellationToken cancellationToken)
    {
        Forget();
        Disown();
        await EnsureLoaded(cancellationToken);
        var now = Now();
        EndIfExpired(now);
        if (request.Commands is [CreateCommand create, ..] && _machine is { End: SessionEnd.No } unfinished)
        {
            if (_version != 1 || !string.Equals(unfinished.Definition.CreatedBy, request.ConnectionId, StringComparison.Ordinal)) return Only(AlreadyExists(create));
            // the first attempt got as far as the journal: it is made again, and must come to the same
            var records = new List<ReadOnlyMemory<byte>>(1);
            await foreach (var record in journal.ReadAsync(_key, 0, cancellationToken)) records.Add(record.Payload.ToArray());
            _ahead = new RecordsAhead(records);
            _machine = null;
            _version = 0;
        }

        await Take(new ConnectionInfo(request.ConnectionId, observer, Exchanges: request.Number - 1), now);
        return null;
    }

    private async Task<ExchangeReply> Repeat(ExchangeRequest request, SessionContinuation continuation, CancellationToken cancellationToken)
    {
        foreach (var earlier in continuation.Earlier)
        {
            if (_ahead is { } ahead) ahead.IsAnswered = true;
            await Execute(request with { Commands = earlier.Commands }, Instants.FromMicros(earlier.At), cancellationToken);
        }

        if (_ahead is { Count: 0 }) _ahead = null;
        var now = Now();
        if (_ahead is { } rest)
        {
            // the exchange was executed before: it happens at the time at which it happened
            rest.IsAnswered = false;
            now = Instants.FromMicros(rest.At);
        }

        var reply = await Execute(request, now, cancellationToken);
        return _ahead is { Count: > 0 } ? throw new ContinuationRefusedException("the journal holds more than this exchange writes") : reply;
    }

    /// <summary>What of these records is to be appended.</summary>
    private IReadOnlyList<ReadOnlyMemory<byte>> NotYetWritten(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        if (_ahead is not { } ahead || records.Count == 0) return records;
        if (!ahead.TryTake(records)) throw new ContinuationRefusedException("the journal holds other records than this exchange writes");
        _version += records.Count;
        _recordsSinceSnapshot += records.Count;
        _isDirty = true;
        return [];
    }

    /// <summary>What the journal says about a batch that is executed again; null when the limits are to be asked.</summary>
    private bool? WasAdmitted(SessionMachine machine, BatchCommand batch)
    {
        if (_ahead is not { } ahead || ahead.Took(batch, machine.RecordCount) is not { } took) return null;
        if (!took && !ahead.IsAnswered) throw new ContinuationRefusedException("the limits refused a batch, and the answer that said so is lost");
        return took;
    }

    private static bool IsAway(Exception failure) => failure is UncertainAppendException or JournalUnavailableException;

    private SessionInterruptedException Unreadable(Exception failure)
    {
        LogUnreadable(failure, _key.Tenant, _key.Session);
        return new SessionInterruptedException("the journal cannot be read now");
    }

    [LoggerMessage(3114, LogLevel.Information, "Session {Session} goes on for its connection at version {Version} with {Ticks} ticks complete; the journal is {Records} records ahead")]
    private partial void LogContinued(string session, long version, int ticks, int records);

    [LoggerMessage(3113, LogLevel.Debug, "The journal of session {Session} of {Tenant} cannot be read now")]
    private partial void LogUnreadable(Exception failure, string tenant, string session);
}

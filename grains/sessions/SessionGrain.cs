using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Journal;
using Trading.Storage.Results;

namespace Trading.Grains.Sessions;

/// <summary>
/// Hosts one <see cref="SessionMachine"/>: runs the commands of a call in memory, makes everything they wrote durable with one append, and only then
/// answers (DESIGN idea 2).
/// </summary>
/// <remarks>
/// When an append loses to another writer, or its outcome is unknown, the memory is thrown away and the caller gets
/// <see cref="SessionInterruptedException"/>: the journal is the truth, the next call starts from it, and a repeated exchange goes on from its mark.
/// </remarks>
public sealed partial class SessionGrain(
    ISessionJournal journal,
    IResultStore results,
    SessionLoader loader,
    IOptions<SessionOptions> options,
    TimeProvider time,
    ILogger<SessionGrain> logger) : Grain, ISessionGrain
{
    /// <summary>A connected session is kept in memory for this long after its last renewal, well above the longest idle timeout.</summary>
    private static readonly TimeSpan KeepConnected = TimeSpan.FromHours(3);

    private static readonly TimeSpan RenewKeep = TimeSpan.FromMinutes(30);

    private readonly SessionOptions _options = options.Value;
    private SessionKey _key;
    private SessionMachine? _machine;
    private EndedSession? _ended;
    private string? _connectionId;
    private ISessionObserver? _observer;
    private DateTimeOffset _renewKeepAt;

    private ITenantGrain Tenant => GrainFactory.GetGrain<ITenantGrain>(_key.Tenant);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var parts = GrainKeys.Split(this.GetPrimaryKeyString());
        if (parts.Length != 2) throw new ArgumentException("a session grain is named tenant/session");
        _key = new SessionKey(parts[0], parts[1]);
        _portfolioSequence = time.GetUtcNow().ToUnixTimeMilliseconds();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        CountInMemory(isLeaving: true);
        if (_machine is null) return;
        await Settle(final: true);
        if (_isDirty) await SaveSnapshot();
    }

    public async Task<AttachReply> Attach(ConnectionInfo connection, CancellationToken cancellationToken)
    {
        await EnsureLoaded(cancellationToken);
        var now = Now();
        EndIfExpired(now);
        if (connection.Creating)
        {
            if (_machine is { End: SessionEnd.No } unfinished) return new AttachReply(true, unfinished.Status());
            await Take(connection, now);
            return new AttachReply(false, null);
        }

        await Take(connection, now);
        return new AttachReply(_machine is not null || _ended is not null, _machine?.Status() ?? _ended?.Status);
    }

    private async Task<ExchangeReply> Answer(ExchangeRequest request, CancellationToken cancellationToken)
    {
        if (IsAnswered(request)) return _lastReply!;
        if (!IsNext(request))
        {
            return await Strange(request, cancellationToken) ?? Remember(request, await Continue(request, request.Continuation!, cancellationToken));
        }

        var now = Now();
        KeepInMemory(now);
        return Remember(request, await Execute(request, now, cancellationToken));
    }

    public async Task Detach(string connectionId)
    {
        if (!string.Equals(connectionId, _connectionId, StringComparison.Ordinal)) return;
        Disown();
        _deadline?.Dispose();
        _deadline = null;
        DelayDeactivation(TimeSpan.Zero);
        if (_machine is null) return;
        _machine.Disconnect(Now());
        await Commit(_machine);
        await Settle(final: true);
    }

    public async Task<SessionStatus?> GetStatus(CancellationToken cancellationToken)
    {
        await EnsureLoaded(cancellationToken);
        EndIfExpired(Now());
        return _machine?.Status() ?? _ended?.Status;
    }

    public async Task<PortfolioUpdate?> GetPortfolio(CancellationToken cancellationToken)
    {
        await EnsureLoaded(cancellationToken);
        return _machine is { } machine ? PortfolioNow(machine) : null;
    }

    public async Task<OrderRecord?> GetOrder(string orderId, CancellationToken cancellationToken)
    {
        await EnsureLoaded(cancellationToken);
        return _machine?.Order(orderId);
    }

    public async Task<string?> GetReport(CancellationToken cancellationToken)
    {
        if (_machine is null && await results.LoadAsync(_key, cancellationToken) is { } stored) return System.Text.Encoding.UTF8.GetString(stored.Span);
        await EnsureLoaded(cancellationToken);
        return _machine?.Report();
    }

    private async Task<ExchangeReply> Execute(ExchangeRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var first = 0;
        if (request.Commands is [CreateCommand create, ..] && _machine is not { End: SessionEnd.No })
        {
            first = 1;
            if (await Create(create, now, cancellationToken) is { } refused) return Only(refused);
        }

        if (_machine is null) return new ExchangeReply(request.Commands.Skip(first).Select(NotHere).ToArray(), false, false, SessionEnd.No);
        if (request.Commands.OfType<ResumeSessionCommand>().FirstOrDefault() is { } resume) await SayWhatChanged(_machine, resume, cancellationToken);
        return await Run(_machine, request, first, now);
    }

    /// <summary>Commands in, outputs out, one append in between.</summary>
    private async Task<ExchangeReply> Run(SessionMachine machine, ExchangeRequest request, int first, DateTimeOffset now)
    {
        var before = machine.End;
        for (var at = first; at < request.Commands.Count; at++) machine.Enqueue(request.Commands[at]);
        var more = await Step(machine, now);
        machine.Checkpoint(now);
        await Commit(machine);
        SessionMetrics.Count(machine.Tally);
        if (before != machine.End) SessionMetrics.SessionEnded(machine.End);
        await Settle(final: machine.End != SessionEnd.No);
        if (_isDirty && WantsSnapshot(machine)) await SaveSnapshot();
        if (!more) ArmDeadline(machine);
        // an answer to a resume of a finished session ends it again
        var end = machine.IsConnected || machine.End != SessionEnd.Completed ? machine.End : SessionEnd.No;
        SessionMark? mark = request.Number > 0 && !more && machine.IsAtRest ? machine.Mark(_version, _attachedAt) : null;
        return new ExchangeReply(machine.TakeOutputs(), more, false, end, mark, Instants.Micros(now));
    }

    private async Task<bool> Step(SessionMachine machine, DateTimeOffset now)
    {
        const long fullAppend = JournalLimits.MaxAppendBytes / 2;
        var budget = _options.SliceTicks;
        try
        {
            machine.CheckTime(now);
            while (machine.Pump(now, ref budget))
            {
                if (machine.RecordBytes > fullAppend) return true;
                if (!machine.TryTake(out var command)) return false;
                if (command is BatchCommand batch && _limits.OrdersLimited && machine.WouldTake(batch) && !await AdmitOrders(machine, batch, now)) continue;
                if (command is ResumeSessionCommand resume) LogResumed(_key.Session, resume.LastProcessedSequence, resume.ClientStateHash);
                machine.Apply(command!, now, _limits.MaxDurationSec);
            }

            return true;
        }
        catch (Exception known) when (known is SessionInterruptedException or ContinuationRefusedException)
        {
            throw;
        }
#pragma warning disable CA1031 // an assertion of the engine or of the machine ends this session and no other (SIM-311)
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(failure, _key.Tenant, _key.Session);
            machine.Fail(SessionErrors.Internal(null), failure.GetType().Name + ": " + failure.Message, now);
            return false;
        }
    }

    private async Task<bool> AdmitOrders(SessionMachine machine, BatchCommand batch, DateTimeOffset now)
    {
        if (WasAdmitted(machine, batch) is { } known) return known;
        LimitVerdict verdict;
        try
        {
            // the connection that created the session tells it from an earlier one of this name
            verdict = await Tenant.AdmitOrders($"{_key.Session}\n{machine.Definition.CreatedBy}\n{batch.BatchId}", batch.Orders.Count);
        }
#pragma warning disable CA1031 // whatever kept the tenant from answering, the batch was not taken: the client resumes and sends it again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw Interrupt("the limits of the user cannot be checked", failure);
        }

        if (!verdict.Allowed) machine.Refuse(batch, verdict, now);
        else if (verdict.Warn) machine.Warn(verdict);
        return verdict.Allowed;
    }

    // outputs travel in arrays and lists: what a collection expression makes of IReadOnlyList is a type that the cluster's serializer does not know
    private static ExchangeReply Only(SessionOutput output) => new(new[] { output }, false, false, SessionEnd.No);

    private SessionOutput NotHere(SessionCommand command) => command is ResumeSessionCommand && _ended is { } ended
        ? SessionErrors.ResumeNotPossible(ended.Why, command.RequestId)
        : SessionErrors.Validation("SESSION_NOT_FOUND", "No such session", command.RequestId);

    private static ErrorOutput AlreadyExists(CreateCommand create) =>
        SessionErrors.Validation("SESSION_ALREADY_EXISTS", "An unfinished session has this session_id", create.RequestId, SessionErrors.Entry("session_id", create.SessionId));

    private async Task<ErrorOutput?> Create(CreateCommand create, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (loader.Check(create) is { } wrong) return wrong;
        if (!await Tenant.AllowsProvider(create.DataProvider))
        {
            return SessionErrors.Validation("UNSUPPORTED_DATA_PROVIDER", "The plan does not include this data provider", create.RequestId, SessionErrors.Entry("data_provider", create.DataProvider));
        }

        var verdict = await Tenant.AdmitSession(_key.Session, create.Symbols.Count);
        if (!verdict.Allowed) return SessionErrors.Limit(verdict, now, create.RequestId);
        var prepared = await loader.Prepare(_key.Tenant, create, now, cancellationToken);
        if (prepared.Error is { } error)
        {
            await Tenant.SessionEnded(_key.Session);
            return error;
        }

        // what can fail comes first: a session that has a machine has begun
        await LoadLimits();
        var definition = prepared.Definition! with { CreatedBy = _connectionId };
        var warnings = await WhatChanged(definition, create, cancellationToken);
        if (_version > 0) await Write(() => journal.DeleteAsync(_key, CancellationToken.None));
        Forget();
        _isLoaded = true;
        _attachedAt = Math.Max(_attachedAt, Instants.Micros(now));
        _machine = new SessionMachine(definition, prepared.Run!, _options);
        _machine.Begin(create.RequestId, [.. prepared.Warnings, .. warnings]);
        if (verdict.Warn) _machine.Warn(verdict);
        CountInMemory();
        SessionMetrics.SessionCreated();
        return null;
    }

    /// <summary>Makes the connection the only one that may exchange (SIM-268).</summary>
    private async Task Take(ConnectionInfo connection, DateTimeOffset now)
    {
        if (!string.Equals(_connectionId, connection.ConnectionId, StringComparison.Ordinal))
        {
            if (_connectionId is { } old) await Displace(old);
        }
        else if (_lastNumber > connection.Exchanges)
        {
            // a repetition that comes late: the connection has exchanged since
            return;
        }

        Own(connection.ConnectionId, connection.Observer, connection.Exchanges, Math.Max(Instants.Micros(now), _attachedAt + 1));
        KeepInMemory(now);
        if (_machine is null) return;
        // the tenant forgets a session that nobody mentions: a resume mentions it
        _startTold = false;
        _machine.Disconnect(now);
        await Commit(_machine);
        await LoadLimits();
    }

    private async Task Displace(string connection)
    {
        if (_observer is { } observer) await Tell(observer, () => observer.Displaced(connection));
        await Tenant.DisplaceConnection(connection);
    }

    private void KeepInMemory(DateTimeOffset now)
    {
        if (now < _renewKeepAt) return;
        _renewKeepAt = now + RenewKeep;
        DelayDeactivation(KeepConnected);
    }

    /// <summary>The wall time as the journal writes it: what is executed again at a recorded time is executed at the same time.</summary>
    private DateTimeOffset Now() => Instants.FromMicros(Instants.Micros(time.GetUtcNow()));

    /// <summary>A preserved session that nobody came back to in time is over (SIM-266, SIM-267).</summary>
    private void EndIfExpired(DateTimeOffset now)
    {
        if (_machine is not { End: SessionEnd.No, IsConnected: false } machine || now - machine.LastRecordAt <= _options.ResumableFor) return;
        _ended = new EndedSession(NotResumed, machine.Status() with { State = SessionState.Error });
        _machine = null;
        _isDirty = false;
        CountInMemory();
    }

    /// <param name="Why">Fit to be shown to the client.</param>
    private sealed record EndedSession(string Why, SessionStatus Status);
}

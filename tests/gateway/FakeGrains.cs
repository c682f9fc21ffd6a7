using System.Collections.Concurrent;
using Orleans.Runtime;
using Trading.Gateway.Grains;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Data;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;

namespace Trading.Gateway.Tests;

/// <summary>The grains as a gateway sees them, in memory, answering as each test wants.</summary>
internal sealed class FakeGrains : IGatewayGrains
{
    internal static readonly UserLimits Professional = new("professional", 28_800, 3_600, 604_800, 10, 50, 10, 1_000, 50);

    internal ConcurrentDictionary<string, FakeSession> Sessions { get; } = new();

    internal ConcurrentDictionary<string, FakeTenant> Tenants { get; } = new();

    internal ConcurrentDictionary<string, OrderRecord> Orders { get; } = new();

    internal ConcurrentDictionary<string, PortfolioView> Portfolios { get; } = new();

    internal Dictionary<string, KeyVerdict> Keys { get; } = new()
    {
        ["sk_live_a"] = new KeyVerdict(KeyStatus.Active, "user_a", "professional", "key-a"),
        ["sk_live_b"] = new KeyVerdict(KeyStatus.Active, "user_b", "free", "key-b"),
        ["sk_live_disabled"] = new KeyVerdict(KeyStatus.Disabled, "user_c", "free", "key-c"),
    };

    internal ISessionObserver? SessionObserver { get; private set; }

    internal ITenantObserver? TenantObserver { get; private set; }

    /// <summary>The user that a call carries to the silo, for every grain that was reached for; null = none.</summary>
    internal ConcurrentQueue<string?> Callers { get; } = new();

    ISessionGrain IGatewayGrains.Session(string userId, string sessionId) => Noted(Session(userId, sessionId));

    internal FakeSession Session(string userId, string sessionId) => Sessions.GetOrAdd(userId + "/" + sessionId, _ => new FakeSession());

    ITenantGrain IGatewayGrains.Tenant(string userId) => Noted(Tenant(userId));

    internal FakeTenant Tenant(string userId) => Tenants.GetOrAdd(userId, _ => new FakeTenant());

    public IPortfolioGrain Portfolio(string userId, string sessionId) => Noted(new FakePortfolio(Portfolios.GetValueOrDefault(userId + "/" + sessionId)));

    public IOrderGrain Order(string userId, string sessionId, string orderId) => Noted(new FakeOrder(Orders.GetValueOrDefault(userId + "/" + sessionId + "/" + orderId)));

    internal FakeData Data { get; } = new();

    public ICandlesGrain Candles(string symbol) => Noted(Data.At(symbol));

    public IDataCatalogueGrain DataCatalogue() => Noted(Data);

    public ICompletenessGrain Completeness(string analysisId) => Noted(Data.Analysis(analysisId));

    public IDataUpdatesGrain DataUpdates() => Noted(Data);

    public IDataUpdateGrain DataUpdate(string requestId) => Noted(Data.Update(requestId));

    internal FakeRuns ServerRuns { get; } = new();

    public IRunGrain Run(string userId, string id) => Noted(ServerRuns.At(userId, id));

    public IRunsGrain Runs(string userId) => Noted(ServerRuns.Of(userId));

    public IAccountsGrain Accounts() => new FakeAccounts(Keys);

    private T Noted<T>(T grain)
    {
        Callers.Enqueue(RequestContext.Get(CallContext.Tenant) as string);
        return grain;
    }

    public ISessionObserver Reference(ISessionObserver observer) => SessionObserver = observer;

    public ITenantObserver Reference(ITenantObserver observer) => TenantObserver = observer;

    private sealed class FakeAccounts(Dictionary<string, KeyVerdict> keys) : IAccountsGrain
    {
        public Task<KeyVerdict> Authenticate(string apiKey, CancellationToken cancellationToken) =>
            Task.FromResult(keys.GetValueOrDefault(apiKey) ?? new KeyVerdict(KeyStatus.Unknown, null, null, null));
    }

    private sealed class FakeOrder(OrderRecord? record) : IOrderGrain
    {
        public Task<OrderRecord?> Get(CancellationToken cancellationToken) => Task.FromResult(record);
    }

    private sealed class FakePortfolio(PortfolioView? view) : IPortfolioGrain
    {
        public Task Apply(PortfolioUpdate update) => Task.CompletedTask;

        public Task<PortfolioView?> Get(CancellationToken cancellationToken) => Task.FromResult(view);
    }
}

/// <summary>A tenant that admits as the test says.</summary>
internal sealed class FakeTenant : ITenantGrain
{
    internal UserLimits Limits { get; set; } = FakeGrains.Professional;

    internal ConcurrentDictionary<string, string> Connections { get; } = new();

    internal bool KeyRevoked { get; set; }

    internal LimitVerdict TokenVerdict { get; set; } = new(true, null, null, 0, 0, default, "professional", null, false);

    internal LimitsView View { get; set; } = new("professional", new Dictionary<string, long>(), new Dictionary<string, long>(), new Dictionary<string, DateTimeOffset>());

    internal int Renewals;

    /// <summary>What a call fails with, by its name; null lets it pass.</summary>
    internal Func<string, Exception?> Failure { get; set; } = _ => null;

    internal bool Forgets { get; set; }

    public Task<ConnectionAdmission> AdmitConnection(string connectionId, string keyId, ITenantObserver? observer)
    {
        if (Failure("admit") is { } failure) return Task.FromException<ConnectionAdmission>(failure);
        var admitted = !KeyRevoked && Connections.Count < (Limits.ConcurrentConnections ?? int.MaxValue);
        if (admitted) Connections[connectionId] = keyId;
        return Task.FromResult(new ConnectionAdmission(admitted, KeyRevoked, Limits, 30));
    }

    public Task<bool> RenewConnection(string connectionId)
    {
        Interlocked.Increment(ref Renewals);
        if (Failure("renew") is { } failure) return Task.FromException<bool>(failure);
        if (Forgets) Connections.TryRemove(connectionId, out _);
        return Task.FromResult(Connections.ContainsKey(connectionId));
    }

    public Task ReleaseConnection(string connectionId)
    {
        Connections.TryRemove(connectionId, out _);
        return Task.CompletedTask;
    }

    public Task DisplaceConnection(string displacedConnectionId) => ReleaseConnection(displacedConnectionId);

    public Task<LimitVerdict> AdmitSession(string sessionId, int symbols) => Task.FromResult(TokenVerdict);

    public Task<bool> AllowsProvider(string provider) => Task.FromResult(true);

    public Task SessionStarted(string sessionId) => Task.CompletedTask;

    public Task SessionEnded(string sessionId) => Task.CompletedTask;

    public Task<LimitVerdict> AdmitOrders(string batch, int orders) => Task.FromResult(TokenVerdict);

    public Task MeterTicks(string sessionId, int ticks) => Task.CompletedTask;

    public Task MeterReport(string sessionId) => Task.CompletedTask;

    public Task<LimitsView> GetLimits() => Failure("limits") is { } failure ? Task.FromException<LimitsView>(failure) : Task.FromResult(View);

    public Task<LimitVerdict> AdmitToken() => Task.FromResult(TokenVerdict);

    public Task AccountChanged() => Task.CompletedTask;
}

/// <summary>A session that records what it is told and answers with what a test gives it.</summary>
internal sealed class FakeSession : ISessionGrain
{
    public Task<SessionRetention> Expire(CancellationToken cancellationToken) => Task.FromResult(SessionRetention.Kept);

    private readonly Lock _lock = new();

    internal List<SessionCommand> Commands { get; } = [];

    internal List<int> CommandsPerCall { get; } = [];

    internal List<string> Calls { get; } = [];

    internal List<ExchangeRequest> Requests { get; } = [];

    /// <summary>What a call fails with, by its name; null lets it pass. It is recorded all the same.</summary>
    internal Func<string, Exception?> Failure { get; set; } = _ => null;

    internal SessionStatus? Status { get; set; }

    internal string? Report { get; set; }

    internal string? AttachedTo { get; private set; }

    internal TaskCompletionSource Detached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers of the session to one call; the default creates, starts, resumes and acknowledges.</summary>
    internal Func<ExchangeRequest, ExchangeReply> Answer { get; set; } = request => Reply([.. request.Commands.SelectMany(Default)]);

    /// <summary>A session at rest has a mark; it says nothing that this one would look at.</summary>
    internal static ExchangeReply Reply(IReadOnlyList<SessionOutput> outputs, bool more = false, SessionEnd end = SessionEnd.No) =>
        new(outputs, more, false, end, more || end != SessionEnd.No ? null : new SessionMark(1, 0, outputs.Count, 0, 0, 0, 0, 1, null), 1_770_110_100_000_000);

    /// <summary>What a healthy session says to a command.</summary>
    internal static IEnumerable<SessionOutput> Default(SessionCommand command) => command switch
    {
        CreateCommand create => [new CreatedOutput(create.SessionId, 390, [.. create.Symbols.Select(symbol => new SymbolRange(symbol, 1_721_136_600_000_000, 1_721_160_000_000_000, 390, 0))]) { RequestId = create.RequestId }],
        StartCommand start => [new StartedOutput("s", new DateTimeOffset(2026, 2, 3, 9, 15, 2, TimeSpan.Zero), 8, 20, start.FlowControl) { RequestId = start.RequestId }, Tick(1)],
        AckCommand ack => [Tick((int)ack.Sequence + 1)],
        IntervalPassedCommand => [Tick(1)],
        ResumeSessionCommand resume => [new StateSyncOutput(1_721_136_600_000_000, (int)resume.LastProcessedSequence + 1, Account, [], []) { RequestId = resume.RequestId }],
        QueryPositionsCommand query => [new AccountOutput(Account, true) { RequestId = query.RequestId }],
        BatchCommand batch => [new BatchAckOutput(batch.BatchId, [.. batch.Orders.Select(order => new AcceptedOrder(order.OrderId, 100_000_000))], []) { RequestId = batch.RequestId }],
        _ => [],
    };

    internal static AccountState Account { get; } = new((Int128)50_000 * 10_000_000_000_000_000, (Int128)50_000 * 10_000_000_000_000_000, 0, 0, [], 0, 0);

    internal static TicksOutput Tick(int sequence) => new(sequence, [1_721_136_600_000_000 + ((sequence - 1) * 60_000_000L)], [2], [1], 1);

    public Task<AttachReply> Attach(ConnectionInfo connection, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Calls.Add("attach");
            if (Failure("attach") is { } failure) return Task.FromException<AttachReply>(failure);
            if (connection.Creating && Status is { State: not (SessionState.Completed or SessionState.Error) }) return Task.FromResult(new AttachReply(true, Status));
            AttachedTo = connection.ConnectionId;
            return Task.FromResult(new AttachReply(Status is not null, Status));
        }
    }

    public Task<ExchangeReply> Exchange(ExchangeRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Calls.Add("exchange");
            Requests.Add(request);
            if (Failure("exchange") is { } failure) return Task.FromException<ExchangeReply>(failure);
            Commands.AddRange(request.Commands);
            CommandsPerCall.Add(request.Commands.Count);
            return Task.FromResult(Answer(request));
        }
    }

    public Task Detach(string connectionId)
    {
        lock (_lock)
        {
            Calls.Add("detach");
            if (Failure("detach") is { } failure) return Task.FromException(failure);
            AttachedTo = null;
        }

        Detached.TrySetResult();
        return Task.CompletedTask;
    }

    public Task<SessionStatus?> GetStatus(CancellationToken cancellationToken) => Task.FromResult(Status);

    public Task<PortfolioUpdate?> GetPortfolio(CancellationToken cancellationToken) => Task.FromResult<PortfolioUpdate?>(null);

    public Task<OrderRecord?> GetOrder(string orderId, CancellationToken cancellationToken) => Task.FromResult<OrderRecord?>(null);

    public Task<string?> GetReport(CancellationToken cancellationToken) => Failure("report") is { } failure ? Task.FromException<string?>(failure) : Task.FromResult(Report);

    internal SessionCommand[] Received()
    {
        lock (_lock) return [.. Commands];
    }

    /// <summary>Every exchange that was tried.</summary>
    internal ExchangeRequest[] Tried()
    {
        lock (_lock) return [.. Requests];
    }
}

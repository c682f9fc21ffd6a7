using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Grains.Tests.Support;
using Trading.MarketData.Cache;
using Trading.MarketData.Sources;
using Trading.Storage.Accounts;
using Trading.Storage.Journal;
using Trading.Storage.Results;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Session grains on whichever runtime is built, with a journal, bars and results in the test's hands.</summary>
internal sealed class SessionHost : IAsyncDisposable
{
    public const string User = "user_7f3a";

    private GrainHost _host = null!;

    public GrainHost Grains => _host;

    /// <summary>Of this silo alone, or of several.</summary>
    public InMemorySessionJournal Journal { get; private init; } = new();

    /// <summary>The tables beside the journal; null without.</summary>
    public ReadModelJournal? ReadModels { get; private set; }

    public Results Results { get; } = new();

    public SmallBarSource Bars { get; } = new();

    public FaultyRuns Runs { get; } = new();

    /// <param name="options">Settings of sessions.</param>
    /// <param name="plan">Plan of the user.</param>
    /// <param name="bars">Where bars come from; null = <see cref="Bars"/>.</param>
    /// <param name="journal">One that other hosts share; null = one of its own.</param>
    /// <param name="around">What stands between the grains and the journal.</param>
    /// <param name="readModels">The journal keeps read models.</param>
    /// <param name="configure">Services that the test adds or takes the place of.</param>
    /// <param name="cluster">As of <see cref="GrainHost.StartAsync"/>.</param>
    public static async Task<SessionHost> StartAsync(
        SessionOptions? options = null,
        Plan plan = Plan.Enterprise,
        IBarSource? bars = null,
        InMemorySessionJournal? journal = null,
        Func<ISessionJournal, ISessionJournal>? around = null,
        bool readModels = false,
        Action<IServiceCollection>? configure = null,
        Action<ISiloBuilder>? cluster = null)
    {
        var host = new SessionHost { Journal = journal ?? new InMemorySessionJournal() };
        if (readModels) host.ReadModels = new ReadModelJournal(host.Journal);
        host._host = await GrainHost.StartAsync(services =>
        {
            services.AddSingleton(host.ReadModels ?? around?.Invoke(host.Journal) ?? host.Journal);
            services.AddSingleton<IResultStore>(host.Results);
            services.AddSingleton(bars ?? host.Bars);
            services.AddSingleton<BarFingerprints>();
            services.AddSingleton<ISimulationRunFactory>(host.Runs);
            services.AddSingleton<SessionLoader>();
            services.AddSingleton(Options.Create(options ?? new SessionOptions()));
            configure?.Invoke(services);
        }, cluster);
        host._host.Accounts.Add(User, plan);
        return host;
    }

    public ISessionGrain Session(string id = "s-1") => _host.Client.GetGrain<ISessionGrain>(GrainKeys.Session(User, id));

    public SessionClient Connect(string id = "s-1", string connection = "c-1") => new(this, id, connection);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static CreateCommand Create(string id = "s-1", params string[] symbols) => new()
    {
        SessionId = id,
        Symbols = symbols.Length == 0 ? ["ACME"] : symbols,
        DataProvider = "polygon",
        DataVersion = "adjusted",
        Config = new SessionConfig(SimulationConfigJson.Write(SmallBars.Config(30))),
        Extensions = [],
        RequestId = "r-1",
    };
}

/// <summary>One connection to one session grain, as the gateway makes it.</summary>
internal sealed class SessionClient(SessionHost host, string id, string connection) : ISessionObserver
{
    private ISessionObserver? _reference;

    public List<SessionOutput> All { get; } = [];

    public ExchangeReply? Last { get; private set; }

    public TaskCompletionSource Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource WasDisplaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CompleteOutput? Complete => All.OfType<CompleteOutput>().LastOrDefault();

    private ISessionGrain Grain => host.Session(id);

    public Task Displaced(string connectionId)
    {
        if (connectionId == connection) WasDisplaced.TrySetResult();
        return Task.CompletedTask;
    }

    public Task Wake(string connectionId)
    {
        if (connectionId == connection) Woken.TrySetResult();
        return Task.CompletedTask;
    }

    public async Task<AttachReply> Attach(bool creating = false)
    {
        _reference ??= host.Grains.Client.CreateObjectReference<ISessionObserver>(this);
        return await Grain.Attach(new ConnectionInfo(connection, _reference, creating), CancellationToken.None);
    }

    public async Task<List<SessionOutput>> Send(params SessionCommand[] commands)
    {
        var first = All.Count;
        IReadOnlyList<SessionCommand> next = commands;
        do
        {
            Last = await Grain.Exchange(new ExchangeRequest(connection, next), CancellationToken.None);
            WireTypes.Check(Last);
            All.AddRange(Last.Outputs);
            next = [];
        }
        while (Last.More);
        return All.GetRange(first, All.Count - first);
    }

    public async Task<List<SessionOutput>> Create(CreateCommand? create = null)
    {
        await Attach(creating: true);
        return await Send(create ?? SessionHost.Create(id));
    }

    public async Task Start(int window = 1, AccountUpdateFrequency updates = AccountUpdateFrequency.OnDemand)
    {
        await Create();
        await Send(new StartCommand { MaxPendingTicks = window, AccountUpdates = updates });
    }

    public Task<List<SessionOutput>> Acknowledge(long tick) => Send(new AckCommand { Sequence = tick, Status = ProcessingStatus.Ready });

    public async Task<List<SessionOutput>> Resume(long lastProcessed)
    {
        await Attach();
        return await Send(new ResumeSessionCommand { LastProcessedSequence = lastProcessed, RequestId = "r-20" });
    }

    public Task Detach() => Grain.Detach(connection);
}

/// <summary>Series by symbol; every provider name is known, <c>polygon</c> is configured.</summary>
internal sealed class SmallBarSource : IBarSource
{
    public ConcurrentDictionary<string, BarSeries> Series { get; } = new(new Dictionary<string, BarSeries>
    {
        ["ACME"] = SmallBars.Series("ACME", 2, 10),
        ["BETA"] = SmallBars.Series("BETA", 2, 10, 50m, 1, 3, 4),
        // trades on the second day only, although the first had trading time
        ["LATE"] = SmallBars.Series("LATE", 2, 10, 20m, 1, [.. Enumerable.Range(0, 10)]),
    });

    /// <summary>Every load fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>What every load fails with besides; null = nothing.</summary>
    public Exception? Fault { get; set; }

    public bool IsKnownProvider(string provider) => DataProviders.Known.Contains(provider);

    public bool IsConfigured(string provider) => provider is "polygon" or "tiingo" or "financial_modeling_prep";

    public Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default) =>
        IsDown ? throw new IOException("the disk is gone") : Fault is { } fault ? throw fault : Task.FromResult(Series.GetValueOrDefault(key.Symbol));

    public Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<AvailableSeries>>([]);
}

/// <summary>Results in memory.</summary>
internal sealed class Results : IResultStore
{
    private readonly Channel<int> _purged = Channel.CreateUnbounded<int>();

    public ConcurrentDictionary<SessionKey, string> Saved { get; } = new();

    /// <summary>How often the expired ones were removed.</summary>
    public int Purges { get; private set; }

    /// <summary>One entry for each time.</summary>
    public ChannelReader<int> Purged => _purged.Reader;

    /// <summary>So many saves fail.</summary>
    public int Failing { get; set; }

    public ValueTask SaveAsync(SessionKey key, ReadOnlyMemory<byte> report, CancellationToken ct)
    {
        if (Failing-- > 0) throw new IOException("the results cannot be written");
        Saved[key] = System.Text.Encoding.UTF8.GetString(report.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ReadOnlyMemory<byte>?> LoadAsync(SessionKey key, CancellationToken ct) =>
        ValueTask.FromResult(Saved.TryGetValue(key, out var report) ? System.Text.Encoding.UTF8.GetBytes(report) : (ReadOnlyMemory<byte>?)null);

    public ValueTask<IReadOnlyList<StoredResult>> ListAsync(string tenant, CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<StoredResult>>([]);

    public ValueTask<int> PurgeAsync(int most, CancellationToken ct)
    {
        Purges++;
        _purged.Writer.TryWrite(Purges);
        return ValueTask.FromResult(0);
    }
}

/// <summary>The real engine, until a test wants it to break.</summary>
internal sealed class FaultyRuns : ISimulationRunFactory
{
    /// <summary>Every run that completes this tick breaks; 0 = none.</summary>
    public int BreakAtTick { get; set; }

    /// <summary>Called when a run is asked for its account; may throw. For runs that are made while it is set.</summary>
    public Action? AskedForAccount { get; set; }

    public int Created { get; private set; }

    public ISimulationRun Create(SimulationConfig config, IReadOnlyList<BarSeries> series, ReadOnlyMemory<byte>? snapshot)
    {
        Created++;
        var run = new SimulationRunFactory().Create(config, series, snapshot);
        return BreakAtTick > 0 || AskedForAccount is not null ? new BreakingRun(run, BreakAtTick, () => AskedForAccount?.Invoke()) : run;
    }
}

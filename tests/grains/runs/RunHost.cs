using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;
using Trading.Grains.Runs;
using Trading.Grains.Tests.Data;
using Trading.Grains.Tests.Sessions;
using Trading.Grains.Tests.Support;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Runs;

/// <summary>A silo that computes runs, and sessions beside them, with states, bars and the wall clock in the test's hands.</summary>
internal sealed class RunHost : IAsyncDisposable
{
    public const string User = SessionHost.User;

    private readonly WireWatch _wire;

    private RunHost(SessionHost sessions, DataStates states, CapturedLog log, WireWatch wire)
    {
        (Sessions, States, Log, _wire) = (sessions, states, log, wire);
    }

    public SessionHost Sessions { get; }

    public DataStates States { get; }

    public CapturedLog Log { get; }

    public IClusterClient Client => Sessions.Grains.Client;

    public RunPool Pool => Sessions.Grains.Services.GetRequiredService<RunPool>();

    /// <param name="workers">Threads that compute; 0 leaves the work to the test.</param>
    /// <param name="states">Of a host before, or of a host beside.</param>
    /// <param name="options">Beyond short intervals.</param>
    /// <param name="plan">Plan of the user.</param>
    /// <param name="cluster">As of <see cref="GrainHost.StartAsync"/>.</param>
    public static async Task<RunHost> StartAsync(int workers = 1, DataStates? states = null, Func<RunOptions, RunOptions>? options = null, Plan plan = Plan.Enterprise, Action<ISiloBuilder>? cluster = null)
    {
        var settings = new RunOptions { Workers = workers, SliceTicks = 500, ReportEvery = TimeSpan.FromMilliseconds(100) };
        settings = options?.Invoke(settings) ?? settings;
        Assert.Empty(settings.Problems());
        states ??= new DataStates();
        var (log, wire) = (new CapturedLog(), new WireWatch());
        var sessions = await SessionHost.StartAsync(plan: plan, cluster: cluster, configure: services =>
        {
            services.AddSingleton<ILoggerProvider>(log);
            services.AddSingleton(Options.Create(settings));
            services.AddKeyedSingleton<IGrainStorage>("trading", states);
            services.AddSingleton<IOutgoingGrainCallFilter>(wire);
            services.AddRuns();
        });
        sessions.Bars.Series["WAVE"] = Wave;
        sessions.Bars.Series["GAPS"] = WaveBars.Series("GAPS", 3, 200, seed: 2, gaps: 30);
        return new RunHost(sessions, states, log, wire);
    }

    /// <summary>600 bars without a gap.</summary>
    public static BarSeries Wave { get; } = WaveBars.Series("WAVE", 3, 200, seed: 1);

    public static SimulationConfig Config => SmallBars.Config(30) with { LatencyMs = 200, LatencyJitterMs = 300, Seed = 7 };

    public static RunRequest Backtest(int fast = 5, int slow = 20, long quantity = 10, bool isShort = true, params string[] symbols) => new()
    {
        Kind = RunKind.Backtest,
        Symbols = symbols.Length == 0 ? ["WAVE"] : symbols,
        DataProvider = "polygon",
        DataVersion = "adjusted",
        Config = SimulationConfigJson.Write(Config),
        Strategy = RunRequest.SmaCross,
        Fast = new[] { fast },
        Slow = new[] { slow },
        Quantity = new[] { quantity * Instrument.Unit },
        Short = isShort,
    };

    /// <summary>Parameter sets of <see cref="Sweep"/> as it is by default.</summary>
    public const int Sets = 48;

    /// <summary>Of the combinations some are skipped.</summary>
    public static RunRequest Sweep(int fast = 6, int slow = 5, int quantities = 2) => Backtest() with
    {
        Kind = RunKind.Sweep,
        Fast = Enumerable.Range(0, fast).Select(at => 2 + (4 * at)).ToArray(),
        Slow = Enumerable.Range(0, slow).Select(at => 9 + (7 * at)).ToArray(),
        Quantity = Enumerable.Range(1, quantities).Select(at => at * Instrument.Unit).ToArray(),
    };

    /// <summary>What each set of a request gives on the bare engine.</summary>
    public static SetResult[] Expected(RunRequest request)
    {
        var config = SimulationConfigJson.Read(request.Config);
        return [.. SweepGrid.Expand(request, out _).Select(set =>
        {
            var run = new StrategyRun(config, [Wave], set, request.Short);
            Assert.True(run.Advance(int.MaxValue));
            return run.Result();
        })];
    }

    public IRunGrain Run(string id, string user = User) => Client.GetGrain<IRunGrain>(GrainKeys.Run(user, id));

    public IRunsGrain Runs(string user = User) => Client.GetGrain<IRunsGrain>(user);

    public async Task<RunStatus> BeginAsync(string id, RunRequest request)
    {
        var started = await Run(id).Begin(request, default);
        Assert.Null(started.Problem);
        return started.Status!;
    }

    public async Task<RunProblem> RefusedAsync(string id, RunRequest request) => (await Run(id).Begin(request, default)).Problem!;

    public Task<RunStatus> EndAsync(string id) => UntilAsync(id, status => status.State is RunState.Completed or RunState.Cancelled or RunState.Failed);

    public async Task<RunStatus> UntilAsync(string id, Func<RunStatus, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            if (await Run(id).GetStatus(patience.Token) is { } status && holds(status)) return status;
            await Task.Delay(5, patience.Token);
        }
    }

    public async Task<SetResult[]> ResultsAsync(string id, ResultOrder order = ResultOrder.Set, int page = 1, int size = 1_000) =>
        [.. (await Run(id).GetResults(new ResultQuery(order, page, size), default))!.Results];

    public async ValueTask DisposeAsync()
    {
        await Sessions.DisposeAsync();
        Assert.Empty(_wire.Faults);
    }

    /// <summary>Looks at everything that runs, their workers and their callers send and answer.</summary>
    private sealed class WireWatch : IOutgoingGrainCallFilter
    {
        public ConcurrentQueue<string> Faults { get; } = new();

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.InterfaceMethod.DeclaringType?.Namespace != typeof(IRunGrain).Namespace)
            {
                await context.Invoke();
                return;
            }

            for (var at = 0; at < context.Request.GetArgumentCount(); at++) Look(context.Request.GetArgument(at));
            await context.Invoke();
            Look(context.Result);
        }

        private void Look(object? value)
        {
            try
            {
                WireTypes.Check(value);
            }
            catch (Xunit.Sdk.XunitException fault)
            {
                Faults.Enqueue(fault.Message);
            }
        }
    }
}

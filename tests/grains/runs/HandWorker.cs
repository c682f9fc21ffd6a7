using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Runs;

namespace Trading.Grains.Tests.Runs;

/// <summary>A worker that does what the test says, call by call.</summary>
internal sealed class HandWorker(IRunGrain run, string name, int threads = 1)
{
    public static RunData Data { get; } = new(
        new[] { new SymbolRange("WAVE", RunHost.Wave.OpenTime[0], RunHost.Wave.OpenTime[^1], 600, 0) }, new[] { "fingerprint" }, new[] { "synthetic" }, 1, 600);

    public List<ParameterSet> Held { get; } = [];

    public RunRequest? Request { get; private set; }

    public WorkOrders? Last { get; private set; }

    /// <summary>Reports the results of some of the sets it holds, and takes what it is given.</summary>
    public async Task<WorkOrders> CallAsync(int finished = 0, RunData? data = null, Func<SetResult, SetResult>? change = null, RunError? problem = null, bool mayPass = false, bool isLeaving = false)
    {
        var results = Held.Take(finished).Select(set => Compute(set, change)).ToArray();
        var report = new WorkReport
        {
            Worker = name,
            Threads = threads,
            KnowsRequest = Request is not null,
            InWork = Held.Select(set => set.Number).ToArray(),
            Results = results,
            Data = data,
            Problem = problem,
            MayPass = mayPass,
            IsLeaving = isLeaving,
        };
        Last = await run.Work(report, default);
        Request ??= Last.Request;
        Held.RemoveRange(0, finished);
        Held.AddRange(Last.Sets);
        return Last;
    }

    private SetResult Compute(ParameterSet set, Func<SetResult, SetResult>? change)
    {
        var strategy = new StrategyRun(SimulationConfigJson.Read(Request!.Config), [RunHost.Wave], set, Request.Short);
        strategy.Advance(int.MaxValue);
        return change?.Invoke(strategy.Result()) ?? strategy.Result();
    }
}

using System.Collections.Concurrent;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Runs;

namespace Trading.Gateway.Tests;

/// <summary>The runs as a gateway sees them: every run is what the test says, every request is kept.</summary>
internal sealed class FakeRuns
{
    private readonly ConcurrentDictionary<string, FakeRun> _runs = new();

    internal FakeRun At(string userId, string id) => _runs.GetOrAdd($"{userId}/{id}", _ => new FakeRun(id) { Refusal = Refusal });

    internal FakeList Of(string userId) => new(this, userId);

    /// <summary>Every start is refused with it.</summary>
    internal RunProblem? Refusal { get; set; }

    /// <summary>Starts, in order.</summary>
    internal IReadOnlyList<RunRequest> Begun => [.. _runs.Values.Select(run => run.Request).OfType<RunRequest>()];

    internal sealed class FakeList(FakeRuns runs, string userId) : IRunsGrain
    {
        public Task<RunProblem?> Admit(string id, RunKind kind, int? most, CancellationToken cancellationToken) => Task.FromResult<RunProblem?>(null);

        public Task<RunList> List(RunKind kind, int skip, int take, CancellationToken cancellationToken)
        {
            var own = runs._runs.Where(run => run.Key.StartsWith(userId + "/", StringComparison.Ordinal) && run.Value.Request?.Kind == kind).OrderByDescending(run => run.Value.Order).Select(run => run.Value.Id).ToArray();
            return Task.FromResult(new RunList(own.Length, own.Skip(skip).Take(take).ToArray()));
        }
    }
}

internal sealed class FakeRun(string id) : IRunGrain
{
    private static int _order;

    internal string Id => id;

    internal int Order { get; private set; }

    internal RunProblem? Refusal { get; init; }

    internal RunRequest? Request { get; set; }

    internal string? Report { get; set; }

    internal ConcurrentQueue<ResultQuery> Queries { get; } = new();

    internal SetResult[] Results { get; set; } = [Result(1), Result(2) with { Error = "broken" }];

    /// <summary>Changes what the run says of itself.</summary>
    internal Func<RunStatus, RunStatus> Change { get; set; } = status => status;

    internal static SetResult Result(int number) => new(
        new ParameterSet(number, 5, 20, 1_050_000_000),
        null,
        new Int128(0, 12_345_678) * 100_000_000_000_000,
        -0.125,
        null,
        0.0625,
        3,
        1,
        6,
        6,
        SimulationConfig.MoneyUnit / 2,
        new string('a', 64));

    public Task<RunStarted> Begin(RunRequest request, CancellationToken cancellationToken)
    {
        if (Refusal is { } problem) return Task.FromResult(new RunStarted(problem, null, false));
        var isNew = Request is null;
        Request ??= request;
        if (isNew) Order = Interlocked.Increment(ref _order);
        return Task.FromResult(new RunStarted(null, Status(), isNew));
    }

    public Task<RunStatus?> GetStatus(CancellationToken cancellationToken) => Task.FromResult(Request is null ? null : Status());

    public Task<RunStatus?> Cancel(CancellationToken cancellationToken)
    {
        Change = status => status with { State = RunState.Cancelled, EndedAt = 1_700_000_000_000_002 };
        return GetStatus(cancellationToken);
    }

    public Task<ResultPage?> GetResults(ResultQuery query, CancellationToken cancellationToken)
    {
        Queries.Enqueue(query);
        return Task.FromResult<ResultPage?>(new ResultPage(Status()!.State, Results.Length, [.. Results.Skip((query.Page - 1) * query.PageSize).Take(query.PageSize)]));
    }

    public Task<string?> GetReport(CancellationToken cancellationToken) => Task.FromResult(Report);

    public Task<WorkOrders> Work(WorkReport report, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task Forget(CancellationToken cancellationToken) => throw new NotSupportedException();

    private RunStatus Status() => Change(new RunStatus(id, Request!, RunState.Queued, 1_700_000_000_000_000, null, null, 2, 0, 0, 1, 0, null, null, null, null));
}

using Orleans.Concurrency;

namespace Trading.GrainInterfaces.Runs;

/// <summary>One server-side run, a backtest or a sweep; key = tenant/id. Null everywhere: there is no such run.</summary>
/// <remarks>It computes nothing itself: the workers of all silos ask it for parameter sets and bring the results.</remarks>
[Alias("trading.run")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Begins the run in the background and answers at once. Repeating the call is harmless; another request under the same id is refused.</summary>
    [Alias("begin")]
    [ResponseTimeout("00:00:30")]
    Task<RunStarted> Begin(RunRequest request, CancellationToken cancellationToken);

    [Alias("status")]
    [ResponseTimeout("00:00:30")]
    [AlwaysInterleave]
    Task<RunStatus?> GetStatus(CancellationToken cancellationToken);

    /// <summary>Ends the run before its time; results that are stored stay. A run that has ended is left as it is.</summary>
    [Alias("cancel")]
    [ResponseTimeout("00:00:30")]
    Task<RunStatus?> Cancel(CancellationToken cancellationToken);

    /// <summary>A page of the results that are there, also while the run goes on.</summary>
    [Alias("results")]
    [ResponseTimeout("00:00:30")]
    Task<ResultPage?> GetResults(ResultQuery query, CancellationToken cancellationToken);

    /// <summary>The engine's report of a completed backtest, JSON; null also when there is none yet.</summary>
    [Alias("report")]
    [ResponseTimeout("00:00:30")]
    Task<string?> GetReport(CancellationToken cancellationToken);

    /// <summary>For workers: takes results and hands out sets. Never waits for computing. Repeating it is harmless.</summary>
    [Alias("work")]
    [ResponseTimeout("00:00:10")]
    Task<WorkOrders> Work(WorkReport report, CancellationToken cancellationToken);

    /// <summary>Removes everything that is stored of a run that has ended.</summary>
    [Alias("forget")]
    [ResponseTimeout("00:00:30")]
    Task Forget(CancellationToken cancellationToken);
}

/// <summary>Order of results; ties by number, sets without the figure last.</summary>
public enum ResultOrder : byte
{
    /// <summary>Ascending number.</summary>
    Set = 0,

    /// <summary>Highest first.</summary>
    FinalEquity = 1,

    /// <summary>Highest first.</summary>
    SharpeRatio = 2,

    /// <summary>Smallest first.</summary>
    MaxDrawdown = 3,

    /// <summary>Most first.</summary>
    Trades = 4,
}

/// <param name="Page">From 1.</param>
/// <param name="PageSize">1 to 1,000.</param>
[GenerateSerializer, Immutable, Alias("trading.result-query")]
public sealed record ResultQuery([property: Id(0)] ResultOrder Order, [property: Id(1)] int Page, [property: Id(2)] int PageSize);

/// <param name="State">State of the run.</param>
/// <param name="Total">Results there are, failed sets included.</param>
/// <param name="Results">Those of the page.</param>
[GenerateSerializer, Immutable, Alias("trading.result-page")]
public sealed record ResultPage([property: Id(0)] RunState State, [property: Id(1)] int Total, [property: Id(2)] IReadOnlyList<SetResult> Results);

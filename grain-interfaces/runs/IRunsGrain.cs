using Orleans.Concurrency;

namespace Trading.GrainInterfaces.Runs;

/// <summary>The runs of one user: counts those that go on, lists all that are kept, removes old ones; key = user id.</summary>
[Alias("trading.runs")]
public interface IRunsGrain : IGrainWithStringKey
{
    /// <summary>Writes down a run that is about to begin. Repeating it changes nothing.</summary>
    /// <param name="id">Id of the run.</param>
    /// <param name="kind">Backtest or sweep.</param>
    /// <param name="most">Most runs of the user that may go on at a time; null = as many as the settings say.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it may not begin; null when it may.</returns>
    [Alias("admit")]
    [ResponseTimeout("00:00:10")]
    Task<RunProblem?> Admit(string id, RunKind kind, int? most, CancellationToken cancellationToken);

    /// <summary>Ids of the runs of one kind, newest first.</summary>
    [Alias("list")]
    [ResponseTimeout("00:00:10")]
    [AlwaysInterleave]
    Task<RunList> List(RunKind kind, int skip, int take, CancellationToken cancellationToken);
}

/// <param name="Total">Runs of the kind that are kept.</param>
/// <param name="Ids">Those asked for.</param>
[GenerateSerializer, Immutable, Alias("trading.run-list")]
public sealed record RunList([property: Id(0)] int Total, [property: Id(1)] IReadOnlyList<string> Ids);

namespace Trading.GrainInterfaces.Runs;

/// <summary>Results of one run, <see cref="Capacity"/> sets a grain, so that no stored document grows with the run; key = tenant/id/part. Only the run calls it.</summary>
[Alias("trading.run-results")]
public interface IRunResultsGrain : IGrainWithStringKey
{
    /// <summary>Sets of one grain: part 0 has the sets 1 to 256, part 1 those from 257 on.</summary>
    const int Capacity = 256;

    /// <summary>Stores results; they are durable when it returns. A set that has a result keeps it.</summary>
    [Alias("add")]
    [ResponseTimeout("00:00:10")]
    Task Add(IReadOnlyList<SetResult> results, string? report, CancellationToken cancellationToken);

    [Alias("get")]
    [ResponseTimeout("00:00:10")]
    Task<StoredResults> Get(CancellationToken cancellationToken);

    [Alias("clear")]
    [ResponseTimeout("00:00:10")]
    Task Clear(CancellationToken cancellationToken);
}

/// <param name="Results">In the order in which they came.</param>
/// <param name="Report">The engine's report of a backtest, JSON; null when there is none.</param>
[GenerateSerializer, Immutable, Alias("trading.stored-results")]
public sealed record StoredResults([property: Id(0)] IReadOnlyList<SetResult> Results, [property: Id(1)] string? Report);

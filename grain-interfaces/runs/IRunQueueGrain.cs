using Orleans.Concurrency;

namespace Trading.GrainInterfaces.Runs;

/// <summary>The runs of the cluster that go on, stored, so that whatever dies, somebody works on them again; key = 0.</summary>
[Alias("trading.run-queue")]
public interface IRunQueueGrain : IGrainWithIntegerKey
{
    /// <summary>A run is about to begin. Repeating it changes nothing.</summary>
    /// <param name="run">Grain key of the run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when as many go on as the settings allow.</returns>
    [Alias("add")]
    [ResponseTimeout("00:00:05")]
    Task<bool> Add(string run, CancellationToken cancellationToken);

    /// <summary>A run goes on no more.</summary>
    /// <param name="run">Grain key of the run.</param>
    /// <param name="neverBegan">Nothing is stored of it. One that was added only just now may still begin and stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [Alias("remove")]
    [ResponseTimeout("00:00:05")]
    Task Remove(string run, bool neverBegan, CancellationToken cancellationToken);

    /// <summary>What goes on; answers at once when that is other than the caller has <paramref name="seen"/>, else within a second. Every silo keeps asking.</summary>
    [Alias("watch")]
    [ResponseTimeout("00:00:05")]
    [AlwaysInterleave]
    Task<ActiveRuns> Watch(long seen, CancellationToken cancellationToken);
}

/// <param name="Version">To be given with the next question.</param>
/// <param name="Runs">Grain keys, oldest first.</param>
[GenerateSerializer, Immutable, Alias("trading.active-runs")]
public sealed record ActiveRuns([property: Id(0)] long Version, [property: Id(1)] IReadOnlyList<string> Runs);

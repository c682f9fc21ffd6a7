using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>Results of up to <see cref="IRunResultsGrain.Capacity"/> sets.</summary>
[GenerateSerializer, Alias("trading.run-results-state")]
public sealed class RunResultsState
{
    [Id(0)] public List<SetResult> Results { get; set; } = [];

    [Id(1)] public string? Report { get; set; }
}

/// <summary>One bounded document of results.</summary>
public sealed class RunResultsGrain([PersistentState("run-results", "trading")] IPersistentState<RunResultsState> state) : Grain, IRunResultsGrain
{
    public async Task Add(IReadOnlyList<SetResult> results, string? report, CancellationToken cancellationToken)
    {
        var known = state.State.Results.Select(result => result.Set.Number).ToHashSet();
        var fresh = results.Where(result => known.Add(result.Set.Number)).ToArray();
        if (fresh.Length == 0) return;
        state.State.Results.AddRange(fresh);
        state.State.Report ??= report;
        try
        {
            await state.WriteStateAsync(CancellationToken.None);
        }
        catch
        {
            // nobody knows what is stored now: the next activation reads it
            DeactivateOnIdle();
            throw;
        }
    }

    public Task<StoredResults> Get(CancellationToken cancellationToken) => Task.FromResult(new StoredResults(state.State.Results.ToArray(), state.State.Report));

    public async Task Clear(CancellationToken cancellationToken)
    {
        if (state.RecordExists) await state.ClearStateAsync(CancellationToken.None);
        DeactivateOnIdle();
    }
}

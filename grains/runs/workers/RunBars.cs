using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Runs;
using Trading.Grains.Sessions;
using Trading.MarketData.Sources;

namespace Trading.Grains.Runs;

/// <summary>The bars of a run cannot be had.</summary>
/// <param name="error">Fit to be shown.</param>
/// <param name="mayPass">Trying again may help.</param>
internal sealed class RunBarsException(RunError error, bool mayPass) : Exception(error.Message)
{
    public RunError Error => error;

    public bool MayPass => mayPass;
}

/// <summary>Finds the bars of a run as a session finds its own, from the process's cache; or finds those again that the run began with, as a session does that comes back.</summary>
public sealed class RunBars(SessionLoader loader, TimeProvider time)
{
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="id">Id of the run.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="known">The bars that the run began with; null when nobody has read them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunBarsException">They cannot be had.</exception>
    internal async Task<LoadedRun> LoadAsync(string tenant, string id, RunRequest request, RunData? known, CancellationToken cancellationToken)
    {
        try
        {
            var definition = known is null ? await FindAsync(tenant, id, request, cancellationToken) : Again(tenant, id, request, known);
            var series = new BarSeries[definition.Definition.Loaded.Count];
            for (var symbol = 0; symbol < series.Length; symbol++) series[symbol] = await loader.Data.Again(definition.Definition, symbol, cancellationToken);
            return new LoadedRun(tenant, id, request, definition.Definition.Config, series, known ?? DataOf(definition.Definition, definition.Ticks));
        }
        catch (SessionDataException changed)
        {
            throw new RunBarsException(new RunError("DATA_CHANGED", $"The run cannot go on with the bars it began with: {changed.Message}"), mayPass: false);
        }
        catch (Exception problem) when (problem is IOException or BarSourceException)
        {
            throw new RunBarsException(new RunError("DATA_PROVIDER_UNAVAILABLE", "The bars cannot be read"), mayPass: true);
        }
    }

    private async Task<(SessionDefinition Definition, int Ticks)> FindAsync(string tenant, string id, RunRequest request, CancellationToken cancellationToken)
    {
        var prepared = await loader.Prepare(tenant, RunRules.Session(id, request), time.GetUtcNow(), cancellationToken);
        if (prepared.Error is { } error) throw new RunBarsException(new RunError(error.Code, error.Message), mayPass: error.RetryAfterMs is not null);
        return (prepared.Definition!, prepared.Run!.TickCount);
    }

    private static RunData DataOf(SessionDefinition definition, int ticks) =>
        new(definition.Loaded.ToArray(), definition.Fingerprints.ToArray(), definition.Sources!.ToArray(), Instants.Micros(definition.CreatedAt), ticks);

    private static (SessionDefinition Definition, int Ticks) Again(string tenant, string id, RunRequest request, RunData known)
    {
        var session = RunRules.Session(id, request);
        var definition = new SessionDefinition
        {
            Tenant = tenant,
            SessionId = id,
            Loaded = known.Loaded,
            Fingerprints = known.Fingerprints,
            Sources = known.Sources,
            DataProvider = request.DataProvider,
            DataVersion = request.DataVersion,
            Config = SimulationConfigJson.Read(session.Config.Json),
            Extensions = session.Extensions,
            CreatedAt = Instants.FromMicros(known.ReadAt),
        };
        return (definition, known.Ticks);
    }
}

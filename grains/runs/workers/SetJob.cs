using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Runs;
using Trading.Grains.Diagnostics;

namespace Trading.Grains.Runs;

/// <summary>What all sets of a run have in common in this process.</summary>
/// <param name="Tenant">Whose run it is.</param>
/// <param name="Id">Id of the run.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Config">The engine's configuration.</param>
/// <param name="Series">The bars, shared by all sets and by whoever else uses them.</param>
/// <param name="Data">What the bars are.</param>
internal sealed record LoadedRun(string Tenant, string Id, RunRequest Request, SimulationConfig Config, IReadOnlyList<BarSeries> Series, RunData Data);

/// <summary>A set that is finished, and the engine's report where the run wants one.</summary>
internal sealed record FinishedSet(SetResult Result, string? Report);

/// <summary>One parameter set to be computed, in slices, by any thread but one at a time.</summary>
internal sealed class SetJob(LoadedRun run, ParameterSet set, Action<FinishedSet> finished, Action<Exception, ParameterSet> failed, CancellationToken cancellation)
{
    private StrategyRun? _strategy;
    private int _completed;
    private bool _isStarted;

    public string Tenant => run.Tenant;

    public string Run => run.Id;

    public bool IsCancelled => cancellation.IsCancellationRequested;

    public bool IsBegun => _isStarted;

    /// <summary>May be read by any thread.</summary>
    public int CompletedTicks => Volatile.Read(ref _completed);

    /// <summary>Executes a slice; true when nothing is left to do. A failure of the engine is this set's result and nobody else's trouble.</summary>
    public bool Advance(int ticks)
    {
        if (IsCancelled)
        {
            if (_isStarted) RunMetrics.SetLeft();
            return true;
        }

        try
        {
            Start();
            var isDone = _strategy!.Advance(ticks);
            Volatile.Write(ref _completed, _strategy.CompletedTicks);
            if (!isDone) return false;
            var result = new FinishedSet(_strategy.Result(), run.Request.Kind == RunKind.Backtest ? _strategy.Report(run.Id) : null);
            RunMetrics.SetEnded(success: true);
            finished(result);
        }
#pragma warning disable CA1031 // an assertion of the engine ends this set and no other
        catch (Exception failure)
#pragma warning restore CA1031
        {
            RunMetrics.SetEnded(success: false);
            failed(failure, set);
            finished(new FinishedSet(SetResult.Failed(set, "The simulation failed because of an error in the service"), null));
        }

        _strategy = null;
        return true;
    }

    private void Start()
    {
        if (_isStarted) return;
        _isStarted = true;
        RunMetrics.SetStarted();
        _strategy = new StrategyRun(run.Config, run.Series, set, run.Request.Short);
    }
}

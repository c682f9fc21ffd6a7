using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Store;

namespace Trading.Grains.Data;

/// <summary>
/// The one place where a symbol's partitions are written. It belongs to one run at a time (OHLCV-141); what to do is in the run's
/// <see cref="SymbolWork"/>, so this grain holds nothing that must survive.
/// </summary>
public sealed partial class SymbolDataGrain(SymbolTools tools, IGrainFactory grains, ILogger<SymbolDataGrain> logger) : Grain, ISymbolDataGrain
{
    /// <summary>A run that does not come back for so long is gone, and the next one may have the symbol. Longer than any pause between two slices.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private const int WaitForOtherMs = 1_000;

    /// <summary>How often a store that is busy with another process's writing is asked again, five seconds apart, before the symbol fails.</summary>
    private const int MostBusy = 360;

    private const int WaitForStoreMs = 5_000;
    private const int LongestWaitMs = 60_000;

    private readonly DownloadSlice _download = new(tools, grains);
    private readonly ActionsSlice _actions = new(tools, grains);
    private string? _run;
    private DateTimeOffset _until;

    private string Symbol => this.GetPrimaryKeyString();

    public async Task<SliceResult> Advance(string run, SymbolWork work, CancellationToken cancellationToken)
    {
        var now = tools.Time.GetUtcNow();
        if (_run is not null && _run != run && now < _until) return new(work, false, null, WaitForOtherMs);
        (_run, _until) = (run, now + Lease);
        var started = tools.Time.GetTimestamp();
        var result = await Slice(work, cancellationToken);
        tools.Metrics.Slice(PhaseName(work.Phase), tools.Time.GetElapsedTime(started));
        _until = tools.Time.GetUtcNow() + Lease;
        return result with { WaitMs = Math.Min(result.WaitMs, LongestWaitMs) };
    }

    public Task Release(string run, CancellationToken cancellationToken)
    {
        if (_run == run) _run = null;
        return Task.CompletedTask;
    }

    internal static string PhaseName(UpdatePhase phase) => phase switch
    {
        UpdatePhase.Validating => "validating",
        UpdatePhase.Downloading => "downloading",
        UpdatePhase.Resampling => "resampling",
        UpdatePhase.Reporting => "reporting",
        _ => "waiting",
    };

    private async Task<SliceResult> Slice(SymbolWork work, CancellationToken cancellationToken)
    {
        try
        {
            switch (work.Phase)
            {
                case UpdatePhase.Downloading:
                    await Watch();
                    var asksActions = work.ToFetch.Count == 0 && _actions.IsDue(Symbol, work);
                    var outcome = asksActions ? await _actions.Run(Symbol, work, cancellationToken) : await _download.Run(Symbol, work, cancellationToken);
                    return new(Calm(outcome.Work), false, outcome.Error, outcome.WaitMs);
                case UpdatePhase.Resampling:
                    await Watch();
                    return new(Calm(await new ResampleSlice(tools).Run(Symbol, work, cancellationToken)), false, null, 0);
                case UpdatePhase.Reporting:
                    var (reported, isDone) = await new ReportSlice(tools).Run(Symbol, work, cancellationToken);
                    return new(reported, isDone, isDone ? reported.Failure : null, 0);
                default:
                    return new(Calm(await new ValidationSlice(tools).Run(Symbol, work with { Phase = UpdatePhase.Validating }, cancellationToken)), false, null, 0);
            }
        }
        catch (CandleStoreException busy) when (busy.Problem == CandleStoreProblem.Busy && work.Busy < MostBusy)
        {
            return new(work with { Busy = work.Busy + 1 }, false, null, WaitForStoreMs);
        }
        catch (Exception problem) when (problem is CandleStoreException or IOException or OverflowException or CandleFileException)
        {
            // what the exception cannot carry across processes, its message does
            LogFailed(problem, PhaseName(work.Phase), Symbol);
            tools.Metrics.Failed(PhaseName(work.Phase), "store");
            return new(work, false, $"{PhaseName(work.Phase)} of {Symbol}: {problem.Message}", 0);
        }
    }

    private static SymbolWork Calm(SymbolWork work) => work.Busy == 0 ? work : work with { Busy = 0 };

    private async Task Watch()
    {
        try
        {
            await tools.Watch.Look();
        }
        catch (CandleStoreException problem)
        {
            // the writing that follows says it better, if it is one
            LogUnmeasured(problem);
        }
    }

    [LoggerMessage(3410, LogLevel.Error, "{Phase} of {Symbol} failed in the store")]
    private partial void LogFailed(Exception problem, string phase, string symbol);

    [LoggerMessage(3411, LogLevel.Warning, "The store's space cannot be measured")]
    private partial void LogUnmeasured(Exception problem);
}

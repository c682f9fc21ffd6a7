using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Diagnostics;
using Trading.Grains.Sessions;
using Trading.Storage.Usage;

namespace Trading.Grains.Runs;

/// <summary>
/// One backtest or sweep. It hands out parameter sets to whoever asks, stores the results that come back, and is over when every set has one. Results are idempotent by
/// number: a set may be computed twice, when its worker was thought lost, and counts once.
/// </summary>
/// <remarks>
/// Results lie in grains of their own (<see cref="IRunResultsGrain"/>), so what this grain stores stays small and is written three times in a run's life. A new activation
/// counts the stored results and goes on; workers that still compute name their sets with their next report.
/// </remarks>
public sealed partial class RunGrain(
    [PersistentState("run", "trading")] IPersistentState<RunDocument> state,
    SessionLoader loader,
    IUsageStore usage,
    IOptions<RunOptions> options,
    TimeProvider time,
    ILogger<RunGrain> logger) : Grain, IRunGrain
{
    private readonly RunOptions _options = options.Value;
    private string _tenant = "";
    private string _id = "";

    /// <summary>As it is stored.</summary>
    private RunRecord? _record;

    private List<ParameterSet> _sets = [];
    private int _skipped;
    private WorkLedger? _ledger;
    private SetResult?[]? _results;
    private SetResult? _best;

    private string Key => this.GetPrimaryKeyString();

    private long Now => Instants.Micros(time.GetUtcNow());

    private bool IsGoingOn => _record is { } record && !record.IsOver();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var parts = GrainKeys.Split(Key);
        if (parts.Length != 2) throw new ArgumentException("a run is named tenant/id");
        (_tenant, _id) = (parts[0], parts[1]);
        _record = state.State.Record;
        if (_record is not { } record) return;
        _sets = SweepGrid.Expand(record.Request, out _skipped);
        if (IsGoingOn)
        {
            await LoadResults(cancellationToken);
            RunMetrics.Started(KindName);
            LogResumed(_id, _ledger!.Done + _ledger.Failed, _sets.Count);
        }

        if (!record.IsSettled) StartTimer();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (IsGoingOn) RunMetrics.Left(KindName);
        return Task.CompletedTask;
    }

    public async Task<RunStarted> Begin(RunRequest request, CancellationToken cancellationToken)
    {
        var hash = RunRules.HashOf(request);
        if (_record is { } known && !IsExpired(known)) return known.RequestHash == hash ? new RunStarted(null, Status(), false) : Refused(Reused());
        if (_record is { IsSettled: false }) return Refused(new RunProblem(RunProblemKind.Unavailable, "RUN_IS_ENDING", "A run of this name has ended and is not done with its accounts; ask again"));
        if (RunRules.Check(request, _options) is { } broken) return Refused(broken);
        if (loader.Check(RunRules.Session(_id, request)) is { } wrong) return Refused(RunRules.Of(wrong));
        var limits = (await Tenant.GetLimits()).Limits;
        if (await Refusal(request, limits) is { } problem) return Refused(problem);

        // the time of one before, of the same name, is over
        if (_record is not null) await Clear(cancellationToken);

        // written down from the outside in: what is known here is known there, so nobody has to be asked to resume it
        if (await Runs.Admit(_id, request.Kind, MostRunning(limits), cancellationToken) is { } full) return Refused(full);
        if (!await Queue.Add(Key, cancellationToken)) return Refused(new RunProblem(RunProblemKind.Unavailable, "TOO_MANY_RUNS", "As many runs go on as this service takes at a time; ask again"));
        _sets = SweepGrid.Expand(request, out _skipped);
        await Save(new RunRecord { Request = request, RequestHash = hash, CreatedAt = Now });
        Prepare();
        StartTimer();
        RunMetrics.Started(KindName);
        LogBegun(_id, request.Kind, _sets.Count, _skipped);
        return new RunStarted(null, Status(), true);
    }

    public Task<RunStatus?> GetStatus(CancellationToken cancellationToken) => Task.FromResult(Status());

    public async Task<RunStatus?> Cancel(CancellationToken cancellationToken)
    {
        if (IsGoingOn) await End(RunState.Cancelled, null);
        return Status();
    }

    public async Task<ResultPage?> GetResults(ResultQuery query, CancellationToken cancellationToken)
    {
        if (_record is not { } record) return null;
        if (_results is null) await LoadResults(cancellationToken);
        var results = _results!.OfType<SetResult>().ToArray();
        return new ResultPage(record.State, results.Length, RunFigures.Page(results, query));
    }

    public async Task<string?> GetReport(CancellationToken cancellationToken) =>
        _record is { State: RunState.Completed, Request.Kind: RunKind.Backtest } ? (await Part(0).Get(cancellationToken)).Report : null;

    public async Task Forget(CancellationToken cancellationToken)
    {
        if (IsGoingOn) return;
        await Clear(cancellationToken);
        DeactivateOnIdle();
    }

    /// <summary>Removes what is stored, results first: what is left of an interruption is known by the record.</summary>
    private async Task Clear(CancellationToken cancellationToken)
    {
        for (var part = 0; part * IRunResultsGrain.Capacity < _sets.Count; part++) await Part(part).Clear(cancellationToken);
        await state.ClearStateAsync(CancellationToken.None);
        (_record, _ledger, _results, _best) = (null, null, null, null);
    }

    private string KindName => _record?.Request.Kind == RunKind.Backtest ? RunMetrics.Backtest : RunMetrics.Sweep;

    private IRunQueueGrain Queue => GrainFactory.GetGrain<IRunQueueGrain>(0);

    private IRunsGrain Runs => GrainFactory.GetGrain<IRunsGrain>(_tenant);

    private ITenantGrain Tenant => GrainFactory.GetGrain<ITenantGrain>(_tenant);

    private IRunResultsGrain Part(int part) => GrainFactory.GetGrain<IRunResultsGrain>(GrainKeys.RunResults(Key, part));

    private static RunStarted Refused(RunProblem problem) => new(problem, null, false);

    private static RunProblem Reused() => new(RunProblemKind.Conflict, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request");

    /// <summary>What the plan does not include; what only the bars can show ends the run later.</summary>
    private async Task<RunProblem?> Refusal(RunRequest request, IReadOnlyDictionary<string, long> limits)
    {
        if (!await Tenant.AllowsProvider(request.DataProvider)) return RunRules.Invalid("UNSUPPORTED_DATA_PROVIDER", "The plan does not include this data provider", "data_provider");
        var most = limits.GetValueOrDefault("max_symbols_per_session", int.MaxValue);
        return request.Symbols.Count > most ? RunRules.Invalid("TOO_MANY_SYMBOLS", $"The plan allows {most} symbols", "symbols") : null;
    }

    /// <summary>What the plan allows of sessions at a time it allows of runs, too; null when the settings allow less.</summary>
    private int? MostRunning(IReadOnlyDictionary<string, long> limits)
    {
        var plan = limits.GetValueOrDefault("concurrent_sessions", int.MaxValue);
        return plan < _options.MaxRunning ? (int)plan : null;
    }

    /// <summary>Counts what is stored; for a run that goes on also what is left to do.</summary>
    private async Task LoadResults(CancellationToken cancellationToken)
    {
        var parts = (_sets.Count + IRunResultsGrain.Capacity - 1) / IRunResultsGrain.Capacity;
        var stored = await Task.WhenAll(Enumerable.Range(0, parts).Select(part => Part(part).Get(cancellationToken)));
        Prepare();
        foreach (var result in stored.SelectMany(part => part.Results)) Take(result);
    }

    private void Prepare()
    {
        _results = new SetResult?[_sets.Count];
        _ledger = new WorkLedger(_sets, _options.Lease);
        _best = null;
    }

    private void Take(SetResult result)
    {
        _results![result.Set.Number - 1] = result;
        _ledger!.Finish(result.Set.Number, result.Error is null);
        _best = RunFigures.Better(_best, result);
    }

    private RunStatus? Status()
    {
        if (_record is not { } record || IsExpired(record)) return null;
        var (done, failed, inWork) = record.IsOver() || _ledger is null ? (record.Done, record.Failed, 0L) : (_ledger.Done, _ledger.Failed, _ledger.TicksInWork);
        var ticks = record.Data?.Ticks;
        return new RunStatus(
            _id,
            record.Request,
            record.State,
            record.CreatedAt,
            record.StartedAt,
            record.EndedAt,
            _sets.Count,
            done,
            failed,
            _skipped,
            ((done + failed) * (long)(ticks ?? 0)) + inWork,
            ticks * (long)_sets.Count,
            record.IsOver() ? record.Best : _best,
            record.Hash,
            record.Error);
    }

    private bool IsExpired(RunRecord record) => record.EndedAt is { } at && Now - at >= _options.RetainedFor.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Nothing is shown, and nothing goes on, that is not stored.</summary>
    private async Task Save(RunRecord record)
    {
        state.State.Record = record;
        try
        {
            await state.WriteStateAsync();
            _record = record;
        }
        catch
        {
            // nobody knows what is stored now: the next activation reads it
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(3500, LogLevel.Information, "Run {Run}: a {Kind} of {Sets} parameter sets begins, {Skipped} combinations are skipped")]
    private partial void LogBegun(string run, RunKind kind, int sets, int skipped);

    [LoggerMessage(3501, LogLevel.Information, "Run {Run} goes on: {Finished} of {Sets} sets have results")]
    private partial void LogResumed(string run, int finished, int sets);
}

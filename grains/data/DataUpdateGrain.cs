using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Settings;
using Trading.MarketData.Updates;

namespace Trading.Grains.Data;

/// <summary>
/// One update request. It drives its symbols slice by slice, a timer for each one in work, and is stored after every slice; a reminder brings it back after
/// a crash, and it goes on where it stopped (OHLCV-129).
/// </summary>
/// <remarks>Reentrant, so that it answers while slices run: state changes only between two awaits, and what is shown is what is stored.</remarks>
[Reentrant]
public sealed partial class DataUpdateGrain(
    [PersistentState("data-update", "trading")] IPersistentState<DataUpdateState> state,
    IOptions<MarketDataOptions> options,
    DataMetrics metrics,
    DataClock clock,
    ILogger<DataUpdateGrain> logger) : Grain, IDataUpdateGrain, IRemindable
{
    internal const string Resume = "resume";
    internal const string Forget = "forget";

    private const int MostFailures = 5;
    private static readonly TimeSpan ResumeEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, IGrainTimer> _workers = [];
    private UpdateView? _view;
    private Task? _begin;
    private Task _write = Task.CompletedTask;
    private Task? _nextWrite;
    private Exception? _lost;

    private string Id => this.GetPrimaryKeyString();

    private DataUpdateState State => state.State;

    private bool IsRunning => state.RecordExists && State.CompletedAt is null;

    private long Now => clock.Micros;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!state.RecordExists) return;
        _view = new(State);
        if (!IsRunning) return;
        // a reminder service in memory forgets with its silo
        if (await this.GetReminder(Resume, cancellationToken) is null) await this.RegisterOrUpdateReminder(Resume, ResumeEvery, ResumeEvery, cancellationToken);
        LogResumed(Id, State.Symbols.Count(symbol => symbol.IsFinished), State.Symbols.Count);
        StartWorkers();
    }

    public Task Begin(UpdateRequest request, CancellationToken cancellationToken) =>
        state.RecordExists ? Task.CompletedTask : _begin ??= BeginOnce(request);

    public Task<UpdateStatus?> GetStatus(CancellationToken cancellationToken) => Task.FromResult(Shown()?.Status(Id, clock.Time.GetUtcNow()));

    public Task<IReadOnlyList<SymbolProgress>?> GetProgress(CancellationToken cancellationToken) => Task.FromResult(Shown()?.Progress());

    public Task<UpdateDetails?> GetDetails(CancellationToken cancellationToken) => Task.FromResult(Shown()?.Details(Id));

    public async Task<bool> Cancel(CancellationToken cancellationToken)
    {
        if (!IsRunning || State.IsCancelled) return false;
        State.IsCancelled = true;
        for (var at = 0; at < State.Symbols.Count; at++)
        {
            if (State.Symbols[at].State == SymbolUpdateState.Waiting) State.Symbols[at] = Cancelled(State.Symbols[at]);
        }

        if (State.Symbols.TrueForAll(symbol => symbol.IsFinished)) Complete();
        await Save();
        if (!IsRunning) await Settle();
        LogCancelled(Id);
        return true;
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // activation has resumed what was to be resumed
        if (IsRunning) return;
        await Settle();
        if (reminderName != Forget || !IsExpired()) return;
        if (state.RecordExists) await state.ClearStateAsync();
        await Unregister(Forget);
        DeactivateOnIdle();
    }

    private async Task BeginOnce(UpdateRequest request)
    {
        var settings = options.Value;
        State.StartedAt = Now;
        State.MaxConcurrentSymbols = Math.Clamp(request.MaxConcurrentSymbols ?? settings.Nightly.MaxConcurrentSymbols, 1, settings.Providers.MaxConcurrentSymbols);
        State.Symbols = [.. (request.Symbols ?? []).Select(symbol => new SymbolRun { Symbol = symbol, Work = WorkOf(request) })];
        if (State.Symbols.Count == 0) Complete();
        await Save();
        await this.RegisterOrUpdateReminder(Resume, ResumeEvery, ResumeEvery);
        LogBegun(Id, State.Symbols.Count, State.MaxConcurrentSymbols);
        if (IsRunning) StartWorkers();
        else await Settle();
    }

    private SymbolWork WorkOf(UpdateRequest request) => new()
    {
        FirstDate = request.StartDate,
        LastDate = request.EndDate,
        ForceValidation = request.ForceValidation,
        Resample = request.EnableResampling ?? options.Value.Nightly.EnableAutoResampling,
        FetchedAt = State.StartedAt,
    };

    private void StartWorkers()
    {
        for (var at = 0; at < State.Symbols.Count; at++)
        {
            if (State.Symbols[at].State == SymbolUpdateState.InProgress && !_workers.ContainsKey(at)) Start(at);
        }

        for (var at = 0; at < State.Symbols.Count && _workers.Count < State.MaxConcurrentSymbols; at++)
        {
            if (State.Symbols[at].State != SymbolUpdateState.Waiting) continue;
            State.Symbols[at] = State.Symbols[at] with { State = SymbolUpdateState.InProgress, StartedAt = Now };
            State.State = UpdateState.InProgress;
            Start(at);
        }
    }

    private void Start(int at) => _workers[at] = this.RegisterGrainTimer(
        cancellationToken => Tick(at, cancellationToken),
        new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });

    /// <summary>One slice of one symbol.</summary>
    private async Task Tick(int at, CancellationToken cancellationToken)
    {
        if (_lost is not null || !_workers.ContainsKey(at)) return;
        var symbol = State.Symbols[at].Symbol;
        var grain = GrainFactory.GetGrain<ISymbolDataGrain>(symbol);
        if (await Advance(grain, at, cancellationToken) is not { } result) return;
        State.Symbols[at] = State.Symbols[at].After(result, Now);
        var isFinished = State.Symbols[at].IsFinished;
        if (isFinished)
        {
            _workers.Remove(at, out var worker);
            worker?.Dispose();
            LogSymbolEnded(Id, symbol, State.Symbols[at].State, State.Symbols[at].Work.CandlesDownloaded, State.Symbols[at].Work.CandlesResampled, State.Symbols[at].Error ?? "no error");
            metrics.SymbolEnded(result.Error is null);
            if (State.Symbols.TrueForAll(one => one.IsFinished)) Complete();
        }

        await Save();
        if (!isFinished)
        {
            if (_workers.TryGetValue(at, out var worker)) worker.Change(clock.Timer(TimeSpan.FromMilliseconds(result.WaitMs)), Timeout.InfiniteTimeSpan);
            return;
        }

        // the next one begins when the end of this one is stored, so that never more are in work than allowed, whatever happens
        if (IsRunning) StartWorkers();
        await grain.Release(Id, CancellationToken.None);
        if (!IsRunning) await Settle();
    }

    /// <returns>Null when the activation ends.</returns>
    private async Task<SliceResult?> Advance(ISymbolDataGrain grain, int at, CancellationToken cancellationToken)
    {
        var run = State.Symbols[at];
        try
        {
            return await grain.Advance(Id, State.IsCancelled ? Shortened(run.Work) : run.Work, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // one symbol's failure stops no other (OHLCV-127)
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogSliceFailed(failure, Id, run.Symbol, run.Work.Phase, run.Failures + 1);
            metrics.Failed(SymbolDataGrain.PhaseName(run.Work.Phase), "exception");
            if (run.Failures + 1 >= MostFailures) return new(run.Work, false, $"{SymbolDataGrain.PhaseName(run.Work.Phase)} of {run.Symbol}: {failure.Message}", 0);
            State.Symbols[at] = run with { Failures = run.Failures + 1 };
            _workers.GetValueOrDefault(at)?.Change(clock.Timer(AfterFailure), Timeout.InfiniteTimeSpan);
            return null;
        }
    }

    /// <summary>What is left to do of a cancelled symbol: longer candles of the days that were stored.</summary>
    private static SymbolWork Shortened(SymbolWork work) => work.Phase is UpdatePhase.Resampling or UpdatePhase.Reporting && work.Failure is not null
        ? work
        : work with { Phase = work.Phase == UpdatePhase.Reporting ? UpdatePhase.Reporting : UpdatePhase.Resampling, ToFetch = [], Failure = work.Failure ?? "cancelled" };

    private SymbolRun Cancelled(SymbolRun run) => run with { State = SymbolUpdateState.Failed, FinishedAt = Now, Error = "cancelled", Percent = 100.0m };

    private void Complete()
    {
        State.CompletedAt = Now;
        var failed = State.Symbols.Count(symbol => symbol.State == SymbolUpdateState.Failed);
        State.State = failed == 0 ? UpdateState.Completed : failed == State.Symbols.Count ? UpdateState.Failed : UpdateState.CompletedWithErrors;
        State.Recommendations = [.. UpdateReport.Recommendations(State.Symbols)];
        var duration = TimeSpan.FromMicroseconds(State.CompletedAt.Value - State.StartedAt);
        var candles = State.Symbols.Sum(symbol => symbol.Work.CandlesDownloaded);
        metrics.UpdateEnded(UpdateReport.Name(State.State), duration, candles);
        LogCompleted(Id, UpdateReport.Name(State.State), State.Symbols.Count - failed, failed, candles, State.Symbols.Sum(symbol => symbol.Work.CandlesResampled), duration);
    }

    /// <summary>After the end: nothing to resume, something to forget one day.</summary>
    private async Task Settle()
    {
        await Unregister(Resume);
        if (State.CompletedAt is not { } at || await this.GetReminder(Forget) is not null) return;
        var due = TimeSpan.FromMicroseconds(Math.Max(0, at - Now)) + TimeSpan.FromDays(options.Value.Nightly.KeepResultsDays);
        await this.RegisterOrUpdateReminder(Forget, due, TimeSpan.FromDays(1));
    }

    private async Task Unregister(string name)
    {
        if (await this.GetReminder(name) is { } reminder) await this.UnregisterReminder(reminder);
    }

    private UpdateView? Shown() => IsExpired() ? null : _view;

    private bool IsExpired() =>
        State.CompletedAt is { } at && Now - at >= TimeSpan.FromDays(options.Value.Nightly.KeepResultsDays).Ticks / 10;

    /// <summary>Stores what the state says now; while one write is under way, all that ask share the next.</summary>
    private Task Save()
    {
        if (_lost is { } lost) return Task.FromException(Lost(lost));
        if (_nextWrite is { } shared) return shared;
        if (_write.IsCompleted) return _write = Write();
        return _nextWrite = WriteAfter(_write);
    }

    private async Task WriteAfter(Task earlier)
    {
        // its failure is told to those who asked for it, and by _lost to us
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        (_write, _nextWrite) = (_nextWrite!, null);
        if (_lost is { } lost) throw Lost(lost);
        await Write();
    }

    private static InvalidOperationException Lost(Exception lost) => new("what is stored of the update is unknown; this activation ends", lost);

    /// <remarks>The storage turns the state into bytes before it first waits, so what other turns change meanwhile is in the next write.</remarks>
    private async Task Write()
    {
        var view = new UpdateView(State);
        try
        {
            await state.WriteStateAsync();
            _view = view;
        }
        catch (Exception failure)
        {
            // nobody knows what is stored now: the next activation reads it, and the reminder makes one
            _lost = failure;
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(3400, LogLevel.Information, "Update {Update} begins with {Symbols} symbols, at most {Concurrent} at a time")]
    private partial void LogBegun(string update, int symbols, int concurrent);

    [LoggerMessage(3401, LogLevel.Information, "Update {Update} goes on: {Finished} of {Symbols} symbols are finished")]
    private partial void LogResumed(string update, int finished, int symbols);

    [LoggerMessage(3402, LogLevel.Information, "Update {Update}: {Symbol} is {State}; {Downloaded} candles downloaded, {Resampled} resampled; {Error}")]
    private partial void LogSymbolEnded(string update, string symbol, SymbolUpdateState state, long downloaded, long resampled, string error);

    [LoggerMessage(3403, LogLevel.Information, "Update {Update} is {State}: {Successful} symbols updated, {Failed} failed, {Downloaded} candles downloaded, {Resampled} resampled in {Duration}")]
    private partial void LogCompleted(string update, string state, int successful, int failed, long downloaded, long resampled, TimeSpan duration);

    [LoggerMessage(3404, LogLevel.Warning, "Update {Update}: a slice of {Symbol} in phase {Phase} failed, {Failures} in a row")]
    private partial void LogSliceFailed(Exception failure, string update, string symbol, UpdatePhase phase, int failures);

    [LoggerMessage(3405, LogLevel.Information, "Update {Update} was cancelled")]
    private partial void LogCancelled(string update);
}

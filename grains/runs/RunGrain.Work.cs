using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces.Runs;
using Trading.Grains.Diagnostics;
using Trading.Grains.Sessions;
using Trading.Storage.Usage;

namespace Trading.Grains.Runs;

/// <summary>Between a run and those who compute it, and how it ends.</summary>
public sealed partial class RunGrain
{
    private const int MostSetsPerThread = 256;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>After a look that failed: whatever is down needs a while.</summary>
    private static readonly TimeSpan LookLater = TimeSpan.FromSeconds(5);

    private IGrainTimer? _timer;

    /// <summary>Since then the bars cannot be read; null when they can, as far as is known.</summary>
    private DateTimeOffset? _troubledSince;

    public async Task<WorkOrders> Work(WorkReport report, CancellationToken cancellationToken)
    {
        if (_record is null) return Nothing() with { IsUnknown = true };
        if (!IsGoingOn) return Nothing() with { IsOver = true };
        _ledger!.Hear(report.Worker, report.Threads, Numbers(report), report.TicksInWork, time.GetUtcNow());
        if (report.Problem is { } problem) return await Trouble(report, problem);
        if (report.Data is { } data && _record.Data is null) await Save(_record with { Data = data, StartedAt = Now, State = RunState.Running });
        if (report.Data is { } used && used.Fingerprint() == _record.Data?.Fingerprint()) await Keep(report);
        if (_ledger.IsComplete)
        {
            await Complete();
            return Nothing() with { IsOver = true };
        }

        if (report.IsLeaving)
        {
            _ledger.Leave(report.Worker);
            return Nothing();
        }

        var sets = _record.Data is { } known ? _ledger.Take(report.Worker, SetsPerThread(known)) : _ledger.TakeFirst(report.Worker);
        return new WorkOrders { Request = report.KnowsRequest || sets.Length == 0 ? null : _record.Request, Data = _record.Data, Sets = sets };
    }

    private static WorkOrders Nothing() => new() { Sets = Array.Empty<ParameterSet>() };

    private int[] Numbers(WorkReport report) => [.. report.InWork.Where(number => number >= 1 && number <= _sets.Count)];

    private int SetsPerThread(RunData data) => Math.Clamp(_options.AssignedTicks / Math.Max(1, data.Ticks), 1, MostSetsPerThread);

    /// <summary>Stores what is new of the results; they count from then on.</summary>
    private async Task Keep(WorkReport report)
    {
        _troubledSince = null;
        foreach (var again in report.Results.Where(result => IsOurs(result) && _ledger!.HasResult(result.Set.Number))) Compare(again);
        var fresh = report.Results.Where(result => IsOurs(result) && !_ledger!.HasResult(result.Set.Number));
        foreach (var part in fresh.GroupBy(result => (result.Set.Number - 1) / IRunResultsGrain.Capacity).ToArray())
        {
            SetResult[] results = [.. part];
            await Part(part.Key).Add(results, report.Report, CancellationToken.None);
            foreach (var result in results) Take(result);
        }
    }

    private bool IsOurs(SetResult result) => result.Set.Number >= 1 && result.Set.Number <= _sets.Count && result.Set == _sets[result.Set.Number - 1];

    private void Compare(SetResult again)
    {
        if (_results![again.Set.Number - 1] is { Error: null } known && again.Error is null && known.ResultHash != again.ResultHash) LogDiffers(_id, again.Set.Number, known.ResultHash, again.ResultHash);
    }

    private async Task<WorkOrders> Trouble(WorkReport report, RunError problem)
    {
        _ledger!.Leave(report.Worker);
        LogTrouble(_id, problem.Code, problem.Message);
        var now = time.GetUtcNow();
        _troubledSince ??= now;
        if (report.MayPass && now - _troubledSince < _options.DataPatience) return Nothing();
        await End(RunState.Failed, problem);
        return Nothing() with { IsOver = true };
    }

    private void StartTimer() => _timer ??= this.RegisterGrainTimer(Look, new GrainTimerCreationOptions { DueTime = LookEvery, Period = LookEvery, KeepAlive = true });

    private async Task Look(CancellationToken cancellationToken)
    {
        try
        {
            if (IsGoingOn)
            {
                foreach (var worker in _ledger!.Expire(time.GetUtcNow())) LogLost(_id, worker);
                if (_ledger.IsComplete) await Complete();
            }
            else if (_record is { IsSettled: false })
            {
                await Settle(_record);
            }
        }
#pragma warning disable CA1031 // the next look, or the next activation, tries again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnsettled(failure, _id);
            _timer?.Change(LookLater, LookEvery);
        }
    }

    private Task Complete()
    {
        // of one set only: its failure is the run's
        var error = _record!.Request.Kind == RunKind.Backtest ? _results![0]!.Error : null;
        return error is null ? End(RunState.Completed, null) : End(RunState.Failed, new RunError("INTERNAL_ERROR", error));
    }

    private async Task End(RunState end, RunError? error)
    {
        await Save(_record! with
        {
            State = end,
            EndedAt = Now,
            Done = _ledger!.Done,
            Failed = _ledger.Failed,
            Best = _best,
            Hash = _ledger.IsComplete ? RunFigures.Hash(_results!) : null,
            Error = error,
        });
        var duration = TimeSpan.FromMicroseconds(_record!.EndedAt!.Value - _record.CreatedAt);
        RunMetrics.Ended(KindName, end switch { RunState.Completed => "completed", RunState.Cancelled => "cancelled", _ => "failed" }, duration);
        LogEnded(_id, end, _ledger.Done, _ledger.Failed, _sets.Count, duration, error?.Code ?? "no error");
        try
        {
            await Settle(_record);
        }
#pragma warning disable CA1031 // the end is stored; the timer tries again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnsettled(failure, _id);
        }
    }

    /// <summary>After the end: meters what was used, and has nobody ask for work any more. Everything in it may be repeated.</summary>
    private async Task Settle(RunRecord record)
    {
        await Meter(record);
        await Queue.Remove(Key, neverBegan: false, CancellationToken.None);
        await Save(record with { IsSettled = true });
        _timer?.Dispose();
        _timer = null;
    }

    /// <summary>Ticks and simulations of all sets that have a result, as one amount of the day on which the run began: a running total that a repetition does not raise.</summary>
    private async Task Meter(RunRecord record)
    {
        var sets = record.Done + record.Failed;
        if (sets == 0 || record.Data is not { } data) return;
        var day = DateOnly.FromDateTime(Instants.FromMicros(record.CreatedAt).UtcDateTime);
        await usage.RecordAsync([new MeteringRecord(_tenant, "run-" + _id, day, MeteringKind.Ticks, (long)sets * data.Ticks), new MeteringRecord(_tenant, "run-" + _id, day, MeteringKind.Simulation, sets)], CancellationToken.None);
    }

    [LoggerMessage(3502, LogLevel.Information, "Run {Run} is {State}: {Done} sets done, {Failed} failed of {Sets}, after {Duration}; {Error}")]
    private partial void LogEnded(string run, RunState state, int done, int failed, int sets, TimeSpan duration, string error);

    [LoggerMessage(3503, LogLevel.Warning, "Run {Run}: worker {Worker} was not heard of, its sets are given to others")]
    private partial void LogLost(string run, string worker);

    [LoggerMessage(3504, LogLevel.Warning, "Run {Run}: the bars cannot be read, {Code}: {Message}")]
    private partial void LogTrouble(string run, string code, string message);

    [LoggerMessage(3505, LogLevel.Error, "Run {Run}: set {Set} was computed twice with different results, {First} and {Second}")]
    private partial void LogDiffers(string run, int set, string first, string second);

    [LoggerMessage(3506, LogLevel.Warning, "Run {Run}: what follows from its end could not be done yet; it is tried again")]
    private partial void LogUnsettled(Exception failure, string run);
}

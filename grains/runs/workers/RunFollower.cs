using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>What followers have in common in this process.</summary>
/// <param name="Name">Names this process to the runs.</param>
internal sealed record RunCrew(string Name, RunPool Pool, RunBars Bars, IGrainFactory Grains, RunOptions Options, TimeProvider Time, ILogger Logger);

/// <summary>
/// This process's share in one run: asks the run for sets, has them computed, reports what is finished and asks for more before the threads run out of work. One call to the
/// run is under way at a time, so what it says of the work is whole.
/// </summary>
internal sealed partial class RunFollower(string key, RunCrew crew) : IDisposable
{
    /// <summary>Calls in a row that failed, after which the run is left to itself for a while.</summary>
    private const int MostFailures = 30;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);

    /// <summary>While another worker reads the bars, which every worker has to use, there are no sets yet.</summary>
    private static readonly TimeSpan WhileUnread = TimeSpan.FromMilliseconds(50);

    private readonly ILogger _logger = crew.Logger;
    private readonly IRunGrain _run = crew.Grains.GetGrain<IRunGrain>(key);
    private readonly Dictionary<int, SetJob> _jobs = [];
    private readonly List<ParameterSet> _assigned = [];
    private readonly List<SetResult> _results = [];
    private CancellationTokenSource _work = new();

    /// <summary>Of the jobs on the bars of now.</summary>
    private Channel<FinishedSet> _finished = Channel.CreateUnbounded<FinishedSet>();
    private string? _report;
    private RunRequest? _request;
    private RunData? _data;
    private LoadedRun? _loaded;
    private Task<LoadedRun>? _loading;
    private RunBarsException? _problem;
    private int _failures;

    /// <summary>Follows the run until it is over, or has nothing for this process, or the process stops. Never throws.</summary>
    public async Task FollowAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested && await StepAsync(stopping)) await WaitAsync(stopping);
            if (stopping.IsCancellationRequested) await LeaveAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await LeaveAsync();
        }
#pragma warning disable CA1031 // the run goes on without this process, and may be followed again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogGivenUp(failure, key);
        }
        finally
        {
            await _work.CancelAsync();
        }
    }

    public void Dispose() => _work.Dispose();

    /// <summary>One exchange with the run; false when there is nothing to do here.</summary>
    private async Task<bool> StepAsync(CancellationToken stopping)
    {
        var report = Report(isLeaving: false);
        WorkOrders orders;
        try
        {
            orders = await _run.Work(report, CancellationToken.None);
            _failures = 0;
        }
#pragma warning disable CA1031 // silos come and go; what is computed is kept and reported again
        catch (Exception failure) when (++_failures < MostFailures)
#pragma warning restore CA1031
        {
            LogUnheard(failure, key, _failures);
            await Task.Delay(AfterFailure, crew.Time, stopping);
            return true;
        }

        if (orders.IsUnknown) await crew.Grains.GetGrain<IRunQueueGrain>(0).Remove(key, neverBegan: true, CancellationToken.None);
        if (orders.IsUnknown || orders.IsOver || report.Problem is not null) return false;
        _results.RemoveRange(0, report.Results.Count);
        if (report.Results.Count > 0) _report = null;
        await ObeyAsync(orders);
        if (_jobs.Count + _assigned.Count + _results.Count > 0 || _loading is not null) return true;
        if (orders.Data is not null) return false;
        await Task.Delay(WhileUnread, crew.Time, stopping);
        return true;
    }

    private async Task ObeyAsync(WorkOrders orders)
    {
        _request ??= orders.Request;
        _assigned.AddRange(orders.Sets);
        if (orders.Data is { } data && _data?.Fingerprint() != data.Fingerprint())
        {
            // what others began with holds; what was computed on anything else is void
            if (_data is not null) await StartAnewAsync();
            _data = data;
            if (_loaded?.Data.Fingerprint() != data.Fingerprint()) (_loaded, _loading) = (null, null);
        }

        if (_assigned.Count == 0) return;
        if (_loaded is { } loaded) Post(loaded);
        else _loading ??= Load();
    }

    private Task<LoadedRun> Load()
    {
        var parts = GrainKeys.Split(key);
        return crew.Bars.LoadAsync(parts[0], parts[1], _request!, _data, _work.Token);
    }

    private async Task StartAnewAsync()
    {
        await _work.CancelAsync();
        _work.Dispose();
        _work = new CancellationTokenSource();
        _jobs.Clear();
        _results.Clear();
        _report = null;

        // a job that is past its last look at the cancellation reports to where nobody reads
        _finished = Channel.CreateUnbounded<FinishedSet>();
    }

    private void Post(LoadedRun run)
    {
        var writer = _finished.Writer;
        foreach (var set in _assigned)
        {
            if (_jobs.ContainsKey(set.Number)) continue;
            var job = new SetJob(run, set, finished => writer.TryWrite(finished), (failure, failed) => LogSetFailed(failure, key, failed.Number), _work.Token);
            _jobs.Add(set.Number, job);
            crew.Pool.Add(job);
        }

        _assigned.Clear();
    }

    /// <summary>Until half of the sets are finished, or the bars are there, or a report is due.</summary>
    private async Task WaitAsync(CancellationToken stopping)
    {
        var enough = _jobs.Count / 2;
        using var due = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var report = Task.Delay(crew.Options.ReportEvery, crew.Time, due.Token);
        while (!report.IsCompleted)
        {
            while (_finished.Reader.TryRead(out var finished)) Take(finished);
            if (_loading is { IsCompleted: true })
            {
                await TakeLoadedAsync();
                break;
            }

            if (_loading is null && _jobs.Count <= enough) break;
            await Task.WhenAny(_finished.Reader.WaitToReadAsync(due.Token).AsTask(), report, _loading ?? report);
        }

        await due.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private void Take(FinishedSet finished)
    {
        if (!_jobs.Remove(finished.Result.Set.Number)) return;
        _results.Add(finished.Result);
        _report ??= finished.Report;
    }

    private async Task TakeLoadedAsync()
    {
        try
        {
            _loaded = await _loading!;
            _data ??= _loaded.Data;
            Post(_loaded);
        }
        catch (RunBarsException problem)
        {
            _problem = problem;
        }
#pragma warning disable CA1031 // whatever it is, the run ends with it if it does not pass, instead of being taken up again for ever
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogUnreadable(failure, key);
            _problem = new RunBarsException(new RunError("INTERNAL_ERROR", $"The bars cannot be read: {failure.GetType().Name}"), mayPass: true);
        }

        _loading = null;
    }

    private WorkReport Report(bool isLeaving)
    {
        int[] held = isLeaving ? [] : [.. _jobs.Keys, .. _assigned.Select(set => set.Number)];
        return new WorkReport
        {
            Worker = crew.Name,
            Threads = crew.Pool.Threads,
            KnowsRequest = _request is not null,
            InWork = (int[])[.. held, .. _results.Select(result => result.Set.Number)],
            TicksInWork = _jobs.Values.Sum(job => (long)job.CompletedTicks),
            Results = _results.ToArray(),
            Report = _report,
            Data = _loaded?.Data,
            Problem = _problem?.Error,
            MayPass = _problem?.MayPass ?? false,
            IsLeaving = isLeaving,
        };
    }

    /// <summary>Gives back what it has, so that others need not wait for the end of the lease.</summary>
    private async Task LeaveAsync()
    {
        try
        {
            await _run.Work(Report(isLeaving: true), CancellationToken.None);
        }
#pragma warning disable CA1031 // then the lease ends
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnheard(failure, key, 1);
        }
    }

    [LoggerMessage(3520, LogLevel.Warning, "Run {Run} cannot be reported to, {Failures} times in a row; it is tried again")]
    private partial void LogUnheard(Exception failure, string run, int failures);

    [LoggerMessage(3521, LogLevel.Warning, "Run {Run} is left to itself for a while")]
    private partial void LogGivenUp(Exception failure, string run);

    [LoggerMessage(3523, LogLevel.Error, "Run {Run}: reading the bars failed")]
    private partial void LogUnreadable(Exception failure, string run);

    [LoggerMessage(3522, LogLevel.Error, "Run {Run}: set {Set} failed")]
    private partial void LogSetFailed(Exception failure, string run, int set);
}

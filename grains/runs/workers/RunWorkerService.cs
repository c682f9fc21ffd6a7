using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>
/// Has this process compute runs. It asks for work, nobody pushes it: a silo that joins takes part at once, a slow one takes less, and one that is lost is missed by nobody but
/// the runs whose sets it had. Every silo has one.
/// </summary>
public sealed partial class RunWorkerService(
    RunPool pool,
    RunBars bars,
    IGrainFactory grains,
    IOptions<RunOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<RunWorkerService> logger) : BackgroundService
{
    /// <summary>Runs followed at a time.</summary>
    private const int MostFollowed = 64;

    /// <summary>Of these of one user: the next one has begun before the last sets of the one before are finished.</summary>
    private const int MostOfOneUser = 2;

    /// <summary>A run that had no sets for this process is asked again after this.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Task> _followed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _leftAt = new(StringComparer.Ordinal);
    private readonly RunCrew _crew = new(Guid.NewGuid().ToString("N"), pool, bars, grains, options.Value, time, logger);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (pool.Threads == 0) return;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await StartedAsync(stopping.Token);
            await WorkAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the service stops
        }

        // they give back what they have, if the silo still carries their calls
        await Task.WhenAny(Task.WhenAll(_followed.Values), Task.Delay(LeaveWithin, time, CancellationToken.None));
    }

    private async Task StartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        var active = new ActiveRuns(0, []);
        Task<ActiveRuns>? asking = null;
        while (!stopping.IsCancellationRequested)
        {
            asking ??= grains.GetGrain<IRunQueueGrain>(0).Watch(active.Version, CancellationToken.None);
            await Task.WhenAny([asking, .. _followed.Values]).WaitAsync(stopping);
            if (asking.IsCompleted)
            {
                active = await AnswerAsync(asking, active, stopping);
                asking = null;
            }

            foreach (var (run, following) in _followed.Where(one => one.Value.IsCompleted).ToArray())
            {
                await following;
                _followed.Remove(run);
                _leftAt[run] = time.GetTimestamp();
            }

            Join(active.Runs, stopping);
        }
    }

    private async Task<ActiveRuns> AnswerAsync(Task<ActiveRuns> asking, ActiveRuns active, CancellationToken stopping)
    {
        try
        {
            return await asking;
        }
#pragma warning disable CA1031 // silos come and go
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnanswered(failure);
            await Task.Delay(AfterFailure, time, stopping);
            return active;
        }
    }

    /// <summary>Follows what may be followed, oldest first.</summary>
    private void Join(IReadOnlyList<string> active, CancellationToken stopping)
    {
        foreach (var run in _leftAt.Keys.Except(active).ToArray()) _leftAt.Remove(run);
        var ofUser = _followed.Keys.CountBy(UserOf).ToDictionary(StringComparer.Ordinal);
        foreach (var run in active)
        {
            if (_followed.Count == MostFollowed) return;
            var user = UserOf(run);
            var count = ofUser.GetValueOrDefault(user);
            if (count == MostOfOneUser || _followed.ContainsKey(run) || HasJustLeft(run)) continue;
            ofUser[user] = count + 1;
            _followed[run] = FollowAsync(run, stopping);
        }
    }

    private bool HasJustLeft(string run) => _leftAt.TryGetValue(run, out var at) && time.GetElapsedTime(at) < AskAgainAfter;

    private async Task FollowAsync(string run, CancellationToken stopping)
    {
        using var follower = new RunFollower(run, _crew);
        await follower.FollowAsync(stopping);
    }

    private static string UserOf(string run) => GrainKeys.Split(run)[0];

    [LoggerMessage(3530, LogLevel.Warning, "The queue of runs does not answer; it is asked again")]
    private partial void LogUnanswered(Exception failure);
}

using Microsoft.Extensions.Options;
using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>The runs that go on, as they are stored.</summary>
[GenerateSerializer, Alias("trading.run-queue-state")]
public sealed class RunQueueState
{
    /// <summary>Oldest first.</summary>
    [Id(0)] public List<QueuedRun> Runs { get; set; } = [];
}

/// <param name="Run">Grain key.</param>
[GenerateSerializer, Immutable, Alias("trading.queued-run")]
public sealed record QueuedRun([property: Id(0)] string Run, [property: Id(1)] DateTimeOffset At);

/// <summary>
/// Where all silos look for work. Because it is stored, a run whose grain, worker or whole cluster was lost goes on as soon as any silo is there to ask: each one asks at least
/// once a second, and asking a run for sets wakes it.
/// </summary>
public sealed class RunQueueGrain([PersistentState("run-queue", "trading")] IPersistentState<RunQueueState> state, IOptions<RunOptions> options, TimeProvider time) : Grain, IRunQueueGrain
{
    private static readonly TimeSpan WatchFor = TimeSpan.FromSeconds(1);

    /// <summary>Longer than any beginning takes.</summary>
    private static readonly TimeSpan BeginsWithin = TimeSpan.FromMinutes(1);

    /// <summary>As it is stored.</summary>
    private string[] _runs = [];

    private long _version;
    private TaskCompletionSource _changed = NewChange();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // other than that of any activation before
        _version = time.GetUtcNow().UtcTicks;
        _runs = [.. state.State.Runs.Select(run => run.Run)];
        return Task.CompletedTask;
    }

    public async Task<bool> Add(string run, CancellationToken cancellationToken)
    {
        // of an interrupted beginning: it is as young as this one, so that nobody who asked in vain before takes it away
        var others = state.State.Runs.FindAll(one => one.Run != run);
        if (others.Count >= options.Value.MaxActive) return false;
        await Save([.. others, new QueuedRun(run, time.GetUtcNow())]);
        return true;
    }

    public async Task Remove(string run, bool neverBegan, CancellationToken cancellationToken)
    {
        if (state.State.Runs.Find(one => one.Run == run) is not { } known) return;
        if (neverBegan && time.GetUtcNow() - known.At < BeginsWithin) return;
        await Save(state.State.Runs.FindAll(one => one != known));
    }

    public async Task<ActiveRuns> Watch(long seen, CancellationToken cancellationToken)
    {
        if (seen == _version)
        {
            try
            {
                await _changed.Task.WaitAsync(WatchFor, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // nothing is new
            }
        }

        return new ActiveRuns(_version, _runs);
    }

    private async Task Save(List<QueuedRun> runs)
    {
        state.State.Runs = runs;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // nobody knows what is stored now: the next activation reads it
            DeactivateOnIdle();
            throw;
        }

        _runs = [.. runs.Select(run => run.Run)];
        _version++;
        var changed = _changed;
        _changed = NewChange();
        changed.SetResult();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

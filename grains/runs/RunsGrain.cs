using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>The runs of a user.</summary>
[GenerateSerializer, Alias("trading.runs-state")]
public sealed class RunsState
{
    /// <summary>Oldest first.</summary>
    [Id(0)] public List<KeptRun> Runs { get; set; } = [];
}

/// <param name="EndedAt">Null while it goes on, as far as is known here: a run does not tell its end, it is asked when that matters.</param>
[GenerateSerializer, Immutable, Alias("trading.kept-run")]
public sealed record KeptRun([property: Id(0)] string Id, [property: Id(1)] RunKind Kind, [property: Id(2)] DateTimeOffset At, [property: Id(3)] DateTimeOffset? EndedAt);

/// <summary>Admits runs of one user, lists them, and has them forgotten when their time is over. A run waits for this grain only when it begins, and this grain only for what runs that have begun always answer.</summary>
public sealed partial class RunsGrain(
    [PersistentState("runs", "trading")] IPersistentState<RunsState> state,
    IOptions<RunOptions> options,
    TimeProvider time,
    ILogger<RunsGrain> logger) : Grain, IRunsGrain, IRemindable
{
    internal const string Retention = "retention";

    /// <summary>Longer than any beginning takes.</summary>
    private static readonly TimeSpan BeginsWithin = TimeSpan.FromMinutes(1);

    /// <summary>Runs removed in one go; the next one goes on.</summary>
    private const int MostForgotten = 50;

    private readonly RunOptions _options = options.Value;

    private List<KeptRun> Kept => state.State.Runs;

    public async Task<RunProblem?> Admit(string id, RunKind kind, int? most, CancellationToken cancellationToken)
    {
        // of an interrupted beginning, or of a run of that name whose time is over
        if (Kept.Exists(run => run.Id == id)) await Save(Kept.FindAll(run => run.Id != id));
        var limit = most ?? _options.MaxRunning;
        if (Kept.Count(GoesOn) >= limit || Kept.Count >= _options.MaxKept) await LookAtRunning(cancellationToken);
        var running = Kept.Count(GoesOn);
        if (running >= limit) return new RunProblem(RunProblemKind.Limit, "RATE_LIMIT_EXCEEDED", $"{running} of your runs go on, and no more than {limit} may; wait for one to end, or cancel one");
        await Forget();
        if (Kept.Count == 0) await this.RegisterOrUpdateReminder(Retention, TimeSpan.FromDays(1), TimeSpan.FromDays(1), cancellationToken);
        await Save([.. Kept, new KeptRun(id, kind, time.GetUtcNow(), null)]);
        return null;
    }

    public Task<RunList> List(RunKind kind, int skip, int take, CancellationToken cancellationToken)
    {
        var kept = Kept.FindAll(run => run.Kind == kind && !IsDue(run));
        return Task.FromResult(new RunList(kept.Count, kept.AsEnumerable().Reverse().Skip(skip).Take(take).Select(run => run.Id).ToArray()));
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        await LookAtRunning(CancellationToken.None);
        await Forget();
        if (Kept.Count == 0 && await this.GetReminder(Retention) is { } reminder) await this.UnregisterReminder(reminder);
    }

    private static bool GoesOn(KeptRun run) => run.EndedAt is null;

    private bool IsDue(KeptRun run) => run.EndedAt is { } at && time.GetUtcNow() - at >= _options.RetainedFor;

    /// <summary>Asks the runs that are thought to go on; some have ended meanwhile, or never begun.</summary>
    private async Task LookAtRunning(CancellationToken cancellationToken)
    {
        var ended = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var now = time.GetUtcNow();
        foreach (var (run, asked) in Kept.FindAll(GoesOn).ConvertAll(run => (run, Ask(run, cancellationToken))))
        {
            var (isKnown, status) = await asked;
            if (status?.EndedAt is { } at) ended[run.Id] = Sessions.Instants.FromMicros(at);
            else if (isKnown && status is null && now - run.At >= BeginsWithin) ended[run.Id] = run.At;
        }

        if (ended.Count > 0) await Save(Kept.ConvertAll(run => ended.TryGetValue(run.Id, out var at) ? run with { EndedAt = at } : run));
    }

    private async Task<(bool IsKnown, RunStatus? Status)> Ask(KeptRun run, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await Run(run).GetStatus(cancellationToken));
        }
#pragma warning disable CA1031 // one that cannot be asked is taken to go on
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogUnasked(failure, run.Id);
            return (false, null);
        }
    }

    /// <summary>Removes what is due, and of those that have ended the oldest ones when too many are kept.</summary>
    private async Task Forget()
    {
        var surplus = Kept.Count + 1 - _options.MaxKept;
        var due = Kept.Where(IsDue).Concat(surplus > 0 ? Kept.Where(run => !GoesOn(run)).Take(surplus) : []).Distinct().Take(MostForgotten).ToList();
        if (due.Count == 0) return;
        foreach (var run in due) await Run(run).Forget(CancellationToken.None);
        await Save(Kept.FindAll(run => !due.Contains(run)));
    }

    private IRunGrain Run(KeptRun run) => GrainFactory.GetGrain<IRunGrain>(GrainKeys.Run(this.GetPrimaryKeyString(), run.Id));

    private async Task Save(List<KeptRun> runs)
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
    }

    [LoggerMessage(3510, LogLevel.Warning, "Run {Run} cannot be asked how it stands")]
    private partial void LogUnasked(Exception failure, string run);
}

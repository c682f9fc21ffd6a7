using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.MarketData.Updates;

namespace Trading.Grains.Data;

/// <summary>What the starter of updates must not forget.</summary>
[GenerateSerializer, Alias("trading.data-updates-state")]
public sealed class DataUpdatesState
{
    /// <summary>Updates that were started and are not known to have ended, oldest first.</summary>
    [Id(0)] public List<StartedUpdate> Active { get; set; } = [];

    /// <summary>The last night that was started, days since 1970-01-01; null before the schedule was in force.</summary>
    [Id(1)] public int? LastNight { get; set; }
}

/// <param name="At">When it was started.</param>
/// <param name="Request">With canonical symbols, so that an update whose start was interrupted can be begun.</param>
[GenerateSerializer, Immutable, Alias("trading.started-update")]
public sealed record StartedUpdate([property: Id(0)] string Id, [property: Id(1)] UpdateRequest Request, [property: Id(2)] DateTimeOffset At);

/// <summary>Starts updates, knows which ones run, and starts the nightly one. An update is written down here before it begins, so none is lost.</summary>
public sealed partial class DataUpdatesGrain(
    [PersistentState("data-updates", "trading")] IPersistentState<DataUpdatesState> state,
    IOptions<MarketDataOptions> options,
    ProviderTable providers,
    DataClock clock,
    ILogger<DataUpdatesGrain> logger) : Grain, IDataUpdatesGrain, IRemindable
{
    internal const string Nightly = "nightly";

    /// <summary>Updates at a time.</summary>
    private const int MostActive = 100;

    /// <summary>The reminder is set to the minute of the next start; the period is a safety net for a start that was missed.</summary>
    private static readonly TimeSpan LookAgainEvery = TimeSpan.FromHours(1);

    private readonly MarketDataOptions _options = options.Value;

    public async Task<UpdateStarted> Start(UpdateRequest request, CancellationToken cancellationToken)
    {
        if (UpdateRules.Check(request, _options.Nightly, out var canonical) is { } problem) return new(problem, "", 0);
        if (state.State.Active.Count >= MostActive) await Prune(cancellationToken);
        if (state.State.Active.Count >= MostActive)
        {
            return new(new(DataProblemKind.Conflict, "TOO_MANY_UPDATES", $"{MostActive} updates are running; wait for one to end"), "", 0);
        }

        var id = await Add(canonical, null);
        await GrainFactory.GetGrain<IDataUpdateGrain>(id).Begin(canonical, cancellationToken);
        return new(null, id, canonical.Symbols!.Count);
    }

    public async Task<IReadOnlyList<ActiveUpdate>> GetActive(CancellationToken cancellationToken)
    {
        var statuses = await Prune(cancellationToken);
        return [.. statuses.Select(status => new ActiveUpdate(status.RequestId, status.State, status.StartedAt, status.TotalSymbols, status.ProgressPercent))];
    }

    public async Task EnsureSchedule(CancellationToken cancellationToken)
    {
        // a restarted silo has lost its activations, and with some reminder services the reminders too
        await Prune(cancellationToken);
        if (!IsScheduled())
        {
            if (await this.GetReminder(Nightly, cancellationToken) is { } reminder) await this.UnregisterReminder(reminder, cancellationToken);
            return;
        }

        await Reconcile(cancellationToken);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => EnsureSchedule(CancellationToken.None);

    private bool IsScheduled() => _options.Nightly.Schedule switch
    {
        "true" => true,
        "false" => false,
        _ => providers.InOrder.Count > 0,
    };

    /// <summary>
    /// Starts the night that is due and was not started yet, and sets the reminder to the next one. Reminders can be late, doubled or missed; the stored
    /// night decides. Of several missed nights one update is enough: it fetches all that is missing.
    /// </summary>
    private async Task Reconcile(CancellationToken cancellationToken)
    {
        var schedule = new NightlySchedule(_options.Nightly.StartTime);
        var due = schedule.LastDue(clock.Time.GetUtcNow());
        if (state.State.LastNight is null)
        {
            state.State.LastNight = due;
            await Write();
        }
        else if (state.State.LastNight < due)
        {
            if (UpdateRules.Check(new UpdateRequest(null, null, null), _options.Nightly, out var request) is { } problem)
            {
                LogNoNight(due, problem.Message);
                state.State.LastNight = due;
                await Write();
            }
            else
            {
                var id = await Add(request, due);
                LogNight(id, due);
                await GrainFactory.GetGrain<IDataUpdateGrain>(id).Begin(request, cancellationToken);
            }
        }

        var wait = schedule.StartAfter(Math.Max(due, state.State.LastNight ?? due)) - clock.Time.GetUtcNow();
        await this.RegisterOrUpdateReminder(Nightly, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, LookAgainEvery, cancellationToken);
    }

    /// <summary>Writes the update, and the night that it is for, down together.</summary>
    private async Task<string> Add(UpdateRequest request, int? night)
    {
        var id = Guid.NewGuid().ToString("D");
        state.State.Active.Add(new(id, request, clock.Time.GetUtcNow()));
        state.State.LastNight = night ?? state.State.LastNight;
        await Write();
        return id;
    }

    /// <summary>Asks all updates how they are: forgets those that ended, begins those whose start was interrupted. Asking also brings back what a crash took.</summary>
    private async Task<List<UpdateStatus>> Prune(CancellationToken cancellationToken)
    {
        var running = new List<UpdateStatus>();
        var ended = new List<StartedUpdate>();
        foreach (var (started, asked) in state.State.Active.Select(started => (started, Ask(started, cancellationToken))).ToArray())
        {
            var status = await asked;
            if (status is { State: UpdateState.Started or UpdateState.InProgress }) running.Add(status);
            else if (status is not null || IsForgotten(started)) ended.Add(started);
        }

        if (ended.Count == 0) return running;
        state.State.Active.RemoveAll(ended.Contains);
        await Write();
        return running;
    }

    private async Task<UpdateStatus?> Ask(StartedUpdate started, CancellationToken cancellationToken)
    {
        try
        {
            var update = GrainFactory.GetGrain<IDataUpdateGrain>(started.Id);
            if (await update.GetStatus(cancellationToken) is { } status) return status;
            if (IsForgotten(started)) return null;
            await update.Begin(started.Request, cancellationToken);
            return await update.GetStatus(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // one that cannot be asked hides no other
            LogUnasked(failure, started.Id);
            return null;
        }
    }

    // its results have been kept for as long as they are; it must not begin again
    private bool IsForgotten(StartedUpdate started) => clock.Time.GetUtcNow() - started.At >= TimeSpan.FromDays(_options.Nightly.KeepResultsDays);

    private async Task Write()
    {
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

    [LoggerMessage(3450, LogLevel.Information, "Update {Update} is the one of night {Night}")]
    private partial void LogNight(string update, int night);

    [LoggerMessage(3451, LogLevel.Error, "The update of night {Night} cannot be started: {Problem}")]
    private partial void LogNoNight(int night, string problem);

    [LoggerMessage(3452, LogLevel.Warning, "Update {Update} cannot be asked how it is")]
    private partial void LogUnasked(Exception failure, string update);
}

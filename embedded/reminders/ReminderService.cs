using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>Keeps the reminders of this process and calls their grains when they are due.</summary>
internal sealed class ReminderService(ActorRuntime runtime, IOptions<ReminderOptions> options, IReminderStore? store = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId, string), Reminder> _reminders = [];
    private bool _stopped;

    public static ReminderService Of(IGrainBase grain)
    {
        var service = grain.GrainContext.ActivationServices.GetRequiredService<ReminderService>();
        return service.Store is null
            ? throw new InvalidOperationException("Reminders are not configured: call UseInMemoryReminderService or UseFileReminderService on the silo builder")
            : service;
    }

    private IReminderStore? Store => store;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in store is null ? [] : await store.LoadAll().WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            Schedule(entry);
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var reminder in _reminders.Values)
            {
                reminder.Cancel();
            }

            _reminders.Clear();
        }
    }

    public async Task<IGrainReminder> RegisterOrUpdate(GrainId grainId, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException($"Period {period} of reminder {name} is below {nameof(ReminderOptions.MinimumReminderPeriod)} = {options.Value.MinimumReminderPeriod}", nameof(period));
        }

        var entry = new ReminderEntry(grainId.ToString(), name, runtime.Time.GetUtcNow().UtcDateTime + dueTime, period);
        await store!.Save(entry);
        return Schedule(entry);
    }

    public async Task Unregister(GrainId grainId, IGrainReminder reminder)
    {
        Reminder? known;
        lock (_gate)
        {
            known = _reminders.GetValueOrDefault((grainId, reminder.ReminderName));
        }

        if (known is not null)
        {
            await store!.Delete(known.Entry);
            lock (_gate)
            {
                known.Cancel();
                _reminders.Remove((grainId, reminder.ReminderName));
            }
        }
    }

    public Task<IGrainReminder?> Get(GrainId grainId, string name)
    {
        lock (_gate)
        {
            return Task.FromResult<IGrainReminder?>(_reminders.GetValueOrDefault((grainId, name)));
        }
    }

    public Task<List<IGrainReminder>> GetAll(GrainId grainId)
    {
        lock (_gate)
        {
            return Task.FromResult<List<IGrainReminder>>([.. _reminders.Where(pair => pair.Key.Item1 == grainId).Select(pair => pair.Value)]);
        }
    }

    private Reminder Schedule(ReminderEntry entry)
    {
        var reminder = new Reminder(runtime, entry);
        lock (_gate)
        {
            if (_reminders.Remove((entry.Grain, entry.Name), out var replaced))
            {
                replaced.Cancel();
            }

            if (!_stopped)
            {
                _reminders.Add((entry.Grain, entry.Name), reminder);
                reminder.ScheduleNext();
            }
        }

        return reminder;
    }

    private sealed class Reminder : IGrainReminder
    {
        // Timers reach less far than reminders: wake up on the way.
        private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

        private readonly ActorRuntime _runtime;
        private readonly ITimer _timer;
        private DateTime _next;
        private volatile bool _cancelled;

        public Reminder(ActorRuntime runtime, ReminderEntry entry)
        {
            (_runtime, Entry) = (runtime, entry);
            using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _timer = runtime.Time.CreateTimer(static state => ((Reminder)state!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public ReminderEntry Entry { get; }

        public string ReminderName => Entry.Name;

        public void ScheduleNext()
        {
            var now = _runtime.Time.GetUtcNow().UtcDateTime;
            var ticksPassed = now <= Entry.StartAt ? 0 : ((now - Entry.StartAt).Ticks / Entry.Period.Ticks) + 1;
            _next = Entry.StartAt + TimeSpan.FromTicks(ticksPassed * Entry.Period.Ticks);
            Wait(now);
        }

        public void Cancel()
        {
            _cancelled = true;
            _timer.Dispose();
        }

        private void Wait(DateTime now)
        {
            var wait = _next - now;
            _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
        }

        private void Due()
        {
            var now = _runtime.Time.GetUtcNow().UtcDateTime;
            if (_cancelled)
            {
                return;
            }

            if (now < _next)
            {
                Wait(now);
            }
            else
            {
                _ = Tick(now);
            }
        }

        private async Task Tick(DateTime now)
        {
            try
            {
                var status = new TickStatus(Entry.StartAt, Entry.Period, now);
                await _runtime.Reference<IRemindable>(Entry.Grain).ReceiveReminder(Entry.Name, status).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A failed tick does not end the reminder.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                RuntimeLog.ReminderFailed(_runtime.Log, Entry.Name, Entry.Grain, exception);
            }

            if (!_cancelled)
            {
                ScheduleNext();
            }
        }
    }
}

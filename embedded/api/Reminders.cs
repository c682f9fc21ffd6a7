using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>A handle to a registered reminder, good for unregistering it.</summary>
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>Which tick of a reminder this is. Times are UTC. Ticks can be missed or doubled: reconcile from durable state.</summary>
    public readonly record struct TickStatus(DateTime FirstTickTime, TimeSpan Period, DateTime CurrentTickTime);
}

namespace Orleans
{
    /// <summary>A grain that receives reminders.</summary>
    public interface IRemindable : IGrain
    {
        Task ReceiveReminder(string reminderName, TickStatus status);
    }

    /// <summary>Reminders of a grain: durable timers that activate it. Not for short periods. A cancelled token is honoured until the call begins.</summary>
    public static class GrainReminderExtensions
    {
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(grain);
            cancellationToken.ThrowIfCancellationRequested();
            return grain is IRemindable
                ? Embedded.ReminderService.Of(grain).RegisterOrUpdate(grain.GrainContext.GrainId, reminderName, dueTime, period)
                : throw new InvalidOperationException($"{grain.GetType()} does not implement {nameof(IRemindable)}");
        }

        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Embedded.ReminderService.Of(grain).Unregister(grain.GrainContext.GrainId, reminder);
        }

        /// <summary>Null when there is no reminder of that name.</summary>
        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Embedded.ReminderService.Of(grain).Get(grain.GrainContext.GrainId, reminderName);
        }

        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Embedded.ReminderService.Of(grain).GetAll(grain.GrainContext.GrainId);
        }
    }
}

using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Embedded;

internal static partial class RuntimeLog
{
    [LoggerMessage(100, LogLevel.Error, "Activation of {GrainId} failed")]
    public static partial void ActivationFailed(ILogger logger, GrainId grainId, Exception exception);

    [LoggerMessage(101, LogLevel.Error, "OnDeactivateAsync of {GrainId} failed")]
    public static partial void DeactivationFailed(ILogger logger, GrainId grainId, Exception exception);

    [LoggerMessage(102, LogLevel.Error, "A timer tick of {GrainId} failed; the timer goes on")]
    public static partial void TickFailed(ILogger logger, GrainId grainId, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "Work posted to {GrainId} failed")]
    public static partial void PostedWorkFailed(ILogger logger, GrainId grainId, Exception exception);

    [LoggerMessage(104, LogLevel.Warning, "One-way call {Method} to {GrainId} failed")]
    public static partial void OneWayFailed(ILogger logger, string method, GrainId grainId, Exception exception);

    [LoggerMessage(105, LogLevel.Warning, "The silo stopped with {Count} activations that had not ended in time")]
    public static partial void StoppedWithActivations(ILogger logger, int count);

    [LoggerMessage(106, LogLevel.Warning, "A subscriber of stream {StreamId} failed on an event; it goes on with the next")]
    public static partial void SubscriberFailed(ILogger logger, StreamId streamId, Exception exception);

    [LoggerMessage(107, LogLevel.Warning, "A subscriber of stream {StreamId} is {Limit} events behind: events are dropped")]
    public static partial void SubscriberBehind(ILogger logger, StreamId streamId, int limit);

    [LoggerMessage(108, LogLevel.Warning, "Reminder {Name} of {GrainId} failed; it ticks again after its period")]
    public static partial void ReminderFailed(ILogger logger, string name, GrainId grainId, Exception exception);

    [LoggerMessage(109, LogLevel.Debug, "An event of stream {StreamId} found no handler in {GrainId}: not resumed in OnActivateAsync")]
    public static partial void NotResumed(ILogger logger, StreamId streamId, GrainId grainId);
}

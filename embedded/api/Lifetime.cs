using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Why an activation ends.</summary>
    public enum DeactivationReasonCode : byte
    {
        None,
        ShuttingDown,
        ActivationFailed,
        DirectoryFailure,
        ActivationIdle,
        ActivationUnresponsive,
        DuplicateActivation,
        IncompatibleRequest,
        ApplicationError,
        ApplicationRequested,
        Migrating,
        RuntimeRequested,
        HighMemoryPressure,
    }

    /// <summary>Why an activation ends, for logs; grains should not decide on it.</summary>
    public readonly record struct DeactivationReason
    {
        public DeactivationReason(DeactivationReasonCode code, string text)
            : this(code, null, text)
        {
        }

        public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text) => (ReasonCode, Exception, Description) = (code, exception, text);

        public DeactivationReasonCode ReasonCode { get; }

        public string Description { get; }

        public Exception? Exception { get; }

        public override string ToString() => Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} {Exception}";
    }
}

namespace Orleans.Runtime
{
    /// <summary>One activation as its grain and its runtime see it.</summary>
    public interface IGrainContext
    {
        GrainId GrainId { get; }

        GrainReference GrainReference { get; }

        object? GrainInstance { get; }

        /// <summary>The service scope of this activation; disposed after deactivation.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>Completes when the activation has gone.</summary>
        Task Deactivated { get; }

        /// <summary>Starts deactivation: running requests end, then OnDeactivateAsync runs; waiting requests go to the next activation.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }

    /// <summary>The activation whose turn is running, for services that grains call.</summary>
    public interface IGrainContextAccessor
    {
        /// <summary>Null outside of a grain's turn.</summary>
        IGrainContext? GrainContext { get; }
    }

    /// <summary>A timer of one activation. It does not keep the activation alive unless asked to, and ends with it.</summary>
    public interface IGrainTimer : IDisposable
    {
        void Change(TimeSpan dueTime, TimeSpan period);
    }

    /// <summary>When a grain timer ticks and what a tick may do.</summary>
    public readonly struct GrainTimerCreationOptions
    {
        public GrainTimerCreationOptions()
        {
        }

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) => (DueTime, Period) = (dueTime, period);

        /// <summary>Time to the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for a single tick.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>Whether a tick may start while a call runs. Off by default.</summary>
        public bool Interleave { get; init; }

        /// <summary>Whether ticks count as use, so that the activation is not collected. Off by default.</summary>
        public bool KeepAlive { get; init; }
    }

    /// <summary>Runs once when the silo starts.</summary>
    public interface IStartupTask
    {
        Task Execute(CancellationToken cancellationToken);
    }

    /// <summary>A few cluster-wide operations, for operators and tests. Its only key is 0.</summary>
    public interface IManagementGrain : IGrainWithIntegerKey
    {
        /// <summary>Deactivates what has been idle for <paramref name="ageLimit"/> or longer, and returns when it is gone.</summary>
        Task ForceActivationCollection(TimeSpan ageLimit);

        Task<int> GetTotalActivationCount();
    }
}

namespace Orleans.Configuration
{
    /// <summary>How long callers wait.</summary>
    public class SiloMessagingOptions
    {
        /// <summary>After this time a call fails with <see cref="TimeoutException"/>; what it started goes on. Default 30 s.</summary>
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>When idle activations go.</summary>
    public class GrainCollectionOptions
    {
        /// <summary>How often idle activations are looked for. Default 1 min.</summary>
        public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>How long an activation must have been idle. Default 15 min; must exceed the quantum.</summary>
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

        /// <summary>Ages by full class name.</summary>
        public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

        /// <summary>After this time OnActivateAsync is asked to stop. Default 30 s.</summary>
        public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>After this time OnDeactivateAsync is asked to stop. Default 30 s.</summary>
        public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>The name of the installation; informational in one process.</summary>
    public class ClusterOptions
    {
        public string ClusterId { get; set; } = "dev";

        public string ServiceId { get; set; } = "dev";
    }
}

namespace Orleans.Hosting
{
    public sealed class ReminderOptions
    {
        /// <summary>Shorter periods are refused. Default 1 min.</summary>
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);
    }
}

using Orleans.Runtime;

namespace Orleans
{
    // In one process nothing is serialized: the attributes of this namespace are accepted so that one source compiles
    // against both runtimes, and the contract tests run against Orleans to prove them complete.

    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
    public sealed class GenerateSerializerAttribute : Attribute
    {
        public bool IncludePrimaryConstructorParameters { get; init; } = true;

        public GenerateFieldIds GenerateFieldIds { get; init; }
    }

    public enum GenerateFieldIds
    {
        None,
        PublicProperties,
    }

    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method)]
    public sealed class IdAttribute(uint id) : Attribute
    {
        public uint Id { get; } = id;
    }

    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method | AttributeTargets.Interface)]
    public sealed class AliasAttribute(string alias) : Attribute
    {
        public string Alias { get; } = alias;
    }

    /// <summary>The value is never changed after it was handed over, so Orleans need not copy it; here nothing is copied anyway.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.ReturnValue)]
    public sealed class ImmutableAttribute : Attribute;

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class SuppressReferenceTrackingAttribute : Attribute;

    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
    public sealed class RegisterConverterAttribute : Attribute;

    /// <summary>Converts a foreign type to one with <see cref="GenerateSerializerAttribute"/>.</summary>
    public interface IConverter<TValue, TSurrogate>
        where TSurrogate : struct
    {
        TValue ConvertFromSurrogate(in TSurrogate surrogate);

        TSurrogate ConvertToSurrogate(in TValue value);
    }

    /// <summary>The name of a grain class in grain ids, where it differs from the class name in lower case without <c>Grain</c>.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute
    {
        public GrainType GrainType { get; } = new(grainType);
    }

    /// <summary>How long a caller waits for this method, where it differs from the configured response timeout.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
    {
        public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The idle time after which activations of this class are collected, where it differs from the configured age.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CollectionAgeLimitAttribute : Attribute
    {
        public CollectionAgeLimitAttribute()
        {
        }

        public CollectionAgeLimitAttribute(string inactivityPeriod) =>
            Minutes = TimeSpan.Parse(inactivityPeriod, System.Globalization.CultureInfo.InvariantCulture).TotalMinutes;

        public double Days { get; set; }

        public double Hours { get; set; }

        public double Minutes { get; set; }

        public bool AlwaysActive { get; set; }

        public TimeSpan AgeLimit => AlwaysActive
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
    }

    /// <summary>Activations of this class are never collected for being idle.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class KeepAliveAttribute : Attribute;
}

namespace Orleans.Concurrency
{
    /// <summary>Requests of this grain interleave at their awaits. Still one thread at a time.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute;

    /// <summary>This method may start while any other request of the activation runs.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>This method changes nothing: it may interleave with others marked so.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>The caller does not wait and does not learn of failures.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;

    /// <summary>A class without identity: as many activations per key as there is work for, up to the limit.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StatelessWorkerAttribute : Attribute
    {
        public StatelessWorkerAttribute()
            : this(Environment.ProcessorCount)
        {
        }

        public StatelessWorkerAttribute(int maxLocalWorkers)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLocalWorkers);
            MaxLocalWorkers = maxLocalWorkers;
        }

        public int MaxLocalWorkers { get; }
    }

    /// <summary>A value that is not copied on its way.</summary>
    [Immutable]
    public readonly record struct Immutable<T>(T Value);
}

namespace Orleans.Placement
{
    // Placement is about many processes; with one there is nothing to choose.

    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute : Attribute;

    public sealed class RandomPlacementAttribute : PlacementAttribute;

    public sealed class PreferLocalPlacementAttribute : PlacementAttribute;

    public sealed class HashBasedPlacementAttribute : PlacementAttribute;

    public sealed class ActivationCountBasedPlacementAttribute : PlacementAttribute;

    public sealed class ResourceOptimizedPlacementAttribute : PlacementAttribute;
}

namespace Orleans.Providers
{
    /// <summary>Which grain storage <see cref="Grain{TGrainState}"/> uses.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StorageProviderAttribute : Attribute
    {
        public string ProviderName { get; set; } = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;

        internal static string? NameFor(Type grainClass) =>
            ((StorageProviderAttribute?)GetCustomAttribute(grainClass, typeof(StorageProviderAttribute)))?.ProviderName;
    }

    public static class ProviderConstants
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1707", Justification = "the name is Orleans' own")]
        public const string DEFAULT_STORAGE_PROVIDER_NAME = "Default";
    }
}

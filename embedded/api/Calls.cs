using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans
{
    /// <summary>Gives references to grains. Getting one never activates anything.</summary>
    public interface IGrainFactory
    {
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey;

        TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithGuidKey;

        TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithIntegerKey;

        TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable;

        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);

        IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey);

        IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey);

        /// <summary>A reference through which grains can call <paramref name="obj"/>. The object is held weakly: keep it alive.</summary>
        TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
            where TGrainObserverInterface : IGrainObserver;

        /// <summary>Takes the reference <paramref name="obj"/> out of use.</summary>
        void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
            where TGrainObserverInterface : IGrainObserver;
    }

    /// <summary>The client facade of the grains in this process.</summary>
    public interface IClusterClient : IGrainFactory
    {
        IServiceProvider ServiceProvider { get; }
    }

    /// <summary>One call on its way, as filters see it.</summary>
    public interface IGrainCallContext
    {
        /// <summary>The arguments and the method.</summary>
        IInvokable Request { get; }

        /// <summary>The grain (incoming) or the reference (outgoing).</summary>
        object Grain { get; }

        /// <summary>The calling grain; null when the caller is no grain.</summary>
        GrainId? SourceId { get; }

        GrainId TargetId { get; }

        GrainInterfaceType InterfaceType { get; }

        string InterfaceName { get; }

        string MethodName { get; }

        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, once <see cref="Invoke"/> has returned; a filter may replace it, or set it instead of invoking.</summary>
        object? Result { get; set; }

        /// <summary>Runs the rest of the chain. An exception of the grain comes out of it as itself.</summary>
        Task Invoke();
    }

    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        IGrainContext TargetContext { get; }

        MethodInfo ImplementationMethod { get; }
    }

    public interface IOutgoingGrainCallContext : IGrainCallContext
    {
        IGrainContext? SourceContext { get; }
    }

    /// <summary>Runs around every call that reaches a grain, inside its turn. Also implemented by a grain for its own calls, innermost.</summary>
    public interface IIncomingGrainCallFilter
    {
        Task Invoke(IIncomingGrainCallContext context);
    }

    /// <summary>Runs around every call that leaves a grain or the client, on the caller's side.</summary>
    public interface IOutgoingGrainCallFilter
    {
        Task Invoke(IOutgoingGrainCallContext context);
    }

    public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

    public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
}

namespace Orleans.Serialization.Invocation
{
    /// <summary>A method and its arguments.</summary>
    public interface IInvokable
    {
        int GetArgumentCount();

        object? GetArgument(int index);

        void SetArgument(int index, object value);

        string GetMethodName();

        string GetInterfaceName();

        Type GetInterfaceType();

        MethodInfo GetMethod();

        object? GetTarget();

        CancellationToken GetCancellationToken();
    }
}

namespace Orleans.Runtime
{
    /// <summary>
    /// Values that travel with a call to the grain and with the calls that it makes in turn. Changes a callee makes do not
    /// come back to its caller.
    /// </summary>
    public static class RequestContext
    {
        // Copied on write: a call only has to remember the reference.
        private static readonly AsyncLocal<Dictionary<string, object>?> Values = new();

        internal static Dictionary<string, object>? Current
        {
            get => Values.Value;
            set => Values.Value = value;
        }

        public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

        public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

        public static object? Get(string key) => Values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

        public static void Set(string key, object value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Values.Value = new Dictionary<string, object>(Values.Value ?? []) { [key] = value };
        }

        public static bool Remove(string key)
        {
            if (Values.Value is not { } values || !values.ContainsKey(key))
            {
                return false;
            }

            var copy = new Dictionary<string, object>(values);
            copy.Remove(key);
            Values.Value = copy.Count == 0 ? null : copy;
            return true;
        }

        public static void Clear() => Values.Value = null;
    }
}

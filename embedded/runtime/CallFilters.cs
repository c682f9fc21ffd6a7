using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Embedded;

/// <summary>A call on its way through a chain of filters.</summary>
internal abstract class FilteredCall(Request request) : IGrainCallContext
{
    private Task? _outcome;
    private object? _result;
    private bool _resultSet;

    protected int Position { get; private set; }

    public Request Call { get; } = request;

    public IInvokable Request => Call;

    public abstract object Grain { get; }

    public GrainId? SourceId => Call.Source?.GrainId;

    public GrainId TargetId => Call.TargetId;

    public GrainInterfaceType InterfaceType => new(InterfaceName);

    public string InterfaceName => Call.Method.InterfaceName;

    public string MethodName => Call.Method.Method.Name;

    public MethodInfo InterfaceMethod => Call.Method.Method;

    public object? Result
    {
        get => _resultSet ? _result : _outcome is { IsCompletedSuccessfully: true } outcome ? Call.ResultOf(outcome) : null;
        set => (_result, _resultSet) = (value, true);
    }

    public Task Invoke()
    {
        var next = Next(Position++);
        return next ?? (_outcome = InvokeTarget());
    }

    /// <summary>What the caller gets once the chain has ended well.</summary>
    protected Task Outcome => _resultSet || _outcome is null ? Call.FromResult(_result) : _outcome;

    protected abstract Task? Next(int position);

    protected abstract Task InvokeTarget();

    protected Task Run()
    {
        Task chain;
        try
        {
            chain = Invoke();
        }
#pragma warning disable CA1031 // A filter that throws at once is a call that fails.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Call.FromException(exception);
        }

        return chain.IsCompletedSuccessfully ? Outcome : Call.After(chain, this, static call => ((FilteredCall)call).Outcome);
    }
}

internal sealed class IncomingCall(Activation activation, Request request) : FilteredCall(request), IIncomingGrainCallContext
{
    private static readonly ConcurrentDictionary<(Type, MethodInfo), MethodInfo> Implementations = new();

    public override object Grain => activation.GrainInstance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod => Implementations.GetOrAdd((Grain.GetType(), InterfaceMethod), static key =>
    {
        var map = key.Item1.GetInterfaceMap(key.Item2.DeclaringType!);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, key.Item2)];
    });

    public static Task Run(Activation activation, Request request) => new IncomingCall(activation, request).Run();

    protected override Task? Next(int position)
    {
        var filters = activation.Runtime.IncomingFilters;
        return position < filters.Length
            ? filters[position].Invoke(this)
            : position == filters.Length && Grain is IIncomingGrainCallFilter own ? own.Invoke(this) : null;
    }

    protected override Task InvokeTarget() => Call.InvokeOn(Grain);
}

internal sealed class OutgoingCall(ActorRuntime runtime, GrainReference reference, Request request) : FilteredCall(request), IOutgoingGrainCallContext
{
    private readonly Activation? _source = Activation.Current;

    public override object Grain => reference;

    public IGrainContext? SourceContext => _source;

    public static Task Run(ActorRuntime runtime, GrainReference reference, Request request)
    {
        request.Source = Activation.Current;
        return new OutgoingCall(runtime, reference, request).Run();
    }

    protected override Task? Next(int position) =>
        position < runtime.OutgoingFilters.Length ? runtime.OutgoingFilters[position].Invoke(this) : null;

    protected override Task InvokeTarget()
    {
        reference.Dispatch(Call);
        return Call.NoAnswer ? Task.CompletedTask : Call.Outcome;
    }
}

using System.Diagnostics;
using Orleans.Embedded;

namespace Orleans.Runtime;

/// <summary>The base of the generated references: turns a method call into a request. Cheap to make, safe to share and to keep.</summary>
public abstract class GrainReference : IAddressable, IEquatable<GrainReference>
{
    // The last target that accepted a call; it says so itself when it is gone.
    private ICallTarget? _target;

    public GrainId GrainId { get; private set; }

    internal ActorRuntime Runtime { get; private set; } = null!;

    internal void Bind(ActorRuntime runtime, GrainId grainId) => (Runtime, GrainId) = (runtime, grainId);

    public bool Equals(GrainReference? other) => other is not null && other.GrainId == GrainId;

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"GrainReference:{GrainId}";

    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) => reference1?.Equals(reference2) ?? reference2 is null;

    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    internal Task<T> Send<T>(Request<T> request)
    {
        request.TargetId = GrainId;
        if (Runtime.OutgoingFilters.Length > 0)
        {
            return (Task<T>)OutgoingCall.Run(Runtime, this, request);
        }

        Dispatch(request);
        return request.Response;
    }

    internal Task SendVoid(VoidRequest request)
    {
        request.TargetId = GrainId;
        if (Runtime.OutgoingFilters.Length > 0)
        {
            return OutgoingCall.Run(Runtime, this, request);
        }

        Dispatch(request);
        return request.NoAnswer ? Task.CompletedTask : request.Response;
    }

    internal ValueTask<T> SendValue<T>(Request<T> request) => new(Send(request));

    internal ValueTask SendVoidValue(VoidRequest request) => new(SendVoid(request));

    internal void SendOneWay(VoidRequest request) => _ = SendVoid(request);

    internal void Dispatch(Request request)
    {
        var caller = Activation.Current;
        request.Source = caller;
        request.RequestContext = RequestContext.Current;
        request.Activity = System.Diagnostics.Activity.Current;
        if (request.Token.IsCancellationRequested)
        {
            request.Answer(request.FromException(new OperationCanceledException(request.Token)));
            return;
        }

        request.FollowCancellation();

        // A grain that calls many others wants them to run beside it, not one after the other on its own thread.
        var mayRunHere = caller is null && !request.NoAnswer && Thread.CurrentThread.IsThreadPoolThread && !ExecutionContext.IsFlowSuppressed();
        if (_target is { } known && known.Accept(request, mayRunHere))
        {
            return;
        }

        _target = Runtime.Deliver(request, mayRunHere);
    }
}

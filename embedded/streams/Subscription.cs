using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded;

internal abstract class Subscription(MemoryStreamProvider provider, StreamId streamId, GrainId? owner)
{
    public Guid Id { get; } = Guid.NewGuid();

    public MemoryStreamProvider Provider { get; } = provider;

    public StreamId StreamId { get; } = streamId;

    /// <summary>The subscribed grain; null for a subscriber outside of grains.</summary>
    public GrainId? Owner { get; } = owner;
}

/// <summary>
/// One subscriber's queue. Events are delivered one at a time, in order, each after the previous one has been handled; to a
/// grain as turns of that grain, activating it if need be. A subscriber too far behind loses events: streams are hints.
/// </summary>
internal sealed class Subscription<T>(MemoryStreamProvider provider, StreamId streamId, GrainId? owner) : Subscription(provider, streamId, owner)
{
    private const int Capacity = 65_536;

    private static readonly CallMethod Deliver = new((Func<Delivery, object, Task>)((delivery, target) => delivery.InvokeOn(target)), alwaysInterleave: false);

    private readonly Lock _gate = new();
    private readonly Queue<(T Item, StreamSequenceToken Token)> _queue = new();
    private bool _busy;
    private bool _behind;
    private volatile bool _closed;

    /// <summary>The handler of a subscriber outside of grains.</summary>
    public IAsyncObserver<T>? ClientObserver { get; set; }

    public void Close() => _closed = true;

    public void Enqueue(T item, StreamSequenceToken token)
    {
        lock (_gate)
        {
            if (_queue.Count == Capacity)
            {
                if (!_behind)
                {
                    _behind = true;
                    RuntimeLog.SubscriberBehind(Provider.Runtime.Log, StreamId, Capacity);
                }

                return;
            }

            _queue.Enqueue((item, token));
            if (_busy)
            {
                return;
            }

            _busy = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static subscription => _ = subscription.Drain(), this, preferLocal: true);
    }

    private async Task Drain()
    {
        while (true)
        {
            (T Item, StreamSequenceToken Token) next;
            lock (_gate)
            {
                if (_closed || !_queue.TryDequeue(out next))
                {
                    _busy = _behind = false;
                    return;
                }
            }

            try
            {
                await (Owner is { } grainId ? ToGrain(grainId, next.Item, next.Token) : ClientObserver!.OnNextAsync(next.Item, next.Token)).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A failing subscriber must not stop the stream.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                RuntimeLog.SubscriberFailed(Provider.Runtime.Log, StreamId, exception);
            }
        }
    }

    private Task ToGrain(GrainId grainId, T item, StreamSequenceToken token)
    {
        var delivery = new Delivery(this, item, token) { TargetId = grainId };
        Provider.Runtime.Deliver(delivery, mayRunHere: false);
        return delivery.Response;
    }

    private sealed class Delivery(Subscription<T> subscription, T item, StreamSequenceToken token) : RuntimeRequest
    {
        public override CallMethod Method => Deliver;

        public override bool NoAnswer => false;

        public override Task InvokeOn(object target)
        {
            if (Owner!.StreamHandlers.TryGetValue(subscription.Id, out var handler))
            {
                return ((IAsyncObserver<T>)handler).OnNextAsync(item, token);
            }

            RuntimeLog.NotResumed(Owner.Runtime.Log, subscription.StreamId, Owner.GrainId);
            return Task.CompletedTask;
        }
    }
}

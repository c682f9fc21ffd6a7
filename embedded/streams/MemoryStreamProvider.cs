using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Embedded;

/// <summary>Streams within the process. Nobody subscribed, nothing kept.</summary>
internal sealed class MemoryStreamProvider(ActorRuntime runtime, string name) : IStreamProvider
{
    private readonly ConcurrentDictionary<StreamId, Subscribers> _subscribers = new();
    private long _sequence;

    public string Name => name;

    public bool IsRewindable => false;

    public ActorRuntime Runtime => runtime;

    public static IStreamProvider Named(IServiceProvider services, string name) =>
        services.GetKeyedService<IStreamProvider>(name)
            ?? throw new KeyNotFoundException($"There is no stream provider {name}: call AddMemoryStreams(\"{name}\") on the silo builder");

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new MemoryStream<T>(this, streamId);

    public IReadOnlyList<Subscription> Of(StreamId streamId) => _subscribers.TryGetValue(streamId, out var subscribers) ? subscribers.All : [];

    public void Add(Subscription subscription)
    {
        while (!_subscribers.GetOrAdd(subscription.StreamId, static _ => new Subscribers()).TryAdd(subscription))
        {
            // The last subscriber has just left and takes the entry with it: try again with a new one.
            Thread.Yield();
        }
    }

    public void Remove(Subscription subscription)
    {
        if (_subscribers.TryGetValue(subscription.StreamId, out var subscribers) && subscribers.RemoveWasLast(subscription))
        {
            _subscribers.TryRemove(new KeyValuePair<StreamId, Subscribers>(subscription.StreamId, subscribers));
        }
    }

    public void Publish<T>(StreamId streamId, T item)
    {
        var token = new SequenceToken(Interlocked.Increment(ref _sequence));
        if (_subscribers.TryGetValue(streamId, out var subscribers))
        {
            subscribers.Publish(item, token);
        }
    }
}

/// <summary>The place of an event among all events of the provider.</summary>
internal sealed class SequenceToken(long sequenceNumber) : StreamSequenceToken
{
    public override long SequenceNumber { get; protected set; } = sequenceNumber;

    public override int EventIndex { get; protected set; }

    public override bool Equals(StreamSequenceToken? other) => other is not null && other.SequenceNumber == SequenceNumber;

    public override int CompareTo(StreamSequenceToken? other) => other is null ? 1 : SequenceNumber.CompareTo(other.SequenceNumber);

    public override string ToString() => $"[{SequenceNumber}]";
}

/// <summary>Who listens to one stream. Used no more once the last one has left.</summary>
internal sealed class Subscribers
{
    private readonly Lock _gate = new();
    private Subscription[] _all = [];
    private bool _ended;

    public IReadOnlyList<Subscription> All => Volatile.Read(ref _all);

    public bool TryAdd(Subscription subscription)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _all = [.. _all, subscription];
            }

            return !_ended;
        }
    }

    public bool RemoveWasLast(Subscription subscription)
    {
        lock (_gate)
        {
            _all = [.. _all.Where(other => other != subscription)];
            return _ended = _all.Length == 0;
        }
    }

    public void Publish<T>(T item, StreamSequenceToken token)
    {
        // Under the gate, so that all subscribers see concurrent events in the same order.
        lock (_gate)
        {
            foreach (var subscription in _all)
            {
                (subscription as Subscription<T>)?.Enqueue(item, token);
            }
        }
    }
}

internal sealed class MemoryStream<T>(MemoryStreamProvider provider, StreamId streamId) : IAsyncStream<T>
{
    public bool IsRewindable => false;

    public string ProviderName => provider.Name;

    public StreamId StreamId => streamId;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null)
    {
        provider.Publish(streamId, item);
        return Task.CompletedTask;
    }

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        foreach (var item in batch)
        {
            provider.Publish(streamId, item);
        }

        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription<T>(provider, streamId, Activation.Current?.GrainId);
        var handle = new SubscriptionHandle<T>(subscription);
        handle.Attach(observer);
        provider.Add(subscription);
        return Task.FromResult<StreamSubscriptionHandle<T>>(handle);
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null) =>
        token is null
            ? SubscribeAsync(observer)
            : throw new ArgumentException("Memory streams are not rewindable: subscribe without a token", nameof(token));

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var caller = Activation.Current?.GrainId;
        return Task.FromResult<IList<StreamSubscriptionHandle<T>>>(
            [.. provider.Of(streamId).OfType<Subscription<T>>().Where(own => own.Owner == caller).Select(own => new SubscriptionHandle<T>(own))]);
    }
}

internal sealed class SubscriptionHandle<T>(Subscription<T> subscription) : StreamSubscriptionHandle<T>
{
    public override StreamId StreamId => subscription.StreamId;

    public override string ProviderName => subscription.Provider.Name;

    public override Guid HandleId => subscription.Id;

    public override Task UnsubscribeAsync()
    {
        subscription.Provider.Remove(subscription);
        subscription.Close();
        Activation.Current?.StreamHandlers.Remove(subscription.Id);
        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
    {
        Attach(observer);
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == HandleId;

    public void Attach(IAsyncObserver<T> observer)
    {
        if (Activation.Current is { } activation)
        {
            activation.StreamHandlers[subscription.Id] = observer;
        }
        else
        {
            subscription.ClientObserver = observer;
        }
    }
}

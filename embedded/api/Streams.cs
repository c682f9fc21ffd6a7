using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>The name of a stream: a namespace and a key.</summary>
    public readonly record struct StreamId : IComparable<StreamId>
    {
        private readonly string? _namespace;
        private readonly string _key;

        private StreamId(string? ns, string key) => (_namespace, _key) = (ns, key);

        public static StreamId Create(string? ns, string key) => new(ns, key);

        public static StreamId Create(string? ns, Guid key) => new(ns, key.ToString("N"));

        public static StreamId Create(string? ns, long key) => new(ns, key.ToString(System.Globalization.CultureInfo.InvariantCulture));

        public string? GetNamespace() => _namespace;

        public string GetKeyAsString() => _key ?? "";

        public int CompareTo(StreamId other)
        {
            var byNamespace = string.CompareOrdinal(_namespace, other._namespace);
            return byNamespace != 0 ? byNamespace : string.CompareOrdinal(_key, other._key);
        }

        public override string ToString() => $"{_namespace ?? "null"}/{_key}";

        public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

        public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

        public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

        public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;
    }
}

namespace Orleans.Streams
{
    /// <summary>Where in its stream an event is.</summary>
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken>, IComparable<StreamSequenceToken>
    {
        public abstract long SequenceNumber { get; protected set; }

        public abstract int EventIndex { get; protected set; }

        public abstract bool Equals(StreamSequenceToken? other);

        public abstract int CompareTo(StreamSequenceToken? other);

        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);
    }

    public interface IAsyncObserver<in T>
    {
        Task OnNextAsync(T item, StreamSequenceToken? token = null);

        Task OnCompletedAsync() => Task.CompletedTask;

        Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }

    public interface IAsyncObservable<T>
    {
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);

        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null);
    }

    public interface IAsyncBatchProducer<in T> : IAsyncObserver<T>
    {
        Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null);
    }

    /// <summary>One stream. Producing returns once the event is queued; each subscriber gets its events one at a time, in order.</summary>
    public interface IAsyncStream<T> : IAsyncObservable<T>, IAsyncBatchProducer<T>
    {
        bool IsRewindable { get; }

        string ProviderName { get; }

        StreamId StreamId { get; }

        /// <summary>The subscriptions of the calling grain to this stream; to be resumed in OnActivateAsync.</summary>
        Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
    }

    /// <summary>One subscription. It belongs to the grain that made it and outlives the activation: a new activation resumes it.</summary>
    public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
    {
        public abstract StreamId StreamId { get; }

        public abstract string ProviderName { get; }

        public abstract Guid HandleId { get; }

        public abstract Task UnsubscribeAsync();

        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

        public abstract bool Equals(StreamSubscriptionHandle<T>? other);

        public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

        public override int GetHashCode() => HandleId.GetHashCode();
    }

    public interface IStreamProvider
    {
        string Name { get; }

        bool IsRewindable { get; }

        IAsyncStream<T> GetStream<T>(StreamId streamId);
    }

    public static class StreamProviderExtensions
    {
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, string id) =>
            streamProvider.GetStream<T>(StreamId.Create(ns, id));

        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, Guid id) =>
            streamProvider.GetStream<T>(StreamId.Create(ns, id));

        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, long id) =>
            streamProvider.GetStream<T>(StreamId.Create(ns, id));
    }

    /// <summary>Subscribing with delegates.</summary>
    public static class AsyncObservableExtensions
    {
        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync) =>
            obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, null, null));

        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Exception, Task> onErrorAsync) =>
            obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, null));

        public static Task<StreamSubscriptionHandle<T>> SubscribeAsync<T>(
            this IAsyncObservable<T> obs, Func<T, StreamSequenceToken?, Task> onNextAsync, Func<Exception, Task> onErrorAsync, Func<Task> onCompletedAsync) =>
            obs.SubscribeAsync(new DelegateObserver<T>(onNextAsync, onErrorAsync, onCompletedAsync));
    }

    public static class StreamSubscriptionHandleExtensions
    {
        public static Task<StreamSubscriptionHandle<T>> ResumeAsync<T>(
            this StreamSubscriptionHandle<T> handle, Func<T, StreamSequenceToken?, Task> onNextAsync, StreamSequenceToken? token = null) =>
            handle.ResumeAsync(new DelegateObserver<T>(onNextAsync, null, null), token);
    }

    internal sealed class DelegateObserver<T>(
        Func<T, StreamSequenceToken?, Task> onNext, Func<Exception, Task>? onError, Func<Task>? onCompleted) : IAsyncObserver<T>
    {
        public Task OnNextAsync(T item, StreamSequenceToken? token = null) => onNext(item, token);

        public Task OnErrorAsync(Exception ex) => onError?.Invoke(ex) ?? Task.CompletedTask;

        public Task OnCompletedAsync() => onCompleted?.Invoke() ?? Task.CompletedTask;
    }
}

namespace Orleans
{
    public static class GrainStreamingExtensions
    {
        public static Streams.IStreamProvider GetStreamProvider(this IGrainBase grain, string name) =>
            Embedded.MemoryStreamProvider.Named(grain.GrainContext.ActivationServices, name);
    }

    public static class ClientStreamingExtensions
    {
        public static Streams.IStreamProvider GetStreamProvider(this IClusterClient client, string name) =>
            Embedded.MemoryStreamProvider.Named(client.ServiceProvider, name);
    }
}

using System.Collections.Immutable;
using System.Diagnostics;

namespace Trading.Actors.Tests;

[GenerateSerializer]
public enum Side
{
    Buy,
    Sell,
}

[GenerateSerializer, Immutable]
public readonly record struct Fill([property: Id(0)] long Price, [property: Id(1)] long Quantity, [property: Id(2)] Int128 Value);

[GenerateSerializer, Immutable]
public sealed record Order(
    [property: Id(0)] string Id,
    [property: Id(1)] Side Side,
    [property: Id(2)] decimal Limit,
    [property: Id(3)] DateTimeOffset PlacedAt,
    [property: Id(4)] Fill? First,
    [property: Id(5)] string? Note);

[GenerateSerializer, Immutable]
public abstract record Outcome
{
    [Id(0)]
    public required int Sequence { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record Accepted([property: Id(0)] Order Order) : Outcome;

[GenerateSerializer, Immutable]
public sealed record Rejected([property: Id(0)] string Reason) : Outcome;

[GenerateSerializer]
public sealed class OrderRefusedException : Exception
{
    public OrderRefusedException(string orderId, string message)
        : base(message) => OrderId = orderId;

    [Id(0)]
    public string OrderId { get; private set; }
}

public interface IMessageGrain : IGrainWithStringKey
{
    Task<Order> Echo(Order order);

    ValueTask<Fill> EchoFill(Fill fill);

    Task<Outcome> Decide(Order order, bool accept);

    Task<ImmutableArray<Fill>> EchoFills(ImmutableArray<Fill> fills);

    Task<long> Total([Immutable] Fill[] fills);

    Task<Order?> Nothing(Order? order);

    Task<IReadOnlyDictionary<string, Fill[]>> Table(IReadOnlyDictionary<string, Fill[]> table);

    Task Refuse(string orderId);

    Task RefuseAfterAwait(string orderId);

    ValueTask RefuseByValue(string orderId);

    Task<string> Context(string key, IMessageGrain? next);

    Task ChangeContext(string key, string value);

    /// <summary>The trace that this call is part of, before and behind an await, and the one that its own call is part of; <c>none</c> where there is none.</summary>
    Task<string> Trace(IMessageGrain? next);

    /// <summary>The id of the thread that runs the turn.</summary>
    Task<int> RunningThread();

    /// <summary>The ambient value that the grain sees; and then it sets its own.</summary>
    Task<string> Ambient();

    /// <summary>Runs until cancelled, then sets <c>signal:cancelled</c>, or <c>signal:elsewhere</c> when told outside of its activation.</summary>
    Task Obey(string signal, CancellationToken cancellationToken);

    Task<bool> SeesCancelled(CancellationToken cancellationToken);
}

public sealed class MessageGrain(Signals signals) : Grain, IMessageGrain
{
    public static AsyncLocal<string?> AmbientValue { get; } = new();

    public Task<int> RunningThread() => Task.FromResult(Environment.CurrentManagedThreadId);

    public Task<string> Ambient()
    {
        var seen = AmbientValue.Value ?? "nothing";
        AmbientValue.Value = "the grain's";
        return Task.FromResult(seen);
    }

    public Task<Order> Echo(Order order) => Task.FromResult(order);

    public ValueTask<Fill> EchoFill(Fill fill) => new(fill);

    public Task<Outcome> Decide(Order order, bool accept) =>
        Task.FromResult<Outcome>(accept ? new Accepted(order) { Sequence = 1 } : new Rejected("no") { Sequence = 2 });

    public Task<ImmutableArray<Fill>> EchoFills(ImmutableArray<Fill> fills) => Task.FromResult(fills);

    public Task<long> Total(Fill[] fills) => Task.FromResult(fills.Sum(fill => fill.Quantity));

    public Task<Order?> Nothing(Order? order) => Task.FromResult(order);

    public Task<IReadOnlyDictionary<string, Fill[]>> Table(IReadOnlyDictionary<string, Fill[]> table) => Task.FromResult(table);

    public Task Refuse(string orderId) => throw new OrderRefusedException(orderId, "at once");

    public async Task RefuseAfterAwait(string orderId)
    {
        await Task.Yield();
        throw new OrderRefusedException(orderId, "later");
    }

    public async ValueTask RefuseByValue(string orderId)
    {
        await Task.Yield();
        throw new ArgumentException("bad value", nameof(orderId));
    }

    public async Task<string> Context(string key, IMessageGrain? next)
    {
        var here = (string?)RequestContext.Get(key) ?? "nothing";
        await Task.Yield();
        return next is null ? here : $"{here}>{await next.Context(key, null)}";
    }

    public async Task<string> Trace(IMessageGrain? next)
    {
        var before = Activity.Current?.TraceId.ToHexString() ?? "none";
        await Task.Yield();
        var here = $"{before},{Activity.Current?.TraceId.ToHexString() ?? "none"}";
        return next is null ? here : $"{here}>{await next.Trace(null)}";
    }

    public Task ChangeContext(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public async Task Obey(string signal, CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var home = (SynchronizationContext.Current, TaskScheduler.Current);
        await using var registration = cancellationToken.Register(() =>
        {
            if (home != (SynchronizationContext.Current, TaskScheduler.Current))
            {
                signals.Set(signal + ":elsewhere");
            }

            stopped.SetResult();
        });
        signals.Set(signal + ":started");
        await stopped.Task;
        signals.Set(signal + ":cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Task<bool> SeesCancelled(CancellationToken cancellationToken) => Task.FromResult(cancellationToken.IsCancellationRequested);
}

public interface INewsObserver : IGrainObserver
{
    Task Heard(string news);

    void Whispered(string news);
}

public interface INewsGrain : IGrainWithStringKey
{
    Task Listen(INewsObserver observer);

    Task<bool> Tell(string news);

    Task Whisper(string news);
}

public sealed class NewsGrain : Grain, INewsGrain
{
    private INewsObserver? _observer;

    public Task Listen(INewsObserver observer)
    {
        _observer = observer;
        return Task.CompletedTask;
    }

    public async Task<bool> Tell(string news)
    {
        try
        {
            await _observer!.Heard(news);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public Task Whisper(string news)
    {
        _observer!.Whispered(news);
        return Task.CompletedTask;
    }
}

using System.Collections.Concurrent;
using Orleans.Streams;

namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class StreamTests(ActorHost host)
{
    private readonly string _stream = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Every_subscriber_gets_the_events_of_a_producer_in_order()
    {
        var consumers = new[] { host.Grain<IConsumerGrain>(), host.Grain<IConsumerGrain>() };
        await Task.WhenAll(consumers.Select(consumer => consumer.Subscribe(_stream)));
        await host.Grain<IProducerGrain>().Produce(_stream, "p", 0, 50);
        foreach (var consumer in consumers)
        {
            await host.Signals.Wait($"{consumer.GetPrimaryKeyString()}:p:49");
            Assert.Equal(Enumerable.Range(0, 50).Select(number => new Tick("p", number)), await consumer.Received());
        }
    }

    [Fact]
    public async Task Streams_with_different_keys_are_apart()
    {
        var (consumer, other) = (host.Grain<IConsumerGrain>(), host.Grain<IConsumerGrain>());
        await consumer.Subscribe(_stream);
        await other.Subscribe("other" + _stream);
        var producer = host.Grain<IProducerGrain>();
        await producer.Produce("other" + _stream, "o", 1, 1);
        await producer.Produce(_stream, "p", 1, 1);
        await host.Signals.Wait($"{consumer.GetPrimaryKeyString()}:p:1");
        await host.Signals.Wait($"{other.GetPrimaryKeyString()}:o:1");
        Assert.Equal([new Tick("p", 1)], await consumer.Received());
        Assert.Equal([new Tick("o", 1)], await other.Received());
    }

    [Fact]
    public async Task After_unsubscribing_no_event_comes_any_more()
    {
        var (leaver, stayer) = (host.Grain<IConsumerGrain>(), host.Grain<IConsumerGrain>());
        await leaver.Subscribe(_stream);
        await stayer.Subscribe(_stream);
        var producer = host.Grain<IProducerGrain>();
        await producer.Produce(_stream, "p", 1, 1);
        await host.Signals.Wait($"{leaver.GetPrimaryKeyString()}:p:1");
        await leaver.Unsubscribe();
        await producer.Produce(_stream, "p", 2, 1);
        await host.Signals.Wait($"{stayer.GetPrimaryKeyString()}:p:2");
        Assert.Equal([new Tick("p", 1)], await leaver.Received());
    }

    [Fact]
    public async Task A_stream_that_all_have_left_can_be_subscribed_again()
    {
        var (first, second) = (host.Grain<IConsumerGrain>(), host.Grain<IConsumerGrain>());
        await first.Subscribe(_stream);
        await first.Unsubscribe();
        await second.Subscribe(_stream);
        await host.Grain<IProducerGrain>().Produce(_stream, "p", 1, 1);
        await host.Signals.Wait($"{second.GetPrimaryKeyString()}:p:1");
        Assert.Empty(await first.Received());
    }

    [Fact]
    public async Task A_subscription_outlives_the_activation_and_is_resumed_by_the_next()
    {
        var consumer = host.Grain<IConsumerGrain>(_stream);
        await consumer.Subscribe(_stream);
        await consumer.Leave();
        Assert.Empty(await consumer.Received());
        await host.Grain<IProducerGrain>().Produce(_stream, "p", 1, 1);
        await host.Signals.Wait($"{_stream}:p:1");
        Assert.Equal([new Tick("p", 1)], await consumer.Received());
    }

    [Fact]
    public async Task A_client_subscribes_too()
    {
        var received = new ConcurrentQueue<Tick>();
        var stream = host.Client.GetStreamProvider(ActorHost.Streams).GetStream<Tick>(StreamId.Create("ticks", _stream));
        var handle = await stream.SubscribeAsync((tick, _) =>
        {
            received.Enqueue(tick);
            host.Signals.Set($"{_stream}:{tick.Number}");
            return Task.CompletedTask;
        });
        await host.Grain<IProducerGrain>().Produce(_stream, "p", 0, 10);
        await host.Signals.Wait($"{_stream}:9");
        Assert.Equal(Enumerable.Range(0, 10), received.Select(tick => tick.Number));
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task A_client_produces_too()
    {
        var consumer = host.Grain<IConsumerGrain>();
        await consumer.Subscribe(_stream);
        await host.Client.GetStreamProvider(ActorHost.Streams).GetStream<Tick>(StreamId.Create("ticks", _stream)).OnNextAsync(new Tick("client", 7));
        await host.Signals.Wait($"{consumer.GetPrimaryKeyString()}:client:7");
    }
}

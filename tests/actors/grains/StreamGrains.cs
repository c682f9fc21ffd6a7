using Orleans.Streams;

namespace Trading.Actors.Tests;

[GenerateSerializer]
public sealed record Tick([property: Id(0)] string Source, [property: Id(1)] int Number);

public interface IProducerGrain : IGrainWithStringKey
{
    Task Produce(string stream, string source, int from, int count);
}

public sealed class ProducerGrain : Grain, IProducerGrain
{
    public async Task Produce(string stream, string source, int from, int count)
    {
        var events = this.GetStreamProvider(ActorHost.Streams).GetStream<Tick>(StreamId.Create("ticks", stream));
        for (var number = from; number < from + count; number++)
        {
            await events.OnNextAsync(new Tick(source, number));
        }
    }
}

public interface IConsumerGrain : IGrainWithStringKey
{
    Task Subscribe(string stream);

    Task Unsubscribe();

    Task<Tick[]> Received();

    Task Leave();
}

/// <summary>Collects the events of its streams; a new activation resumes the subscriptions of the old one.</summary>
public sealed class ConsumerGrain(Signals signals) : Grain, IConsumerGrain
{
    private readonly List<Tick> _received = [];
    private StreamSubscriptionHandle<Tick>? _subscription;
    private bool _inTurn;

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var handle in await Stream(Key).GetAllSubscriptionHandles())
        {
            _subscription = await handle.ResumeAsync(OnTick);
        }
    }

    public async Task Subscribe(string stream) => _subscription = await Stream(stream).SubscribeAsync(OnTick);

    public async Task Unsubscribe()
    {
        await _subscription!.UnsubscribeAsync();
        _subscription = null;
    }

    public Task<Tick[]> Received() => Task.FromResult(_received.ToArray());

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private IAsyncStream<Tick> Stream(string key) => this.GetStreamProvider(ActorHost.Streams).GetStream<Tick>(StreamId.Create("ticks", key));

    private async Task OnTick(Tick tick, StreamSequenceToken? token)
    {
        if (_inTurn)
        {
            throw new InvalidOperationException("events interleave");
        }

        _inTurn = true;
        await Task.Yield();
        _inTurn = false;
        _received.Add(tick);
        signals.Set($"{Key}:{tick.Source}:{tick.Number}");
    }
}

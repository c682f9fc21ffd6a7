using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>A client that does everything a client can do, in an order drawn from a seed and from what it is told: the same seed and the same answers give the same commands.</summary>
internal sealed class SessionScript(GatewayModel gateway, Cluster cluster, int seed)
{
    private const int Steps = 150;

    private readonly Random _random = new(seed);
    private readonly List<string> _orders = [];
    private readonly List<BatchCommand> _batches = [];
    private readonly bool _flowControl = seed % 5 != 0;
    private readonly int _window = (seed % 4) switch { 0 => 1, 1 => 50, 2 => 7, _ => 1000 };
    private int _sent;
    private int _acknowledged;
    private bool _paused;

    /// <summary>A whole session, from its creation to its results.</summary>
    public async Task Run(string session)
    {
        var begin = cluster.Now;
        await gateway.Attach(creating: true);
        await Send(Cluster.Create(session));
        await Send(new StartCommand { MaxPendingTicks = _window, FlowControl = _flowControl, AccountUpdates = (AccountUpdateFrequency)_random.Next(3), RequestId = "start" });
        for (var step = 0; step < Steps && gateway.Last!.End == SessionEnd.No; step++)
        {
            cluster.Now = begin.AddSeconds(step);
            var commands = new SessionCommand[gateway.Last.More ? _random.Next(2) : _random.Next(1, 5)];
            for (var at = 0; at < commands.Length; at++) commands[at] = Next();
            await Send(commands);
        }

        for (var call = 0; gateway.Last!.End == SessionEnd.No; call++)
        {
            Assert.True(call < 1000, "the session does not end");
            cluster.Now = begin.AddSeconds(Steps + call);
            if (gateway.Last.More) await Send();
            else if (_paused) await Send(Resume());
            else await Send(_flowControl ? Acknowledge(_sent) : new IntervalPassedCommand { Ticks = 40 });
        }
    }

    private async Task Send(params SessionCommand[] commands)
    {
        foreach (var output in (await gateway.Exchange(commands)).Outputs)
        {
            if (output is TicksOutput ticks) _sent = ticks.First + ticks.Times.Length - 1;
            if (output is AdvancedOutput advanced) _sent = Math.Max(_sent, advanced.Sequence);
        }
    }

    private SessionCommand Next() => _random.Next(20) switch
    {
        < 7 => _flowControl ? Acknowledge(_random.Next(_acknowledged, _sent + 1)) : new IntervalPassedCommand { Ticks = _random.Next(1, 4) },
        7 => Acknowledge(_random.Next(0, _sent + 3), _random.Next(-1, 3)),
        8 => new AckCommand { Sequence = Math.Max(1, _sent), Status = ProcessingStatus.NeedTime },
        < 13 => Batch(),
        13 => new CancelOrdersCommand { OrderIds = [Known(), Known()], RequestId = "cancel" },
        14 => new ReplaceOrderCommand { OrderId = Known(), NewOrderId = $"r-{_orders.Count}", Quantity = _random.Next(0, 40) * 100_000_000L, RequestId = "replace" },
        15 => _paused ? Resume() : Pause(),
        16 => new QueryPositionsCommand { RequestId = "query" },
        17 => _batches.Count > 0 ? _batches[_random.Next(_batches.Count)] with { RequestId = "again" } : Batch(),
        18 => new AdvanceCommand { Count = _random.Next(1, 25), StopOn = (AdvanceStops)_random.Next(8), RequestId = "advance" },
        _ => _batches.Count > 0 ? _batches[^1] with { Atomic = !_batches[^1].Atomic } : new QueryPositionsCommand(),
    };

    private AckCommand Acknowledge(int tick, int pending = 0)
    {
        if (pending == 0 && tick <= _sent) _acknowledged = Math.Max(_acknowledged, tick);
        return new AckCommand { Sequence = tick, Status = ProcessingStatus.Ready, OrdersPending = pending, RequestId = "ack" };
    }

    private PauseCommand Pause()
    {
        _paused = true;
        return new PauseCommand { RequestId = "pause" };
    }

    private ResumeCommand Resume()
    {
        _paused = false;
        return new ResumeCommand { RequestId = "resume" };
    }

    private string Known() => _orders.Count == 0 ? "none" : _orders[_random.Next(_orders.Count)];

    private BatchCommand Batch()
    {
        var orders = new List<ClientOrder>();
        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            var order = Order();
            orders.Add(order);
            if (order.Type != OrderType.Market || _random.Next(3) > 0) continue;
            orders.Add(Child(order, OrderType.Limit));
            orders.Add(Child(order, OrderType.Stop));
        }

        _orders.AddRange(orders.Select(order => order.OrderId));
        var batch = new BatchCommand { BatchId = $"b-{_batches.Count}", Orders = orders.ToArray(), Atomic = _random.Next(4) == 0, RequestId = $"batch-{_batches.Count}" };
        _batches.Add(batch);
        return batch;
    }

    private ClientOrder Order()
    {
        var type = (OrderType)_random.Next(1, 5);
        var near = SmallBars.Units(100m + _random.Next(-30, 60) * 0.01m);
        return new ClientOrder
        {
            OrderId = $"o-{_batches.Count}-{_random.Next(1_000_000)}",
            Symbol = _random.Next(15) == 0 ? "NONE" : _random.Next(2) == 0 ? "ACME" : "BETA",
            Side = _random.Next(2) == 0 ? OrderSide.Buy : OrderSide.Sell,
            Type = type,
            TimeInForce = (TimeInForce)_random.Next(1, 4),
            Quantity = _random.Next(20) == 0 ? 0 : _random.Next(1, 60) * 100_000_000L,
            Price = type is OrderType.Limit or OrderType.StopLimit ? near : null,
            StopPrice = type is OrderType.Stop or OrderType.StopLimit ? near : null,
            OcoGroup = type == OrderType.Limit && _random.Next(3) == 0 ? $"g-{_random.Next(4)}" : null,
        };
    }

    private ClientOrder Child(ClientOrder entry, OrderType type) => new()
    {
        OrderId = $"{entry.OrderId}-{type}",
        Symbol = entry.Symbol,
        Side = entry.Side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy,
        Type = type,
        TimeInForce = TimeInForce.GoodTilCancelled,
        Quantity = entry.Quantity,
        Price = type == OrderType.Limit ? SmallBars.Units(entry.Side == OrderSide.Buy ? 100.6m : 99.4m) : null,
        StopPrice = type == OrderType.Stop ? SmallBars.Units(entry.Side == OrderSide.Buy ? 99.4m : 100.6m) : null,
        ParentOrderId = entry.OrderId,
    };
}

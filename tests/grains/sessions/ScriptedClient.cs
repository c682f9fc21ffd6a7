using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Tests.Sessions;

/// <summary>In which order a client sends its orders and its acknowledgements.</summary>
public enum ClientStyle
{
    /// <summary>The orders of a tick, then its acknowledgement.</summary>
    OrdersFirst,

    /// <summary>The acknowledgement announces the orders, which come after it.</summary>
    AcknowledgeFirst,

    /// <summary>Ticks without orders are acknowledged together with the next one that has some.</summary>
    Cumulative,
}

/// <summary>
/// A client whose orders depend on the tick only: it processes every tick once and follows the contract of a resume. What it saw is checked while it runs:
/// ticks without gap, equal content when a tick comes again, fills once.
/// </summary>
internal sealed class ScriptedClient(SessionDriver driver, IReadOnlyDictionary<int, BatchCommand> plan, ClientStyle style = ClientStyle.OrdersFirst)
{
    private readonly Dictionary<int, (long Time, byte Session, ulong Trading)> _ticks = [];
    private readonly SortedDictionary<int, FillOutput> _fills = [];
    private readonly Queue<int> _pending = new();
    private int _seen;
    private int _next = 1;

    /// <summary>Last tick whose orders are acknowledged: what a resume may name.</summary>
    public int Processed { get; private set; }

    public IReadOnlyDictionary<int, (long Time, byte Session, ulong Trading)> Ticks => _ticks;

    /// <summary>Every fill it learned of, by execution.</summary>
    public IReadOnlyCollection<FillOutput> Fills => _fills.Values;

    /// <summary>Reports of one fill that came although the client knew it and did not resume in between.</summary>
    public int Repeats { get; private set; }

    public CompleteOutput? Result => driver.Complete;

    /// <summary>Everything the fills of this run say, as one comparable text.</summary>
    public string Trace => string.Join('\n', Fills.Select(fill => fill with { RequestId = null }));

    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Processes the next tick; false when the session is over.</summary>
    public bool Step()
    {
        Read();
        if (driver.Machine.End != SessionEnd.No) return false;
        Assert.True(_pending.TryDequeue(out var tick), "the session is not over and sends no tick");
        SendOrders(tick);
        SendAcknowledgement(tick);
        return true;
    }

    /// <summary>The first half of <see cref="Step"/>: the orders of the next tick, without its acknowledgement.</summary>
    public void SendOrdersOfNext()
    {
        Read();
        if (_pending.TryPeek(out var tick) && plan.TryGetValue(tick, out var batch)) driver.Send(batch);
        Read();
    }

    /// <summary>Resumes after the last processed tick, or an earlier one.</summary>
    public void Resume(int? after = null)
    {
        var last = after ?? Processed;
        _seen = driver.All.Count;
        var outputs = driver.Resume(last);
        var sync = Assert.IsType<StateSyncOutput>(outputs.First(output => output is StateSyncOutput));
        Assert.Equal(last + 1, sync.NextSequence);
        foreach (var fill in sync.MissedExecutions)
        {
            Assert.True(fill.Tick > last - driver.Window, "a fill that the client is known to have is repeated");
            Know(fill);
        }

        _pending.Clear();
        _next = last + 1;
        Processed = last;
        _knownBeforeResume = [.. _fills.Keys.Where(execution => _fills[execution].Tick >= last)];
        foreach (var missed in sync.MissedExecutions) _knownBeforeResume.Remove(missed.Execution);
        Read();
    }

    private HashSet<int> _knownBeforeResume = [];

    private void SendOrders(int tick)
    {
        if (!plan.TryGetValue(tick, out var batch)) return;
        switch (style)
        {
            case ClientStyle.OrdersFirst:
                driver.Send(batch);
                break;
            case ClientStyle.AcknowledgeFirst:
                driver.Acknowledge(tick, batch.Orders.Count);
                driver.Send(batch);
                break;
            default:
                if (tick > 1) driver.Acknowledge(tick - 1);
                driver.Send(batch);
                break;
        }
    }

    private void SendAcknowledgement(int tick)
    {
        Processed = tick;
        if (style == ClientStyle.AcknowledgeFirst && plan.ContainsKey(tick)) return;
        Read();
        if (style == ClientStyle.Cumulative && _pending.Count > 0) return;
        driver.Acknowledge(tick);
    }

    private void Read()
    {
        for (; _seen < driver.All.Count; _seen++)
        {
            switch (driver.All[_seen])
            {
                case TicksOutput ticks:
                    Take(ticks);
                    break;
                case FillOutput fill:
                    if (_fills.ContainsKey(fill.Execution) && !_knownBeforeResume.Remove(fill.Execution)) Repeats++;
                    Know(fill);
                    break;
            }
        }
    }

    private void Take(TicksOutput ticks)
    {
        var words = (ticks.Symbols + 63) / 64;
        for (var at = 0; at < ticks.Times.Length; at++)
        {
            var tick = ticks.First + at;
            Assert.Equal(_next++, tick);
            var content = (ticks.Times[at], ticks.Sessions[at], ticks.Trading[at * words]);
            if (_ticks.TryGetValue(tick, out var before)) Assert.Equal(before, content);
            _ticks[tick] = content;
            _pending.Enqueue(tick);
        }
    }

    private void Know(FillOutput fill)
    {
        if (_fills.TryGetValue(fill.Execution, out var before)) Assert.Equal(before, fill);
        _fills[fill.Execution] = fill;
    }
}

/// <summary>Order plans: which batch at which tick.</summary>
internal static class Plans
{
    /// <summary>A seeded mix of every basic order type on two symbols, with some orders that are refused.</summary>
    public static IReadOnlyDictionary<int, BatchCommand> Mixed(int ticks, int seed)
    {
        var random = new Random(seed);
        var plan = new Dictionary<int, BatchCommand>();
        for (var tick = 1; tick <= ticks; tick++)
        {
            if (random.Next(3) == 0) continue;
            var orders = Enumerable.Range(0, random.Next(1, 4)).Select(at => Order(random, $"o-{tick}-{at}")).ToArray();
            plan[tick] = new BatchCommand { BatchId = $"b-{tick}", Orders = orders, Atomic = random.Next(5) == 0, ParentStrategy = "mixed" };
        }

        return plan;
    }

    private static ClientOrder Order(Random random, string id)
    {
        var type = (OrderType)random.Next(1, 5);
        var side = random.Next(2) == 0 ? OrderSide.Buy : OrderSide.Sell;
        var near = SmallBars.Units(100m + random.Next(-30, 60) * 0.01m);
        return new ClientOrder
        {
            OrderId = id,
            Symbol = random.Next(12) == 0 ? "NONE" : random.Next(2) == 0 ? "ACME" : "BETA",
            Side = side,
            Type = type,
            TimeInForce = (TimeInForce)random.Next(1, 4),
            Quantity = random.Next(15) == 0 ? 0 : random.Next(1, 60) * 100_000_000L,
            Price = type is OrderType.Limit or OrderType.StopLimit ? near + SmallBars.Units(random.Next(-5, 6) * 0.01m) : null,
            StopPrice = type is OrderType.Stop or OrderType.StopLimit ? near : null,
        };
    }
}

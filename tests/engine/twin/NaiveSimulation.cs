using System.Numerics;
using System.Security.Cryptography;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>One bar in the simulation's range.</summary>
public sealed record NaiveBar(int Tick, long Time, long Open, long High, long Low, long Close, long Volume, MarketSession Session, int Day);

/// <summary>A cancel or replace on its way.</summary>
public sealed record NaiveChange(long Instant, int Sequence, NaiveOrder Target, NaiveOrder? Replacement, ReplaceIntent Replace);

/// <summary>
/// The engine once more, written from docs/execution.md alone and without any cleverness: lists, big integers, everything recomputed at every step.
/// It judges the engine; where both agree and are wrong, the page is wrong.
/// </summary>
public sealed partial class NaiveSimulation : ISimulation
{
    private static readonly BigInteger RateUnit = SimulationConfig.RateUnit;

    private readonly SimulationConfig _config;
    private readonly IReadOnlyList<BarSeries> _series;
    private readonly List<List<NaiveBar>> _bars = [];
    private readonly List<long> _ticks;
    private readonly NaiveCosts _costs;
    private readonly long _delta;

    private readonly List<NaiveOrder> _orders = [];
    private readonly List<NaiveChange> _changes = [];
    private readonly List<SimulationEvent> _allEvents = [];
    private int _clearedEvents;
    private int _changesReceived;
    private int _fills;

    private readonly long[] _position;
    private readonly long[] _mark;
    private readonly long[] _usedVolume;
    private BigInteger _cash;
    private BigInteger _peak;
    private bool _drawdownLatched;

    public NaiveSimulation(SimulationConfig config, IReadOnlyList<BarSeries> series)
    {
        _config = config;
        _series = series;
        _costs = new NaiveCosts(config);
        _delta = series[0].BarMicros;
        _ticks = [.. series.SelectMany(one => UsedBars(one).Select(bar => one.OpenTime[bar])).Distinct().Order()];
        foreach (var one in series)
        {
            _bars.Add([.. UsedBars(one).Select(bar => new NaiveBar(_ticks.IndexOf(one.OpenTime[bar]) + 1, one.OpenTime[bar], one.Open[bar], one.High[bar], one.Low[bar],
                one.Close[bar], one.Volume[bar], one.Session[bar], one.Day[bar]))]);
        }

        _position = new long[series.Count];
        _usedVolume = new long[series.Count];
        _cash = (BigInteger)config.InitialCash;
        _peak = _cash;
        _mark = [.. Enumerable.Range(0, series.Count).Select(Last)];
    }

    public int TickCount => _ticks.Count;

    public int CompletedTicks { get; private set; }

    public bool Finished { get; private set; }

    public Int128 Cash => (Int128)_cash;

    public Int128 Equity => (Int128)ExactEquity();

    public ReadOnlySpan<SimulationEvent> Events => _allEvents.Skip(_clearedEvents).ToArray();

    public IReadOnlyList<SimulationEvent> AllEvents => _allEvents;

    /// <summary>Equity at the end of each completed tick.</summary>
    public List<(long Time, BigInteger Equity, bool Exposed)> EquitySamples { get; } = [];

    /// <summary>Numbers of the open orders.</summary>
    public List<int> OpenOrders => [.. _orders.Where(order => order.IsOpen).Select(order => order.Number)];

    public int OrderCount => _orders.Count;

    public string ResultHash
    {
        get
        {
            var hash = new byte[32];
            foreach (var block in _allEvents.Chunk(64))
            {
                var bytes = new byte[32 + (block.Length * SimulationEvent.Size)];
                hash.CopyTo(bytes, 0);
                for (var index = 0; index < block.Length; index++) block[index].Write(bytes.AsSpan(32 + (index * SimulationEvent.Size)));
                hash = SHA256.HashData(bytes);
            }

            return System.Convert.ToHexStringLower(hash);
        }
    }

    /// <summary>Symbol of an order; null when there is no such order or no such symbol.</summary>
    public int? SymbolOf(int number) => number >= 1 && number <= _orders.Count && _orders[number - 1].Symbol is var symbol && symbol >= 0 && symbol < _series.Count ? symbol : null;

    public void ClearEvents() => _clearedEvents = _allEvents.Count;

    public long Position(int symbol) => _position[symbol];

    public long Mark(int symbol) => _mark[symbol];

    public OrderState StateOf(int orderNumber) => _orders[orderNumber - 1].State;

    public Reason ReasonOf(int orderNumber) => _orders[orderNumber - 1].Reason;

    /// <summary>The tick that commands and events belong to.</summary>
    private int CurrentTick { get; set; } = 1;

    private long CurrentTime => _ticks[CurrentTick - 1];

    public Reason Cancel(int orderNumber)
    {
        var refused = Find(orderNumber, out var order);
        if (refused != Reason.None) return refused;
        Take(new NaiveChange(CurrentTime + CancelLatency(orderNumber), ++_changesReceived, order!, null, default));
        return Reason.None;
    }

    public void Finish()
    {
        if (CompletedTicks < TickCount) throw new InvalidOperationException("ticks are left");
        var end = _ticks[^1] + _delta;
        foreach (var order in _orders.Where(order => order.IsOpen).ToList()) EndAlone(order, EventKind.Cancelled, OrderState.Cancelled, Reason.EndOfSimulation, end);
        foreach (var change in _changes.Where(change => change.Replacement is not null).OrderBy(change => change.Replacement!.Number).ToList())
        {
            RejectReplacement(change, Reason.OrderClosed, end);
        }

        _changes.Clear();
        Finished = true;
    }

    private IEnumerable<int> UsedBars(BarSeries one) => Enumerable.Range(0, one.Count).Where(bar =>
        one.OpenTime[bar] >= _config.Start && one.OpenTime[bar] < _config.End
        && (one.Session[bar] == MarketSession.Regular || (_config.ExtendedHours && one.Session[bar] != MarketSession.Closed)));

    /// <summary>Close of the last bar before the current tick, else the open of the first bar there is.</summary>
    private long Last(int symbol)
    {
        var before = _bars[symbol].LastOrDefault(bar => bar.Tick < CurrentTick);
        return before?.Close ?? _bars[symbol].FirstOrDefault()?.Open ?? 0;
    }

    private NaiveBar? BarNow(int symbol) => _bars[symbol].FirstOrDefault(bar => bar.Tick == CurrentTick);

    private static bool MayTrade(NaiveOrder order, NaiveBar bar) => MayTrade(order.Intent, bar);

    private static bool MayTrade(in OrderIntent intent, NaiveBar bar) => bar.Session == MarketSession.Regular || intent.ExtendedHours;

    private BigInteger ExactEquity()
    {
        var equity = _cash;
        for (var symbol = 0; symbol < _series.Count; symbol++) equity += (BigInteger)_position[symbol] * _mark[symbol];
        return equity;
    }

    private Reason Find(int number, out NaiveOrder? order)
    {
        if (CompletedTicks == TickCount) throw new InvalidOperationException("every tick is complete");
        order = number >= 1 && number <= _orders.Count ? _orders[number - 1] : null;
        if (order is null || order.State == OrderState.Pending) return Reason.UnknownOrder;
        return order.IsOpen ? Reason.None : Reason.OrderClosed;
    }

    private void Take(NaiveChange change)
    {
        if (change.Instant == CurrentTime) Apply(change);
        else _changes.Add(change);
    }

    private void Apply(NaiveChange change)
    {
        if (change.Replacement is not null) ApplyReplace(change);
        else if (change.Target.IsOpen) End(change.Target, EventKind.Cancelled, OrderState.Cancelled, Reason.CancelledByClient, change.Instant);
    }

    private long Latency(int number) => (_config.LatencyMs * 1000L) + Draw(number, 0, _config.LatencyJitterMs * 1000L);

    private long CancelLatency(int number) => ((_config.CancelLatencyMs ?? _config.LatencyMs) * 1000L) + Draw(number, 1, _config.LatencyJitterMs * 1000L);

    /// <summary>Counter-based draw in [0, most].</summary>
    private long Draw(int number, int purpose, long most)
    {
        var two64 = BigInteger.One << 64;
        var z = (_config.Seed + (new BigInteger(0x9E3779B97F4A7C15UL) * (((BigInteger)number * 8) + purpose + 1))) % two64;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL % two64;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL % two64;
        z ^= z >> 31;
        return (long)((z * (most + 1)) >> 64);
    }

    private SimulationEvent Describe(NaiveOrder order, EventKind kind, long time) => new()
    {
        Kind = kind,
        State = order.State,
        Side = order.Side,
        Type = order.Type,
        TimeInForce = order.TimeInForce,
        OrderNumber = order.Number,
        Symbol = order.Symbol,
        Tick = CurrentTick,
        Time = time,
        Remaining = order.Remaining,
    };

    /// <summary>Ends an order and what hangs on it.</summary>
    private void End(NaiveOrder order, EventKind kind, OrderState state, Reason reason, long time)
    {
        EndAlone(order, kind, state, reason, time);
        foreach (var child in order.Children.Where(child => child.IsOpen && child.Held).OrderBy(child => child.Number).ToList())
        {
            if (order.Filled == 0)
            {
                End(child, EventKind.Cancelled, OrderState.Cancelled, Reason.ParentEnded, time);
                continue;
            }

            Activate(child, order.Filled);
            child.Point = PointKind.Instant;
            child.EligibleFrom = time;
        }
    }

    private void EndAlone(NaiveOrder order, EventKind kind, OrderState state, Reason reason, long time)
    {
        order.State = state;
        order.Reason = reason;
        _allEvents.Add(Describe(order, kind, time) with { Reason = reason });
    }

    private static void Activate(NaiveOrder child, long quantity)
    {
        child.Held = false;
        child.Remaining = quantity;
        child.Reason = Reason.None;
    }
}

using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Makes a random run from a seed: every model, odd bars, and orders at prices where ties happen.</summary>
public sealed class WorkloadGenerator
{
    private const long Forever = 4_000_000_000_000_000;
    private const int CommandsPerTick = 4;
    private const int CommandsInTies = 15;

    private readonly Random _random;
    private readonly int _seed;
    private readonly int _mostCommands;
    private readonly BarWorkload _bars;
    private readonly SimulationConfig _config;
    private readonly List<Step> _steps = [];
    private readonly NaiveSimulation _twin;

    private WorkloadGenerator(int seed, Func<SimulationConfig, SimulationConfig>? adjust, int mostCommands = CommandsPerTick)
    {
        _mostCommands = mostCommands;
        _seed = seed;
        _random = new Random(seed);
        _bars = new BarWorkload(_random);
        _config = RandomConfig();
        if (adjust is not null) _config = adjust(_config);
        _twin = new NaiveSimulation(_config, _bars.Series);
    }

    public static Workload Generate(int seed, Func<SimulationConfig, SimulationConfig>? adjust = null) => new WorkloadGenerator(seed, adjust).Build();

    /// <summary>A run in which nearly everything happens at the same instants and prices, with large groups and many changes.</summary>
    public static Workload GenerateTies(int seed)
    {
        var third = (int)(new BarWorkload(new Random(seed)).BarMicros / 3000);
        return new WorkloadGenerator(seed, config => config with
        {
            LatencyMs = seed % 3 * third,
            CancelLatencyMs = seed % 5 * third,
            LatencyJitterMs = seed % 7 == 0 ? 1 : 0,
            PriceRounding = PriceRounding.AgainstClient,
            InitialCash = 10_000_000 * SimulationConfig.MoneyUnit,
            MaxOpenOrders = null,
            MaxOrdersPerMinute = null,
            MaxOrderValue = null,
            MaxPositionSize = null,
        }, CommandsInTies).Build();
    }

    private Workload Build()
    {
        var ticks = _bars.ClockOf(_config);
        if (ticks.Count == 0)
        {
            // a run without a tick cannot be driven; the widest range always has one
            return new WorkloadGenerator(_seed, _ => _config with { Start = 0, End = Forever, ExtendedHours = true }).Build();
        }

        foreach (var time in ticks)
        {
            var commands = One(3) ? 0 : _random.Next(1, _mostCommands + 1);
            for (var command = 0; command < commands; command++) Take(Command(time));
            Take(new Step.CompleteTick());
        }

        return new Workload(_seed, _config, _bars.Series, _steps);
    }

    /// <summary>Adds a step and lets the twin take it, so that later commands can name orders that are open.</summary>
    private void Take(Step step)
    {
        _steps.Add(step);
        step.Take(_twin);
    }

    private bool One(int outOf) => _random.Next(outOf) == 0;

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    private SimulationConfig RandomConfig()
    {
        var units = SimulationConfig.MoneyUnit;
        const long bp = SimulationConfig.BasisPoint;
        const long rate = SimulationConfig.RateUnit;
        var (first, last) = _bars.Range;
        var fill = Pick(LimitFill.Through, LimitFill.Touch);
        var longest = (int)Math.Max(1, _bars.BarMicros / 1000);
        return new SimulationConfig
        {
            Start = One(4) ? first + (_random.Next(6) * _bars.BarMicros) : 0,
            End = One(4) ? last - (_random.Next(6) * _bars.BarMicros) : Forever,
            InitialCash = _random.Next(1, 2000) * Pick(10L, 1000, 100_000, 1_000_000, 1_000_000_000) * units / 7 * 3,
            ExtendedHours = One(2),
            FractionalQuantity = One(2),
            Timing = Pick(ExecutionTiming.NextOpen, ExecutionTiming.NextOpen, ExecutionTiming.NextClose, ExecutionTiming.CurrentClose),
            Path = Pick(BarPath.Adaptive, BarPath.HighFirst, BarPath.LowFirst, BarPath.Pessimistic),
            LimitFill = fill,
            PenetrationTicks = fill == LimitFill.Through ? Pick(0, 0, 1, 3) : 0,
            LatencyMs = Pick(0, 0, 0, 1, longest / 3, longest / 2, longest, (longest * 2) + 1),
            LatencyJitterMs = Pick(0, 0, 0, 1, longest / 2, longest * 2),
            CancelLatencyMs = Pick<int?>(null, null, 0, 1, longest / 2, longest, longest * 3),
            SpreadRate = Pick(0, bp, 7 * bp, 300 * bp),
            Slippage = Pick(SlippageModel.None, SlippageModel.FixedBps, SlippageModel.VolumeShare, SlippageModel.Volatility),
            SlippageRate = Pick(0, 5 * bp, 100 * bp, (3 * bp) + 1),
            VolumeLimit = Pick(rate / 40, rate / 3, rate),
            VolatilityFactor = Pick(rate / 20, rate / 7),
            VolatilityBars = Pick(1, 3, 20),
            Commission = Pick(CommissionModel.PerShare, CommissionModel.Bps, CommissionModel.IbkrFixed, CommissionModel.None),
            CommissionPerShare = Pick<Int128>(0, units / 200, units / 3),
            CommissionMinimum = Pick<Int128>(0, 0, units, units * 5 / 3),
            CommissionMaximumRate = Pick(0, 0, rate / 100, rate / 1000),
            CommissionRate = Pick(0, 3 * bp, (12 * bp) + 345),
            CommissionFixed = Pick<Int128>(0, units / 8),
            RegulatoryFees = One(2),
            MaxParticipation = Pick<long?>(null, null, rate / 10, rate / 3, rate),
            PriceRounding = Pick(PriceRounding.AgainstClient, PriceRounding.AgainstClient, PriceRounding.None),
            Account = Pick(AccountType.Margin, AccountType.Margin, AccountType.Cash, AccountType.Unlimited),
            Leverage = Pick(rate, rate, 2 * rate, 7 * rate / 2),
            MaxOrderValue = One(8) ? _random.Next(1, 5000) * 10 * units : null,
            MaxPositionSize = One(8) ? _random.Next(1, 200) * Instrument.Unit : null,
            MaxGrossExposure = One(8) ? _random.Next(1, 5000) * 20 * units : null,
            MaxDrawdown = One(6) ? _random.Next(1, 2000) * bp : null,
            MaxOpenOrders = One(8) ? _random.Next(1, 8) : null,
            MaxOrdersPerMinute = One(8) ? _random.Next(1, 6) : null,
            Seed = (ulong)_random.NextInt64(),
            RatioSampling = Pick(RatioSampling.Daily, RatioSampling.PerTick),
        };
    }

    private Step Command(long time)
    {
        if (One(7)) return new Step.Cancel(SomeOrder());
        if (One(4)) return new Step.Replace(RandomReplace(time));
        var orders = One(5) ? Bracket(time) : [.. Enumerable.Range(0, One(4) ? _random.Next(1, 5) : 1).Select(_ => RandomOrder(time))];
        return new Step.Submit(orders, One(5));
    }

    /// <summary>Mostly an open order, sometimes any other or one that never was.</summary>
    private int SomeOrder()
    {
        var open = _twin.OpenOrders;
        return open.Count == 0 || One(10) ? _random.Next(-1, _twin.OrderCount + 5) : open[_random.Next(open.Count)];
    }

    private ReplaceIntent RandomReplace(long time)
    {
        var number = SomeOrder();
        var symbol = _twin.SymbolOf(number) ?? 0;
        return new ReplaceIntent(
            number,
            One(2) ? RandomQuantity(symbol) : 0,
            One(2) ? RandomPrice(symbol, time) : 0,
            One(3) ? RandomPrice(symbol, time) : 0,
            One(5) ? Pick(TimeInForce.Day, TimeInForce.GoodTilCancelled, TimeInForce.ImmediateOrCancel) : 0);
    }

    private OrderIntent RandomOrder(long time)
    {
        var symbol = One(60) ? Pick(-1, 7) : _random.Next(_bars.Series.Count);
        var known = Math.Clamp(symbol, 0, _bars.Series.Count - 1);
        var byNotional = One(7);
        var type = (OrderType)_random.Next(1, 8);
        if (One(3)) type = Pick(OrderType.Market, OrderType.Limit);
        var order = new OrderIntent
        {
            Symbol = symbol,
            Side = One(100) ? 0 : Pick(OrderSide.Buy, OrderSide.Sell),
            Type = One(100) ? (OrderType)99 : type,
            TimeInForce = One(100) ? 0 : RandomTime(type),
            HasQuantity = !byNotional || One(40),
            HasNotional = byNotional || One(60),
            Quantity = byNotional ? 0 : RandomQuantity(known),
            Notional = byNotional ? RandomNotional(known, time) : 0,
            LimitPrice = type is OrderType.Limit or OrderType.StopLimit || One(20) ? RandomPrice(known, time) : 0,
            StopPrice = type is OrderType.Stop or OrderType.StopLimit || One(20) ? RandomPrice(known, time) : 0,
            ExtendedHours = One(3),
        };
        if (type == OrderType.TrailingStop) order = WithTrail(order, known, time);
        if (One(6)) order = order with { Role = GroupRole.OneCancelsOther, Group = One(40) ? 0 : _random.Next(1, 5) };
        return One(60) ? order with { Role = Pick(GroupRole.BracketChild, (GroupRole)9), ParentInBatch = _random.Next(-1, 3) } : order;
    }

    private TimeInForce RandomTime(OrderType type)
    {
        var simple = type is OrderType.Market or OrderType.Limit;
        if (!simple && !One(12)) return Pick(TimeInForce.Day, TimeInForce.GoodTilCancelled, type == OrderType.TrailingStop ? TimeInForce.Day : TimeInForce.GoodTilCancelled);
        return (TimeInForce)_random.Next(1, 5);
    }

    private OrderIntent WithTrail(OrderIntent order, int symbol, long time)
    {
        var price = _bars.PriceNear(symbol, time);
        return One(2)
            ? order with { TrailAmount = One(30) ? 0 : Math.Max(1, price / Pick(2, 20, 100, 1000)) }
            : order with { TrailRate = One(30) ? -1 : Pick(1, SimulationConfig.RateUnit / 2, SimulationConfig.RateUnit / 50, SimulationConfig.RateUnit / 333) };
    }

    private OrderIntent[] Bracket(long time)
    {
        var symbol = _random.Next(_bars.Series.Count);
        var entry = RandomOrder(time) with { Symbol = symbol, Role = GroupRole.None, Group = 0 };
        var exit = entry.Side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;
        var child = entry with
        {
            Side = exit,
            Role = GroupRole.BracketChild,
            ParentInBatch = 0,
            TimeInForce = Pick(TimeInForce.Day, TimeInForce.GoodTilCancelled),
            TrailAmount = 0,
            TrailRate = 0,
        };
        var profit = child with { Type = OrderType.Limit, LimitPrice = RandomPrice(symbol, time) };
        var loss = child with { Type = Pick(OrderType.Stop, OrderType.StopLimit, OrderType.TrailingStop), StopPrice = RandomPrice(symbol, time), LimitPrice = RandomPrice(symbol, time) };
        if (loss.Type == OrderType.TrailingStop) loss = WithTrail(loss, symbol, time);
        if (One(10)) loss = loss with { Quantity = loss.Quantity / 2 };
        if (One(10)) return [entry, profit, loss, profit];
        return One(3) ? [entry, One(2) ? profit : loss] : [entry, profit, loss];
    }

    private long RandomQuantity(int symbol)
    {
        if (One(50)) return Pick(0, -Instrument.Unit, 1, Instrument.Unit + 1, 9_000_000_000_000_000_001, long.MaxValue);
        var lot = _bars.Series[symbol].Instrument.Lot;
        var unit = _config.FractionalQuantity ? lot : Math.Max(lot, Instrument.Unit);
        var wanted = Pick(_random.Next(1, 4), _random.Next(1, 30), _random.Next(1, 400)) * Instrument.Unit;
        if (One(20)) wanted *= Pick(1000, 1_000_000);
        if (One(2)) wanted = _random.NextInt64(1, wanted);
        return Math.Max(unit, wanted / unit * unit);
    }

    private Int128 RandomNotional(int symbol, long time)
    {
        if (One(25)) return Pick(0, 1, -1, Int128.MaxValue, (Int128)1_000_000_000_000_000_000 * 1_000_000_000_000_000_000);
        return (Int128)_bars.PriceNear(symbol, time) * _random.NextInt64(Instrument.Unit / 2, 90 * Instrument.Unit);
    }

    /// <summary>A price that a bar near this tick shows, or a few steps beside it.</summary>
    private long RandomPrice(int symbol, long time)
    {
        if (One(80)) return Pick(0, -1, 12_345, 9_000_000_000_000_000_001);
        var price = _bars.PriceNear(symbol, time);
        var step = _config.PriceRounding == PriceRounding.None ? Pick(1, 1000) : _bars.Series[symbol].Instrument.StepAt(price);
        if (!One(60)) price -= price % step;
        return Math.Max(step, price + (Pick(0, 0, 1, -1, _random.Next(-4, 5)) * step));
    }
}

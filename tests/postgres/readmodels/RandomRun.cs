using Trading.Engine.Orders;
using Trading.Storage.ReadModels;
using Trading.Tests.Support.ReadModels;

namespace Trading.Postgres.Tests.ReadModels;

/// <summary>Changes as a session could make them, of one seed, and the tables that they lead to. Numbers are as large as the types allow.</summary>
internal sealed class RandomRun(int seed)
{
    private static readonly string[] Symbols = ["ACME", "ÄÖ.X", "brk b", "D"];
    private static readonly DateTimeOffset Beginning = new DateTimeOffset(2026, 2, 3, 9, 15, 0, TimeSpan.Zero).AddMicroseconds(1);

    private readonly Random _random = new(seed);
    private readonly List<OrderRow> _orders = [];
    private int _tick;
    private int _fills;

    public ReadModelTables Tables { get; } = new();

    /// <summary>The next change. It is not in <see cref="Tables"/> before it has been applied.</summary>
    public SessionChange Next()
    {
        // now and then the session comes back from its journal, behind what is stored
        var rewind = _random.Next(5) == 0;
        if (rewind) (_tick, _fills) = (_random.Next(_tick + 1), _random.Next(_fills + 1));
        _tick += _random.Next(40);
        var orders = NextOrders();
        var fills = Enumerable.Range(0, _random.Next(4)).Select(_ => Fill(++_fills)).ToArray();
        return new SessionChange
        {
            Run = Run(),
            Account = _random.Next(8) == 0 ? null : Account(rewind),
            Orders = orders,
            Fills = fills,
            Rewind = rewind,
        };
    }

    private List<OrderRow> NextOrders()
    {
        var changed = new List<OrderRow>();
        for (var at = 0; at < _orders.Count; at++)
        {
            if (_random.Next(3) == 0) changed.Add(_orders[at] = Changed(_orders[at]));
        }

        for (var count = _random.Next(4); count > 0; count--)
        {
            _orders.Add(Changed(Order(_orders.Count + 1)));
            changed.Add(_orders[^1]);
        }

        return changed;
    }

    private RunRow Run() => new()
    {
        State = (RunState)_random.Next(1, 6),
        EndedBy = _random.Next(3) == 0 ? (RunEnd)_random.Next(1, 6) : null,
        Symbols = Symbols,
        DataProvider = "polygon",
        DataVersion = "adjusted",
        InitialCash = Int128.MaxValue,
        CreatedAt = Beginning,
        StartedAt = _random.Next(3) == 0 ? null : Beginning.AddSeconds(1),
        EndedAt = _random.Next(3) == 0 ? Beginning.AddSeconds(_tick) : null,
        UpdatedAt = Beginning.AddMicroseconds(_tick),
        SimTime = 1_770_000_000_000_001 + _tick,
        Tick = _tick,
        Ticks = 5_000,
        Orders = _orders.Count,
        Fills = _fills,
        ResultHash = _random.Next(5) == 0 ? "sha256:" + _random.Next() : null,
    };

    private AccountRow Account(bool rewind)
    {
        var held = Symbols.Where(_ => _random.Next(2) == 0).Select(symbol => new PositionRow(symbol, Units(), Money(), Units())).ToArray();
        return new AccountRow
        {
            Cash = Money(),
            Equity = Money(),
            BuyingPower = Money(),
            DayPnl = Money(),
            RealizedPnl = Money(),
            OpenOrders = _random.Next(100),
            Positions = held,
            HasClosed = rewind || Tables.Positions.Keys.Except(held.Select(position => position.Symbol)).Any(),
        };
    }

    private OrderRow Order(int place) => new()
    {
        OrderId = $"{(place % 3 == 0 ? "ö'\"" : "O")}-{_random.Next()}",
        Place = place,
        OrderNumber = place,
        Symbol = Symbols[_random.Next(Symbols.Length)],
        // what was refused for its form may have none of these
        Side = (OrderSide)_random.Next(3),
        Type = (OrderType)_random.Next(8),
        TimeInForce = (TimeInForce)_random.Next(5),
        Quantity = Perhaps(),
        Notional = _random.Next(2) == 0 ? null : Money(),
        Price = Perhaps(),
        StopPrice = Perhaps(),
        TrailAmount = Perhaps(),
        TrailRate = Perhaps(),
        ExtendedHours = _random.Next(2) == 0,
        OcoGroup = _random.Next(2) == 0 ? null : "group\t1",
        ParentOrderId = _random.Next(2) == 0 ? null : "",
        ParentStrategy = _random.Next(2) == 0 ? null : "🙂",
        State = OrderState.Pending,
        Remaining = 0,
        ChangedTick = 0,
    };

    private OrderRow Changed(OrderRow order) => order with
    {
        State = (OrderState)_random.Next(9),
        Reason = _random.Next(2) == 0 ? null : "cancelled_by_client",
        Remaining = Units(),
        ArrivedAt = order.ArrivedAt ?? (_random.Next(9) == 0 ? null : 1_770_000_000_000_000),
        ChangedAt = _random.Next(9) == 0 ? null : 1_770_000_000_000_000 + _tick,
        ChangedTick = _tick,
    };

    private FillRow Fill(int execution) => new()
    {
        Execution = execution,
        OrderId = $"O-{execution}",
        Symbol = Symbols[_random.Next(Symbols.Length)],
        Side = (OrderSide)_random.Next(1, 3),
        Quantity = Units(),
        Price = Units(),
        ReferencePrice = Units(),
        Commission = Money(),
        Fees = Money(),
        Remaining = Units(),
        Reason = (FillReason)_random.Next(8),
        SimTime = 1_770_000_000_000_000 + _tick,
        Tick = _tick,
    };

    private long? Perhaps() => _random.Next(2) == 0 ? null : Units();

    private long Units() => _random.Next(6) switch
    {
        0 => long.MaxValue,
        1 => long.MinValue,
        2 => _random.Next(-3, 4),
        _ => _random.NextInt64(),
    };

    private Int128 Money() => _random.Next(6) switch
    {
        0 => Int128.MaxValue,
        1 => Int128.MinValue,
        2 => _random.Next(-3, 4),
        _ => (Int128)_random.NextInt64() * _random.Next(),
    };
}

using Trading.Engine.Account;
using Trading.Engine.Arithmetic;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine;

/// <summary>What surfaces read of the account, and the comparison of the three records.</summary>
public sealed partial class Simulation
{
    /// <summary>Symbols with a position.</summary>
    public int PositionCount => _ledger.Held;

    /// <summary>Reads the account; allocates nothing in the steady state.</summary>
    /// <param name="positions">Receives the positions in symbol order; take at least <see cref="PositionCount"/>, or none at all.</param>
    public AccountView ReadAccount(Span<PositionView> positions)
    {
        var written = 0;
        for (var symbol = 0; symbol < _series.Length && written < positions.Length; symbol++)
        {
            if (_ledger.Positions[symbol] != 0) positions[written++] = ReadPosition(symbol);
        }

        var equity = _ledger.Equity;
        return new(_ledger.Cash, equity, BuyingPower(), equity - _statistics.DayStartEquity, _open.Count, _ledger.Held);
    }

    /// <summary>Reads one symbol's position; quantity 0 and average cost 0 when there is none.</summary>
    public PositionView ReadPosition(int symbol)
    {
        var quantity = _ledger.Positions[symbol];
        var mark = _ledger.Marks[symbol];
        var entry = _ledger.LotValue[symbol];
        var value = Exact.Times(mark, quantity);
        return new(symbol, quantity, quantity == 0 ? 0 : (long)(entry / quantity), mark, value, value - entry, _ledger.Realised[symbol]);
    }

    /// <summary>The open lots of a symbol, oldest first.</summary>
    public ReadOnlySpan<Lot> Lots(int symbol) => _ledger.Lots(symbol);

    /// <summary>An order as intent and broker see it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such order.</exception>
    public OrderView ReadOrder(int number)
    {
        ref var order = ref Order(number);
        return new(number, _intents[number - 1], order.Life.State, order.Reason, order.TimeInForce, order.Quantity, order.Filled, order.Remaining, order.LimitPrice, order.StopPrice,
            order.AcceptedAt, order.ExpiresAt == long.MaxValue ? 0 : order.ExpiresAt, order.Held, order.Triggered, order.Parent, order.CommissionCharged);
    }

    private Int128 BuyingPower()
    {
        if (_config.Account == AccountType.Unlimited) return Int128.Max(_ledger.Equity, 0);
        return Available(CountOpen(0, OrderSide.Buy, 0).Reserved);
    }

    /// <summary>
    /// Compares what was asked for, what the broker recorded and what the portfolio booked (EXEC-055). An empty list says that they agree;
    /// anything else is a defect of the engine.
    /// </summary>
    public IReadOnlyList<Divergence> Reconcile()
    {
        var found = new List<Divergence>();
        var positions = new Int128[_series.Length];
        for (var number = 1; number <= _orderCount; number++)
        {
            ref var order = ref Order(number);
            CompareOrder(number, order, found);
            if (order.Filled > 0) positions[order.Symbol] += order.Direction * order.Filled;
        }

        for (var symbol = 0; symbol < _series.Length; symbol++) CompareLedger(symbol, positions[symbol], found);
        CompareCash(found);
        return found;
    }

    private void CompareOrder(int number, in OrderRecord order, List<Divergence> found)
    {
        ref readonly var intent = ref _intents[number - 1];
        if (order.Life.State is OrderState.Rejected or OrderState.Pending)
        {
            if (order.Filled != 0) found.Add(new("a refused or pending order has fills", number, -1, 0, order.Filled));
            return;
        }

        if (order.Symbol != intent.Symbol || order.Side != intent.Side || order.Type != intent.Type) found.Add(new("the order is not what was asked for", number, order.Symbol, 0, 0));
        if (order.Filled + order.Remaining + order.Lowered != order.Quantity) found.Add(new("quantity = filled + remaining + taken by its group", number, order.Symbol, order.Quantity, order.Filled + order.Remaining + order.Lowered));
        if (order.Remaining < 0 || order.Filled < 0) found.Add(new("an order is filled beyond its quantity", number, order.Symbol, order.Quantity, order.Filled));
        var open = _open.Numbers.BinarySearch(number) >= 0;
        if (open != order.Life.IsOpen) found.Add(new("the list of open orders and the order's state", number, order.Symbol, order.Life.IsOpen ? 1 : 0, open ? 1 : 0));
        if (order.Life.State == OrderState.Filled && order.Remaining != 0) found.Add(new("a filled order has a remainder", number, order.Symbol, 0, order.Remaining));
    }

    private void CompareLedger(int symbol, Int128 fills, List<Divergence> found)
    {
        var position = _ledger.Positions[symbol];
        Int128 lots = 0, value = 0;
        foreach (ref readonly var lot in _ledger.Lots(symbol))
        {
            lots += lot.Quantity;
            value += Exact.Times(lot.Price, lot.Quantity);
        }

        if (fills != position) found.Add(new("position = sum of signed fills", 0, symbol, fills, position));
        if (lots != position) found.Add(new("position = sum of lots", 0, symbol, lots, position));
        if (value != _ledger.LotValue[symbol]) found.Add(new("entry value = value of the lots", 0, symbol, value, _ledger.LotValue[symbol]));
    }

    /// <summary>cash = start + realised profit − entry value of the open lots − their open costs.</summary>
    private void CompareCash(List<Divergence> found)
    {
        var expected = _config.InitialCash;
        for (var symbol = 0; symbol < _series.Length; symbol++)
        {
            expected += _ledger.Realised[symbol] - _ledger.LotValue[symbol];
            foreach (ref readonly var lot in _ledger.Lots(symbol)) expected -= lot.Costs;
        }

        if (expected != _ledger.Cash) found.Add(new("cash = start + realised − open lots", 0, -1, expected, _ledger.Cash));
    }
}

using Trading.Engine.Arithmetic;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine;

/// <summary>What open orders reserve and what is left (EXEC-052, docs/execution.md section 4).</summary>
public sealed partial class Simulation
{
    private long[] _closing = [];

    /// <summary>What the open orders stand for.</summary>
    /// <param name="Reserved">Money they reserve.</param>
    /// <param name="OpeningValue">Σ opening quantity × estimate.</param>
    /// <param name="SameSide">Remaining quantity on the asked symbol and side.</param>
    /// <param name="ClosableLeft">How much of the asked symbol's position a further order on the asked side would close.</param>
    private readonly record struct OpenCount(Int128 Reserved, Int128 OpeningValue, Int128 SameSide, long ClosableLeft);

    /// <summary>Walks the open orders in order of their numbers; the first units against a position close it, the rest opens.</summary>
    /// <param name="symbol">Asked symbol.</param>
    /// <param name="side">Asked side.</param>
    /// <param name="without">An order that counts as if it were not there; 0 = none.</param>
    /// <param name="withoutGroup">A group whose legs count as if they were not there; 0 = none.</param>
    private OpenCount CountOpen(int symbol, OrderSide side, int without, int withoutGroup = 0)
    {
        var direction = side == OrderSide.Buy ? 1 : -1;
        var closable = Closable(symbol, direction);
        if (_open.Count == 0 || (_open.Count == 1 && _open.Numbers[0] == without)) return new(0, 0, 0, closable);
        if (_closing.Length == 0) _closing = new long[2 * _series.Length];
        Array.Clear(_closing);
        Int128 reserved = 0, openingValue = 0, sameSide = 0;
        var freed = without != 0 && !Order(without).Shadowed ? Order(without).Group : 0;
        foreach (var number in _open.Numbers)
        {
            ref var order = ref Order(number);
            if (number == without || order.Held || (withoutGroup != 0 && order.Group == withoutGroup)) continue;
            if (order.Shadowed && order.Group != freed) continue;
            if (order.Shadowed) freed = 0;
            ref var used = ref _closing[2 * order.Symbol + (order.Side == OrderSide.Buy ? 0 : 1)];
            var closing = Math.Min(order.Open, Closable(order.Symbol, order.Direction) - used);
            used += closing;
            var opening = order.Open - closing;
            if (order.Symbol == symbol && order.Side == side) sameSide += order.Open;
            if (opening == 0) continue;
            var value = Exact.Times(order.Estimate, opening);
            openingValue += value;
            reserved += value + _commission.Estimate(order.Open, order.Estimate);
        }

        return new(reserved, openingValue, sameSide, closable - _closing[2 * symbol + (side == OrderSide.Buy ? 0 : 1)]);
    }

    private long Closable(int symbol, int direction)
    {
        var position = _ledger.Positions[symbol];
        return Math.Sign(position) == -direction ? Math.Abs(position) : 0;
    }

    /// <summary>Buying power beside what is reserved; never below 0.</summary>
    private Int128 Available(Int128 reserved)
    {
        var free = _config.Account == AccountType.Cash ? _ledger.Cash - reserved : Levered(_ledger.Equity) - _ledger.GrossExposure - reserved;
        return free > 0 ? free : 0;
    }

    private Int128 Levered(Int128 equity)
    {
        if (_config.Leverage == SimulationConfig.RateUnit || equity <= 0) return equity;
        return Exact.TimesRate(equity, _config.Leverage, out _);
    }
}

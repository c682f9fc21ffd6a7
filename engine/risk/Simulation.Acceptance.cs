using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Path;

namespace Trading.Engine;

/// <summary>The checks between an intent and an accepted order, in the order of docs/execution.md section 4; the first that fails is the reason.</summary>
public sealed partial class Simulation
{
    private const long MinuteMicros = 60_000_000;

    private long _minute = -1;
    private int _minuteCount;

    /// <summary>Fills in the record of a new order while checking it.</summary>
    private Reason Check(in OrderIntent intent, int number, int place, ref OrderRecord order, out Int128 required, out Int128 available)
    {
        required = 0;
        available = 0;
        order.Symbol = intent.Symbol;
        order.Side = intent.Side;
        order.Type = intent.Type;
        order.TimeInForce = intent.TimeInForce;
        if (intent.Symbol < 0 || intent.Symbol >= _series.Length) return Reason.UnknownSymbol;
        if (_clock.Bars[intent.Symbol] == 0) return Reason.SymbolNotTrading;
        if (!IsCombination(intent)) return Reason.InvalidOrder;
        var reason = intent.Role == GroupRole.None ? Reason.None : CheckGroup(intent, number, place);
        if (reason == Reason.None) reason = CheckSize(intent);
        if (reason == Reason.None) reason = CheckPrices(intent);
        if (reason != Reason.None) return reason;
        TakeOver(intent, number, place, ref order);
        reason = CheckEstimate(ref order);
        if (reason != Reason.None) return reason;
        if (intent.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill && !TradesNow(order)) return Reason.SymbolNotTrading;
        if (_open.Count >= _config.MaxOpenOrders) return Reason.MaxOpenOrders;
        if (_config.MaxOrdersPerMinute is { } pace && _now.Time / MinuteMicros == _minute && _minuteCount >= pace) return Reason.MaxOrdersPerMinute;
        return CheckRisk(order, 0, out required, out available);
    }

    private static bool IsCombination(in OrderIntent intent)
    {
        if (intent.Side is not (OrderSide.Buy or OrderSide.Sell)) return false;
        if (intent.Type is < OrderType.Market or > OrderType.MarketOnClose) return false;
        return intent.TimeInForce switch
        {
            TimeInForce.Day or TimeInForce.GoodTilCancelled => true,
            TimeInForce.ImmediateOrCancel => intent.Type < OrderType.TrailingStop,
            TimeInForce.FillOrKill => intent.Type is OrderType.Market or OrderType.Limit,
            _ => false,
        };
    }

    private Reason CheckGroup(in OrderIntent intent, int number, int place)
    {
        if (intent.Role == GroupRole.OneCancelsOther)
        {
            if (intent.Group <= 0 || intent.HasNotional) return Reason.InvalidOrder;
            var leg = NextLeg(intent.Group, 0);
            return leg != 0 && Order(leg).Symbol != intent.Symbol ? Reason.InvalidOrder : Reason.None;
        }

        if (intent.Role != GroupRole.BracketChild || intent.ParentInBatch < 0 || intent.ParentInBatch >= place) return Reason.InvalidOrder;
        var parentNumber = number - place + intent.ParentInBatch;
        ref readonly var parent = ref _intents[parentNumber - 1];
        var fits = parent.Role == GroupRole.None && parent.Symbol == intent.Symbol && parent.Side != intent.Side
            && parent.HasQuantity && !parent.HasNotional && intent.HasQuantity && !intent.HasNotional && parent.Quantity == intent.Quantity
            && intent.Type is OrderType.Limit or OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop
            && intent.TimeInForce is TimeInForce.Day or TimeInForce.GoodTilCancelled;
        if (!fits) return Reason.InvalidOrder;
        ref readonly var record = ref Order(parentNumber);
        if ((intent.Type == OrderType.Limit ? record.LimitChild : record.StopChild) != 0) return Reason.InvalidOrder;
        return record.Life.State == OrderState.Rejected ? Reason.ParentEnded : Reason.None;
    }

    private Reason CheckSize(in OrderIntent intent)
    {
        if (intent.HasQuantity == intent.HasNotional) return Reason.InvalidQuantity;
        if (intent.HasNotional) return intent.Notional > 0 && intent.Notional <= Exact.MaximumMoney ? Reason.None : Reason.InvalidQuantity;
        return IsQuantity(intent.Quantity, intent.Symbol) ? Reason.None : Reason.InvalidQuantity;
    }

    private bool IsQuantity(long quantity, int symbol) => quantity is > 0 and <= Exact.MaximumUnits && quantity % UnitOf(symbol) == 0;

    private Reason CheckPrices(in OrderIntent intent)
    {
        if (intent.Type is OrderType.Limit or OrderType.StopLimit && !IsPrice(intent.LimitPrice, intent.Symbol)) return Reason.InvalidPrice;
        if (intent.Type is OrderType.Stop or OrderType.StopLimit && !IsPrice(intent.StopPrice, intent.Symbol)) return Reason.InvalidPrice;
        if (intent.Type != OrderType.TrailingStop) return Reason.None;
        var amount = intent.TrailAmount is > 0 and <= Exact.MaximumUnits && intent.TrailRate == 0;
        var rate = intent.TrailRate is > 0 and <= SimulationConfig.RateUnit && intent.TrailAmount == 0;
        return amount || rate ? Reason.None : Reason.InvalidPrice;
    }

    private bool IsPrice(long price, int symbol)
    {
        if (price is <= 0 or > Exact.MaximumUnits) return false;
        return _config.PriceRounding == PriceRounding.None || price % _series[symbol].Instrument.StepAt(price) == 0;
    }

    private void TakeOver(in OrderIntent intent, int number, int place, ref OrderRecord order)
    {
        order.Role = intent.Role;
        order.Group = intent.Role == GroupRole.OneCancelsOther ? intent.Group : 0;
        order.ExtendedHours = intent.ExtendedHours;
        order.Priority = number;
        order.Sized = intent.HasQuantity;
        order.Quantity = intent.HasQuantity ? intent.Quantity : 0;
        order.Remaining = order.Quantity;
        order.Notional = intent.HasNotional ? intent.Notional : 0;
        order.LimitPrice = intent.LimitPrice;
        order.StopPrice = intent.StopPrice;
        order.TrailAmount = intent.TrailAmount;
        order.TrailRate = intent.TrailRate;
        order.AcceptedAt = _now.Time;
        order.Estimate = EstimateOf(order);
        if (intent.Role != GroupRole.BracketChild) return;
        order.Held = true;
        order.Parent = number - place + intent.ParentInBatch;
    }

    /// <summary>The price an order is reckoned with until it fills; at most 0 when there is none.</summary>
    private long EstimateOf(in OrderRecord order)
    {
        var last = _ledger.Marks[order.Symbol];
        switch (order.Type)
        {
            case OrderType.Limit or OrderType.StopLimit:
                return order.LimitPrice;
            case OrderType.Stop:
                return order.StopPrice;
            case OrderType.TrailingStop:
                var distance = new Trail(order.TrailAmount, order.TrailRate).DistanceAt(last);
                return (long)Int128.Min(last + order.Direction * (Int128)distance, long.MaxValue);
            default:
                return last;
        }
    }

    private Reason CheckEstimate(ref OrderRecord order)
    {
        if (order.Estimate is <= 0 or > Exact.MaximumUnits) return Reason.InvalidPrice;
        if (!order.Sized)
        {
            var units = UnitsFor(order.Notional, order.Estimate, order.Symbol);
            if (units == 0) return Reason.NotionalTooSmall;
            if (units > Exact.MaximumUnits) return Reason.InvalidQuantity;
            order.EstimatedQuantity = (long)units;
        }

        return Exact.Times(order.Estimate, order.Open) > Exact.MaximumMoney ? Reason.InvalidQuantity : Reason.None;
    }

    private bool TradesNow(in OrderRecord order)
    {
        var bar = _now.BarAt(order.Symbol);
        return bar >= 0 && MayTrade(order, _series[order.Symbol], bar);
    }

    /// <summary>Limits and buying power; <paramref name="replaced"/> is left out of the count (0 = none).</summary>
    private Reason CheckRisk(in OrderRecord order, int replaced, out Int128 required, out Int128 available)
    {
        required = 0;
        available = 0;
        var value = Exact.Times(order.Estimate, order.Open);
        if (value > _config.MaxOrderValue) return Reason.MaxOrderValue;
        if (order.Held) return Reason.None;
        var others = CountOpen(order.Symbol, order.Side, replaced);
        var opening = HasLowerLeg(order, replaced) ? 0 : order.Open - Math.Min(order.Open, others.ClosableLeft);
        if (opening == 0) return Reason.None;
        var position = _ledger.Positions[order.Symbol] + order.Direction * (others.SameSide + order.Open);
        if (Int128.Abs(position) > _config.MaxPositionSize) return Reason.MaxPositionSize;
        var openingValue = Exact.Times(order.Estimate, opening);
        if (_config.MaxGrossExposure is { } gross && _ledger.GrossExposure + others.OpeningValue + openingValue > gross) return Reason.MaxGrossExposure;
        if (_drawdownReached) return Reason.MaxDrawdown;
        if (_config.Account == AccountType.Unlimited) return Reason.None;
        if (_config.Account == AccountType.Cash && order.Side == OrderSide.Sell) return Reason.ShortingNotAllowed;
        var needed = openingValue + _commission.Estimate(order.Open, order.Estimate);
        var free = Available(others.Reserved);
        if (needed <= free) return Reason.None;
        required = needed;
        available = free;
        return Reason.InsufficientBuyingPower;
    }

    private bool HasLowerLeg(in OrderRecord order, int replaced)
    {
        if (order.Group == 0) return false;
        var leg = NextLeg(order.Group, 0);
        return leg != 0 && (leg != replaced || NextLeg(order.Group, leg) != 0);
    }
}

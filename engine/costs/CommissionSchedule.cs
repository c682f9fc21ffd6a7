using Trading.Engine.Arithmetic;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine.Costs;

/// <summary>Commissions of EXEC-040, rounded half away from zero to 0.01.</summary>
internal sealed class CommissionSchedule
{
    private readonly CommissionModel _model;
    private readonly Int128 _perShare;
    private readonly Int128 _minimum;
    private readonly long _maximumRate;
    private readonly long _rate;
    private readonly Int128 _fixed;

    public CommissionSchedule(SimulationConfig config)
    {
        var ibkr = config.Commission == CommissionModel.IbkrFixed;
        _model = ibkr ? CommissionModel.PerShare : config.Commission;
        _perShare = ibkr ? 50 * Exact.Cent / 100 : config.CommissionPerShare;
        _minimum = ibkr ? SimulationConfig.MoneyUnit : config.CommissionMinimum;
        _maximumRate = ibkr ? SimulationConfig.RateUnit / 100 : config.CommissionMaximumRate;
        _rate = config.CommissionRate;
        _fixed = config.CommissionFixed;
    }

    /// <summary>What one fill of a fresh order would cost.</summary>
    public Int128 Estimate(long quantity, long price)
    {
        if (_model == CommissionModel.None) return 0;
        var value = Exact.Times(price, quantity);
        return Exact.ToNearestCent(Clamp(Raw(quantity, value), value));
    }

    /// <summary>What the next fill of an order costs. A minimum is charged once per order however many fills it has.</summary>
    public Int128 Charge(in OrderRecord order, long quantity, Int128 value)
    {
        if (_model == CommissionModel.None) return 0;
        var raw = Raw(quantity, value);
        if (_minimum == 0 && _maximumRate == 0) return Exact.ToNearestCent(raw);
        return Exact.ToNearestCent(Clamp(order.CommissionRaw + raw, order.CommissionValue + value)) - order.CommissionCharged;
    }

    /// <summary>Records a fill's charge on its order.</summary>
    public void Book(ref OrderRecord order, long quantity, Int128 value, Int128 charge)
    {
        if (_model == CommissionModel.None) return;
        order.CommissionRaw += Raw(quantity, value);
        order.CommissionValue += value;
        order.CommissionCharged += charge;
    }

    private Int128 Raw(long quantity, Int128 value) => _model == CommissionModel.Bps
        ? Exact.TimesRate(value, _rate, out _) + _fixed
        : Exact.TimesOver(_perShare, quantity, Bars.Instrument.Unit);

    private Int128 Clamp(Int128 raw, Int128 value)
    {
        var charge = raw < _minimum ? _minimum : raw;
        if (_maximumRate == 0) return charge;
        var maximum = Exact.TimesRate(value, _maximumRate, out _);
        return charge > maximum ? maximum : charge;
    }
}

using System.Numerics;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Fill prices, commission and fees in exact arithmetic (docs/execution.md 8, 10, 15.8).</summary>
public sealed class NaiveCosts(SimulationConfig config)
{
    private static readonly BigInteger RateUnit = SimulationConfig.RateUnit;
    private static readonly BigInteger Cent = BigInteger.Pow(10, 14);

    /// <summary>Price of a taker.</summary>
    /// <param name="barsBefore">The symbol's bars in range before the bar of the fill.</param>
    public BigInteger TakerPrice(Instrument instrument, int direction, long reference, long quantity, NaiveBar bar, List<NaiveBar> barsBefore)
    {
        BigInteger slip = 0;
        BigInteger move = 0;
        if (config.Slippage == SlippageModel.FixedBps) slip = config.SlippageRate;
        if (config.Slippage == SlippageModel.VolumeShare)
        {
            BigInteger share = config.VolumeLimit;
            if (bar.Volume > 0) share = BigInteger.Min(share, (BigInteger)quantity * RateUnit / bar.Volume);
            slip = config.PriceImpact * share / RateUnit * share / RateUnit;
        }

        if (config.Slippage == SlippageModel.Volatility)
        {
            var window = barsBefore.TakeLast(config.VolatilityBars).ToList();
            if (window.Count > 0) move = 2 * (BigInteger)config.VolatilityFactor * (window.Max(one => one.High) - window.Min(one => one.Low));
        }

        var numerator = reference * ((2 * RateUnit) + (direction * (config.SpreadRate + (2 * slip)))) + (direction * move);
        return RoundAgainst(numerator, 2 * RateUnit, StepAt(instrument, reference), direction);
    }

    /// <summary>Price of a maker: open or limit, on the step, never worse than the limit.</summary>
    public BigInteger MakerPrice(Instrument instrument, int direction, long reference, long limit)
    {
        var rounded = RoundAgainst(reference, 1, StepAt(instrument, reference), direction);
        return direction > 0 ? BigInteger.Min(rounded, limit) : BigInteger.Max(rounded, limit);
    }

    public long StepAt(Instrument instrument, long price) => config.PriceRounding == PriceRounding.None ? 1 : instrument.StepAt(price);

    /// <summary>Commission of a fill as if the order had no other, in 10⁻¹⁶.</summary>
    public BigInteger CommissionOfOneFill(long quantity, BigInteger value) => Charge(Raw(quantity, value), value, 0);

    /// <summary>Commission of the next fill of an order; counts it into the order's history.</summary>
    public BigInteger CommissionOfNextFill(NaiveOrder order, long quantity, BigInteger value, bool count)
    {
        var raw = Raw(quantity, value);
        var charge = HasBounds ? Charge(order.RawCommission + raw, order.FilledValue + value, order.Charged) : RoundToCent(raw);
        if (!count) return charge;
        order.RawCommission += raw;
        order.FilledValue += value;
        order.Charged += charge;
        return charge;
    }

    /// <summary>Regulatory fees of a fill, in 10⁻¹⁶.</summary>
    public BigInteger Fees(Instrument instrument, OrderSide side, long quantity, BigInteger value, long time)
    {
        if (!config.RegulatoryFees || side != OrderSide.Sell || instrument.AssetClass != AssetClass.Equity) return 0;
        var date = DateTime.UnixEpoch.AddTicks(time * TimeSpan.TicksPerMicrosecond).Date;
        return SecFee(date, value) + TafFee(date, quantity);
    }

    private static BigInteger SecFee(DateTime date, BigInteger value)
    {
        var centsPerMillion = date >= new DateTime(2026, 4, 4) ? 2060 : date >= new DateTime(2025, 5, 14) ? 0 : date >= new DateTime(2024, 5, 22) ? 2780 : 0;
        return CeilingToCent(value * centsPerMillion, 100_000_000);
    }

    private static BigInteger TafFee(DateTime date, long quantity)
    {
        var (millionths, cap) = date.Year >= 2027 ? (232, 1161) : date.Year >= 2026 ? (195, 979) : date.Year >= 2024 ? (166, 830) : (0, 0);
        // 10⁻⁸ units × 10⁻⁶ = 10⁻¹⁴; money is 10⁻¹⁶
        var fee = (BigInteger)quantity * millionths * 100;
        return CeilingToCent(BigInteger.Min(fee, cap * Cent), 1);
    }

    private BigInteger Minimum => config.Commission switch
    {
        CommissionModel.IbkrFixed => (BigInteger)SimulationConfig.MoneyUnit,
        CommissionModel.PerShare or CommissionModel.Bps => (BigInteger)config.CommissionMinimum,
        _ => 0,
    };

    private BigInteger MaximumRate => config.Commission switch
    {
        CommissionModel.IbkrFixed => RateUnit / 100,
        CommissionModel.PerShare or CommissionModel.Bps => config.CommissionMaximumRate,
        _ => 0,
    };

    private bool HasBounds => Minimum != 0 || MaximumRate != 0;

    /// <summary>Commission before bounds, in 10⁻²⁸.</summary>
    private BigInteger Raw(long quantity, BigInteger value) => config.Commission switch
    {
        CommissionModel.PerShare => (BigInteger)config.CommissionPerShare * quantity * 10_000,
        CommissionModel.IbkrFixed => new BigInteger(50_000_000_000_000) * quantity * 10_000,
        CommissionModel.Bps => (value * config.CommissionRate) + ((BigInteger)config.CommissionFixed * RateUnit),
        _ => 0,
    };

    private BigInteger Charge(BigInteger raw, BigInteger value, BigInteger chargedSoFar)
    {
        if (HasBounds)
        {
            raw = BigInteger.Max(raw, Minimum * RateUnit);
            if (MaximumRate != 0) raw = BigInteger.Min(raw, MaximumRate * value);
        }

        return RoundToCent(raw) - chargedSoFar;
    }

    /// <summary>From 10⁻²⁸ to whole cents in 10⁻¹⁶, half away from zero (never negative here).</summary>
    private static BigInteger RoundToCent(BigInteger raw)
    {
        var unit = Cent * RateUnit;
        return (raw + (unit / 2)) / unit * Cent;
    }

    private static BigInteger CeilingToCent(BigInteger numerator, BigInteger denominator)
    {
        var unit = Cent * denominator;
        return (numerator + unit - 1) / unit * Cent;
    }

    private static BigInteger RoundAgainst(BigInteger numerator, BigInteger denominator, long step, int direction)
    {
        var unit = denominator * step;
        var steps = direction > 0 ? -FloorDivide(-numerator, unit) : FloorDivide(numerator, unit);
        return BigInteger.Max(steps, 1) * step;
    }

    private static BigInteger FloorDivide(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        return rest < 0 ? quotient - 1 : quotient;
    }
}

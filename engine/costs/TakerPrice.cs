using Trading.Engine.Bars;
using Trading.Engine.Configuration;

namespace Trading.Engine.Costs;

/// <summary>Spread, slippage and rounding of takers, rounding of makers (EXEC-031 to EXEC-034, docs/execution.md section 8).</summary>
internal static class TakerPrice
{
    /// <summary>A hundredth of a basis point.</summary>
    private const long RatePart = SimulationConfig.BasisPoint / 100;

    /// <summary>Price of a taker fill; may exceed the range of a long, which the caller refuses.</summary>
    public static Int128 Of(SimulationConfig config, BarSeries series, int firstBar, int bar, int direction, long reference, long quantity, bool extendedHours)
    {
        long slip = 0;
        Int128 widening = 0;
        switch (config.Slippage)
        {
            case SlippageModel.FixedBps:
                slip = config.SlippageRate;
                break;
            case SlippageModel.VolumeShare:
                slip = VolumeShareRate(config, quantity, series.Volume[bar]);
                break;
            case SlippageModel.Volatility:
                widening = 2 * (Int128)config.VolatilityFactor * RollingRange(series, firstBar, bar, config.VolatilityBars, extendedHours);
                break;
            case SlippageModel.None:
                break;
        }

        var step = StepFor(config, series.Instrument, reference);
        var rate = config.SpreadRate + 2 * slip;
        if (widening == 0 && rate % RatePart == 0 && Narrow(reference, rate / RatePart, step, direction) is var price and > 0) return price;
        var numerator = reference * (2 * (Int128)SimulationConfig.RateUnit + (Int128)direction * rate) + direction * widening;
        return Round(numerator, 2 * (Int128)SimulationConfig.RateUnit, step, direction);
    }

    /// <summary>The same price in 64 bits, for rates that are whole hundredths of a basis point; 0 when it does not fit.</summary>
    private static long Narrow(long reference, long parts, long step, int direction)
    {
        const long Whole = 2 * SimulationConfig.RateUnit / RatePart;
        var numerator = Math.BigMul(reference, Whole + direction * parts);
        if (numerator <= 0 || numerator > long.MaxValue / 2 || step > long.MaxValue / 4 / Whole) return 0;
        var unit = Whole * step;
        var steps = direction > 0 ? ((long)numerator + unit - 1) / unit : (long)numerator / unit;
        return Math.Max(steps, 1) * step;
    }

    /// <summary>Price of a maker fill: rounded against the client, never worse than the limit.</summary>
    public static long OfMaker(SimulationConfig config, Instrument instrument, int direction, long price, long limit)
    {
        var rounded = (long)Round(price, 1, StepFor(config, instrument, price), direction);
        return direction > 0 ? Math.Min(rounded, limit) : Math.Max(rounded, limit);
    }

    private static long StepFor(SimulationConfig config, Instrument instrument, long reference) =>
        config.PriceRounding == PriceRounding.None ? 1 : instrument.StepAt(reference);

    private static Int128 Round(Int128 numerator, Int128 denominator, long step, int direction)
    {
        var unit = denominator * step;
        if (numerator <= 0) return step;
        var steps = direction > 0 ? (numerator + unit - 1) / unit : numerator / unit;
        return steps < 1 ? step : steps * step;
    }

    private static long VolumeShareRate(SimulationConfig config, long quantity, long volume)
    {
        var share = (Int128)config.VolumeLimit;
        if (volume > 0)
        {
            var exact = (Int128)quantity * SimulationConfig.RateUnit / volume;
            if (exact < share) share = exact;
        }

        return (long)(config.PriceImpact * share / SimulationConfig.RateUnit * share / SimulationConfig.RateUnit);
    }

    private static long RollingRange(BarSeries series, int firstBar, int bar, int bars, bool extendedHours)
    {
        long high = 0, low = long.MaxValue;
        for (var before = bar - 1; before >= firstBar && bars > 0; before--)
        {
            var session = series.Session[before];
            if (session == MarketSession.Closed || (!extendedHours && session != MarketSession.Regular)) continue;
            high = Math.Max(high, series.High[before]);
            low = Math.Min(low, series.Low[before]);
            bars--;
        }

        return high > low ? high - low : 0;
    }
}

using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;

namespace Trading.Engine.Configuration;

/// <summary>A setting that cannot be run with.</summary>
/// <param name="Setting">Its name in <see cref="SimulationConfig"/>, or <c>series</c>.</param>
/// <param name="Value">What it was set to.</param>
/// <param name="Rule">What must hold.</param>
public readonly record struct ConfigurationFault(string Setting, string Value, string Rule)
{
    public override string ToString() => $"{Setting} = {Value}: {Rule}";
}

/// <summary>Checks a configuration and its bars before a run is built from them.</summary>
public static class SimulationConfigValidator
{
    private const int DayMillis = 86_400_000;

    /// <summary>Every fault, in the order of the settings; empty when the run can start.</summary>
    public static IReadOnlyList<ConfigurationFault> Validate(SimulationConfig config, IReadOnlyList<BarSeries> series)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(series);
        var faults = new List<ConfigurationFault>();
        CheckRange(config, faults);
        CheckEnums(config, faults);
        CheckModels(config, faults);
        CheckLimits(config, faults);
        CheckSeries(series, faults);
        return faults;
    }

    /// <exception cref="ArgumentException">Something is wrong; the message names each setting, its value and the rule.</exception>
    public static void Check(SimulationConfig config, IReadOnlyList<BarSeries> series)
    {
        var faults = Validate(config, series);
        if (faults.Count > 0) throw new ArgumentException(string.Join("; ", faults), nameof(config));
    }

    private static void CheckRange(SimulationConfig config, List<ConfigurationFault> faults)
    {
        Rule(faults, config.Start >= 0, nameof(config.Start), config.Start, "must not lie before 1970");
        Rule(faults, config.End > config.Start, nameof(config.End), config.End, "must lie after Start");
        Rule(faults, config.InitialCash > 0 && config.InitialCash <= Exact.MaximumMoney, nameof(config.InitialCash), config.InitialCash, "must be above 0 and at most 10^34 units");
    }

    private static void CheckEnums(SimulationConfig config, List<ConfigurationFault> faults)
    {
        Known(faults, nameof(config.Timing), config.Timing);
        Known(faults, nameof(config.Path), config.Path);
        Known(faults, nameof(config.LimitFill), config.LimitFill);
        Known(faults, nameof(config.Slippage), config.Slippage);
        Known(faults, nameof(config.Commission), config.Commission);
        Known(faults, nameof(config.PriceRounding), config.PriceRounding);
        Known(faults, nameof(config.Account), config.Account);
        Known(faults, nameof(config.RatioSampling), config.RatioSampling);
    }

    private static void CheckModels(SimulationConfig config, List<ConfigurationFault> faults)
    {
        Between(faults, nameof(config.PenetrationTicks), config.PenetrationTicks, 0, 1000);
        Rule(faults, config.PenetrationTicks == 0 || config.LimitFill == LimitFill.Through, nameof(config.PenetrationTicks), config.PenetrationTicks, "needs LimitFill = Through");
        Between(faults, nameof(config.LatencyMs), config.LatencyMs, 0, DayMillis);
        Between(faults, nameof(config.LatencyJitterMs), config.LatencyJitterMs, 0, DayMillis);
        if (config.CancelLatencyMs is { } cancel) Between(faults, nameof(config.CancelLatencyMs), cancel, 0, DayMillis);
        IsRate(faults, nameof(config.SpreadRate), config.SpreadRate, 1);
        IsRate(faults, nameof(config.SlippageRate), config.SlippageRate, 1);
        IsRate(faults, nameof(config.PriceImpact), config.PriceImpact, 1);
        IsRate(faults, nameof(config.VolumeLimit), config.VolumeLimit, 1);
        IsRate(faults, nameof(config.VolatilityFactor), config.VolatilityFactor, 100);
        Between(faults, nameof(config.VolatilityBars), config.VolatilityBars, 1, 1000);
        IsMoney(faults, nameof(config.CommissionPerShare), config.CommissionPerShare, 1_000_000);
        IsMoney(faults, nameof(config.CommissionMinimum), config.CommissionMinimum, 1_000_000);
        IsRate(faults, nameof(config.CommissionMaximumRate), config.CommissionMaximumRate, 1);
        IsRate(faults, nameof(config.CommissionRate), config.CommissionRate, 1);
        IsMoney(faults, nameof(config.CommissionFixed), config.CommissionFixed, 1_000_000);
    }

    private static void CheckLimits(SimulationConfig config, List<ConfigurationFault> faults)
    {
        if (config.MaxParticipation is { } part) Rule(faults, part is > 0 and <= SimulationConfig.RateUnit, nameof(config.MaxParticipation), part, "must be a rate above 0 and at most 10^12");
        Rule(faults, config.Leverage is > 0 and <= 100 * SimulationConfig.RateUnit, nameof(config.Leverage), config.Leverage, "must be a rate above 0 and at most 100·10^12");
        if (config.MaxOrderValue is { } value) Rule(faults, value > 0, nameof(config.MaxOrderValue), value, "must be above 0");
        if (config.MaxPositionSize is { } size) Rule(faults, size > 0, nameof(config.MaxPositionSize), size, "must be above 0");
        if (config.MaxGrossExposure is { } gross) Rule(faults, gross > 0, nameof(config.MaxGrossExposure), gross, "must be above 0");
        if (config.MaxDrawdown is { } drawdown) Rule(faults, drawdown is > 0 and <= SimulationConfig.RateUnit, nameof(config.MaxDrawdown), drawdown, "must be a rate above 0 and at most 10^12");
        if (config.MaxOpenOrders is { } open) Rule(faults, open > 0, nameof(config.MaxOpenOrders), open, "must be above 0");
        if (config.MaxOrdersPerMinute is { } pace) Rule(faults, pace > 0, nameof(config.MaxOrdersPerMinute), pace, "must be above 0");
    }

    private static void CheckSeries(IReadOnlyList<BarSeries> series, List<ConfigurationFault> faults)
    {
        const string Name = "series";
        Rule(faults, series.Count is > 0 and <= 10_000, Name, series.Count, "must hold 1 to 10,000 symbols");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var symbol = 0; symbol < series.Count; symbol++)
        {
            var one = series[symbol];
            Rule(faults, names.Add(one.Instrument.Symbol), Name, one.Instrument.Symbol, "must not name a symbol twice");
            Rule(faults, one.BarMicros >= 1_000_000, Name, one.BarMicros, "bars must be at least one second long");
            Rule(faults, one.BarMicros == series[0].BarMicros, Name, one.BarMicros, "all bars must have the same length");
            Rule(faults, one.Instrument is { PriceStep: > 0, PriceStepBelowOne: > 0, Lot: > 0 }, Name, one.Instrument.Symbol, "price steps and lot must be above 0");
        }
    }

    private static void Rule<T>(List<ConfigurationFault> faults, bool holds, string setting, T value, string rule)
    {
        if (!holds) faults.Add(new(setting, FormattableString.Invariant($"{value}"), rule));
    }

    private static void Known<T>(List<ConfigurationFault> faults, string setting, T value)
        where T : struct, Enum => Rule(faults, Enum.IsDefined(value), setting, value, "is not a known value");

    private static void Between(List<ConfigurationFault> faults, string setting, int value, int low, int high) =>
        Rule(faults, value >= low && value <= high, setting, value, FormattableString.Invariant($"must lie from {low} to {high}"));

    private static void IsRate(List<ConfigurationFault> faults, string setting, long value, int most) =>
        Rule(faults, value >= 0 && value <= most * SimulationConfig.RateUnit, setting, value, FormattableString.Invariant($"must be a rate from 0 to {most}·10^12"));

    private static void IsMoney(List<ConfigurationFault> faults, string setting, Int128 value, int most) =>
        Rule(faults, value >= 0 && value <= most * SimulationConfig.MoneyUnit, setting, value, FormattableString.Invariant($"must be money from 0 to {most}·10^16"));
}

using System.Text.Json;
using Trading.Protocol.Text;

namespace Trading.Protocol.Reading;

/// <summary>Reads the object <c>execution</c>. Unlike everywhere else an unknown name is an error here, since ignoring it would silently change results (SIM-331).</summary>
internal static class ExecutionReader
{
    private const int RateScale = 12;
    private const int BasisPointScale = 8;
    private const long RateUnit = 1_000_000_000_000;
    private const long MaximumBasisPoints = 10_000 * 100_000_000L;
    private const int DayMs = 86_400_000;

    internal static ExecutionData? Read(ref PayloadReader reader)
    {
        reader.Read();
        if (reader.Token == JsonTokenType.Null) return null;
        if (reader.Token != JsonTokenType.StartObject)
        {
            reader.SkipCurrent();
            reader.Invalid("execution", "an object is expected");
            return null;
        }

        var data = new ExecutionData();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.NextProperty())
        {
            var name = reader.Name();
            var field = "execution." + (name.Length <= 64 ? name : name[..64]);
            if (!seen.Add(name)) reader.Fail(ErrorCodes.InvalidMessage, $"{field} is given twice", field);
            if (ReadChoice(ref reader, name, field, data) || ReadCount(ref reader, name, field, data) || ReadRate(ref reader, name, field, data) || ReadMoney(ref reader, name, field, data)) continue;
            reader.SkipValue();
            reader.Invalid(field, "this parameter is unknown");
        }

        return data;
    }

    private static bool ReadChoice(ref PayloadReader reader, string name, string field, ExecutionData data)
    {
        switch (name)
        {
            case "execution_timing": data.ExecutionTiming = Choice(ref reader, field, ["next_open", "next_close", "current_close"]); return true;
            case "bar_path": data.BarPath = Choice(ref reader, field, ["adaptive", "high_first", "low_first", "pessimistic"]); return true;
            case "limit_fill": data.LimitFill = Choice(ref reader, field, ["through", "touch"]); return true;
            case "slippage_model": data.SlippageModel = Choice(ref reader, field, ["none", "fixed_bps", "volume_share", "volatility"]); return true;
            case "price_rounding": data.PriceRounding = Choice(ref reader, field, ["against_client", "none"]); return true;
            case "commission_model": data.CommissionModel = Choice(ref reader, field, ["per_share", "bps", "ibkr_fixed", "none"]); return true;
            case "account_type": data.AccountType = Choice(ref reader, field, ["margin", "cash", "unlimited"]); return true;
            case "ratio_sampling": data.RatioSampling = Choice(ref reader, field, ["daily", "per_tick"]); return true;
            case "regulatory_fees": data.RegulatoryFees = reader.Boolean(field); return true;
            default: return false;
        }
    }

    private static bool ReadCount(ref PayloadReader reader, string name, string field, ExecutionData data)
    {
        switch (name)
        {
            case "penetration_ticks": data.PenetrationTicks = (int?)reader.Whole(field, 0, 1_000); return true;
            case "latency_ms": data.LatencyMs = (int?)reader.Whole(field, 0, DayMs); return true;
            case "latency_jitter_ms": data.LatencyJitterMs = (int?)reader.Whole(field, 0, DayMs); return true;
            case "cancel_latency_ms": data.CancelLatencyMs = (int?)reader.Whole(field, 0, DayMs); return true;
            case "volatility_bars": data.VolatilityBars = (int?)reader.Whole(field, 1, 1_000); return true;
            case "max_open_orders": data.MaxOpenOrders = (int?)reader.Whole(field, 1, 1_000_000); return true;
            case "max_orders_per_minute": data.MaxOrdersPerMinute = (int?)reader.Whole(field, 1, 1_000_000); return true;
            case "seed": data.Seed = (ulong?)reader.Decimal(field, 0, 0, ulong.MaxValue, "from 0 to 18446744073709551615"); return true;
            default: return false;
        }
    }

    private static bool ReadRate(ref PayloadReader reader, string name, string field, ExecutionData data)
    {
        switch (name)
        {
            case "spread_bps": data.SpreadBps = BasisPoints(ref reader, field); return true;
            case "slippage_bps": data.SlippageBps = BasisPoints(ref reader, field); return true;
            case "commission_bps": data.CommissionBps = BasisPoints(ref reader, field); return true;
            case "price_impact": data.PriceImpact = Rate(ref reader, field, 0, 100, "from 0 to 100"); return true;
            case "volatility_factor": data.VolatilityFactor = Rate(ref reader, field, 0, 100, "from 0 to 100"); return true;
            case "commission_maximum": data.CommissionMaximum = Rate(ref reader, field, 0, 1, "from 0 to 1"); return true;
            case "volume_limit": data.VolumeLimit = Rate(ref reader, field, 1, 1, "above 0 and at most 1"); return true;
            case "max_participation": data.MaxParticipation = Rate(ref reader, field, 1, 1, "above 0 and at most 1"); return true;
            case "max_drawdown": data.MaxDrawdown = Rate(ref reader, field, 1, 1, "above 0 and at most 1"); return true;
            case "leverage": data.Leverage = Rate(ref reader, field, 1, 100, "above 0 and at most 100"); return true;
            default: return false;
        }
    }

    private static bool ReadMoney(ref PayloadReader reader, string name, string field, ExecutionData data)
    {
        switch (name)
        {
            case "commission_per_share": data.CommissionPerShare = Money(ref reader, field, 0, "not below 0"); return true;
            case "commission_minimum": data.CommissionMinimum = Money(ref reader, field, 0, "not below 0"); return true;
            case "commission_fixed": data.CommissionFixed = Money(ref reader, field, 0, "not below 0"); return true;
            case "max_order_value": data.MaxOrderValue = Money(ref reader, field, 1, "above 0"); return true;
            case "max_gross_exposure": data.MaxGrossExposure = Money(ref reader, field, 1, "above 0"); return true;
            case "max_position_size": data.MaxPositionSize = (long?)reader.Decimal(field, DecimalText.PriceScale, 1, OrderReaders.MaximumUnits, "above 0"); return true;
            default: return false;
        }
    }

    private static string? Choice(ref PayloadReader reader, string field, scoped ReadOnlySpan<string> values)
    {
        var index = reader.Choice(field, values);
        return index < 0 ? null : values[index];
    }

    private static long? BasisPoints(ref PayloadReader reader, string field) =>
        (long?)reader.Decimal(field, BasisPointScale, 0, MaximumBasisPoints, "from 0 to 10000");

    private static long? Rate(ref PayloadReader reader, string field, long minimumUnits, long maximum, string range) =>
        (long?)reader.Decimal(field, RateScale, minimumUnits, maximum * RateUnit, range);

    private static Int128? Money(ref PayloadReader reader, string field, Int128 minimum, string range) =>
        reader.Decimal(field, DecimalText.MoneyScale, minimum, PayloadReaders.MaximumMoney, range);
}

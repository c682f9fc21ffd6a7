using System.Globalization;
using System.Text.Json;
using Trading.Engine.Configuration;

namespace Trading.Engine.Metrics;

/// <summary>Writes an <see cref="AssumptionsManifest"/>: every level is a sorted list of named values, so that nothing depends on declaration order.</summary>
internal static class ManifestJson
{
    private const decimal RatePerBasisPoint = SimulationConfig.BasisPoint;

    public static void Write(Utf8JsonWriter json, AssumptionsManifest manifest)
    {
        var config = manifest.Configuration;
        WriteObject(json, new SortedDictionary<string, Action<Utf8JsonWriter>>(StringComparer.Ordinal)
        {
            ["account"] = writer => WriteObject(writer, Account(config)),
            ["clock"] = writer => WriteObject(writer, Clock(manifest)),
            ["commission"] = writer => WriteObject(writer, Commission(config)),
            ["engine_version"] = Text(manifest.EngineVersion),
            ["execution"] = writer => WriteObject(writer, Execution(config)),
            ["fee_tables"] = writer => WriteFeeTables(writer, manifest.FeeTables),
            ["limits"] = writer => WriteObject(writer, Limits(config)),
            ["ratio_sampling"] = Text(WireNames.Of(config.RatioSampling)),
            ["seed"] = Text(config.Seed.ToString(CultureInfo.InvariantCulture)),
            ["slippage"] = writer => WriteObject(writer, Slippage(config)),
            ["symbols"] = writer => WriteSymbols(writer, manifest.Symbols),
        });
    }

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Account(SimulationConfig config) => new(StringComparer.Ordinal)
    {
        ["account_type"] = Text(WireNames.Of(config.Account)),
        ["fractional_quantity"] = Flag(config.FractionalQuantity),
        ["initial_cash"] = Money(config.InitialCash),
        ["leverage"] = Rate(config.Leverage),
    };

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Clock(AssumptionsManifest manifest) => new(StringComparer.Ordinal)
    {
        ["bar_micros"] = Number(manifest.BarMicros),
        ["end_micros"] = Number(manifest.Configuration.End),
        ["extended_hours"] = Flag(manifest.Configuration.ExtendedHours),
        ["start_micros"] = Number(manifest.Configuration.Start),
        ["ticks"] = Number(manifest.Ticks),
    };

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Commission(SimulationConfig config) => new(StringComparer.Ordinal)
    {
        ["commission_bps"] = BasisPoints(config.CommissionRate),
        ["commission_fixed"] = Money(config.CommissionFixed),
        ["commission_maximum_rate"] = Rate(config.CommissionMaximumRate),
        ["commission_minimum"] = Money(config.CommissionMinimum),
        ["commission_model"] = Text(WireNames.Of(config.Commission)),
        ["commission_per_share"] = Money(config.CommissionPerShare),
        ["regulatory_fees"] = Flag(config.RegulatoryFees),
    };

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Execution(SimulationConfig config) => new(StringComparer.Ordinal)
    {
        ["bar_path"] = Text(WireNames.Of(config.Path)),
        ["cancel_latency_ms"] = Number(config.CancelLatencyMs ?? config.LatencyMs),
        ["execution_timing"] = Text(WireNames.Of(config.Timing)),
        ["latency_jitter_ms"] = Number(config.LatencyJitterMs),
        ["latency_ms"] = Number(config.LatencyMs),
        ["limit_fill"] = Text(WireNames.Of(config.LimitFill)),
        ["max_participation"] = OptionalRate(config.MaxParticipation),
        ["penetration_ticks"] = Number(config.PenetrationTicks),
        ["price_rounding"] = Text(WireNames.Of(config.PriceRounding)),
        ["spread_bps"] = BasisPoints(config.SpreadRate),
    };

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Limits(SimulationConfig config) => new(StringComparer.Ordinal)
    {
        ["max_drawdown"] = OptionalRate(config.MaxDrawdown),
        ["max_gross_exposure"] = OptionalMoney(config.MaxGrossExposure),
        ["max_open_orders"] = OptionalNumber(config.MaxOpenOrders),
        ["max_order_value"] = OptionalMoney(config.MaxOrderValue),
        ["max_orders_per_minute"] = OptionalNumber(config.MaxOrdersPerMinute),
        ["max_position_size"] = config.MaxPositionSize is { } size ? Text(FixedPoint.Format(size, FixedPoint.PriceDecimals)) : Null,
    };

    private static SortedDictionary<string, Action<Utf8JsonWriter>> Slippage(SimulationConfig config) => new(StringComparer.Ordinal)
    {
        ["price_impact"] = Rate(config.PriceImpact),
        ["slippage_bps"] = BasisPoints(config.SlippageRate),
        ["slippage_model"] = Text(WireNames.Of(config.Slippage)),
        ["volatility_bars"] = Number(config.VolatilityBars),
        ["volatility_factor"] = Rate(config.VolatilityFactor),
        ["volume_limit"] = Rate(config.VolumeLimit),
    };

    private static void WriteSymbols(Utf8JsonWriter json, IReadOnlyList<SymbolManifest> symbols)
    {
        json.WriteStartArray();
        foreach (var one in symbols)
        {
            WriteObject(json, new SortedDictionary<string, Action<Utf8JsonWriter>>(StringComparer.Ordinal)
            {
                ["asset_class"] = Text(WireNames.Of(one.Instrument.AssetClass)),
                ["bars"] = Number(one.Bars),
                ["calendar"] = Text(one.Calendar),
                ["calendar_version"] = Text(one.CalendarVersion),
                ["data_version"] = Text(one.DataVersion),
                ["fingerprint"] = Text(one.Fingerprint),
                ["lot"] = Text(FixedPoint.Format(one.Instrument.Lot, FixedPoint.PriceDecimals)),
                ["price_step"] = Text(FixedPoint.Format(one.Instrument.PriceStep, FixedPoint.PriceDecimals)),
                ["price_step_below_one"] = Text(FixedPoint.Format(one.Instrument.PriceStepBelowOne, FixedPoint.PriceDecimals)),
                ["source"] = Text(one.Source),
                ["symbol"] = Text(one.Instrument.Symbol),
            });
        }

        json.WriteEndArray();
    }

    private static void WriteFeeTables(Utf8JsonWriter json, IReadOnlyList<FeeTableRow> rows)
    {
        json.WriteStartArray();
        foreach (var row in rows)
        {
            WriteObject(json, new SortedDictionary<string, Action<Utf8JsonWriter>>(StringComparer.Ordinal)
            {
                ["effective_date"] = Text(row.EffectiveDate),
                ["maximum"] = row.Maximum is { } maximum ? Text(maximum) : Null,
                ["rate"] = Text(row.Rate),
                ["table"] = Text(row.Table),
            });
        }

        json.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter json, SortedDictionary<string, Action<Utf8JsonWriter>> members)
    {
        json.WriteStartObject();
        foreach (var (name, write) in members)
        {
            json.WritePropertyName(name);
            write(json);
        }

        json.WriteEndObject();
    }

    private static void Null(Utf8JsonWriter json) => json.WriteNullValue();

    private static Action<Utf8JsonWriter> Text(string value) => json => json.WriteStringValue(value);

    private static Action<Utf8JsonWriter> Flag(bool value) => json => json.WriteBooleanValue(value);

    private static Action<Utf8JsonWriter> Number(long value) => json => json.WriteNumberValue(value);

    private static Action<Utf8JsonWriter> Money(Int128 value) => Text(FixedPoint.Format(value, FixedPoint.MoneyDecimals));

    private static Action<Utf8JsonWriter> Rate(long value) => Text(FixedPoint.Format(value, FixedPoint.RateDecimals));

    private static Action<Utf8JsonWriter> BasisPoints(long rate) => Text((rate / RatePerBasisPoint).ToString(CultureInfo.InvariantCulture));

    private static Action<Utf8JsonWriter> OptionalNumber(int? value) => value is { } number ? Number(number) : Null;

    private static Action<Utf8JsonWriter> OptionalRate(long? value) => value is { } rate ? Rate(rate) : Null;

    private static Action<Utf8JsonWriter> OptionalMoney(Int128? value) => value is { } money ? Money(money) : Null;
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest.Data;

/// <summary>An instant on the wire: ISO 8601, UTC, <c>Z</c>.</summary>
/// <param name="Micros">Microseconds since 1970-01-01Z.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct WireInstant(long Micros)
{
    internal static WireInstant? Of(long? micros) => micros is { } instant ? new WireInstant(instant) : null;

    internal sealed class Converter : JsonConverter<WireInstant>
    {
        public override WireInstant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("answers are written only");

        public override void Write(Utf8JsonWriter writer, WireInstant value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[InstantText.MaximumLength];
            writer.WriteStringValue(text[..InstantText.Format(text, value.Micros)]);
        }
    }
}

/// <summary>A date on the wire, <c>YYYY-MM-DD</c>.</summary>
/// <param name="Day">Days since 1970-01-01.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct WireDate(int Day)
{
    internal sealed class Converter : JsonConverter<WireDate>
    {
        public override WireDate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("answers are written only");

        public override void Write(Utf8JsonWriter writer, WireDate value, JsonSerializerOptions options) => writer.WriteStringValue(DataDates.Format(value.Day));
    }
}

/// <summary>A percentage on the wire: a number with one decimal place, halves away from zero as everywhere in the data manager.</summary>
/// <param name="Value">Not rounded.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct WirePercent(decimal Value)
{
    /// <summary>Part of whole; 100 when there is no whole (OHLCV-111).</summary>
    internal static WirePercent Share(long part, long whole) => new(whole == 0 ? 100m : part * 100m / whole);

    internal sealed class Converter : JsonConverter<WirePercent>
    {
        public override WirePercent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("answers are written only");

        // adding 0.0 gives a whole number its decimal place
        public override void Write(Utf8JsonWriter writer, WirePercent value, JsonSerializerOptions options) => writer.WriteNumberValue(decimal.Round(value.Value, 1, MidpointRounding.AwayFromZero) + 0.0m);
    }
}

/// <summary>A price on the wire: a string with 2 to 8 decimal places (OHLCV-017, OHLCV-018).</summary>
/// <param name="Units">10⁻⁸ units.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct WirePrice(long Units)
{
    internal sealed class Converter : JsonConverter<WirePrice>
    {
        public override WirePrice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("answers are written only");

        public override void Write(Utf8JsonWriter writer, WirePrice value, JsonSerializerOptions options) => writer.WriteStringValue(DecimalText.Format(value.Units, DecimalText.PriceScale, 2));
    }
}

/// <summary>A volume on the wire: a string with 8 decimal places (OHLCV-019).</summary>
/// <param name="Units">10⁻⁸ units.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct WireVolume(long Units)
{
    internal sealed class Converter : JsonConverter<WireVolume>
    {
        public override WireVolume Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("answers are written only");

        public override void Write(Utf8JsonWriter writer, WireVolume value, JsonSerializerOptions options) => writer.WriteStringValue(DecimalText.Format(value.Units, DecimalText.PriceScale, DecimalText.PriceScale));
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Trading.Gateway.Rest.Data;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest.Runs;

/// <summary>Fields of a body that only runs have: instants, exact decimals, and lists or ranges of numbers.</summary>
internal static class RunFields
{
    /// <summary>Most values of one parameter of a grid.</summary>
    internal const int MaximumValues = 10_000;

    private const int LongestNumber = 64;

    internal static RefusedException Missing(string field) => RefusedException.Field422(field, null, "is missing", "MISSING_FIELD");

    /// <summary>A short text; null when it is absent or null.</summary>
    internal static string? Text(this BodyReader body, string name, int longest)
    {
        if (body.Field(name) is not { ValueKind: not JsonValueKind.Null } field) return null;
        if (field.ValueKind == JsonValueKind.String && field.GetString() is { Length: > 0 } text && text.Length <= longest && !text.Any(char.IsControl)) return text;
        throw BodyReader.Wrong(body.Prefix + name, field, string.Create(CultureInfo.InvariantCulture, $"must be a text of 1 to {longest} printable characters"));
    }

    /// <summary>An instant of the years 1970 to 2199 in microseconds since 1970-01-01Z.</summary>
    /// <exception cref="RefusedException">It is missing, or none.</exception>
    internal static long Instant(this BodyReader body, string name)
    {
        const string rule = "must be an ISO 8601 date and time with a UTC offset (Z or +hh:mm) in the years 1970 to 2199";
        if (body.Field(name) is not { } field) throw Missing(name);
        if (field.ValueKind != JsonValueKind.String || InstantText.TryParse(Encoding.UTF8.GetBytes(field.GetString()!), out var micros) != InstantFault.None) throw BodyReader.Wrong(name, field, rule);
        return micros >= 0 && DateTime.UnixEpoch.AddMicroseconds(micros).Year < 2200 ? micros : throw BodyReader.Wrong(name, field, rule);
    }

    /// <summary>A decimal, as a text or as a number's own digits, in units of 10^−<paramref name="scale"/>; null when it is absent.</summary>
    internal static Int128? Decimal(this BodyReader body, string name, int scale, Int128 least, Int128 most, string rule)
    {
        if (body.Field(name) is not { } field) return null;
        return TryDecimal(field, scale, out var value) && value >= least && value <= most ? value : throw BodyReader.Wrong(body.Prefix + name, field, rule);
    }

    /// <summary>Whole numbers: one, a list of different ones, or a range with both ends; null when it is absent.</summary>
    internal static IReadOnlyList<int>? Wholes(this BodyReader body, string name, int least, int most)
    {
        var rule = string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}, a list of different ones, or a range {{\"from\":…,\"to\":…,\"step\":…}}");
        return body.Values(name, scale: 0, least, most, rule) is { } values ? Array.ConvertAll(values, value => (int)value) : null;
    }

    /// <summary>The same of decimals in units of 10^−<paramref name="scale"/>.</summary>
    internal static long[]? Values(this BodyReader body, string name, int scale, long least, long most, string rule)
    {
        if (body.Field(name) is not { } field) return null;
        var values = field.ValueKind switch
        {
            JsonValueKind.Object => Range(body.Prefix + name, field, scale, rule),
            JsonValueKind.Array => [.. field.EnumerateArray().Take(MaximumValues + 1).Select(item => Value(body.Prefix + name, item, scale, rule))],
            _ => [Value(body.Prefix + name, field, scale, rule)],
        };
        if (values.Length > MaximumValues) throw RefusedException.Field422(body.Prefix + name, null, string.Create(CultureInfo.InvariantCulture, $"must have at most {MaximumValues} values"));
        if (values.Length == 0 || values.Any(value => value < least || value > most) || values.Distinct().Count() < values.Length) throw BodyReader.Wrong(body.Prefix + name, field, rule);
        return values;
    }

    private static long[] Range(string name, JsonElement field, int scale, string rule)
    {
        var range = BodyReader.Of(name, field, "from", "to", "step");
        var (from, to, step) = (Part("from"), Part("to"), Part("step"));
        if (step <= 0) throw RefusedException.Field422(name + ".step", null, "must be above 0");
        if (to < from) throw RefusedException.Field422(name + ".to", null, "must not be below from");
        var count = ((Int128)to - from) / step + 1;
        if (count > MaximumValues) throw RefusedException.Field422(name, null, string.Create(CultureInfo.InvariantCulture, $"must have at most {MaximumValues} values"));
        var values = new long[(int)count];
        for (var at = 0; at < values.Length; at++) values[at] = from + (at * step);
        return values;

        long Part(string part) => range.Field(part) is { } value ? Value($"{name}.{part}", value, scale, rule) : throw Missing($"{name}.{part}");
    }

    private static long Value(string name, JsonElement field, int scale, string rule) =>
        TryDecimal(field, scale, out var value) && value >= long.MinValue && value <= long.MaxValue ? (long)value : throw BodyReader.Wrong(name, field, rule);

    private static bool TryDecimal(JsonElement field, int scale, out Int128 value)
    {
        value = 0;
        var text = field.ValueKind switch
        {
            JsonValueKind.Number => field.GetRawText(),
            JsonValueKind.String => field.GetString()!,
            _ => "",
        };
        return text.Length <= LongestNumber && DecimalText.TryParse(Encoding.UTF8.GetBytes(text), scale, out value) == DecimalFault.None;
    }
}

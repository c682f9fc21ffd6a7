using System.Text.Json;

namespace Trading.Engine.Metrics;

/// <summary>Names of the engine's choices as clients write them: lower case with underscores, e.g. <c>next_open</c>, <c>fixed_bps</c>.</summary>
public static class WireNames
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

namespace Trading.MarketData.Sources;

/// <summary>A stretch of time [<paramref name="Start"/>, <paramref name="End"/>) in microseconds since 1970-01-01Z.</summary>
/// <param name="Start">First instant.</param>
/// <param name="End">First instant after it.</param>
public readonly record struct BarRange(long Start, long End)
{
    /// <summary>All there is.</summary>
    public static BarRange All { get; } = new(long.MinValue, long.MaxValue);
}

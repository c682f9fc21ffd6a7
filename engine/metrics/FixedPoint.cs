using System.Globalization;

namespace Trading.Engine.Metrics;

/// <summary>Writes the engine's integers as exact decimal text.</summary>
public static class FixedPoint
{
    /// <summary>Decimal places of prices and quantities.</summary>
    public const int PriceDecimals = 8;

    /// <summary>Decimal places of rates (1 is the whole).</summary>
    public const int RateDecimals = 12;

    /// <summary>Decimal places of money.</summary>
    public const int MoneyDecimals = 16;

    /// <summary>The value over 10^<paramref name="decimals"/> without trailing zeros, in the invariant culture: <c>-1.5</c>, <c>0.005</c>, <c>12</c>.</summary>
    /// <param name="value">In 10^−<paramref name="decimals"/>.</param>
    /// <param name="decimals">0 or above.</param>
    public static string Format(Int128 value, int decimals)
    {
        var digits = value.ToString(CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        if (value < 0) digits = digits[1..];
        digits = digits.PadLeft(decimals + 1, '0');
        var whole = digits[..^decimals];
        var part = digits[^decimals..].TrimEnd('0');
        return part.Length == 0 ? sign + whole : $"{sign}{whole}.{part}";
    }
}

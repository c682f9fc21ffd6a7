using System.Numerics;

namespace Trading.MarketData.Actions;

/// <summary>
/// A positive rational number that scales 64-bit values exactly: the true product, rounded once, half to even. A chain of splits and dividends is one
/// factor, however many there are, so nothing is rounded in between.
/// </summary>
/// <remarks>
/// The fast way multiplies with the factor's first 64 bits and looks whether every number that the true product can be rounds to the same result; where it
/// does not (about one value in 10⁹ for everyday prices) the product is made of big integers. Immutable and safe for concurrent use.
/// </remarks>
public sealed class ExactFactor
{
    // beyond this the 128-bit product has no room for rounding, or no fraction at all
    private const int MaxShift = 126;

    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;
    private readonly ulong _mantissa;
    private readonly int _shift;
    private readonly bool _mantissaIsExact;

    /// <exception cref="ArgumentOutOfRangeException">A part is not above 0.</exception>
    public ExactFactor(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, BigInteger.One);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, BigInteger.One);
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        _numerator = numerator / divisor;
        _denominator = denominator / divisor;
        var shift = 63 - (int)(_numerator.GetBitLength() - _denominator.GetBitLength());
        var mantissa = Mantissa(shift, out var rest);
        if (mantissa.GetBitLength() < 64) mantissa = Mantissa(++shift, out rest);
        if (shift is < 1 or > MaxShift) return;
        _mantissa = (ulong)mantissa;
        _shift = shift;
        _mantissaIsExact = rest.IsZero;
    }

    public static ExactFactor One { get; } = new(BigInteger.One, BigInteger.One);

    public bool IsOne => _numerator == _denominator;

    public BigInteger Numerator => _numerator;

    public BigInteger Denominator => _denominator;

    public ExactFactor Times(ExactFactor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return IsOne ? other : other.IsOne ? this : new ExactFactor(_numerator * other._numerator, _denominator * other._denominator);
    }

    public ExactFactor Inverse() => new(_denominator, _numerator);

    /// <summary>Scales <paramref name="value"/>, which must not be negative; false when the result does not fit into 63 bits.</summary>
    public bool TryScale(long value, out long scaled)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        if (_mantissa == 0) return TryScaleSlowly(value, out scaled);
        var high = Math.BigMul((ulong)value, _mantissa, out var low);
        var product = new UInt128(high, low);
        var half = UInt128.One << (_shift - 1);
        UInt128 rounded;
        if (_mantissaIsExact)
        {
            rounded = (product + half) >> _shift;
            var isTie = (product & ((half << 1) - 1)) == half;
            if (isTie && (rounded & 1) != 0) rounded--;
        }
        else
        {
            // the true product lies strictly between these two, so a tie at the lower end is none, and one at the upper end rounds apart
            rounded = (product + half) >> _shift;
            if (rounded != (product + (ulong)value + half) >> _shift) return TryScaleSlowly(value, out scaled);
        }

        scaled = rounded <= long.MaxValue ? (long)rounded : 0;
        return rounded <= long.MaxValue;
    }

    public override string ToString() => $"{_numerator}/{_denominator}";

    private BigInteger Mantissa(int shift, out BigInteger rest) => shift >= 0
        ? BigInteger.DivRem(_numerator << shift, _denominator, out rest)
        : BigInteger.DivRem(_numerator, _denominator << -shift, out rest);

    private bool TryScaleSlowly(long value, out long scaled)
    {
        var quotient = BigInteger.DivRem(value * _numerator, _denominator, out var rest);
        var order = (rest << 1).CompareTo(_denominator);
        if (order > 0 || (order == 0 && !quotient.IsEven)) quotient++;
        scaled = quotient <= long.MaxValue ? (long)quotient : 0;
        return quotient <= long.MaxValue;
    }
}

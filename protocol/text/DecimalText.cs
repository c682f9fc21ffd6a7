using System.Buffers.Text;
using System.Text;

namespace Trading.Protocol.Text;

/// <summary>Why a text is no decimal of the wanted scale.</summary>
public enum DecimalFault : byte
{
    None = 0,

    /// <summary>Not of the form <c>-?(0|[1-9][0-9]*)(\.[0-9]+)?</c>.</summary>
    Malformed = 1,

    /// <summary>An exponent (<c>1e3</c>): refused rather than guessed at.</summary>
    Exponent = 2,

    /// <summary>Digits below the smallest unit that are not zero.</summary>
    TooPrecise = 3,

    /// <summary>Does not fit the integer behind it.</summary>
    TooLarge = 4,
}

/// <summary>Exact plain decimals as scaled integers: what goes over the wire never passes through binary floating point (SIM-001, SIM-003).</summary>
public static class DecimalText
{
    /// <summary>Bytes that any formatted value fits into.</summary>
    public const int MaximumLength = 64;

    /// <summary>Scale of prices and quantities: one unit is 10⁻⁸.</summary>
    public const int PriceScale = 8;

    /// <summary>Scale of money: one unit is 10⁻¹⁶.</summary>
    public const int MoneyScale = 16;

    /// <summary>Most digits a value may have; more cannot fit 128 bits.</summary>
    private const int MaximumDigits = 38;

    private static ReadOnlySpan<ulong> Powers =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    ];

    /// <summary>Reads a plain decimal into units of 10^−<paramref name="scale"/>.</summary>
    public static DecimalFault TryParse(ReadOnlySpan<byte> text, int scale, out Int128 value)
    {
        value = 0;
        var negative = text.Length > 0 && text[0] == '-';
        if (negative) text = text[1..];
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        if (!AllDigits(whole) || !AllDigits(fraction)) return text.IndexOfAny((byte)'e', (byte)'E') > 0 ? DecimalFault.Exponent : DecimalFault.Malformed;
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || (whole.Length > 1 && whole[0] == '0')) return DecimalFault.Malformed;
        if (fraction.Length > scale)
        {
            if (fraction[scale..].IndexOfAnyExcept((byte)'0') >= 0) return DecimalFault.TooPrecise;
            fraction = fraction[..scale];
        }

        if (whole.Length + scale > MaximumDigits) return DecimalFault.TooLarge;
        UInt128 units = 0;
        foreach (var digit in whole) units = (units * 10) + (uint)(digit - '0');
        foreach (var digit in fraction) units = (units * 10) + (uint)(digit - '0');
        units *= Power(scale - fraction.Length);
        value = negative ? -(Int128)units : (Int128)units;
        return DecimalFault.None;
    }

    /// <summary>Reads a plain decimal into 64 bits.</summary>
    public static DecimalFault TryParse(ReadOnlySpan<byte> text, int scale, out long value)
    {
        value = 0;
        var fault = TryParse(text, scale, out Int128 wide);
        if (fault != DecimalFault.None) return fault;
        if (wide > long.MaxValue || wide < long.MinValue) return DecimalFault.TooLarge;
        value = (long)wide;
        return DecimalFault.None;
    }

    /// <summary>Writes all digits that matter and at least <paramref name="minimumDecimals"/> of them after the point.</summary>
    /// <returns>Bytes written; <paramref name="destination"/> holds at least <see cref="MaximumLength"/>.</returns>
    public static int Format(Span<byte> destination, Int128 value, int scale, int minimumDecimals)
    {
        if (value <= long.MaxValue && value >= -long.MaxValue) return Format(destination, (long)value, scale, minimumDecimals);
        var at = 0;
        if (value < 0) destination[at++] = (byte)'-';
        var magnitude = value < 0 ? (UInt128)(-(value + 1)) + 1 : (UInt128)value;
        var (whole, fraction) = UInt128.DivRem(magnitude, Power(scale));
        at += WriteWhole(destination[at..], whole);
        return at + WriteFraction(destination[at..], (ulong)fraction, scale, minimumDecimals);
    }

    /// <summary>Writes a value that fits 64 bits.</summary>
    public static int Format(Span<byte> destination, long value, int scale, int minimumDecimals)
    {
        var at = 0;
        var magnitude = value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;
        if (value < 0) destination[at++] = (byte)'-';
        var (whole, fraction) = Math.DivRem(magnitude, Power(scale));
        Utf8Formatter.TryFormat(whole, destination[at..], out var length);
        at += length;
        return at + WriteFraction(destination[at..], fraction, scale, minimumDecimals);
    }

    /// <summary>The value as text, for contexts and tests.</summary>
    public static string Format(Int128 value, int scale, int minimumDecimals)
    {
        Span<byte> buffer = stackalloc byte[MaximumLength];
        return Encoding.ASCII.GetString(buffer[..Format(buffer, value, scale, minimumDecimals)]);
    }

    /// <summary><paramref name="numerator"/> / <paramref name="denominator"/> rounded half to even.</summary>
    /// <exception cref="DivideByZeroException">The denominator is 0.</exception>
    public static Int128 DivideHalfEven(Int128 numerator, Int128 denominator)
    {
        var (quotient, remainder) = Int128.DivRem(numerator, denominator);
        if (remainder == 0) return quotient;
        var twice = Int128.Abs(remainder) - (Int128.Abs(denominator) - Int128.Abs(remainder));
        var away = twice > 0 || (twice == 0 && !Int128.IsEvenInteger(quotient));
        if (!away) return quotient;
        return Int128.IsNegative(numerator) == Int128.IsNegative(denominator) ? quotient + 1 : quotient - 1;
    }

    private static bool AllDigits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static int WriteWhole(Span<byte> destination, UInt128 whole)
    {
        if (whole <= ulong.MaxValue)
        {
            Utf8Formatter.TryFormat((ulong)whole, destination, out var length);
            return length;
        }

        whole.TryFormat(destination, out var written);
        return written;
    }

    private static int WriteFraction(Span<byte> destination, ulong fraction, int scale, int minimumDecimals)
    {
        if (fraction == 0)
        {
            if (minimumDecimals == 0) return 0;
            destination[0] = (byte)'.';
            destination.Slice(1, minimumDecimals).Fill((byte)'0');
            return minimumDecimals + 1;
        }

        var digits = scale;
        while (digits > minimumDecimals && fraction % 10 == 0)
        {
            fraction /= 10;
            digits--;
        }

        destination[0] = (byte)'.';
        for (var i = digits; i > 0; i--)
        {
            destination[i] = (byte)('0' + (fraction % 10));
            fraction /= 10;
        }

        return digits + 1;
    }

    private static ulong Power(int exponent) => Powers[exponent];
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Trading.MarketData.Imports.Csv;

/// <summary>What came of a number.</summary>
internal enum DecimalResult
{
    Exact,

    /// <summary>It has more than 8 places and was rounded half to even.</summary>
    Rounded,
    Malformed,
    TooManyPlaces,
    TooLarge,
}

/// <summary>
/// Decimal text as 10⁻⁸ units, without binary floating point. <see cref="TryReadFast"/> takes what almost every cell is, eight digits at a time in one
/// register; <see cref="Read"/> takes everything that is a number at all.
/// </summary>
internal static class CsvDecimal
{
    /// <summary>Largest value that the store's DECIMAL(18,8) holds, in units.</summary>
    public const long Largest = 999_999_999_999_999_999;

    public const string Rule = "a decimal with a point, at most 8 places and no separators of thousands";
    public const string SizeRule = "at most 9999999999.99999999";
    public const string PlacesRule = "a decimal with at most 8 places (or allow rounding)";

    /// <summary>Bytes that must be readable behind the last byte of the text.</summary>
    public const int Overread = 32;

    private const int LongestCell = 64;
    private const int MostDigits = 36;
    private const ulong Zeros = 0x3030303030303030;
    private const ulong AboveNine = 0x7676767676767676;
    private const ulong HighBits = 0x8080808080808080;
    private const ulong Unit = 100_000_000;

    /// <summary>Reads up to 8 digits, and up to 8 more behind a point, at <paramref name="at"/>; the caller checks that a separator follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadFast(ref byte text, ref nint at, out long value)
    {
        var whole = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, at)) ^ Zeros;
        var length = LeadingDigits(whole);
        value = 0;
        if (length == 0) return false;
        value = (long)(EightDigits(whole << (64 - (length * 8))) * Unit);
        at += length;
        if (Unsafe.Add(ref text, at) != '.') return true;

        // what stands left of the first byte that is no digit is, read as eight digits, the fraction in units
        var fraction = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, at + 1)) ^ Zeros;
        length = LeadingDigits(fraction);
        if (length == 0) return false;
        value += (long)EightDigits(fraction & (ulong.MaxValue >> (64 - (length * 8))));
        at += length + 1;
        return true;
    }

    /// <summary>Reads a whole cell: sign, digits, point, exponent.</summary>
    /// <param name="cell">The cell without quotes and blanks.</param>
    /// <param name="round">Whether more than 8 places are rounded.</param>
    /// <param name="value">In 10⁻⁸ units.</param>
    public static DecimalResult Read(ReadOnlySpan<byte> cell, bool round, out long value)
    {
        value = 0;
        if (cell.Length is 0 or > LongestCell) return DecimalResult.Malformed;
        var at = 0;
        var isNegative = cell[0] == '-';
        if (cell[0] is (byte)'-' or (byte)'+') at++;
        UInt128 mantissa = 0;
        int digits = 0, places = 0;
        var hasPoint = false;
        var hasDigits = false;
        for (; at < cell.Length; at++)
        {
            var digit = (uint)(cell[at] - '0');
            if (cell[at] == '.' && !hasPoint)
            {
                hasPoint = true;
                if (!hasDigits || at + 1 == cell.Length || (uint)(cell[at + 1] - '0') > 9) return DecimalResult.Malformed;
                continue;
            }

            if (digit > 9) break;
            hasDigits = true;
            if (digits > 0 || digit > 0) digits++;
            if (digits > MostDigits) return DecimalResult.TooLarge;
            mantissa = (mantissa * 10) + digit;
            if (hasPoint) places++;
        }

        if (!hasDigits) return DecimalResult.Malformed;
        var exponent = 0;
        if (at < cell.Length && !TryReadExponent(cell[at..], out exponent)) return DecimalResult.Malformed;
        var result = Scale(mantissa, exponent - places + 8, round, out value);
        if (isNegative) value = -value;
        return result;
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text[0] is not ((byte)'e' or (byte)'E')) return false;
        var digits = text[1..];
        var isNegative = digits.Length > 0 && digits[0] == '-';
        if (digits.Length > 0 && digits[0] is (byte)'-' or (byte)'+') digits = digits[1..];
        if (digits.Length is 0 or > 3) return false;
        foreach (var each in digits)
        {
            var digit = (uint)(each - '0');
            if (digit > 9) return false;
            exponent = (exponent * 10) + (int)digit;
        }

        if (isNegative) exponent = -exponent;
        return true;
    }

    /// <summary><paramref name="mantissa"/> × 10^<paramref name="power"/>.</summary>
    private static DecimalResult Scale(UInt128 mantissa, int power, bool round, out long value)
    {
        value = 0;
        if (mantissa == 0) return DecimalResult.Exact;
        for (; power > 0; power--)
        {
            if (mantissa > Largest) return DecimalResult.TooLarge;
            mantissa *= 10;
        }

        var result = DecimalResult.Exact;
        if (power < 0)
        {
            // more than 37 places right of the unit: nothing of 36 digits is left, and no half either
            var divisor = PowerOfTen(Math.Min(-power, 37));
            var (quotient, rest) = UInt128.DivRem(mantissa, divisor);
            if (rest != 0)
            {
                if (!round) return DecimalResult.TooManyPlaces;
                var half = divisor / 2;
                if (rest > half || (rest == half && UInt128.IsOddInteger(quotient))) quotient++;
                result = DecimalResult.Rounded;
            }

            mantissa = quotient;
        }

        if (mantissa > Largest) return DecimalResult.TooLarge;
        value = (long)mantissa;
        return result;
    }

    private static UInt128 PowerOfTen(int power)
    {
        UInt128 result = 1;
        for (; power > 0; power--) result *= 10;
        return result;
    }

    /// <summary>How many bytes from the lowest on are 0 to 9 (the text's zeros taken away).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LeadingDigits(ulong text)
    {
        // a byte above 9 gets its high bit set; a carry out of it can only spoil bytes behind it
        var others = ((text + AboveNine) | text) & HighBits;
        return BitOperations.TrailingZeroCount(others) >> 3;
    }

    /// <summary>The number of eight digits, the first in the lowest byte: pairs, then fours, then eight by multiplication.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong EightDigits(ulong digits)
    {
        const ulong pairs = 0x000000FF000000FF, highWeights = 0x000F424000000064, lowWeights = 0x0000271000000001;
        digits = (digits * 10) + (digits >> 8);
        return (((digits & pairs) * highWeights) + (((digits >> 16) & pairs) * lowWeights)) >> 32;
    }
}

using System.Runtime.CompilerServices;

namespace Trading.Engine.Arithmetic;

/// <summary>Products and quotients that do not lose a digit, on the units of docs/execution.md section 1.</summary>
internal static class Exact
{
    /// <summary>Largest price and quantity, in 10⁻⁸.</summary>
    public const long MaximumUnits = 9_000_000_000_000_000_000;

    /// <summary>0.01 of currency as money.</summary>
    public const long Cent = 100_000_000_000_000;

    private const long RateUnit = 1_000_000_000_000;

    /// <summary>Largest money amount: 10³⁴ in 10⁻¹⁶.</summary>
    public static Int128 MaximumMoney => new(542101086242752UL, 4003012203950112768UL);

    /// <summary>Price × quantity, exact money.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128 Times(long price, long quantity) => Math.BigMul(price, quantity);

    /// <summary>a·b / c toward zero, where the quotient fits into a long.</summary>
    public static long TimesOver(long a, long b, long c)
    {
        var product = Math.BigMul(a, b);
        return product >= long.MinValue && product <= long.MaxValue ? (long)product / c : (long)(product / c);
    }

    /// <summary>⌊a·b / c⌋ for a, b ≥ 0 and c &gt; 0 without an overflow in between.</summary>
    public static Int128 TimesOver(Int128 a, long b, long c)
    {
        if (b == c) return a;
        if (a <= long.MaxValue)
        {
            // Division of 128 bits costs as much as the rest of a fill; most amounts need 64.
            var (quotient, remainder) = Math.DivRem((long)a, c);
            var rest = Math.BigMul(remainder, b);
            return Math.BigMul(quotient, b) + (rest <= long.MaxValue ? (long)rest / c : rest / c);
        }

        var whole = a / c;
        return whole * b + (a - whole * c) * b / c;
    }

    /// <summary>⌊amount·rate / 10¹²⌋ for amount, rate ≥ 0; <paramref name="exact"/> tells whether nothing was cut off.</summary>
    public static Int128 TimesRate(Int128 amount, long rate, out bool exact)
    {
        var whole = amount / RateUnit;
        var rest = (amount - whole * RateUnit) * rate;
        var quotient = rest / RateUnit;
        exact = quotient * RateUnit == rest;
        return whole * rate + quotient;
    }

    /// <summary>Nearest cent, half away from zero, for amount ≥ 0.</summary>
    public static Int128 ToNearestCent(Int128 amount)
    {
        if (amount < long.MaxValue - Cent) return ((long)amount + Cent / 2) / Cent * Cent;
        return (amount + Cent / 2) / Cent * Cent;
    }

    /// <summary>The next cent up; <paramref name="exact"/> false says that amount was cut off below.</summary>
    public static Int128 UpToCent(Int128 amount, bool exact) => (amount + (exact ? 0 : 1) + (Cent - 1)) / Cent * Cent;

    /// <summary>Compares a·b with c·d for non-negative numbers; the products may take 256 bits.</summary>
    public static int CompareProducts(Int128 a, Int128 b, Int128 c, Int128 d)
    {
        Wide((UInt128)a, (UInt128)b, out var leftHigh, out var leftLow);
        Wide((UInt128)c, (UInt128)d, out var rightHigh, out var rightLow);
        var high = leftHigh.CompareTo(rightHigh);
        return high != 0 ? high : leftLow.CompareTo(rightLow);
    }

    private static void Wide(UInt128 a, UInt128 b, out UInt128 high, out UInt128 low)
    {
        unchecked
        {
            UInt128 aLow = (ulong)a, aHigh = a >> 64, bLow = (ulong)b, bHigh = b >> 64;
            var lowLow = aLow * bLow;
            var middle = aHigh * bLow + (lowLow >> 64);
            var cross = aLow * bHigh + (ulong)middle;
            high = aHigh * bHigh + (middle >> 64) + (cross >> 64);
            low = (cross << 64) | (ulong)lowLow;
        }
    }
}

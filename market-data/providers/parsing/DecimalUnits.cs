namespace Trading.MarketData.Providers.Parsing;

/// <summary>
/// Decimal text to 10⁻⁸ units without binary floating point (OHLCV-020): <c>150.2</c>, <c>1.5e3</c>, <c>-0.1</c>. Digits beyond the eighth place are
/// rounded half to even once: vendors that compute in binary send <c>150.20499999999998</c>.
/// </summary>
internal static class DecimalUnits
{
    private const int Places = 8;

    /// <summary>Reads a JSON number.</summary>
    /// <param name="text">Digits with optional sign, point and exponent; nothing around them.</param>
    /// <param name="units">The value in 10⁻⁸ units.</param>
    /// <returns>False when the text is no number or does not fit into 64 bits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long units)
    {
        units = 0;
        var at = 0;
        var isNegative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..]) at++;
        var mantissa = new Mantissa();
        var digits = 0;
        for (; at < text.Length && IsDigit(text[at]); at++, digits++) mantissa.Add(text[at] - '0');
        var fraction = 0;
        if (at < text.Length && text[at] == '.')
        {
            for (at++; at < text.Length && IsDigit(text[at]); at++, digits++, fraction++) mantissa.Add(text[at] - '0');
        }

        if (digits == 0 || !TryExponent(text[at..], out var exponent)) return false;
        if (!mantissa.TryScale(exponent - fraction + Places, out var magnitude) || magnitude > long.MaxValue) return false;
        units = isNegative ? -(long)magnitude : (long)magnitude;
        return true;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty) return true;
        if (text[0] is not ((byte)'e' or (byte)'E')) return false;
        var at = 1;
        var isNegative = text.Length > 1 && text[1] == '-';
        if (text.Length > 1 && text[1] is (byte)'-' or (byte)'+') at++;
        if (at == text.Length) return false;
        for (; at < text.Length; at++)
        {
            if (!IsDigit(text[at])) return false;
            exponent = Math.Min((exponent * 10) + (text[at] - '0'), 100_000);
        }

        if (isNegative) exponent = -exponent;
        return true;
    }

    private static bool IsDigit(byte character) => character is >= (byte)'0' and <= (byte)'9';

    /// <summary>The leading 38 digits exactly, the rest as a count and whether any of them is not 0.</summary>
    private struct Mantissa
    {
        private const int MaxDigits = 38;
        private UInt128 _value;
        private int _digits;
        private int _dropped;
        private bool _rest;

        public void Add(int digit)
        {
            if (_digits < MaxDigits)
            {
                _value = (_value * 10) + (UInt128)digit;
                // leading zeros are not kept
                if (_value != 0) _digits++;
            }
            else
            {
                _dropped++;
                _rest |= digit != 0;
            }
        }

        /// <summary>The mantissa times 10^<paramref name="power"/>, rounded half to even; false when it is beyond 64 bits.</summary>
        public readonly bool TryScale(int power, out ulong result)
        {
            power += _dropped;
            result = 0;
            if (_value == 0) return true;
            if (power >= 0)
            {
                // both below 2^64, so that the product fits
                if (power >= 20 || _value > ulong.MaxValue) return false;
                var product = _value * Power(power);
                result = (ulong)product;
                return product <= ulong.MaxValue;
            }

            // 38 digits divided by 10^39 or more are less than half a unit
            if (power < -MaxDigits) return true;
            var scale = Power(-power);

            var (quotient, rest) = UInt128.DivRem(_value, scale);
            var half = scale / 2;
            if (rest > half || (rest == half && (_rest || UInt128.IsOddInteger(quotient)))) quotient++;
            result = (ulong)quotient;
            return quotient <= ulong.MaxValue;
        }

        private static UInt128 Power(int exponent)
        {
            UInt128 power = 1;
            for (; exponent > 0; exponent--) power *= 10;
            return power;
        }
    }
}

using System.Text;

namespace Trading.MarketData.Candles;

/// <summary>What became of a number that was read.</summary>
public enum NumberReading
{
    /// <summary>The text is no number, or too large for 10⁻⁸ units in 64 bits.</summary>
    Unreadable = 0,

    /// <summary>Read without loss.</summary>
    Exact = 1,

    /// <summary>It had more than 8 decimal places and was rounded half to even.</summary>
    Rounded = 2,
}

/// <summary>Reads the numbers of providers and files, in every form that has one meaning (OHLCV-173), into 10⁻⁸ units; no floating point (OHLCV-020).</summary>
public static class CandleNumber
{
    private const int Places = 8;

    /// <summary>Reads e.g. <c>186.5</c>, <c>+186.50</c>, <c> 1.8650E+2 </c>, <c>"186.5"</c>, <c>.5</c>, <c>5.</c>; no thousands separators, whose meaning differs from country to country.</summary>
    public static NumberReading TryRead(string? text, out long units) => TryRead(Encoding.UTF8.GetBytes(text ?? ""), out units);

    /// <inheritdoc cref="TryRead(string?, out long)"/>
    public static NumberReading TryRead(ReadOnlySpan<byte> text, out long units)
    {
        units = 0;
        text = text.Trim(" \t"u8);
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"') text = text[1..^1].Trim(" \t"u8);
        var isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (!TrySplit(text, out var digits, out var fraction, out var exponent)) return NumberReading.Unreadable;

        var number = new Accumulator();
        // the digits are those of a whole number times 10^(exponent - places of the fraction); Places more make it units
        var shift = exponent + Places - fraction.Length;
        var keep = digits.Length + fraction.Length + Math.Min(shift, 0);
        for (var at = 0; at < digits.Length + fraction.Length; at++)
        {
            var digit = (at < digits.Length ? digits[at] : fraction[at - digits.Length]) - '0';
            if (at < keep) number.Append(digit);
            else number.Drop(digit, isFirst: at == keep);
        }

        // digits before the first one were dropped as zeros
        if (keep < 0) number.DropZeroFirst();
        for (; shift > 0 && !number.IsTooLarge && !number.IsZero; shift--) number.Append(0);
        return number.Finish(isNegative, out units);
    }

    private static bool TrySplit(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> digits, out ReadOnlySpan<byte> fraction, out int exponent)
    {
        exponent = 0;
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf((byte)'.');
        digits = point < 0 ? mantissa : mantissa[..point];
        fraction = point < 0 ? [] : mantissa[(point + 1)..];
        if (digits.Length + fraction.Length == 0 || !AreDigits(digits) || !AreDigits(fraction)) return false;
        return e < 0 || TryExponent(text[(e + 1)..], out exponent);
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        var isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.IsEmpty || text.Length > 4 || !AreDigits(text)) return false;
        foreach (var digit in text) exponent = (exponent * 10) + digit - '0';
        if (isNegative) exponent = -exponent;
        return true;
    }

    private static bool AreDigits(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private ref struct Accumulator
    {
        private ulong _value;
        private bool _lost;
        private int _comparedToHalf; // of what was dropped: -1 below a half, 0 a half, 1 above

        public bool IsTooLarge { get; private set; }

        public readonly bool IsZero => _value == 0;

        public void Append(int digit)
        {
            if (_value > (ulong)long.MaxValue / 10) IsTooLarge = true;
            else _value = (_value * 10) + (ulong)digit;
        }

        public void Drop(int digit, bool isFirst)
        {
            if (isFirst) _comparedToHalf = digit.CompareTo(5);
            else if (_comparedToHalf == 0 && digit > 0) _comparedToHalf = 1;
            _lost |= digit > 0;
        }

        public void DropZeroFirst() => _comparedToHalf = -1;

        public NumberReading Finish(bool isNegative, out long units)
        {
            units = 0;
            if (_lost && (_comparedToHalf > 0 || (_comparedToHalf == 0 && _value % 2 == 1))) _value++;
            if (IsTooLarge || _value > long.MaxValue) return NumberReading.Unreadable;
            units = isNegative ? -(long)_value : (long)_value;
            return _lost ? NumberReading.Rounded : NumberReading.Exact;
        }
    }
}

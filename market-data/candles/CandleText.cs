using System.Text;

namespace Trading.MarketData.Candles;

/// <summary>Prices and volumes as plain decimal numbers (OHLCV-016 to 020), from and to 10⁻⁸ units, without floating point. Safe for concurrent use.</summary>
public static class CandleText
{
    /// <summary>No text is longer, in bytes.</summary>
    public const int MaxLength = 21;

    private const int Places = 8;
    private const int PricePlaces = 2;

    /// <summary>A price: 2 decimal places, and up to 8 where it has them (<c>186.50</c>, <c>1.08457</c>, <c>0.00001234</c>).</summary>
    public static string Price(long units) => Text(units, PricePlaces);

    /// <summary>A volume: always 8 decimal places (<c>48210.00000000</c>).</summary>
    public static string Volume(long units) => Text(units, Places);

    /// <summary>Writes a price as UTF-8 and returns its length.</summary>
    /// <param name="units">The price in 10⁻⁸ units.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    public static int WritePrice(long units, Span<byte> destination) => Write(units, PricePlaces, destination);

    /// <summary>Writes a volume as UTF-8 and returns its length.</summary>
    /// <inheritdoc cref="WritePrice"/>
    public static int WriteVolume(long units, Span<byte> destination) => Write(units, Places, destination);

    private static string Text(long units, int places)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(text[..Write(units, places, text)]);
    }

    /// <summary>From the last digit to the first; zeros at the end are left out as long as more than <paramref name="places"/> are there.</summary>
    private static int Write(long units, int places, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        var rest = units < 0 ? (ulong)-(Int128)units : (ulong)units;
        var start = MaxLength;
        var isEnd = true;
        for (var place = Places; place > 0; place--)
        {
            var digit = (byte)('0' + (rest % 10));
            rest /= 10;
            isEnd &= digit == '0' && place > places;
            if (!isEnd) text[--start] = digit;
        }

        text[--start] = (byte)'.';
        do
        {
            text[--start] = (byte)('0' + (rest % 10));
            rest /= 10;
        }
        while (rest > 0);

        if (units < 0) text[--start] = (byte)'-';
        text[start..].CopyTo(destination);
        return MaxLength - start;
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Trading.MarketData.Imports.Csv;

/// <summary>Dates and times of day as text. Dates are microseconds since 1970-01-01, from 1900 to 2199.</summary>
internal static class CsvDate
{
    public const long Second = 1_000_000;
    public const long Day = 86_400 * Second;
    private const int FirstYear = 1900, LastYear = 2199;
    private static readonly int UnixDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Reads <c>2024-07-16</c>, <c>2024.07.16</c> or <c>2024/07/16</c>, all ten bytes of <paramref name="text"/>.</summary>
    public static bool TryReadSeparated(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        return text.Length == 10 && text[4] is (byte)'-' or (byte)'.' or (byte)'/' && text[7] == text[4]
            && TryMake(Two(text), Two(text[2..]), Two(text[5..]), Two(text[8..]), out micros);
    }

    /// <summary>Reads <c>20240716</c>, all eight bytes of <paramref name="text"/>.</summary>
    public static bool TryReadCompact(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        return text.Length == 8 && TryMake(Two(text), Two(text[2..]), Two(text[4..]), Two(text[6..]), out micros);
    }

    /// <summary>Reads <c>13:30</c>, <c>13:30:00</c>, <c>13:30:00.123456</c>, and without colons <c>1330</c>, <c>133000</c>: the whole text. More than six places of a second must be zeros.</summary>
    public static bool TryReadTimeOfDay(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        var separated = text.Length > 2 && text[2] == ':';
        var step = separated ? 3 : 2;
        if (text.Length < step + 2) return false;
        var hour = Two(text);
        var minute = Two(text[step..]);
        uint second = 0;
        var rest = text[(step + 2)..];
        if (rest.Length > 0)
        {
            if (separated && rest[0] != ':') return false;
            rest = separated ? rest[1..] : rest;
            if (rest.Length < 2) return false;
            second = Two(rest);
            rest = rest[2..];
        }

        if (hour > 23 || minute > 59 || second > 59 || !TryReadFraction(rest, out var fraction)) return false;
        micros = ((((hour * 60L) + minute) * 60) + second) * Second + fraction;
        return true;
    }

    /// <summary>Reads <c>Z</c>, <c>+01:00</c>, <c>-0500</c> or <c>+01</c> as the offset that local time is ahead of UTC.</summary>
    public static bool TryReadOffset(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text is [(byte)'Z'] or [(byte)'z']) return true;
        if (text.Length < 3 || text[0] is not ((byte)'+' or (byte)'-')) return false;
        var hours = Two(text[1..]);
        var rest = text[3..];
        if (rest.Length > 0 && rest[0] == ':') rest = rest[1..];
        var minutes = rest.Length == 2 ? Two(rest) : 0;
        if (rest.Length is not (0 or 2) || hours > 18 || minutes > 59) return false;
        micros = ((hours * 60) + minutes) * 60 * Second;
        if (text[0] == '-') micros = -micros;
        return true;
    }

    private static bool TryReadFraction(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length == 0) return true;
        if (text.Length is < 2 or > 13 || text[0] is not ((byte)'.' or (byte)',')) return false;
        var weight = 100_000;
        foreach (var each in text[1..])
        {
            var digit = (uint)(each - '0');
            if (digit > 9 || (weight == 0 && digit != 0)) return false;
            micros += digit * weight;
            weight /= 10;
        }

        return true;
    }

    private static bool TryMake(uint century, uint yearOfCentury, uint month, uint day, out long micros)
    {
        micros = 0;
        if (yearOfCentury > 99 || month is < 1 or > 12 || day < 1) return false;
        var year = ((int)Math.Min(century, 100) * 100) + (int)yearOfCentury;
        if (year is < FirstYear or > LastYear || day > DateTime.DaysInMonth(year, (int)month)) return false;
        micros = (new DateOnly(year, (int)month, (int)day).DayNumber - UnixDay) * Day;
        return true;
    }

    /// <summary>The number of two digits; more than 99 when one of them is no digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Two(ReadOnlySpan<byte> text)
    {
        var pair = BinaryPrimitives.ReadUInt16LittleEndian(text);
        var tens = (uint)((pair & 0xFF) - '0');
        var ones = (uint)((pair >> 8) - '0');
        return tens > 9 || ones > 9 ? 100 : (tens * 10) + ones;
    }
}

using System.Buffers.Binary;

namespace Trading.MarketData.Sources;

/// <summary>Reads <c>2024-07-16T13:30:00Z</c>, the one form of time in bar files. Remembers the last date, because rows come in days.</summary>
internal struct CsvTimestamp
{
    /// <summary>Bytes of a time.</summary>
    public const int Length = 20;

    private const long MicrosPerSecond = 1_000_000;
    private const long MicrosPerDay = 86_400 * MicrosPerSecond;

    private ulong _dateHead;
    private ushort _dateTail;
    private long _dateMicros;

    /// <summary>Reads the first <see cref="Length"/> bytes of <paramref name="text"/> as microseconds since 1970-01-01Z; false when they are no time from 1970 to 2199.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < Length) return false;
        var head = BinaryPrimitives.ReadUInt64LittleEndian(text);
        var tail = BinaryPrimitives.ReadUInt16LittleEndian(text[8..]);
        if ((head != _dateHead || tail != _dateTail) && !TryReadDate(text, head, tail)) return false;
        if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') return false;
        var hour = TwoDigits(text, 11);
        var minute = TwoDigits(text, 14);
        var second = TwoDigits(text, 17);
        if (hour > 23 || minute > 59 || second > 59) return false;
        micros = _dateMicros + ((((hour * 60L) + minute) * 60) + second) * MicrosPerSecond;
        return true;
    }

    private bool TryReadDate(ReadOnlySpan<byte> text, ulong head, ushort tail)
    {
        var century = TwoDigits(text, 0);
        var yearOfCentury = TwoDigits(text, 2);
        var month = TwoDigits(text, 5);
        var day = TwoDigits(text, 8);
        if (text[4] != '-' || text[7] != '-' || yearOfCentury > 99 || month is < 1 or > 12 || day < 1) return false;
        var year = ((int)century * 100) + (int)yearOfCentury;
        if (year is < 1970 or > 2199 || day > DateTime.DaysInMonth(year, (int)month)) return false;
        var days = new DateOnly(year, (int)month, (int)day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        (_dateHead, _dateTail, _dateMicros) = (head, tail, days * MicrosPerDay);
        return true;
    }

    /// <summary>The number of two digits; more than 99 when one of them is no digit.</summary>
    private static uint TwoDigits(ReadOnlySpan<byte> text, int at)
    {
        var tens = (uint)(text[at] - '0');
        var ones = (uint)(text[at + 1] - '0');
        return tens > 9 || ones > 9 ? 100 : (tens * 10) + ones;
    }
}

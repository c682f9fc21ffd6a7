namespace Trading.Protocol.Text;

/// <summary>Why a text is no instant.</summary>
public enum InstantFault : byte
{
    None = 0,

    /// <summary>Not <c>yyyy-MM-ddTHH:mm[:ss[.fraction]]</c> with an offset.</summary>
    Malformed = 1,

    /// <summary>Well-formed but without <c>Z</c> or <c>±HH:mm</c> (SIM-005).</summary>
    NoOffset = 2,

    /// <summary>Finer than a microsecond, or outside the years 1 to 9999 in UTC.</summary>
    OutOfRange = 3,
}

/// <summary>ISO 8601 instants as microseconds since 1970-01-01Z, both ways (SIM-002, SIM-004, SIM-005).</summary>
public static class InstantText
{
    /// <summary>Bytes of the longest form, <c>2024-07-16T13:30:00.123456Z</c>.</summary>
    public const int MaximumLength = 27;

    private const long MicrosPerSecond = 1_000_000;
    private const long MicrosPerDay = 86_400 * MicrosPerSecond;
    private const long UnixEpochMicros = 62_135_596_800 * MicrosPerSecond;
    private const long MaximumMicros = 253_402_300_800 * MicrosPerSecond;

    /// <summary>Writes the shortest exact form: no fraction for whole seconds, else milliseconds, else microseconds.</summary>
    /// <returns>Bytes written; <paramref name="destination"/> holds at least <see cref="MaximumLength"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The instant is outside the years 1 to 9999.</exception>
    public static int Format(Span<byte> destination, long micros)
    {
        if (micros < -UnixEpochMicros || micros >= MaximumMicros) throw new ArgumentOutOfRangeException(nameof(micros), micros, "instants lie in the years 1 to 9999");
        var date = new DateOnly(1970, 1, 1).AddDays((int)Math.DivRem(micros, MicrosPerDay, out var inDay) - (inDay < 0 ? 1 : 0));
        if (inDay < 0) inDay += MicrosPerDay;
        WriteDate(destination, date);
        return 10 + FormatTimeOfDay(destination[10..], inDay);
    }

    /// <summary>The instant as text.</summary>
    public static string Format(long micros)
    {
        Span<byte> buffer = stackalloc byte[MaximumLength];
        return System.Text.Encoding.ASCII.GetString(buffer[..Format(buffer, micros)]);
    }

    /// <summary>Microseconds since 1970-01-01Z of a clock reading, cut off.</summary>
    public static long Micros(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads an instant with an explicit offset.</summary>
    public static InstantFault TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < 16 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':') return InstantFault.Malformed;
        if (!Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)
            || !Number(text[11..13], out var hour) || !Number(text[14..16], out var minute)) return InstantFault.Malformed;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59) return InstantFault.Malformed;
        var rest = text[16..];
        var fault = ReadSeconds(ref rest, out var secondMicros);
        if (fault != InstantFault.None) return fault;
        fault = ReadOffset(rest, out var offsetMinutes);
        if (fault != InstantFault.None) return fault;
        var days = new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        micros = (days * MicrosPerDay) + (((hour * 60) + minute - offsetMinutes) * 60 * MicrosPerSecond) + secondMicros;
        return micros < -UnixEpochMicros || micros >= MaximumMicros ? InstantFault.OutOfRange : InstantFault.None;
    }

    internal static void WriteDate(Span<byte> destination, DateOnly date)
    {
        var (year, month, day) = date;
        TwoDigits(destination, year / 100);
        TwoDigits(destination[2..], year % 100);
        destination[4] = (byte)'-';
        TwoDigits(destination[5..], month);
        destination[7] = (byte)'-';
        TwoDigits(destination[8..], day);
    }

    /// <summary>Writes <c>T</c>, the time of day and <c>Z</c>.</summary>
    internal static int FormatTimeOfDay(Span<byte> destination, long inDay)
    {
        var seconds = (int)(inDay / MicrosPerSecond);
        var fraction = (int)(inDay % MicrosPerSecond);
        destination[0] = (byte)'T';
        TwoDigits(destination[1..], seconds / 3600);
        destination[3] = (byte)':';
        TwoDigits(destination[4..], seconds / 60 % 60);
        destination[6] = (byte)':';
        TwoDigits(destination[7..], seconds % 60);
        var at = 9;
        if (fraction != 0)
        {
            var digits = fraction % 1000 == 0 ? 3 : 6;
            if (digits == 3) fraction /= 1000;
            destination[at] = (byte)'.';
            for (var i = digits; i > 0; i--)
            {
                destination[at + i] = (byte)('0' + (fraction % 10));
                fraction /= 10;
            }

            at += digits + 1;
        }

        destination[at] = (byte)'Z';
        return at + 1;
    }

    private static InstantFault ReadSeconds(ref ReadOnlySpan<byte> rest, out long micros)
    {
        micros = 0;
        if (rest.Length == 0 || rest[0] != ':') return InstantFault.None;
        if (rest.Length < 3 || !Number(rest[1..3], out var second) || second > 59) return InstantFault.Malformed;
        micros = second * MicrosPerSecond;
        rest = rest[3..];
        if (rest.Length == 0 || rest[0] != '.') return InstantFault.None;
        var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0) digits = rest.Length - 1;
        if (digits is 0 or > 9) return InstantFault.Malformed;
        long unit = MicrosPerSecond / 10;
        foreach (var digit in rest.Slice(1, digits))
        {
            if (unit == 0 && digit != '0') return InstantFault.OutOfRange;
            micros += (digit - '0') * unit;
            unit /= 10;
        }

        rest = rest[(digits + 1)..];
        return InstantFault.None;
    }

    private static InstantFault ReadOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 0) return InstantFault.NoOffset;
        if (text.Length == 1 && text[0] == 'Z') return InstantFault.None;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':') return InstantFault.Malformed;
        if (!Number(text[1..3], out var hours) || !Number(text[4..6], out var rest) || rest > 59 || (hours * 60) + rest > 14 * 60) return InstantFault.Malformed;
        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return InstantFault.None;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private static void TwoDigits(Span<byte> destination, int value)
    {
        destination[0] = (byte)('0' + (value / 10));
        destination[1] = (byte)('0' + (value % 10));
    }
}

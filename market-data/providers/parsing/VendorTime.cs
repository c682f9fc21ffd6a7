using System.Buffers.Text;
using NodaTime;

namespace Trading.MarketData.Providers.Parsing;

/// <summary>The vendors' forms of time, turned into microseconds since 1970-01-01Z on entry (OHLCV-175).</summary>
internal static class VendorTime
{
    private const long MicrosPerSecond = 1_000_000;
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    /// <summary>Epoch milliseconds (Polygon).</summary>
    public static bool TryMilliseconds(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (!Utf8Parser.TryParse(text, out long milliseconds, out var used) || used != text.Length) return false;
        if (milliseconds is < 0 or > 7_258_118_400_000) return false;
        micros = milliseconds * 1000;
        return true;
    }

    /// <summary>RFC 3339 (Tiingo, Alpaca): <c>2022-02-01T05:00:00Z</c>, up to nanoseconds, with <c>Z</c> or an offset. Parts of a microsecond are cut off.</summary>
    public static bool TryRfc3339(ReadOnlySpan<byte> text, out long micros)
    {
        if (!TryLocal(text, out micros, out var used)) return false;
        var rest = text[used..];
        if (rest is [(byte)'.', ..])
        {
            long scale = MicrosPerSecond / 10;
            var at = 1;
            for (; at < rest.Length && rest[at] is >= (byte)'0' and <= (byte)'9'; at++, scale /= 10) micros += (rest[at] - '0') * scale;
            if (at == 1) return false;
            rest = rest[at..];
        }

        if (rest is [(byte)'Z' or (byte)'z']) return true;
        if (rest is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _]) return false;
        if (!TryTwo(rest[1..], out var hours) || !TryTwo(rest[4..], out var minutes) || hours > 23 || minutes > 59) return false;
        var offset = ((hours * 60L) + minutes) * 60 * MicrosPerSecond;
        micros -= rest[0] == '+' ? offset : -offset;
        return true;
    }

    /// <summary>
    /// New York time without a zone (Financial Modeling Prep): <c>2025-02-04 15:59:00</c>, seconds optional. An hour that daylight saving skips or repeats
    /// has no one meaning and is refused; the market is closed then.
    /// </summary>
    public static bool TryNewYork(ReadOnlySpan<byte> text, out long micros, out string? problem)
    {
        problem = null;
        if (!TryLocal(text, out micros, out var used) || used != text.Length)
        {
            problem = "is no time";
            return false;
        }

        var local = LocalDateTime.FromDateTime(DateTime.UnixEpoch.AddTicks(micros * 10));
        var mapping = NewYork.MapLocal(local);
        if (mapping.Count != 1)
        {
            problem = mapping.Count == 0 ? "does not exist in New York: the clock is set forward" : "occurs twice in New York: the clock is set back";
            return false;
        }

        micros = mapping.Single().ToInstant().ToUnixTimeTicks() / 10;
        return true;
    }

    /// <summary>A date <c>YYYY-MM-DD</c>, alone or at the start of a time.</summary>
    public static bool TryDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-') return false;
        if (!TryTwo(text, out var century) || !TryTwo(text[2..], out var years) || !TryTwo(text[5..], out var month) || !TryTwo(text[8..], out var day)) return false;
        var year = (century * 100) + years;
        if (year is < 1900 or > 2199 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>The date in New York at an instant.</summary>
    public static DateOnly NewYorkDate(long micros) => NewYorkTime(micros).Date.ToDateOnly();

    /// <summary>Date and time in New York at an instant.</summary>
    public static LocalDateTime NewYorkTime(long micros) => Instant.FromUnixTimeTicks(micros * 10).InZone(NewYork).LocalDateTime;

    /// <summary>The date in UTC at an instant.</summary>
    public static DateOnly UtcDate(long micros) => DateOnly.FromDateTime(ToUtc(micros));

    /// <summary>The instant for formatting.</summary>
    public static DateTime ToUtc(long micros) => DateTime.UnixEpoch.AddTicks(micros * 10);

    private static bool TryLocal(ReadOnlySpan<byte> text, out long micros, out int used)
    {
        (micros, used) = (0, 16);
        if (text.Length < 16 || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || text[13] != ':' || !TryDate(text, out var date)) return false;
        if (!TryTwo(text[11..], out var hour) || !TryTwo(text[14..], out var minute)) return false;
        var second = 0;
        if (text.Length > 16 && text[16] == ':')
        {
            if (text.Length < 19 || !TryTwo(text[17..], out second)) return false;
            used = 19;
        }

        if (hour > 23 || minute > 59 || second > 59) return false;
        var days = date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        micros = ((((((days * 24L) + hour) * 60) + minute) * 60) + second) * MicrosPerSecond;
        return true;
    }

    private static bool TryTwo(ReadOnlySpan<byte> text, out int value)
    {
        var tens = (uint)(text[0] - '0');
        var ones = (uint)(text[1] - '0');
        value = (int)((tens * 10) + ones);
        return tens <= 9 && ones <= 9;
    }
}

using System.Globalization;

namespace Trading.Grains.Sessions;

/// <summary>Fixed-point integers as plain decimal text, for error contexts and reports.</summary>
internal static class Decimals
{
    /// <summary>Fixed-point units in 1 of a price or quantity.</summary>
    public const long Unit = 100_000_000;

    private static readonly Int128 MoneyUnit = 10_000_000_000_000_000;
    private static readonly Int128 Cent = 100_000_000_000_000;

    /// <summary>A price or quantity (10⁻⁸) without trailing zeros.</summary>
    public static string Price(long value) => Text(value, Unit, 8);

    /// <summary>Money (10⁻¹⁶) without trailing zeros.</summary>
    public static string Money(Int128 value) => Text(value, MoneyUnit, 16);

    /// <summary>Money in cents, rounded up or down when it is not whole cents.</summary>
    public static string Cents(Int128 value, bool up)
    {
        var cents = value / Cent;
        var rest = value - cents * Cent;
        if (up && rest > 0) cents++;
        if (!up && rest < 0) cents--;
        var sign = cents < 0 ? "-" : "";
        var magnitude = Int128.Abs(cents);
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{magnitude / 100}.{(int)(magnitude % 100):00}");
    }

    private static string Text(Int128 value, Int128 unit, int places)
    {
        var sign = value < 0 ? "-" : "";
        var magnitude = Int128.Abs(value);
        var whole = (magnitude / unit).ToString(CultureInfo.InvariantCulture);
        var fraction = magnitude % unit;
        return fraction == 0 ? sign + whole : sign + whole + "." + fraction.ToString(CultureInfo.InvariantCulture).PadLeft(places, '0').TrimEnd('0');
    }
}

/// <summary>Instants as the protocol writes them, and as the journal counts them.</summary>
internal static class Instants
{
    /// <summary>ISO 8601, UTC, suffix <c>Z</c>.</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture);

    /// <summary>Microseconds since 1970-01-01Z.</summary>
    public static long Micros(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicros(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

using System.Globalization;

namespace Trading.MarketData.Tests;

/// <summary>Instants of tests, written as people write them.</summary>
internal static class TestTime
{
    public const long Minute = 60_000_000;

    /// <summary>Microseconds since 1970-01-01Z of e.g. <c>2024-07-16 13:30</c>, which is UTC.</summary>
    public static long At(string utc) =>
        (DateTime.ParseExact(utc, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch).Ticks / 10;

    public static string Show(long micros) => (DateTime.UnixEpoch + TimeSpan.FromMicroseconds(micros)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

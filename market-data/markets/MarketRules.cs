using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Markets;

/// <summary>Where candles of one, two and four hours begin.</summary>
public enum HourAlignment
{
    /// <summary>At the session open for US equities, at 00:00 UTC otherwise (OHLCV-071, OHLCV-078, OHLCV-D08).</summary>
    Default = 0,

    /// <summary>On full hours of the exchange's clock (OHLCV-072).</summary>
    Clock = 1,
}

/// <summary>What storing, counting and resampling need to know of a market (OHLCV-084). Immutable and safe for concurrent use.</summary>
public sealed class MarketRules
{
    private static readonly LocalDate UnixDate = new(1970, 1, 1);
    private const long DayMicros = 86_400_000_000;
    private readonly DateTimeZone _zone;

    /// <param name="assetClass">The market.</param>
    /// <param name="days">Its trading days.</param>
    /// <param name="settings">Its settings.</param>
    public MarketRules(AssetClass assetClass, TradingDays days, AssetClassSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        AssetClass = assetClass;
        Days = days;
        ExtendedHours = settings.ExtendedHours;
        HourAlignment = settings.HourAlignment == "clock" ? HourAlignment.Clock : HourAlignment.Default;
        _zone = assetClass == AssetClass.Equity ? DateTimeZoneProviders.Tzdb["America/New_York"] : DateTimeZone.Utc;
    }

    public AssetClass AssetClass { get; }

    /// <summary>The trading days from 1990 to 2050.</summary>
    public TradingDays Days { get; }

    /// <summary>Whether extended-hours minutes count and enter longer candles (OHLCV-075).</summary>
    public bool ExtendedHours { get; }

    public HourAlignment HourAlignment { get; }

    /// <summary>The date that an instant (microseconds since 1970-01-01Z) belongs to: New York's for US equities, UTC's otherwise (OHLCV-032), trading day or not.</summary>
    public DateOnly DayOf(long instant)
    {
        if (AssetClass != AssetClass.Equity) return DateOfDay((int)Math.DivRem(instant - Modulo(instant), DayMicros).Quotient);
        var date = Instant.FromUnixTimeTicks(instant * 10).InZone(_zone).Date;
        return new DateOnly(date.Year, date.Month, date.Day);
    }

    /// <summary>First instant of a date in the market's zone, and first instant after it, in microseconds since 1970-01-01Z.</summary>
    public (long Start, long End) BoundsOf(DateOnly date)
    {
        var local = new LocalDate(date.Year, date.Month, date.Day);
        return (Micros(local), Micros(local.PlusDays(1)));
    }

    /// <summary>Index into <see cref="Days"/> of a date; −1 when it is no trading day.</summary>
    public int IndexOf(DateOnly date)
    {
        var wanted = DayNumber(date);
        int low = 0, high = Days.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = Days.Date(middle);
            if (found == wanted) return middle;
            if (found < wanted) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    /// <summary>Days since 1970-01-01.</summary>
    public static int DayNumber(DateOnly date) => date.DayNumber - new DateOnly(UnixDate.Year, 1, 1).DayNumber;

    /// <summary>The date that lies <paramref name="day"/> days after 1970-01-01.</summary>
    public static DateOnly DateOfDay(int day) => new DateOnly(UnixDate.Year, 1, 1).AddDays(day);

    private static long Modulo(long instant) => ((instant % DayMicros) + DayMicros) % DayMicros;

    private long Micros(LocalDate date) => date.AtStartOfDayInZone(_zone).ToInstant().ToUnixTimeTicks() / 10;
}

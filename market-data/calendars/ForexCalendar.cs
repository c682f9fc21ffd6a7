using NodaTime;

namespace Trading.MarketData.Calendars;

/// <summary>
/// Forex trades from Sunday 17:00 to Friday 17:00 New York time. Its days are the days of UTC, so that Sunday begins late and Friday
/// ends early, by an hour more or less with New York's daylight saving. Holidays differ from bank to bank and are not modelled.
/// </summary>
public sealed class ForexCalendar : TradingCalendar
{
    private static readonly LocalTime WeekTurns = new(17, 0);
    private readonly DateTimeZone _newYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    public ForexCalendar()
        : base("forex", "1")
    {
    }

    private protected override DayHours? HoursOn(LocalDate date)
    {
        if (date.DayOfWeek == IsoDayOfWeek.Saturday) return null;
        var open = date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();
        var close = open + Duration.FromDays(1);
        // 17:00 in New York is 21:00 or 22:00 UTC, always on the same date
        var turn = date.At(WeekTurns).InZoneStrictly(_newYork).ToInstant();
        if (date.DayOfWeek == IsoDayOfWeek.Sunday) open = turn;
        if (date.DayOfWeek == IsoDayOfWeek.Friday) close = turn;
        return new DayHours(date, open, open, close, close);
    }
}

using NodaTime;

namespace Trading.MarketData.Calendars;

/// <summary>
/// NYSE and Nasdaq: regular 09:30 to 16:00, pre-market from 04:00, after-hours to 20:00, all New York time (SIM-168, SIM-169).
/// On a half day after-hours trading runs from the early close to 17:00.
/// </summary>
public sealed class UsEquityCalendar : TradingCalendar
{
    private static readonly LocalTime PreMarketOpen = new(4, 0);
    private static readonly LocalTime RegularOpen = new(9, 30);
    private static readonly LocalTime RegularClose = new(16, 0);
    private static readonly LocalTime LatestHalfDayClose = new(14, 0);
    private static readonly LocalTime AfterHoursClose = new(20, 0);
    private static readonly LocalTime ShortDayAfterHoursClose = new(17, 0);
    private readonly DateTimeZone _newYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    private readonly SpecialDays _special;

    /// <param name="special">Closings and early closes beyond those of the rules; null for none.</param>
    public UsEquityCalendar(SpecialDays? special = null)
        : base("us_equity", "1" + special?.VersionSuffix)
    {
        _special = special ?? SpecialDays.None;
    }

    /// <summary>Why the exchange stays closed on <paramref name="date"/>, e.g. <c>Good Friday</c> or <c>weekend</c>; null on a trading day.</summary>
    public string? ClosureOn(LocalDate date)
    {
        if (date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) return "weekend";
        return UsEquityHolidays.HolidayOn(date) ?? UsEquityExceptions.ClosureOn(date) ?? _special.ClosureOn(date);
    }

    /// <summary>True when the exchange is open on <paramref name="date"/> and its regular session ends before 16:00.</summary>
    public bool IsShortDay(LocalDate date) => ClosureOn(date) is null && HoursOf(date).Close < RegularClose;

    private protected override DayHours? HoursOn(LocalDate date)
    {
        if (ClosureOn(date) is not null) return null;
        var (open, close) = HoursOf(date);
        return new DayHours(
            date,
            At(date, PreMarketOpen),
            At(date, open),
            At(date, close),
            At(date, close <= LatestHalfDayClose ? ShortDayAfterHoursClose : AfterHoursClose));
    }

    private (LocalTime Open, LocalTime Close) HoursOf(LocalDate date)
    {
        var exception = UsEquityExceptions.HoursOn(date);
        return (exception?.Open ?? RegularOpen, _special.EarlyCloseOn(date) ?? exception?.Close ?? UsEquityHolidays.EarlyCloseOn(date) ?? RegularClose);
    }

    private Instant At(LocalDate date, LocalTime time) => date.At(time).InZoneStrictly(_newYork).ToInstant();
}

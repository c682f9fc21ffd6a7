using NodaTime;

namespace Trading.MarketData.Calendars;

/// <summary>The regular holidays and planned half days of the NYSE as rules, valid from 1990 on.</summary>
internal static class UsEquityHolidays
{
    private static readonly LocalTime OneOClock = new(13, 0);
    private static readonly LocalTime TwoOClock = new(14, 0);

    /// <summary>Name of the holiday that closes the exchange on <paramref name="date"/>, a weekday; null when there is none.</summary>
    public static string? HolidayOn(LocalDate date) => (date.Month, date.DayOfWeek) switch
    {
        // A New Year's Day on a Saturday is not moved to Friday, the last trading day of the year: Friday 31 December stays open.
        (1, _) when date.Day == 1 || (date.Day == 2 && date.DayOfWeek == IsoDayOfWeek.Monday) => "New Year's Day",
        (1, IsoDayOfWeek.Monday) when date.Year >= 1998 && IsNth(date, 3) => "Martin Luther King Jr. Day",
        (2, IsoDayOfWeek.Monday) when IsNth(date, 3) => "Presidents' Day",
        (3 or 4, IsoDayOfWeek.Friday) when date == GoodFriday(date.Year) => "Good Friday",
        (5, IsoDayOfWeek.Monday) when date.PlusDays(7).Month == 6 => "Memorial Day",
        (6, _) when date.Year >= 2022 && IsObserved(date, 19) => "Juneteenth",
        (7, _) when IsObserved(date, 4) => "Independence Day",
        (9, IsoDayOfWeek.Monday) when IsNth(date, 1) => "Labor Day",
        (11, IsoDayOfWeek.Thursday) when IsNth(date, 4) => "Thanksgiving",
        (12, _) when IsObserved(date, 25) => "Christmas",
        _ => null,
    };

    /// <summary>The planned early close of <paramref name="date"/>, a trading day; null when it is a full day.</summary>
    public static LocalTime? EarlyCloseOn(LocalDate date) => (date.Month, date.Day, date.DayOfWeek) switch
    {
        (11, >= 23 and <= 29, IsoDayOfWeek.Friday) when date.Year >= 1992 => HalfDayClose(date.Year),
        // on a Friday the 24th is Christmas itself, observed
        (12, 24, >= IsoDayOfWeek.Monday and <= IsoDayOfWeek.Thursday) => HalfDayClose(date.Year),
        (7, 3, IsoDayOfWeek.Monday or IsoDayOfWeek.Tuesday or IsoDayOfWeek.Thursday) when date.Year >= 1995 => OneOClock,
        // with the 4th on a Thursday, the Friday after was the half day until 2012, the Wednesday before since 2013
        (7, 3, IsoDayOfWeek.Wednesday) when date.Year >= 2013 => OneOClock,
        (7, 5, IsoDayOfWeek.Friday) when date.Year is >= 1995 and <= 2012 => OneOClock,
        _ => null,
    };

    private static LocalTime HalfDayClose(int year) => year < 1993 ? TwoOClock : OneOClock;

    private static bool IsNth(LocalDate date, int week) => (date.Day - 1) / 7 == week - 1;

    /// <summary>The day itself, the Friday before when it falls on a Saturday, the Monday after when it falls on a Sunday.</summary>
    private static bool IsObserved(LocalDate date, int day) =>
        date.Day == day
        || (date.Day == day - 1 && date.DayOfWeek == IsoDayOfWeek.Friday)
        || (date.Day == day + 1 && date.DayOfWeek == IsoDayOfWeek.Monday);

    /// <summary>Two days before Easter by the Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).</summary>
    private static LocalDate GoodFriday(int year)
    {
        var golden = year % 19;
        var century = year / 100;
        var yearOfCentury = year % 100;
        var moonCorrection = (century - ((century + 8) / 25) + 1) / 3;
        var epact = ((19 * golden) + century - (century / 4) - moonCorrection + 15) % 30;
        var weekday = (32 + (2 * (century % 4)) + (2 * (yearOfCentury / 4)) - epact - (yearOfCentury % 4)) % 7;
        var lateMoon = (golden + (11 * epact) + (22 * weekday)) / 451;
        var monthAndDay = epact + weekday - (7 * lateMoon) + 114;
        return new LocalDate(year, monthAndDay / 31, (monthAndDay % 31) + 1).PlusDays(-2);
    }
}

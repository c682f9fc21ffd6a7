using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;

namespace Trading.MarketData.Tests.Calendars;

public sealed class UsEquityCalendarTests
{
    private static readonly UsEquityCalendar Calendar = new();

    [Theory]
    [InlineData(1993, 253)]
    [InlineData(1994, 252)]
    [InlineData(1998, 252)]
    [InlineData(1999, 252)]
    [InlineData(2001, 248)]
    [InlineData(2004, 252)]
    [InlineData(2007, 251)]
    [InlineData(2012, 250)]
    [InlineData(2018, 251)]
    [InlineData(2020, 253)]
    [InlineData(2021, 252)]
    [InlineData(2022, 251)]
    [InlineData(2023, 250)]
    [InlineData(2024, 252)]
    [InlineData(2025, 250)]
    public void A_year_has_the_trading_days_that_the_exchange_had(int year, int expected)
    {
        Assert.Equal(expected, Calendar.Days(new LocalDate(year, 1, 1), new LocalDate(year, 12, 31)).Count);
    }

    [Theory]
    [Trait("req", "SIM-171")]
    [InlineData("1994-04-27", "funeral of President Nixon")]
    [InlineData("1993-12-24", "Christmas")]
    [InlineData("1998-01-19", "Martin Luther King Jr. Day")]
    [InlineData("1999-12-24", "Christmas")]
    [InlineData("2000-04-21", "Good Friday")]
    [InlineData("2001-09-11", "attack on the World Trade Center")]
    [InlineData("2001-09-14", "attack on the World Trade Center")]
    [InlineData("2004-06-11", "mourning for President Reagan")]
    [InlineData("2006-01-02", "New Year's Day")]
    [InlineData("2007-01-02", "mourning for President Ford")]
    [InlineData("2008-03-21", "Good Friday")]
    [InlineData("2010-12-24", "Christmas")]
    [InlineData("2012-10-29", "Hurricane Sandy")]
    [InlineData("2012-10-30", "Hurricane Sandy")]
    [InlineData("2018-12-05", "mourning for President George H. W. Bush")]
    [InlineData("2020-07-03", "Independence Day")]
    [InlineData("2021-07-05", "Independence Day")]
    [InlineData("2022-06-20", "Juneteenth")]
    [InlineData("2022-12-26", "Christmas")]
    [InlineData("2023-01-02", "New Year's Day")]
    [InlineData("2024-01-01", "New Year's Day")]
    [InlineData("2024-01-15", "Martin Luther King Jr. Day")]
    [InlineData("2024-02-19", "Presidents' Day")]
    [InlineData("2024-03-29", "Good Friday")]
    [InlineData("2024-05-27", "Memorial Day")]
    [InlineData("2024-06-19", "Juneteenth")]
    [InlineData("2024-07-04", "Independence Day")]
    [InlineData("2024-07-06", "weekend")]
    [InlineData("2024-09-02", "Labor Day")]
    [InlineData("2024-11-28", "Thanksgiving")]
    [InlineData("2024-12-25", "Christmas")]
    [InlineData("2025-01-09", "mourning for President Carter")]
    [InlineData("2025-04-18", "Good Friday")]
    [InlineData("2027-06-18", "Juneteenth")]
    [InlineData("2038-04-23", "Good Friday")]
    public void The_exchange_is_closed_and_says_why(string date, string reason)
    {
        var local = Date(date);
        Assert.Equal(reason, Calendar.ClosureOn(local));
        Assert.Equal(0, Calendar.Days(local, local).Count);
    }

    [Theory]
    [InlineData("1990-01-15")] // no Martin Luther King Jr. Day before 1998
    [InlineData("1997-01-20")]
    [InlineData("1999-12-31")] // a New Year's Day on a Saturday is not observed on the Friday before
    [InlineData("2010-12-31")]
    [InlineData("2021-06-18")] // no Juneteenth before 2022
    [InlineData("2021-12-31")]
    [InlineData("2024-10-14")] // Columbus Day
    [InlineData("2024-11-11")] // Veterans Day
    public void The_exchange_is_open(string date)
    {
        var local = Date(date);
        Assert.Null(Calendar.ClosureOn(local));
        Assert.Equal(1, Calendar.Days(local, local).Count);
    }

    [Fact]
    [Trait("req", "SIM-172")]
    public void Half_days_since_1997_are_these_and_no_others()
    {
        string[] expected =
        [
            "1997-07-03", "1997-11-28", "1997-12-24", "1997-12-26", "1998-11-27", "1998-12-24", "1999-11-26", "2000-07-03", "2000-11-24",
            "2001-07-03", "2001-11-23", "2001-12-24", "2002-07-05", "2002-11-29", "2002-12-24", "2003-07-03", "2003-11-28", "2003-12-24",
            "2003-12-26", "2004-11-26", "2005-11-25", "2006-07-03", "2006-11-24", "2007-07-03", "2007-11-23", "2007-12-24", "2008-07-03",
            "2008-11-28", "2008-12-24", "2009-11-27", "2009-12-24", "2010-11-26",
            "2011-11-25", "2012-07-03", "2012-11-23", "2012-12-24", "2013-07-03", "2013-11-29", "2013-12-24", "2014-07-03", "2014-11-28",
            "2014-12-24", "2015-11-27", "2015-12-24", "2016-11-25", "2017-07-03", "2017-11-24", "2018-07-03", "2018-11-23", "2018-12-24",
            "2019-07-03", "2019-11-29", "2019-12-24", "2020-11-27", "2020-12-24", "2021-11-26", "2022-11-25", "2023-07-03", "2023-11-24",
            "2024-07-03", "2024-11-29", "2024-12-24", "2025-07-03", "2025-11-28", "2025-12-24",
        ];
        var days = Calendar.Days(new LocalDate(1997, 1, 1), new LocalDate(2025, 12, 31));
        var half = Enumerable.Range(0, days.Count).Where(day => days.RegularClose(day) - days.RegularOpen(day) == 210 * TestTime.Minute).ToArray();
        Assert.Equal(expected, half.Select(day => Text(days.Date(day))));
        Assert.All(half, day => Assert.Equal(240 * TestTime.Minute, days.ExtendedClose(day) - days.RegularClose(day)));
        // the others are full, but for the day of a circuit breaker, a communication failure and six late opens
        Assert.Equal(8, Enumerable.Range(0, days.Count).Except(half).Count(day => days.RegularClose(day) - days.RegularOpen(day) != 390 * TestTime.Minute));
    }

    [Theory]
    [InlineData("1990-11-23", "14:30", "21:00")] // the day after Thanksgiving was a full day
    [InlineData("1992-12-24", "14:30", "19:00")]
    [InlineData("1992-11-27", "14:30", "19:00")]
    [InlineData("1995-07-03", "13:30", "17:00")]
    [InlineData("1996-07-03", "13:30", "20:00")]
    [InlineData("1996-07-05", "13:30", "17:00")]
    [InlineData("1996-01-08", "16:00", "19:00")]
    [InlineData("1997-10-27", "14:30", "20:30")]
    [InlineData("1997-12-26", "14:30", "18:00")]
    [InlineData("2002-07-05", "13:30", "17:00")]
    [InlineData("2002-09-11", "16:00", "20:00")]
    [InlineData("2005-06-01", "13:30", "19:56")]
    [InlineData("2008-12-26", "14:30", "21:00")]
    [InlineData("2014-12-26", "14:30", "21:00")]
    public void A_day_out_of_the_ordinary_has_the_hours_it_had(string date, string open, string close)
    {
        var day = Calendar.Days(Date(date), Date(date));
        Assert.Equal($"{date} {open}", TestTime.Show(day.RegularOpen(0)));
        Assert.Equal($"{date} {close}", TestTime.Show(day.RegularClose(0)));
    }

    [Theory]
    [Trait("req", "SIM-168")]
    [Trait("req", "SIM-169")]
    [InlineData("2024-02-06", "2024-02-06 09:00", "2024-02-06 14:30", "2024-02-06 21:00", "2024-02-07 01:00")]
    [InlineData("2024-03-08", "2024-03-08 09:00", "2024-03-08 14:30", "2024-03-08 21:00", "2024-03-09 01:00")]
    [InlineData("2024-03-11", "2024-03-11 08:00", "2024-03-11 13:30", "2024-03-11 20:00", "2024-03-12 00:00")]
    [InlineData("2024-07-16", "2024-07-16 08:00", "2024-07-16 13:30", "2024-07-16 20:00", "2024-07-17 00:00")]
    [InlineData("2024-07-03", "2024-07-03 08:00", "2024-07-03 13:30", "2024-07-03 17:00", "2024-07-03 21:00")]
    [InlineData("2024-11-01", "2024-11-01 08:00", "2024-11-01 13:30", "2024-11-01 20:00", "2024-11-02 00:00")]
    [InlineData("2024-11-04", "2024-11-04 09:00", "2024-11-04 14:30", "2024-11-04 21:00", "2024-11-05 01:00")]
    [InlineData("2006-04-03", "2006-04-03 08:00", "2006-04-03 13:30", "2006-04-03 20:00", "2006-04-04 00:00")] // daylight saving began in April until 2006
    [InlineData("2006-03-31", "2006-03-31 09:00", "2006-03-31 14:30", "2006-03-31 21:00", "2006-04-01 01:00")]
    public void Sessions_follow_new_york_time_with_daylight_saving(string date, string preMarket, string open, string close, string afterHours)
    {
        var days = Calendar.Days(Date(date), Date(date));
        Assert.Equal([preMarket, open, close, afterHours], new[] { days.ExtendedOpen(0), days.RegularOpen(0), days.RegularClose(0), days.ExtendedClose(0) }.Select(TestTime.Show));
        Assert.Equal(MarketSession.Closed, days.SessionAt(days.ExtendedOpen(0) - 1));
        Assert.Equal(MarketSession.PreMarket, days.SessionAt(days.RegularOpen(0) - 1));
        Assert.Equal(MarketSession.Regular, days.SessionAt(days.RegularOpen(0)));
        Assert.Equal(MarketSession.Regular, days.SessionAt(days.RegularClose(0) - 1));
        Assert.Equal(MarketSession.AfterHours, days.SessionAt(days.RegularClose(0)));
        Assert.Equal(MarketSession.Closed, days.SessionAt(days.ExtendedClose(0)));
    }

    [Fact]
    public void The_whole_table_is_made_once_and_runs_from_1990_to_2050()
    {
        var all = Calendar.All;
        Assert.Same(all, Calendar.All);
        Assert.Equal("1990-01-02", Text(all.Date(0)));
        Assert.Equal("2050-12-30", Text(all.Date(all.Count - 1)));
        Assert.InRange(all.Count, 61 * 248, 61 * 254);
        Assert.Equal("us_equity", all.Calendar);
        Assert.StartsWith("us_equity/1 tzdb/20", all.Version, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1989-12-31", "1990-01-05")]
    [InlineData("2050-12-30", "2051-01-01")]
    [InlineData("2024-01-02", "2024-01-01")]
    public void A_range_that_the_rules_do_not_cover_is_refused(string first, string last)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Calendar.Days(Date(first), Date(last)));
    }

    private static LocalDate Date(string text) => LocalDatePattern.Iso.Parse(text).Value;

    private static string Text(int daysSinceEpoch) => new LocalDate(1970, 1, 1).PlusDays(daysSinceEpoch).ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
}

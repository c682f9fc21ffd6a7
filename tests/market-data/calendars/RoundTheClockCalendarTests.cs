using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;

namespace Trading.MarketData.Tests.Calendars;

public sealed class RoundTheClockCalendarTests
{
    private static readonly TradingCalendars Calendars = new();

    [Fact]
    public void Crypto_trades_every_minute_of_every_utc_day()
    {
        var days = Calendars.Crypto.Days(new LocalDate(2024, 2, 28), new LocalDate(2024, 3, 12));
        Assert.Equal(14, days.Count);
        for (var day = 0; day < days.Count; day++)
        {
            Assert.Equal(days.RegularOpen(0) + (day * 1440 * TestTime.Minute), days.RegularOpen(day));
            Assert.Equal(1440 * TestTime.Minute, days.RegularClose(day) - days.RegularOpen(day));
        }

        AssertNoExtendedSession(days);
    }

    [Fact]
    public void Forex_opens_on_sunday_and_closes_on_friday_at_17_00_in_new_york()
    {
        // New York's daylight saving began on Sunday 10 March 2024, before the week opened
        var days = Calendars.Forex.Days(new LocalDate(2024, 3, 3), new LocalDate(2024, 3, 16));
        string[] expected =
        [
            "2024-03-03 22:00 2024-03-04 00:00", "2024-03-04 00:00 2024-03-05 00:00", "2024-03-05 00:00 2024-03-06 00:00",
            "2024-03-06 00:00 2024-03-07 00:00", "2024-03-07 00:00 2024-03-08 00:00", "2024-03-08 00:00 2024-03-08 22:00",
            "2024-03-10 21:00 2024-03-11 00:00", "2024-03-11 00:00 2024-03-12 00:00", "2024-03-12 00:00 2024-03-13 00:00",
            "2024-03-13 00:00 2024-03-14 00:00", "2024-03-14 00:00 2024-03-15 00:00", "2024-03-15 00:00 2024-03-15 21:00",
        ];
        Assert.Equal(expected, Enumerable.Range(0, days.Count).Select(day => $"{TestTime.Show(days.RegularOpen(day))} {TestTime.Show(days.RegularClose(day))}"));
        AssertNoExtendedSession(days);
    }

    [Fact]
    public void Forex_is_regular_while_open_and_closed_at_the_weekend()
    {
        var days = Calendars.Forex.All;
        Assert.Equal(MarketSession.Regular, days.SessionAt(TestTime.At("2024-11-01 20:59")));
        Assert.Equal(MarketSession.Closed, days.SessionAt(TestTime.At("2024-11-01 21:00")));
        Assert.Equal(MarketSession.Closed, days.SessionAt(TestTime.At("2024-11-03 21:59")));
        Assert.Equal(MarketSession.Regular, days.SessionAt(TestTime.At("2024-11-03 22:00")));
        Assert.Equal(MarketSession.Regular, days.SessionAt(TestTime.At("2024-11-05 00:00")));
    }

    [Fact]
    public void Every_asset_class_has_its_own_calendar_with_a_version()
    {
        var calendars = Enum.GetValues<AssetClass>().Select(Calendars.For).ToArray();
        Assert.Equal(["us_equity", "crypto", "forex"], calendars.Select(calendar => calendar.Name));
        Assert.All(calendars, calendar => Assert.Equal(calendar.Version, calendar.All.Version));
        Assert.Throws<ArgumentOutOfRangeException>(() => Calendars.For((AssetClass)99));
    }

    private static void AssertNoExtendedSession(TradingDays days)
    {
        for (var day = 0; day < days.Count; day++)
        {
            Assert.Equal(days.RegularOpen(day), days.ExtendedOpen(day));
            Assert.Equal(days.RegularClose(day), days.ExtendedClose(day));
        }
    }
}

using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Ranges;

namespace Trading.MarketData.Tests.Ranges;

public sealed class DataRangeTests
{
    private static readonly TradingCalendars Calendars = new();

    [Theory]
    [Trait("req", "SIM-168")]
    [Trait("req", "SIM-171")]
    [Trait("req", "SIM-172")]
    // UTC range | extended | bars that the calendar has
    [InlineData("2024-07-16 13:30", "2024-07-16 20:00", false, 390)]
    [InlineData("2024-07-16 00:00", "2024-07-17 00:00", false, 390)]
    [InlineData("2024-02-06 14:30", "2024-02-06 21:00", false, 390)]
    [InlineData("2024-02-06 13:30", "2024-02-06 20:00", false, 330)]
    [InlineData("2024-07-03 00:00", "2024-07-04 00:00", false, 210)]
    [InlineData("2024-07-04 00:00", "2024-07-05 00:00", false, 0)]
    [InlineData("2024-07-06 00:00", "2024-07-08 00:00", true, 0)]
    [InlineData("2024-07-16 00:00", "2024-07-17 00:00", true, 960)]
    [InlineData("2024-07-03 00:00", "2024-07-04 00:00", true, 780)]
    [InlineData("2024-03-08 00:00", "2024-03-12 00:00", false, 780)] // over the change to daylight saving
    [InlineData("2024-11-01 00:00", "2024-11-05 00:00", false, 780)] // and back
    [InlineData("2024-07-16 13:31", "2024-07-16 13:32", false, 1)]
    [InlineData("2024-07-16 13:31", "2024-07-16 13:31", false, 0)]
    [InlineData("2024-01-01 00:00", "2025-01-01 00:00", false, (252 * 390) - (3 * 180))]
    [InlineData("1980-01-01 00:00", "1990-01-03 00:00", false, 390)]
    [InlineData("2051-01-01 00:00", "2052-01-01 00:00", false, 0)]
    public void The_calendar_expects_the_minutes_of_the_market(string start, string end, bool extendedHours, int expected)
    {
        Assert.Equal(expected, DataRange.ExpectedBars(Calendars.UsEquity.All, TestTime.At(start), TestTime.At(end), extendedHours, TestTime.Minute));
    }

    [Fact]
    public void A_bound_between_two_minutes_counts_the_minutes_that_open_inside()
    {
        var open = TestTime.At("2024-07-16 13:30");
        Assert.Equal(1, DataRange.ExpectedBars(Calendars.UsEquity.All, open, open + 1, false, TestTime.Minute));
        Assert.Equal(0, DataRange.ExpectedBars(Calendars.UsEquity.All, open + 1, open + TestTime.Minute, false, TestTime.Minute));
        Assert.Equal(1, DataRange.ExpectedBars(Calendars.UsEquity.All, open + 1, open + TestTime.Minute + 1, false, TestTime.Minute));
    }

    [Theory]
    [InlineData("2024-03-08 00:00", "2024-03-11 00:00", (22 * 60) + (3 * 60))]
    [InlineData("2024-11-01 00:00", "2024-11-04 00:00", (21 * 60) + (2 * 60))]
    public void The_forex_calendar_expects_the_minutes_of_its_week(string start, string end, int expected)
    {
        Assert.Equal(expected, DataRange.ExpectedBars(Calendars.Forex.All, TestTime.At(start), TestTime.At(end), false, TestTime.Minute));
    }

    [Fact]
    [Trait("req", "SIM-144")]
    public void A_full_day_misses_nothing_and_ends_with_its_last_candle()
    {
        var series = TestBars.Minutes("KO", "2024-07-16 13:00", 450);
        var (start, end) = (TestTime.At("2024-07-16 13:30"), TestTime.At("2024-07-16 20:00"));
        Assert.Equal(new DataRange(start, end, 390, 0), DataRange.Of(series, start, end, extendedHours: false));
        Assert.Equal(new DataRange(start, end, 390, 0), DataRange.Of(series, TestTime.At("2024-07-16 00:00"), TestTime.At("2024-07-17 00:00"), extendedHours: false));
        Assert.Equal(
            new DataRange(TestTime.At("2024-07-16 13:00"), TestTime.At("2024-07-16 20:30"), 450, 960 - 450),
            DataRange.Of(series, TestTime.At("2024-07-16 00:00"), TestTime.At("2024-07-17 00:00"), extendedHours: true));
    }

    [Fact]
    [Trait("req", "SIM-144")]
    public void Missing_minutes_are_counted_wherever_they_are()
    {
        var all = Enumerable.Range(0, 390).Select(bar => TestTime.At("2024-07-16 13:30") + (bar * TestTime.Minute)).ToArray();
        long[] thin = [.. all[2..100], .. all[101..389]];
        Assert.Equal(
            new DataRange(TestTime.At("2024-07-16 13:32"), TestTime.At("2024-07-16 19:59"), 386, 4 + 390),
            DataRange.Of(TestBars.At("KO", thin), TestTime.At("2024-07-16 00:00"), TestTime.At("2024-07-18 00:00"), extendedHours: false));
    }

    [Fact]
    [Trait("req", "SIM-144")]
    public void A_range_without_bars_has_no_bounds()
    {
        var series = TestBars.Minutes("KO", "2024-07-16 13:30", 390);
        Assert.Equal(new DataRange(null, null, 0, 390), DataRange.Of(series, TestTime.At("2024-07-17 00:00"), TestTime.At("2024-07-18 00:00"), extendedHours: false));
        Assert.Equal(new DataRange(null, null, 0, 0), DataRange.Of(series, TestTime.At("2024-07-04 00:00"), TestTime.At("2024-07-05 00:00"), extendedHours: false));
    }
}

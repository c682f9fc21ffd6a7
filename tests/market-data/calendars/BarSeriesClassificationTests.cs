using Trading.Engine.Bars;

namespace Trading.MarketData.Tests.Calendars;

public sealed class BarSeriesClassificationTests
{
    [Theory]
    [InlineData("KO", 1)]
    [InlineData("EURUSD", 2)]
    [InlineData("BTCUSD", 3)]
    public void Every_bar_has_the_day_and_the_session_that_the_table_has_for_its_open_time(string symbol, int seed)
    {
        var random = new Random(seed);
        var time = TestTime.At("1989-12-29 00:00");
        var times = new List<long>();
        for (var bar = 0; bar < 20_000; bar++)
        {
            times.Add(time);
            // mostly within a day, at times over weeks, in the end beyond the last day of the table
            time += TestTime.Minute * (random.Next(50) == 0 ? random.Next(1, 150_000) : random.Next(1, 200));
        }

        times.Add(TestTime.At("2051-06-01 15:00"));
        var series = TestBars.At(symbol, [.. times.Where(open => open <= times[^1]).Order().Distinct()]);
        Assert.Equal(series.OpenTime.Select(series.Days.SessionAt), series.Session);
        Assert.Equal(series.OpenTime.Select(series.Days.DayAtOrBefore), series.Day);
        Assert.Equal(-1, series.Day[0]);
        Assert.Equal(MarketSession.Closed, series.Session[^1]);
    }
}

using NodaTime;
using Trading.Engine.Bars;
using Trading.Engine.Metrics;
using Trading.MarketData.Calendars;
using Trading.MarketData.Ranges;
using Trading.MarketData.Synthetic;

namespace Trading.MarketData.Tests.Synthetic;

public sealed class SyntheticUsEquitiesTests
{
    private const long Seed = 20_240_102;
    private const long Cent = Instrument.Unit / 100;
    private static readonly UsEquityCalendar Calendar = new();

    public static TheoryData<string> Symbols => [.. SyntheticUsEquities.Symbols];

    [Theory]
    // pinned: a change here is a change of every demo result
    [InlineData("AAPL", "65c52459965cb6f7")]
    [InlineData("KO", "c1ae73fdb7337ea6")]
    [InlineData("MSFT", "aad3841359d789be")]
    [InlineData("NVDA", "5c7d25baab2d454e")]
    [InlineData("SPY", "cbdad94b8ec2cec5")]
    [InlineData("TSLA", "347324adb470dd55")]
    public void A_seed_makes_the_same_bars_on_every_machine(string symbol, string expected)
    {
        var series = new SyntheticUsEquities(Seed, Calendar).Series(symbol, new LocalDate(2024, 6, 24), new LocalDate(2024, 7, 16));
        Assert.Equal(expected, DataFingerprint.Of(series, 0, long.MaxValue, true, out _)[..16]);
    }

    [Theory]
    [MemberData(nameof(Symbols))]
    public void A_year_of_bars_is_plausible(string symbol)
    {
        var series = new SyntheticUsEquities(Seed, Calendar).Series(symbol, DemoData.FirstDate, DemoData.LastDate);
        var (start, end) = (TestTime.At("2024-01-01 00:00"), TestTime.At("2025-01-02 00:00"));
        Assert.Equal("synthetic", series.Source);
        Assert.Equal(0, DataRange.Of(series, start, end, extendedHours: false).MissingCandles);
        var extended = series.Session.Count(session => session is MarketSession.PreMarket or MarketSession.AfterHours);
        Assert.InRange(extended, 252 * 20, 252 * 400);
        Assert.DoesNotContain(MarketSession.Closed, series.Session);
        for (var bar = 0; bar < series.Count; bar++)
        {
            Assert.True(series.Open[bar] % Cent == 0 && series.High[bar] % Cent == 0 && series.Low[bar] % Cent == 0 && series.Close[bar] % Cent == 0, $"bar {bar} is off the cent");
            Assert.True(series.Volume[bar] >= Instrument.Unit && series.Volume[bar] % Instrument.Unit == 0, $"bar {bar} has no whole shares");
            Assert.True(bar == 0 || Math.Abs(series.Open[bar] - series.Close[bar - 1]) < series.Open[bar] / 5, $"bar {bar} jumps");
        }

        // neither dead nor wild: a year that at most doubles or halves twice, and moves within its days
        Assert.InRange(series.Close[^1], series.Open[0] / 4, series.Open[0] * 4);
        Assert.InRange(series.High.Max() - series.Low.Min(), series.Open[0] / 20, series.Open[0] * 4);
        var (edge, middle) = (AverageRegularVolume(series, 0, 15), AverageRegularVolume(series, 180, 210));
        Assert.True(edge > 2 * middle, "the open is not busier than midday");
    }

    [Fact]
    public void Later_dates_leave_earlier_bars_as_they_are_and_seeds_differ()
    {
        var (first, middle, last) = (new LocalDate(2024, 3, 4), new LocalDate(2024, 3, 8), new LocalDate(2024, 3, 15));
        var shorter = new SyntheticUsEquities(1, Calendar).Series("KO", first, middle);
        var longer = new SyntheticUsEquities(1, Calendar).Series("KO", first, last);
        var other = new SyntheticUsEquities(2, Calendar).Series("KO", first, middle);
        Assert.True(longer.Count > shorter.Count);
        Assert.Equal(shorter.Close, longer.Close[..shorter.Count]);
        Assert.NotEqual(shorter.Close[100..200], other.Close[100..200]);
    }

    [Fact]
    public void A_symbol_without_a_model_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new SyntheticUsEquities(1, Calendar).Series("IBM", new LocalDate(2024, 3, 4), new LocalDate(2024, 3, 8)));
    }

    private static long AverageRegularVolume(BarSeries series, int fromMinute, int toMinute)
    {
        long sum = 0, bars = 0;
        for (var bar = 0; bar < series.Count; bar++)
        {
            var minute = (series.OpenTime[bar] - series.Days.RegularOpen(series.Day[bar])) / TestTime.Minute;
            if (minute < fromMinute || minute >= toMinute || series.Session[bar] != MarketSession.Regular) continue;
            sum += series.Volume[bar] / Instrument.Unit;
            bars++;
        }

        return sum / bars;
    }
}

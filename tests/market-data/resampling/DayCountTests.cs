using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Resampling;

namespace Trading.MarketData.Tests.Resampling;

/// <summary>The table of section 8: how many candles a day has, and when they begin.</summary>
public sealed class DayCountTests
{
    private static readonly int[] Full = [390, 78, 26, 13, 7, 4, 2, 1];
    private static readonly int[] Half = [210, 42, 14, 7, 4, 2, 1, 1];
    private static readonly int[] Crypto = [1440, 288, 96, 48, 24, 12, 6, 1];

    [Theory]
    [Trait("req", "OHLCV-023")]
    [Trait("req", "OHLCV-069")]
    [Trait("req", "OHLCV-070")]
    [Trait("req", "OHLCV-071")]
    [Trait("req", "OHLCV-074")]
    [InlineData("2024-02-06", "14:30")]
    [InlineData("2024-07-16", "13:30")]
    [InlineData("2024-02-29", "14:30")] // leap days
    [InlineData("2000-02-29", "14:30")]
    [InlineData("2024-03-08", "14:30")] // both sides of the clock changes of several years
    [InlineData("2024-03-11", "13:30")]
    [InlineData("2024-11-01", "13:30")]
    [InlineData("2024-11-04", "14:30")]
    [InlineData("2023-03-10", "14:30")]
    [InlineData("2023-03-13", "13:30")]
    [InlineData("2023-11-03", "13:30")]
    [InlineData("2023-11-06", "14:30")]
    [InlineData("2006-03-31", "14:30")] // until 2006 from April to October
    [InlineData("2006-04-03", "13:30")]
    [InlineData("2006-10-27", "13:30")]
    [InlineData("2006-10-30", "14:30")]
    [InlineData("2024-03-20", "13:30")] // New York has changed its clock, London not yet
    [InlineData("2024-10-30", "13:30")] // London has, New York not yet
    public void A_full_day_has_the_candles_of_the_table_and_all_begin_at_the_open(string day, string open)
    {
        CheckEquity(day, open, Full);
    }

    [Theory]
    [Trait("req", "OHLCV-071")]
    [Trait("req", "OHLCV-086")]
    [InlineData("2024-07-03", "13:30")]
    [InlineData("2024-11-29", "14:30")]
    [InlineData("2024-12-24", "14:30")]
    [InlineData("2002-07-05", "13:30")]
    public void A_half_day_has_the_candles_of_the_table(string day, string open)
    {
        CheckEquity(day, open, Half);
    }

    [Theory]
    [Trait("req", "OHLCV-069")]
    [InlineData("2024-02-06", "14:30 16:30 18:30 20:30")]
    [InlineData("2024-07-16", "13:30 15:30 17:30 19:30")]
    public void Two_hour_candles_begin_with_the_session_in_summer_and_winter(string day, string starts)
    {
        var candles = Resampler.Resample(TestMarkets.Minutes(TestMarkets.Equity, day, day), Timeframe.TwoHours, TestMarkets.Equity);
        Assert.Equal(starts.Split(' ').Select(start => $"{day} {start}"), candles.Time.Select(TestTime.Show));
    }

    [Theory]
    [Trait("req", "OHLCV-024")]
    [Trait("req", "OHLCV-073")]
    [InlineData("2024-02-06", "2024-02-06 14:30")]
    [InlineData("2024-07-16", "2024-07-16 13:30")]
    [InlineData("2024-07-03", "2024-07-03 13:30")]
    [InlineData("2001-09-17", "2001-09-17 13:33")] // it opened late, after a silence
    public void A_daily_us_candle_is_one_session_stamped_with_its_open(string day, string stamp)
    {
        var extended = TestMarkets.Minutes(TestMarkets.Equity, day, day, extended: true);
        var regular = Resampler.Resample(extended, Timeframe.OneMinute, TestMarkets.Equity);
        var daily = Resampler.Resample(extended, Timeframe.Daily, TestMarkets.Equity);
        Assert.Equal([stamp], daily.Time.Select(TestTime.Show));
        Assert.Equal(regular.Open[0], daily.Open[0]);
        Assert.Equal(regular.Close[^1], daily.Close[0]);
        Assert.Equal(regular.High.Max(), daily.High[0]);
        Assert.Equal(regular.Volume.Sum(), daily.Volume[0]);
        Assert.NotEqual(extended.Volume.Sum(), daily.Volume[0]);
    }

    [Theory]
    [Trait("req", "OHLCV-025")]
    [Trait("req", "OHLCV-077")]
    [Trait("req", "OHLCV-078")]
    [Trait("req", "OHLCV-079")]
    [InlineData("2024-02-06")]
    [InlineData("2024-07-16")]
    [InlineData("2024-02-29")]
    [InlineData("2024-03-10")] // clock changes mean nothing to crypto
    [InlineData("2024-03-31")]
    [InlineData("2024-11-03")]
    [InlineData("2024-12-25")]
    public void A_crypto_day_runs_around_the_clock_in_utc(string day)
    {
        var minutes = TestMarkets.Minutes(TestMarkets.Crypto, day, day);
        foreach (var target in Timeframes.All)
        {
            var candles = Resampler.Resample(minutes, target, TestMarkets.Crypto);
            Assert.Equal(Crypto[(int)target], candles.Count);
            Assert.All(candles.Time, time => Assert.Equal(0, time % (target.Minutes() * TestTime.Minute)));
            Assert.Equal($"{day} 00:00", TestTime.Show(candles.Time[0]));
        }
    }

    [Theory]
    [Trait("req", "OHLCV-025")]
    [Trait("req", "OHLCV-080")]
    [Trait("req", "OHLCV-082")]
    [InlineData("2024-07-14", 180, "21:00", 1)] // Sunday in summer: from 17:00 New York, which is 21:00 UTC
    [InlineData("2024-02-04", 120, "22:00", 1)] // and in winter
    [InlineData("2024-03-10", 180, "21:00", 1)] // the Sunday on which New York changes
    [InlineData("2024-11-03", 120, "22:00", 1)]
    [InlineData("2024-07-16", 1440, "00:00", 6)]
    [InlineData("2024-07-19", 1260, "00:00", 6)] // Friday in summer
    [InlineData("2024-02-09", 1320, "00:00", 6)]
    [InlineData("2024-07-20", 0, "", 0)] // Saturday
    public void A_forex_day_is_the_part_of_the_week_that_lies_in_the_utc_day(string day, int expected, string first, int fourHours)
    {
        var rules = TestMarkets.Forex;
        var start = TestTime.At($"{day} 00:00");
        var around = TestMarkets.Candles([.. Enumerable.Range(0, 1440).Select(minute => start + (minute * TestTime.Minute))], new Random(1));
        var minutes = Resampler.Resample(around, Timeframe.OneMinute, rules);
        Assert.Equal(expected, minutes.Count);
        Assert.Equal(fourHours, Resampler.Resample(around, Timeframe.FourHours, rules).Count);
        var daily = Resampler.Resample(around, Timeframe.Daily, rules);
        Assert.Equal(expected == 0 ? [] : [$"{day} 00:00"], daily.Time.Select(TestTime.Show));
        if (expected == 0) return;
        Assert.Equal($"{day} {first}", TestTime.Show(minutes.Time[0]));
        Assert.Equal(minutes.Volume.Sum(), daily.Volume[0]);
    }

    private static void CheckEquity(string day, string open, int[] counts)
    {
        // extended minutes of the day and of its neighbours are there too, and enter nothing
        var date = TestMarkets.Date(day);
        var minutes = TestMarkets.Minutes(TestMarkets.Equity, $"{date.AddDays(-4):yyyy-MM-dd}", $"{date.AddDays(4):yyyy-MM-dd}", extended: true);
        foreach (var target in Timeframes.All)
        {
            var candles = Resampler.Resample(minutes, target, TestMarkets.Equity, date, date);
            Assert.Equal(counts[(int)target], candles.Count);
            Assert.Equal(
                Enumerable.Range(0, candles.Count).Select(candle => TestTime.At($"{day} {open}") + (candle * target.Minutes() * TestTime.Minute)),
                candles.Time);
        }
    }
}

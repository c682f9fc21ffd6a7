using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Resampling;

namespace Trading.MarketData.Tests.Resampling;

public sealed class ResamplerTests
{
    [Theory]
    [Trait("req", "OHLCV-063")]
    [Trait("req", "OHLCV-064")]
    [Trait("req", "OHLCV-065")]
    [Trait("req", "OHLCV-075")]
    [InlineData(AssetClass.Equity)]
    [InlineData(AssetClass.Crypto)]
    [InlineData(AssetClass.Forex)]
    public void Random_minutes_with_holes_give_what_grouping_them_one_by_one_by_local_time_gives(AssetClass assetClass)
    {
        var rules = TestMarkets.Default(assetClass);
        foreach (var (first, last, missing, seed) in new[] { ("2024-02-26", "2024-04-05", 0.3, 1), ("2023-10-23", "2023-11-28", 0.95, 2), ("2024-06-28", "2024-07-08", 0.0, 3), ("2001-09-10", "2001-10-12", 0.5, 4) })
        {
            var minutes = TestMarkets.Minutes(rules, first, last, extended: true, seed, missing);
            foreach (var target in Timeframes.All)
            {
                Assert.Equal(NaiveResampler.Resample(minutes, target, assetClass, rules.Days), NaiveResampler.Lines(Resampler.Resample(minutes, target, rules)));
            }
        }
    }

    [Theory]
    [InlineData(AssetClass.Equity, 11)]
    [InlineData(AssetClass.Crypto, 12)]
    [InlineData(AssetClass.Forex, 13)]
    public void Scattered_instants_off_the_minute_and_outside_every_session_are_grouped_the_same(AssetClass assetClass, int seed)
    {
        var rules = TestMarkets.Default(assetClass);
        var random = new Random(seed);
        var start = TestTime.At("2024-03-01 00:00");
        var times = new SortedSet<long>();
        while (times.Count < 5_000) times.Add(start + random.NextInt64(0, 40L * 1440 * TestTime.Minute));
        var minutes = TestMarkets.Candles(times, random);
        foreach (var target in Timeframes.All.Skip(1))
        {
            Assert.Equal(NaiveResampler.Resample(minutes, target, assetClass, rules.Days), NaiveResampler.Lines(Resampler.Resample(minutes, target, rules)));
        }
    }

    [Fact]
    [Trait("req", "OHLCV-063")]
    public void A_candle_has_the_first_open_the_extremes_the_last_close_and_the_sum()
    {
        var minutes = new CandleColumns(5);
        for (var row = 0; row < 5; row++) minutes.Time[row] = TestTime.At("2024-07-16 13:30") + (row * TestTime.Minute);
        new long[] { 500, 510, 470, 480, 520 }.CopyTo(minutes.Open, 0);
        new long[] { 505, 540, 480, 490, 525 }.CopyTo(minutes.High, 0);
        new long[] { 495, 500, 460, 470, 515 }.CopyTo(minutes.Low, 0);
        new long[] { 504, 505, 475, 485, 518 }.CopyTo(minutes.Close, 0);
        new long[] { 1, 20, 300, 4000, 50000 }.CopyTo(minutes.Volume, 0);
        Assert.Equal(["2024-07-16 13:30 500 540 460 518 54321"], NaiveResampler.Lines(Resampler.Resample(minutes, Timeframe.FiveMinutes, TestMarkets.Equity)));
    }

    [Theory]
    [Trait("req", "OHLCV-066")]
    [InlineData(AssetClass.Equity)]
    [InlineData(AssetClass.Forex)]
    public void The_same_minutes_give_the_same_candles_again_and_are_left_as_they_were(AssetClass assetClass)
    {
        var rules = TestMarkets.Default(assetClass);
        var minutes = TestMarkets.Minutes(rules, "2024-03-04", "2024-03-15", missing: 0.2);
        var before = NaiveResampler.Lines(minutes);
        foreach (var target in Timeframes.All)
        {
            Assert.Equal(NaiveResampler.Lines(Resampler.Resample(minutes, target, rules)), NaiveResampler.Lines(Resampler.Resample(minutes, target, rules)));
        }

        Assert.Equal(before, NaiveResampler.Lines(minutes));
    }

    [Theory]
    [InlineData(AssetClass.Equity)]
    [InlineData(AssetClass.Crypto)]
    [InlineData(AssetClass.Forex)]
    public void The_volume_of_every_timeframe_adds_up_to_that_of_the_minutes(AssetClass assetClass)
    {
        var rules = TestMarkets.Default(assetClass);
        var minutes = TestMarkets.Minutes(rules, "2023-12-20", "2024-03-15", seed: 5, missing: 0.4);
        var expected = minutes.Volume.Sum();
        foreach (var target in Timeframes.All) Assert.Equal(expected, Resampler.Resample(minutes, target, rules).Volume.Sum());
    }

    [Fact]
    [Trait("req", "OHLCV-068")]
    public void A_range_of_days_gives_exactly_the_candles_of_these_days()
    {
        var rules = TestMarkets.Equity;
        var minutes = TestMarkets.Minutes(rules, "2024-03-04", "2024-03-15", missing: 0.1);
        foreach (var target in Timeframes.All)
        {
            var whole = NaiveResampler.Lines(Resampler.Resample(minutes, target, rules));
            var part = NaiveResampler.Lines(Resampler.Resample(minutes, target, rules, TestMarkets.Date("2024-03-08"), TestMarkets.Date("2024-03-11")));
            Assert.Equal(whole.Where(line => string.CompareOrdinal(line, "2024-03-08") > 0 && string.CompareOrdinal(line, "2024-03-12") < 0), part);
        }
    }

    [Fact]
    public void Minutes_that_do_not_rise_are_refused()
    {
        var minutes = TestMarkets.Minutes(TestMarkets.Equity, "2024-03-04", "2024-03-04");
        minutes.Time[7] = minutes.Time[6];
        var refused = Assert.Throws<ArgumentException>(() => Resampler.Resample(minutes, Timeframe.OneHour, TestMarkets.Equity));
        Assert.Contains("row 7", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_minutes_and_minutes_outside_the_calendar_give_no_candles()
    {
        Assert.Equal(0, Resampler.Resample(CandleColumns.Empty, Timeframe.Daily, TestMarkets.Equity).Count);
        var weekend = TestMarkets.Candles([TestTime.At("2024-07-13 14:00"), TestTime.At("2024-07-14 14:00")], new Random(1));
        var ages = TestMarkets.Candles([TestTime.At("1980-07-14 14:00"), TestTime.At("2060-07-14 14:00")], new Random(1));
        foreach (var target in Timeframes.All)
        {
            Assert.Equal(0, Resampler.Resample(weekend, target, TestMarkets.Equity).Count);
            Assert.Equal(0, Resampler.Resample(ages, target, TestMarkets.Equity).Count);
            Assert.Equal(0, Resampler.Resample(ages, target, TestMarkets.Crypto).Count);
        }
    }

    [Theory]
    [InlineData(3, false)] // three times a third of the largest number fits
    [InlineData(4, true)]
    [InlineData(390, true)]
    public void A_sum_of_volume_that_does_not_fit_is_a_clear_error_and_never_a_wrong_number(int rows, bool isTooMuch)
    {
        var minutes = TestMarkets.Minutes(TestMarkets.Equity, "2024-03-04", "2024-03-05").Slice(0, 390);
        Array.Clear(minutes.Volume);
        for (var row = 0; row < rows; row++) minutes.Volume[row] = long.MaxValue / 3;
        if (!isTooMuch)
        {
            Assert.Equal(long.MaxValue / 3 * 3, Resampler.Resample(minutes, Timeframe.Daily, TestMarkets.Equity).Volume[0]);
            return;
        }

        var refused = Assert.Throws<OverflowException>(() => Resampler.Resample(minutes, Timeframe.Daily, TestMarkets.Equity));
        Assert.Contains("daily candle at 2024-03-04T14:30:00Z", refused.Message, StringComparison.Ordinal);
    }
}

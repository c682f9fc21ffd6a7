using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Tests.Validation;

public sealed class DayValidatorTests
{
    [Theory]
    [Trait("req", "OHLCV-093")]
    [Trait("req", "OHLCV-094")]
    [Trait("req", "OHLCV-096")]
    [InlineData("2024-02-06", 390, false)]
    [InlineData("2024-07-16", 390, false)]
    [InlineData("2024-03-08", 390, false)] // the days before and after clock changes
    [InlineData("2024-03-11", 390, false)]
    [InlineData("2024-11-01", 390, false)]
    [InlineData("2024-11-04", 390, false)]
    [InlineData("2024-02-29", 390, false)]
    [InlineData("2024-07-03", 210, true)]
    [InlineData("2024-11-29", 210, true)]
    [InlineData("1996-01-08", 180, true)] // a snowstorm: 11:00 to 14:00
    [InlineData("2001-09-17", 387, false)] // opened at 09:33
    public void A_complete_us_day_is_valid_and_one_minute_less_makes_it_invalid(string day, int expected, bool isHalfDay)
    {
        var date = TestMarkets.Date(day);
        var minutes = TestMarkets.Minutes(TestMarkets.Equity, day, day);
        var complete = DayValidator.Validate(date, minutes, TestMarkets.Equity);
        Assert.Equal((true, isHalfDay, expected, expected, 0, true), (complete.IsTradingDay, complete.IsHalfDay, complete.ExpectedCandles, complete.ActualCandles, complete.MissingCandles, complete.IsValid));
        Assert.Empty(complete.Gaps);
        Assert.Null(complete.DataError);

        foreach (var missing in new[] { 0, expected / 2, expected - 1 })
        {
            var less = CandleColumns.Concat([minutes.Slice(0, missing), minutes.Slice(missing + 1, expected - missing - 1)]);
            var invalid = DayValidator.Validate(date, less, TestMarkets.Equity);
            Assert.False(invalid.IsValid);
            Assert.Equal(1, invalid.MissingCandles);
            Assert.Equal([new MinuteGap(minutes.Time[missing], minutes.Time[missing] + TestTime.Minute, false)], invalid.Gaps);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-095")]
    public void Candles_in_extended_hours_neither_help_nor_harm()
    {
        var date = TestMarkets.Date("2024-07-16");
        var extended = TestMarkets.Minutes(TestMarkets.Equity, "2024-07-15", "2024-07-17", extended: true);
        foreach (var rules in new[] { TestMarkets.Equity, TestMarkets.Of(AssetClass.Equity, new() { ExtendedHours = true }) })
        {
            var whole = DayValidator.Validate(date, extended, rules);
            Assert.Equal((390, 390, true), (whole.ExpectedCandles, whole.ActualCandles, whole.IsValid));
            Assert.Equal(960 - 390, whole.ExtraCandles);
            Assert.Null(whole.DataError);

            // the last regular minute is missing, those after it are there
            var hole = extended.FirstAtOrAfter(TestTime.At("2024-07-16 19:59"));
            var less = CandleColumns.Concat([extended.Slice(0, hole), extended.Slice(hole + 1, extended.Count - hole - 1)]);
            var invalid = DayValidator.Validate(date, less, rules);
            Assert.Equal((389, false), (invalid.ActualCandles, invalid.IsValid));
            Assert.Equal("2024-07-16 20:00", TestTime.Show(Assert.Single(invalid.Gaps).End));
        }
    }

    [Theory]
    [Trait("req", "OHLCV-092")]
    [Trait("req", "OHLCV-097")]
    [InlineData("2024-07-13")] // Saturday
    [InlineData("2024-07-04")]
    [InlineData("2024-01-15")]
    public void Candles_on_a_day_that_is_no_trading_day_are_a_data_error(string day)
    {
        var date = TestMarkets.Date(day);
        var stray = TestMarkets.Candles([TestTime.At($"{day} 15:00"), TestTime.At($"{day} 15:01")], new Random(1));
        var validation = DayValidator.Validate(date, stray, TestMarkets.Equity);
        Assert.Equal((false, 0, 0, false), (validation.IsTradingDay, validation.ExpectedCandles, validation.ActualCandles, validation.IsValid));
        Assert.Contains(day, validation.DataError, StringComparison.Ordinal);
        Assert.Contains("2 candles", validation.DataError, StringComparison.Ordinal);
        Assert.Null(DayValidator.Validate(date, CandleColumns.Empty, TestMarkets.Equity).DataError);

        // and it counts for nothing in the sums
        var range = DayValidator.ValidateRange(date.AddDays(-10), date.AddDays(10), stray, TestMarkets.Equity);
        Assert.Single(range, entry => entry.DataError is not null);
        Assert.Equal(range.Count - 1, CompletenessAnalysis.Sum(range).TotalTradingDays);
    }

    [Theory]
    [Trait("req", "OHLCV-098")]
    [InlineData(AssetClass.Crypto, "2024-07-14", 1440)]
    [InlineData(AssetClass.Crypto, "2024-03-10", 1440)]
    [InlineData(AssetClass.Crypto, "2024-12-25", 1440)]
    [InlineData(AssetClass.Forex, "2024-07-16", 1440)]
    [InlineData(AssetClass.Forex, "2024-07-14", 180)]
    [InlineData(AssetClass.Forex, "2024-02-04", 120)]
    [InlineData(AssetClass.Forex, "2024-07-19", 1260)]
    [InlineData(AssetClass.Forex, "2024-02-09", 1320)]
    public void Crypto_and_forex_days_expect_the_minutes_of_their_market(AssetClass assetClass, string day, int expected)
    {
        var rules = TestMarkets.Default(assetClass);
        var validation = DayValidator.Validate(TestMarkets.Date(day), TestMarkets.Minutes(rules, day, day), rules);
        Assert.Equal((expected, expected, true, false), (validation.ExpectedCandles, validation.ActualCandles, validation.IsValid, validation.IsHalfDay));
        Assert.Equal(expected, DayValidator.Validate(TestMarkets.Date(day), CandleColumns.Empty, rules).MissingCandles);
    }

    [Fact]
    [Trait("req", "OHLCV-104")]
    public void Gaps_are_the_runs_of_missing_minutes_on_random_days()
    {
        var random = new Random(104);
        foreach (var rules in new[] { TestMarkets.Equity, TestMarkets.Crypto, TestMarkets.Forex })
        {
            for (var round = 0; round < 60; round++)
            {
                var day = rules.FirstIndexFrom(TestMarkets.Date("2024-01-01")) + random.Next(300);
                var date = rules.DateAt(day);
                var minutes = TestMarkets.Minutes(rules, $"{date:yyyy-MM-dd}", $"{date:yyyy-MM-dd}", extended: true, round, random.NextDouble());
                var validation = DayValidator.Validate(date, minutes, rules);

                // the naive way: ask for every minute of the session whether it is there
                var there = minutes.Time.ToHashSet();
                var missing = new List<long>();
                for (var time = rules.Days.RegularOpen(day); time < rules.Days.RegularClose(day); time += TestTime.Minute)
                {
                    if (!there.Contains(time)) missing.Add(time);
                }

                Assert.Equal(missing, validation.Gaps.SelectMany(gap => Enumerable.Range(0, gap.MissingCandles).Select(at => gap.Start + (at * TestTime.Minute))));
                Assert.Equal(missing.Count, validation.MissingCandles);
                Assert.All(validation.Gaps.Zip(validation.Gaps.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Start));
            }
        }
    }

    [Fact]
    public void A_minute_that_is_there_twice_or_off_the_minute_counts_once()
    {
        var open = TestTime.At("2024-07-16 13:30");
        var minutes = TestMarkets.Candles([open, open + 1_000_000, open + TestTime.Minute + 5, open + (3 * TestTime.Minute) - 1], new Random(1));
        var validation = DayValidator.Validate(TestMarkets.Date("2024-07-16"), minutes, TestMarkets.Equity);
        Assert.Equal(3, validation.ActualCandles);
        Assert.Equal("2024-07-16 13:33", TestTime.Show(Assert.Single(validation.Gaps).Start));
    }

    [Fact]
    [Trait("req", "OHLCV-104")]
    public void A_gap_confirmed_empty_stays_missing_but_is_told_apart()
    {
        var date = TestMarkets.Date("2024-07-16");
        var minutes = TestMarkets.Minutes(TestMarkets.Equity, "2024-07-16", "2024-07-16");
        var less = CandleColumns.Concat([minutes.Slice(0, 10), minutes.Slice(20, 370)]);
        var confirmed = new TimeSpanMicros(minutes.Time[12], minutes.Time[15]);
        var validation = DayValidator.Validate(date, less, TestMarkets.Equity, [confirmed, new(minutes.Time[100], minutes.Time[110])]);
        Assert.Equal((10, false, 3), (validation.MissingCandles, validation.IsValid, validation.ConfirmedEmptyCandles));
        Assert.Equal(
            [new(minutes.Time[10], minutes.Time[12], false), new(minutes.Time[12], minutes.Time[15], true), new(minutes.Time[15], minutes.Time[20], false)],
            validation.Gaps);
        Assert.Equal([new MinuteGap(minutes.Time[10], minutes.Time[20], true)], DayValidator.Validate(date, less, TestMarkets.Equity, [new(0, long.MaxValue)]).Gaps);
    }
}

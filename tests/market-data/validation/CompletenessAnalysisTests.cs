using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Tests.Validation;

public sealed class CompletenessAnalysisTests
{
    [Fact]
    [Trait("req", "OHLCV-099")]
    [Trait("req", "OHLCV-100")]
    [Trait("req", "OHLCV-101")]
    [Trait("req", "OHLCV-102")]
    [Trait("req", "OHLCV-103")]
    public void The_identities_hold_on_random_data()
    {
        var random = new Random(100);
        for (var round = 0; round < 40; round++)
        {
            var symbols = new List<CompletenessFigures>();
            foreach (var assetClass in new[] { AssetClass.Equity, AssetClass.Crypto, AssetClass.Forex })
            {
                var rules = TestMarkets.Default(assetClass);
                var first = TestMarkets.Date("2024-01-01").AddDays(random.Next(360));
                var last = first.AddDays(random.Next(20));
                var missing = random.Next(3) == 0 ? 0 : random.NextDouble();
                var minutes = TestMarkets.Minutes(rules, $"{first:yyyy-MM-dd}", $"{last:yyyy-MM-dd}", extended: true, round, missing);
                var days = DayValidator.ValidateRange(first, last, minutes, rules);
                var figures = CompletenessAnalysis.Sum(days);

                var trading = Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays).Select(rules.IndexOf).Where(index => index >= 0).ToArray();
                Assert.Equal(trading.Length, figures.TotalTradingDays);
                Assert.Equal(figures.TotalTradingDays, figures.ValidDays + figures.InvalidDays);
                Assert.Equal(trading.Sum(rules.ExpectedMinutes), figures.ExpectedCandles);
                Assert.Equal(minutes.Time.Count(time => trading.Any(day => time >= rules.Days.RegularOpen(day) && time < rules.Days.RegularClose(day))), figures.ActualCandles);
                Assert.Equal(figures.ExpectedCandles - figures.ActualCandles, figures.MissingCandles);
                Assert.Equal(figures.MissingCandles, days.SelectMany(day => day.Gaps).Sum(gap => gap.MissingCandles));
                Assert.Equal(days.Count(day => day.IsTradingDay && day.Gaps.Count == 0), figures.ValidDays);
                if (figures.ExpectedCandles > 0) Assert.InRange(figures.Percentage - (100m * figures.ActualCandles / figures.ExpectedCandles), -0.05m, 0.05m);
                Assert.Equal(figures.Percentage, Math.Round(figures.Percentage, 1));
                symbols.Add(figures);
            }

            var overall = CompletenessAnalysis.Sum(symbols);
            Assert.Equal(symbols.Sum(symbol => symbol.TotalTradingDays), overall.TotalTradingDays);
            Assert.Equal(symbols.Sum(symbol => symbol.ValidDays), overall.ValidDays);
            Assert.Equal(symbols.Sum(symbol => symbol.ActualCandles), overall.ActualCandles);
            Assert.Equal(symbols.Sum(symbol => symbol.ExpectedCandles), overall.ExpectedCandles);
        }
    }

    [Theory]
    [Trait("req", "OHLCV-102")]
    [Trait("req", "OHLCV-105")]
    [InlineData(9496, 10000, "95.0", true)] // shown as 95.0, and below 95 all the same
    [InlineData(9500, 10000, "95.0", false)]
    [InlineData(9499999, 10000000, "95.0", true)]
    [InlineData(3681, 3900, "94.4", true)]
    [InlineData(7581, 7800, "97.2", false)]
    [InlineData(9994, 10000, "99.9", false)]
    [InlineData(9995, 10000, "100.0", false)]
    [InlineData(0, 390, "0.0", true)]
    [InlineData(390, 390, "100.0", false)]
    public void A_percentage_has_one_place_and_attention_is_decided_before_rounding(long actual, long expected, string shown, bool needsAttention)
    {
        var figures = new CompletenessFigures(1, 0, expected, actual);
        Assert.Equal(shown, figures.Percentage.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(needsAttention, figures.NeedsAttention);
    }

    [Fact]
    [Trait("req", "OHLCV-103")]
    public void The_overall_percentage_weighs_each_symbol_by_its_candles()
    {
        var overall = CompletenessAnalysis.Sum([new CompletenessFigures(1, 1, 1440, 1440), new CompletenessFigures(1, 0, 210, 0)]);
        Assert.Equal(87.3m, overall.Percentage); // the mean of the percentages would be 50
    }

    [Fact]
    [Trait("req", "OHLCV-106")]
    [Trait("req", "OHLCV-107")]
    [Trait("req", "OHLCV-108")]
    public void Recommendations_say_how_many_symbols_are_below_and_advise_a_full_update()
    {
        Assert.Empty(CompletenessAnalysis.Recommendations(0, 5));
        var one = CompletenessAnalysis.Recommendations(1, 5);
        Assert.Contains("1 of 5 symbols is below 95 %", one);
        Assert.Contains(one, text => text.Contains("full data update", StringComparison.Ordinal));
        Assert.Contains("3 of 5 symbols are below 95 %", CompletenessAnalysis.Recommendations(3, 5));
    }

    [Fact]
    [Trait("req", "OHLCV-110")]
    [Trait("req", "OHLCV-111")]
    public void No_data_is_zero_percent_and_no_trading_day_is_a_hundred()
    {
        var nothing = CompletenessAnalysis.Sum(DayValidator.ValidateRange(TestMarkets.Date("2024-07-15"), TestMarkets.Date("2024-07-19"), CandleColumns.Empty, TestMarkets.Equity));
        Assert.Equal((5, 0, 1950L, 0L, 0.0m, true), (nothing.TotalTradingDays, nothing.ValidDays, nothing.ExpectedCandles, nothing.ActualCandles, nothing.Percentage, nothing.NeedsAttention));
        var weekend = CompletenessAnalysis.Sum(DayValidator.ValidateRange(TestMarkets.Date("2024-07-13"), TestMarkets.Date("2024-07-14"), CandleColumns.Empty, TestMarkets.Equity));
        Assert.Equal((0, 0L, 100.0m, false), (weekend.TotalTradingDays, weekend.ExpectedCandles, weekend.Percentage, weekend.NeedsAttention));
        Assert.Equal("100.0", weekend.Percentage.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(DayValidator.ValidateRange(TestMarkets.Date("2024-07-14"), TestMarkets.Date("2024-07-13"), CandleColumns.Empty, TestMarkets.Equity));
    }
}

using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Resampling;

namespace Trading.MarketData.Tests.Resampling;

public sealed class ResamplerTests
{
    [Theory]
    [Trait("req", "OHLCV-063")]
    [Trait("req", "OHLCV-064")]
    [Trait("req", "OHLCV-065")]
    [InlineData(AssetClass.Equity)]
    [InlineData(AssetClass.Crypto)]
    [InlineData(AssetClass.Forex)]
    public void Random_minutes_with_holes_give_what_grouping_them_one_by_one_gives(AssetClass assetClass)
    {
        var rules = TestMarkets.Default(assetClass);
        foreach (var (first, last, missing, seed) in new[] { ("2024-02-26", "2024-04-05", 0.3, 1), ("2023-10-23", "2023-11-28", 0.95, 2), ("2024-06-28", "2024-07-08", 0.0, 3) })
        {
            var minutes = TestMarkets.Minutes(rules, first, last, extended: true, seed, missing);
            foreach (var target in Timeframes.All.Skip(1))
            {
                Assert.Equal(NaiveResampler.Resample(minutes, target, assetClass, rules.Days), NaiveResampler.Lines(Resampler.Resample(minutes, target, rules)));
            }
        }
    }

    [Theory]
    [Trait("req", "OHLCV-069")]
    [Trait("req", "OHLCV-071")]
    [InlineData("2024-02-06", "14:30 16:30 18:30 20:30")]
    [InlineData("2024-07-16", "13:30 15:30 17:30 19:30")]
    public void Two_hour_candles_begin_with_the_session_in_summer_and_winter(string day, string starts)
    {
        var candles = Resampler.Resample(TestMarkets.Minutes(TestMarkets.Equity, day, day), Timeframe.TwoHours, TestMarkets.Equity);
        Assert.Equal(starts.Split(' ').Select(start => $"{day} {start}"), candles.Time.Select(TestTime.Show));
    }
}

using Trading.MarketData.Candles;
using Trading.MarketData.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

public sealed class PageTests
{
    private static readonly DateOnly Summer = new(2024, 7, 16);

    [Fact]
    [Trait("req", "OHLCV-048")]
    [Trait("req", "OHLCV-051")]
    [Trait("req", "OHLCV-052")]
    public async Task A_full_summer_day_has_390_candles_on_four_pages_of_100_from_1330Z_to_2000Z()
    {
        var testing = new StoreTesting(new FaultFiles(new Random(1)));
        var day = StoreTesting.DayOfMinutes("NVDA", Summer);
        await testing.WriteAsync("NVDA", Timeframe.OneMinute, day);
        var pages = new List<CandleColumns>();
        for (var page = 1; page <= 4; page++)
        {
            var got = await testing.Store.PageAsync(new CandleQuery("NVDA", Timeframe.OneMinute, Summer, Summer, false, page, 100), default);
            Assert.Equal((390L, "2024-07-16 13:30", "2024-07-16 20:00"), (got.TotalItems, TestTime.Show(got.Start!.Value), TestTime.Show(got.End!.Value)));
            pages.Add(got.Candles);
        }

        Assert.Equal([100, 100, 100, 90], pages.Select(page => page.Count));
        StoreTesting.AssertSame(day, CandleColumns.Concat(pages));
    }
}

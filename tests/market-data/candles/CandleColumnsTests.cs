using Trading.MarketData.Candles;

namespace Trading.MarketData.Tests.Candles;

public sealed class CandleColumnsTests
{
    [Fact]
    public void The_first_row_out_of_order_is_found_wherever_it_is()
    {
        for (var count = 0; count < 40; count++)
        {
            var times = Enumerable.Range(0, count).Select(row => (row * 60_000_000L) - 600_000_000).ToArray();
            Assert.Equal(-1, Of(times).FirstUnordered());
            for (var at = 1; at < count; at++)
            {
                foreach (var step in new[] { 0, -1, long.MinValue / 2 })
                {
                    var wrong = (long[])times.Clone();
                    wrong[at] = wrong[at - 1] + step;
                    Assert.Equal(at, Of(wrong).FirstUnordered());
                }
            }
        }
    }

    private static CandleColumns Of(long[] times) => new(times, times, times, times, times, times);
}

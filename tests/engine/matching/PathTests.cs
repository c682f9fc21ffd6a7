using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Matching;

public sealed class PathTests
{
    private static long StopInstant(BarPath path, decimal high, decimal low, decimal stop, bool otherSide = false)
    {
        var run = new Run(Plain with { Path = path }, Minutes("A", Open, (100, 100, 100, 100, 10), (100, high, low, 100, 10)));
        if (otherSide) run.Submit(Buy(5, OrderType.Stop, stop: high - 0.01m));
        run.Submit(Sell(1, OrderType.Stop, stop: stop));
        run.Ticks(2);
        return run.Fills.Single(fill => fill.Side == OrderSide.Sell).Time - Open - Minute;
    }

    [Theory]
    [InlineData(BarPath.Adaptive, 33_333_333)]
    [InlineData(BarPath.HighFirst, 33_333_333)]
    [InlineData(BarPath.LowFirst, 10_000_000)]
    [InlineData(BarPath.Pessimistic, 10_000_000)]
    [Trait("req", "EXEC-010")]
    [Trait("req", "EXEC-011")]
    public void The_path_decides_when_a_price_is_reached(BarPath path, long micros)
    {
        // 100, 101, 98: the high is nearer. High first: 101 → 98 passes 99 after two thirds of the second 20 s. Low first: half of the first 20 s.
        Assert.Equal(micros, StopInstant(path, 101, 98, 99));
    }

    [Fact]
    [Trait("req", "EXEC-010")]
    public void A_tie_goes_low_first() => Assert.Equal(10_000_000, StopInstant(BarPath.Adaptive, 101, 99, 99.5m));

    [Fact]
    [Trait("req", "EXEC-010")]
    public void Pessimistic_goes_toward_the_larger_resting_side()
    {
        // Five shares of buy stops against one of sell stops: high first although the low is nearer. 102 → 99 passes 99.5 at 20 s + 5/6 · 20 s.
        Assert.Equal(36_666_666, StopInstant(BarPath.Pessimistic, 102, 99, 99.5m, otherSide: true));
    }

    [Fact]
    [Trait("req", "EXEC-011")]
    public void Fills_inside_a_bar_come_in_order_of_time_then_of_acceptance()
    {
        // 100, 98 at 20 s, 104 at 40 s, 100: the limits at 99 are passed at 10 s, the sell limit at 103 at 20 + 5/6 · 20 s.
        var run = new Run(Plain with { Path = BarPath.LowFirst }, Minutes("A", Open, (100, 100, 100, 100, 10), (100, 104, 98, 100, 10)));
        run.Submit(Sell(1, OrderType.Limit, limit: 103));
        run.Submit(Buy(1, OrderType.Limit, limit: 99));
        run.Submit(Buy(2, OrderType.Limit, limit: 99));
        run.Submit(Buy(3));
        run.Ticks(2);
        Assert.Equal([4, 2, 3, 1], run.Fills.Select(fill => fill.OrderNumber));
        Assert.Equal([-60_000_000L, 10_000_000, 10_000_000, 36_666_666], run.Fills.Select(fill => fill.Time - Open - Minute));
        Assert.Equal([1, 2, 3, 4], run.Fills.Select(fill => fill.FillNumber));
    }
}

using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Groups;

/// <summary>What costs a replaced order its place, and trailing stops behind a rate or on the buy side.</summary>
public sealed class ReplaceAndTrailTests
{
    [Theory]
    // quantity, limit, whether the place is kept
    [InlineData(4, 0, true)]
    [InlineData(6, 0, false)]
    [InlineData(0, 99.5, false)]
    [InlineData(4, 99.5, false)]
    [Trait("req", "EXEC-024")]
    public void Only_a_lower_quantity_alone_keeps_the_place(int quantity, double limit, bool kept)
    {
        // both orders end at the same limit; the bar opens beyond it, so that both fill at one instant
        var final = limit == 0 ? 99m : (decimal)limit;
        var run = new Run(Plain, Minutes("A", Open, (100, 100, 100, 100, 10), (98, 98, 98, 98, 10)));
        run.Submit(Buy(5, OrderType.Limit, limit: 99));
        run.Submit(Buy(5, OrderType.Limit, limit: final));
        run.Ticks();
        var replacement = run.Replace(1, quantity: quantity, limit: (decimal)limit).OrderNumber;
        run.Ticks();
        Assert.Equal(kept ? [replacement, 2] : [2, replacement], run.Fills.Select(fill => fill.OrderNumber));
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void A_trailing_stop_follows_by_a_rate_and_never_moves_back()
    {
        // sell: highest 110 (first knot), 10 % behind it is 99; buy: lowest 90, 10 % above it is 99
        var sell = new Run(Plain with { Path = Configuration.BarPath.HighFirst }, Minutes("A", Open, (100, 110, 100, 105, 10), (105, 106, 98, 98, 10)));
        sell.Submit(Sell(1, OrderType.TrailingStop) with { TrailRate = Configuration.SimulationConfig.RateUnit / 10 });
        sell.Ticks(2);
        Assert.Equal((U(99), 2), (sell.OnlyFill().Price, sell.OnlyFill().Tick));
        var buy = new Run(Plain with { Path = Configuration.BarPath.LowFirst }, Minutes("A", Open, (98, 98, 90, 95, 10), (95, 102, 94, 102, 10)));
        buy.Submit(Buy(1, OrderType.TrailingStop) with { TrailRate = Configuration.SimulationConfig.RateUnit / 10 });
        buy.Ticks(2);
        Assert.Equal((U(99), 2), (buy.OnlyFill().Price, buy.OnlyFill().Tick));
    }
}

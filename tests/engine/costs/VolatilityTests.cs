using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Costs;

/// <summary>The rolling range of <c>volatility</c>, and that makers pay nothing.</summary>
public sealed class VolatilityTests
{
    private static readonly SimulationConfig Config = Plain with { Slippage = SlippageModel.Volatility, PriceRounding = PriceRounding.None };

    [Theory]
    // bars, range: 1 = 101 − 99; 2 = 103 − 99; 3 = 103 − 97; 20 = all there are
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    [InlineData(20, 10)]
    [Trait("req", "EXEC-032")]
    public void It_is_a_part_of_the_range_of_the_last_bars_before_the_fill(int bars, int range)
    {
        var run = new Run(Config with { VolatilityBars = bars }, Minutes("A", Open, (100, 105, 95, 100, 10), (100, 101, 97, 100, 10), (100, 103, 100, 100, 10), (100, 101, 99, 100, 10), (100, 150, 50, 100, 10)));
        run.Ticks(4);
        run.Submit(Buy(1));
        run.Submit(Sell(1));
        run.Ticks();
        var slip = range * 0.05m;
        Assert.Equal([U(100 + slip), U(100 - slip)], run.Fills.Select(fill => fill.Price));
        Assert.All(run.Fills, fill => Assert.Equal(U(100), fill.ReferencePrice));
    }

    [Theory]
    [InlineData(SlippageModel.FixedBps)]
    [InlineData(SlippageModel.VolumeShare)]
    [InlineData(SlippageModel.Volatility)]
    [Trait("req", "EXEC-031")]
    [Trait("req", "EXEC-032")]
    public void A_maker_pays_neither_slippage_nor_spread(SlippageModel model)
    {
        var run = new Run(Config with { Slippage = model, SpreadRate = 20 * SimulationConfig.BasisPoint }, Minutes("A", Open, (100, 105, 99.5m, 100, 10), (100, 105, 95, 100, 10)));
        run.Submit(Buy(1, OrderType.Limit, limit: 99));
        run.Submit(Sell(1, OrderType.Limit, limit: 105.5m));
        run.Submit(Sell(1, OrderType.Limit, limit: 104));
        run.Ticks(2);
        Assert.Equal([(1, U(99)), (3, U(104))], run.Fills.Select(fill => (fill.OrderNumber, fill.Price)).Order());
        Assert.Equal(0, run.Simulation.Statistics.Counters.SlippageCost);
    }
}

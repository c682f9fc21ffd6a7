using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Matching;

public sealed class MarketOrderTests
{
    [Fact]
    [Trait("req", "EXEC-020")]
    public void A_market_order_fills_at_the_open_of_the_bar_that_opens_at_its_tick()
    {
        var run = new Run(Plain, Minutes("A", Open, (100, 101, 99, 100.5m, 1000), (102, 103, 101, 102.5m, 1000)));
        run.Ticks();
        Assert.True(run.Submit(Buy(10)).Accepted);
        run.Ticks();
        var fill = run.OnlyFill();
        Assert.Equal(U(102), fill.Price);
        Assert.Equal(Open + Minute, fill.Time);
        Assert.Equal(FillReason.MarketOpen, fill.FillReason);
        Assert.Equal(M(100_000 - 1_020), run.Simulation.Cash);
        Assert.Equal(M(100_000 + 5), run.Simulation.Equity);
    }

    [Fact]
    [Trait("req", "EXEC-020")]
    [Trait("req", "EXEC-031")]
    [Trait("req", "EXEC-032")]
    [Trait("req", "EXEC-034")]
    public void A_taker_pays_half_the_spread_and_the_slippage_rounded_against_it()
    {
        // 100 · (1 + 10 bp + 5 bp) = 100.15; for a sell 99.85. With reference 33.33: 33.379995 → 33.38, and 33.280005 → 33.28.
        var config = Plain with { SpreadRate = 20 * SimulationConfig.BasisPoint, Slippage = SlippageModel.FixedBps };
        var run = new Run(config, Minutes("A", Open, (100, 101, 99, 100, 1000), (33.33m, 34, 33, 33.5m, 1000)));
        run.Submit(Buy(10));
        run.Submit(Sell(10));
        run.Ticks();
        Assert.Equal([U(100.15m), U(99.85m)], run.Fills.Select(fill => fill.Price));
        run.Submit(Buy(10));
        run.Submit(Sell(10));
        run.Ticks();
        Assert.Equal([U(33.38m), U(33.28m)], run.Fills.Skip(2).Select(fill => fill.Price));
    }

    [Fact]
    [Trait("req", "EXEC-020")]
    public void Without_a_bar_a_market_order_waits_for_the_next_one_and_fills_from_its_open()
    {
        var run = new Run(Plain, Minutes("A", Open, (10, 10, 10, 10, 1), (10, 10, 10, 10, 1), (10, 10, 10, 10, 1)),
            At("B", Minutes("X", Open, (1, 1, 1, 1, 1)).Instrument.AssetClass, (Open, (50m, 50m, 50m, 50m, 1m)), (Open + 2 * Minute, (52m, 53m, 51m, 52m, 1m))));
        run.Ticks();
        var order = run.Submit(Buy(1, symbol: 1));
        run.Ticks();
        Assert.Equal(Reason.NoBar, run.Simulation.ReasonOf(order.OrderNumber));
        run.Ticks();
        Assert.Equal(U(52), run.OnlyFill().Price);
        Assert.Equal(Open + 2 * Minute, run.OnlyFill().Time);
    }
}

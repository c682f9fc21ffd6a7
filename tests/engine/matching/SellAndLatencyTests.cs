using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Matching;

/// <summary>The mirror images of the limit and stop tests, and what latency does by default and across gaps.</summary>
public sealed class SellAndLatencyTests
{
    private static readonly SimulationConfig Slipping = Plain with { Slippage = SlippageModel.FixedBps };

    private static Run One(SimulationConfig config, OrderIntent order, (decimal, decimal, decimal, decimal, decimal) bar)
    {
        var run = new Run(config, Minutes("A", Open, (100, 100, 100, 100, 1000), bar));
        Assert.True(run.Submit(order).Accepted);
        return run.Ticks(2);
    }

    [Fact]
    [Trait("req", "EXEC-021")]
    public void A_sell_limit_is_never_filled_worse_and_gets_the_better_open()
    {
        // 100 − 5 bp = 99.95: within a limit of 99.95, past one of 99.96
        Assert.Equal(U(99.95m), One(Slipping, Sell(1, OrderType.Limit, limit: 99.95m), (100, 100, 100, 100, 1000)).OnlyFill().Price);
        Assert.Empty(One(Slipping, Sell(1, OrderType.Limit, limit: 99.96m), (99.9m, 99.96m, 99.9m, 99.9m, 1000)).Fills);
        var improved = One(Slipping, Sell(1, OrderType.Limit, limit: 101), (101.5m, 102, 101, 101, 1000)).OnlyFill();
        Assert.Equal((U(101.5m), Open + Minute), (improved.Price, improved.Time));
        Assert.Equal(U(101), One(Slipping, Sell(1, OrderType.Limit, limit: 101), (100, 101.01m, 100, 100, 1000)).OnlyFill().Price);
        Assert.Empty(One(Slipping, Sell(1, OrderType.Limit, limit: 101), (100, 101, 100, 100, 1000)).Fills);
    }

    [Theory]
    [InlineData(100, 101, 101, 101.06)]
    [InlineData(101, 101, 101, 101.06)]
    [InlineData(103, 103, 103, 103.06)]
    [Trait("req", "EXEC-022")]
    public void A_buy_stop_triggers_inclusively_and_a_gap_fills_from_the_open(double open, double high, double reference, double price)
    {
        // 101 + 5 bp = 101.0505 → 101.06; 103 + 5 bp = 103.0515 → 103.06, both rounded up
        var fill = One(Slipping, Buy(1, OrderType.Stop, stop: 101), ((decimal)open, (decimal)high, (decimal)open, (decimal)open, 1000)).OnlyFill();
        Assert.Equal((U((decimal)reference), U((decimal)price)), (fill.ReferencePrice, fill.Price));
    }

    [Fact]
    [Trait("req", "EXEC-006")]
    public void A_cancel_and_a_replace_take_as_long_as_an_order_unless_another_latency_is_given()
    {
        var bars = Minutes("A", Open, (100, 100, 100, 100, 10), (100, 100, 100, 100, 10), (100, 100, 100, 100, 10));
        foreach (var (own, seconds) in new (int?, int)[] { (null, 5), (0, 0), (9_000, 9) })
        {
            var run = new Run(Plain with { LatencyMs = 5_000, CancelLatencyMs = own }, bars);
            var first = run.Submit(Buy(1, OrderType.Limit, limit: 90)).OrderNumber;
            var second = run.Submit(Buy(1, OrderType.Limit, limit: 90)).OrderNumber;
            run.Ticks();
            run.Cancel(first);
            run.Replace(second, limit: 91);
            run.Ticks();
            Assert.Equal((OrderState.Cancelled, Open + Minute + seconds * 1_000_000L), (run.Last(first).State, run.Last(first).Time));
            Assert.Equal((OrderState.Replaced, Open + Minute + seconds * 1_000_000L), (run.Last(second).State, run.Last(second).Time));
        }
    }

    [Fact]
    [Trait("req", "EXEC-006")]
    public void Eligibility_in_a_gap_moves_to_the_symbols_next_bar()
    {
        var series = At("A", AssetClass.Equity, (Open, (100m, 100m, 100m, 100m, 10m)), (Open + 5 * Minute, (104m, 105m, 103m, 104m, 10m)));
        var run = new Run(Plain with { LatencyMs = 90_000 }, series);
        run.Submit(Buy(1));
        run.Ticks(2);
        Assert.Equal((U(104), Open + 5 * Minute), (run.OnlyFill().Price, run.OnlyFill().Time));
    }

    [Fact]
    [Trait("req", "EXEC-006")]
    public void Jitter_only_adds_to_the_latency_and_stays_within_its_bound()
    {
        var waits = new HashSet<long>();
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var run = new Run(Plain with { LatencyMs = 1_000, LatencyJitterMs = 2_000, Seed = seed }, Minutes("A", Open, (100, 101, 99, 100, 10)));
            run.Submit(Buy(1));
            waits.Add(run.Ticks().OnlyFill().Time - Open);
        }

        Assert.All(waits, wait => Assert.InRange(wait, 1_000_000, 3_000_000));
        Assert.True(waits.Min() < 1_100_000 && waits.Max() > 2_900_000, "the draws do not use their range");
    }
}

using Trading.Engine.Account;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using Trading.Engine.Tests.Twin;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Account;

public sealed class AccountTests
{
    private static Run Prices(SimulationConfig config, params decimal[] prices) => new(config, Minutes("A", Open, [.. prices.Select(price => (price, price, price, price, 1_000_000m))]));

    private static void Step(Run run, OrderIntent order)
    {
        Assert.True(run.Submit(order).Accepted);
        run.Ticks();
    }

    [Fact]
    [Trait("req", "EXEC-051")]
    [Trait("req", "EXEC-060")]
    public void Lots_are_closed_first_in_first_out_with_their_share_of_the_costs()
    {
        // Commission 0.01 per share. Buy 10 at 100 (0.10), buy 10 at 110 (0.10), sell 15 at 120 (0.15):
        // trade 1: 10 · 20 − 0.10 − 0.10 = 199.80; trade 2: 5 · 10 − 0.05 − 0.05 = 49.90.
        var run = Prices(Plain with { Commission = CommissionModel.PerShare, CommissionPerShare = M(0.01m) }, 100, 110, 120);
        Step(run, Buy(10));
        Step(run, Buy(10));
        Assert.Equal((U(105), M(2200), M(100)), (run.Simulation.ReadPosition(0).AverageCost, run.Simulation.ReadPosition(0).MarketValue, run.Simulation.ReadPosition(0).Unrealised));
        Step(run, Sell(15));
        Assert.Equal([M(199.80m), M(49.90m)], run.Simulation.Trades.ToArray().Select(trade => trade.Profit));
        Assert.Equal(M(249.70m), run.Simulation.ReadPosition(0).Realised);
        Assert.Equal((U(5), U(110)), (run.Simulation.Position(0), run.Simulation.ReadPosition(0).AverageCost));
        Assert.Equal(M(100_000 - 1_000 - 1_100 + 1_800 - 0.35m), run.Simulation.Cash);
        var counters = run.Simulation.Statistics.Counters;
        Assert.Equal((2, 2, 0, M(249.70m), M(199.80m), M(49.90m)), (counters.Trades, counters.Wins, counters.Losses, counters.WinningProfit, counters.BestTrade, counters.WorstTrade));
    }

    [Fact]
    [Trait("req", "EXEC-051")]
    public void A_flip_closes_first_and_then_opens()
    {
        var run = Prices(Plain, 100, 90, 80);
        Step(run, Buy(10));
        Step(run, Sell(25));
        Assert.Equal((U(-15), U(90), M(-100)), (run.Simulation.Position(0), run.Simulation.ReadPosition(0).AverageCost, run.Simulation.ReadPosition(0).Realised));
        Step(run, Buy(15));
        Assert.Equal((0L, M(50)), (run.Simulation.Position(0), run.Simulation.ReadPosition(0).Realised));
        Assert.Equal(M(100_050), run.Simulation.Equity);
    }

    [Fact]
    [Trait("req", "EXEC-051")]
    public void Day_pnl_counts_from_the_previous_session_close()
    {
        var bars = At("A", AssetClass.Equity, (Open, (100m, 100m, 100m, 100m, 10m)), (Open + Minute, (104m, 104m, 104m, 104m, 10m)), (Open + Day, (110m, 110m, 110m, 110m, 10m)), (Open + Day + Minute, (111m, 111m, 111m, 111m, 10m)));
        var run = new Run(Plain, bars);
        Step(run, Buy(10));
        run.Ticks();
        Assert.Equal(M(0), run.Simulation.ReadAccount([]).DayPnl);
        run.Ticks();
        var positions = new PositionView[1];
        var account = run.Simulation.ReadAccount(positions);
        Assert.Equal((M(60), M(100_100), M(99_000), 1, 0), (account.DayPnl, account.Equity, account.Cash, account.Positions, account.OpenOrders));
        Assert.Equal((0, U(10), M(1_100)), (positions[0].Symbol, positions[0].Quantity, positions[0].MarketValue));
    }

    [Fact]
    [Trait("req", "EXEC-050")]
    public void Money_is_exact_where_binary_floating_point_is_not()
    {
        var run = Prices(Plain with { FractionalQuantity = true, InitialCash = M(1) }, [.. Enumerable.Repeat(0.1m, 10)]);
        for (var buy = 0; buy < 10; buy++) Step(run, Buy(1));
        Assert.Equal(0, run.Simulation.Cash);
        Assert.Equal(M(1), run.Simulation.Equity);
    }

    [Fact]
    [Trait("req", "EXEC-054")]
    [Trait("req", "EXEC-055")]
    public void The_three_records_agree_after_every_step_of_random_runs()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var run = new Simulation(workload.Config, workload.Series);
            foreach (var step in workload.Steps)
            {
                step.Take(run);
                Assert.Empty(run.Reconcile());
            }

            run.Finish();
            Assert.Empty(run.Reconcile());
        }
    }

    [Fact]
    [Trait("req", "EXEC-062")]
    public void Drawdown_exposure_and_the_curve_are_sampled_once_per_tick()
    {
        // 100 shares at 100: equity 100,000, 110,000 (peak), 95,000 (trough), 105,000, 120,000 (recovered after 3 ticks).
        var run = Prices(Plain, 100, 200, 50, 150, 300);
        Step(run, Buy(100));
        run.Ticks(4);
        var statistics = run.Simulation.Statistics;
        var deepest = statistics.MaximumDrawdown;
        Assert.Equal((M(110_000), M(95_000), 3, 3 * Minute), (deepest.Peak, deepest.Trough, deepest.Ticks, deepest.Micros));
        Assert.Equal((Open + Minute, Open + 2 * Minute), (deepest.PeakTime, deepest.TroughTime));
        Assert.Equal((5, 5), (statistics.Counters.ExposureTicks, statistics.Counters.Ticks));
        Assert.Equal([M(100_000), M(110_000), M(95_000), M(105_000), M(120_000)], statistics.Curve.ToArray().Select(point => point.Equity));
        Assert.Equal(M(120_000), Assert.Single(statistics.DailyCloses.ToArray()).Equity);
    }
}

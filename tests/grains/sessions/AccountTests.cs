using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Sections 16 and 21: account snapshots and results.</summary>
public class AccountTests
{
    [Fact]
    [Trait("req", "SIM-243")]
    [Trait("req", "SIM-247")]
    public void With_every_fill_one_balanced_snapshot_follows_each_report()
    {
        var driver = Running(1, AccountUpdateFrequency.EveryFill);
        driver.Send(Batch("b-1", Market("o-1", 10), Market("o-2", 20), Market("o-3", 15, OrderSide.Sell)));
        var outputs = driver.Acknowledge(1);
        Assert.Equal(7, outputs.Count);
        var position = 0L;
        var cash = SmallBars.Money(50_000m);
        for (var at = 0; at < 6; at += 2)
        {
            var fill = Assert.IsType<FillOutput>(outputs[at]);
            var account = Assert.IsType<AccountOutput>(outputs[at + 1]);
            var direction = fill.Side == OrderSide.Buy ? 1 : -1;
            position += direction * fill.Quantity;
            cash -= direction * (Int128)fill.Price * fill.Quantity + fill.Commission;
            Assert.False(account.Answer);
            // the state as of this fill, not of the last one of the tick
            Assert.Equal(cash, account.Account.Cash);
            Assert.Equal(position, Assert.Single(account.Account.Positions).Quantity);
            AssertBalances(account.Account);
        }
    }

    [Fact]
    [Trait("req", "SIM-244")]
    public void With_every_tick_there_is_one_snapshot_per_tick_after_its_fills()
    {
        var driver = Running(4, AccountUpdateFrequency.EveryTick);
        driver.Send(Batch("b-1", Market("o-1", 10)));
        var outputs = driver.Acknowledge(1);
        Assert.Collection(outputs, one => Assert.IsType<FillOutput>(one), one => AssertBalances(Assert.IsType<AccountOutput>(one).Account), one => Assert.IsType<TicksOutput>(one));
        driver.RunToEnd();
        Assert.Equal(20, driver.All.OfType<AccountOutput>().Count());
    }

    [Fact]
    [Trait("req", "SIM-245")]
    [Trait("req", "SIM-250")]
    public void On_demand_the_client_asks()
    {
        var driver = Running(1, AccountUpdateFrequency.OnDemand);
        driver.Send(Batch("b-1", Market("o-1", 10)));
        driver.Acknowledge(1);
        var answer = Assert.IsType<AccountOutput>(Assert.Single(driver.Send(new QueryPositionsCommand { RequestId = "r-5" })));
        Assert.Equal((true, "r-5"), (answer.Answer, answer.RequestId));
        AssertBalances(answer.Account);
        driver.RunToEnd();
        Assert.Single(driver.All.OfType<AccountOutput>());
    }

    [Fact]
    [Trait("req", "SIM-238")]
    [Trait("req", "SIM-239")]
    [Trait("req", "SIM-246")]
    public void A_fill_changes_cash_by_value_and_commission_and_cost_leaves_commission_out()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 100)));
        driver.Acknowledge(1);
        driver.Send(Batch("b-2", Limit("o-2", 10, 50m)));
        var account = driver.Machine.Account();
        Assert.Equal(SmallBars.Money(50_000m - 10_005m - 0.5m), account.Cash);
        var position = Assert.Single(account.Positions);
        Assert.Equal(SmallBars.Money(10_005m), position.Cost);
        Assert.Equal(SmallBars.Units(100.01m), position.Mark);
        // equity 49,995.50, gross 10,001.00, reserved 10 × 50.00 + 0.05
        Assert.Equal(SmallBars.Money(49_995.5m), account.Equity);
        Assert.Equal(SmallBars.Money(49_995.5m - 10_001m - 500.05m), account.BuyingPower);
        Assert.Equal(1, account.OpenOrders);
    }

    [Fact]
    [Trait("req", "SIM-241")]
    public void Day_pnl_counts_from_the_end_of_the_day_before()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 100)));
        driver.Acknowledge(1);
        Assert.Equal(driver.Machine.Account().Equity - SmallBars.Money(50_000m), driver.Machine.Account().DayPnl);
        for (var tick = 2; tick <= 10; tick++) driver.Acknowledge(tick);
        var close = driver.Machine.Account();
        Assert.Equal(0, close.DayPnl);
        driver.Acknowledge(11);
        Assert.Equal(driver.Machine.Account().Equity - close.Equity, driver.Machine.Account().DayPnl);
        Assert.NotEqual(0, driver.Machine.Account().DayPnl);
    }

    [Fact]
    [Trait("req", "SIM-287")]
    [Trait("req", "SIM-288")]
    [Trait("req", "SIM-289")]
    [Trait("req", "SIM-290")]
    [Trait("req", "SIM-291")]
    [Trait("req", "SIM-292")]
    [Trait("req", "SIM-293")]
    public void The_results_follow_from_the_reports_and_snapshots_of_the_run()
    {
        var driver = Running(1, AccountUpdateFrequency.EveryTick);
        driver.Send(Batch("b-1", Market("o-1", 100), Limit("o-2", 1, 50m)));
        for (var tick = 1; tick <= 5; tick++) driver.Acknowledge(tick);
        driver.Send(Batch("b-2", Market("o-3", 60, OrderSide.Sell)));
        driver.Now += TimeSpan.FromSeconds(42);
        driver.RunToEnd();

        var result = driver.Complete!;
        var equity = driver.All.OfType<AccountOutput>().Select(account => account.Account.Equity).ToArray();
        Assert.Equal(SmallBars.Money(50_000m), result.InitialCash);
        Assert.Equal(equity[^1], result.FinalEquity);
        Assert.Equal(driver.Fills.Aggregate(Int128.Zero, (sum, fill) => sum + fill.Commission), result.TotalCommission);
        Assert.Equal((1, 0, 42), (result.TotalTrades, result.WinningTrades, result.DurationSec));
        Assert.Equal(40 * 100_000_000L, Assert.Single(driver.Machine.Account().Positions).Quantity);
        Assert.Equal((OrderState.Cancelled, Reason.EndOfSimulation), (driver.Machine.Order("o-2")!.State, driver.Machine.Order("o-2")!.Reason));

        var peak = result.InitialCash;
        var worst = 0m;
        foreach (var one in equity)
        {
            if (one > peak) peak = one;
            worst = Math.Max(worst, (decimal)(double)(peak - one) / (decimal)(double)peak);
        }

        Assert.Equal(worst, result.MaxDrawdown, 11);
        Assert.True(result.MaxDrawdown > 0);
    }

    [Fact]
    [Trait("req", "SIM-283")]
    [Trait("req", "SIM-289")]
    public void A_run_without_trades_has_no_return_and_no_ratios()
    {
        var driver = Running(20);
        driver.RunToEnd();
        var result = driver.Complete!;
        Assert.Equal((0, 0, result.InitialCash, 0m), (result.TotalTrades, result.WinningTrades, result.FinalEquity, result.MaxDrawdown));
        Assert.Null(result.Sharpe);
        Assert.Null(result.Sortino);
        Assert.Null(result.Calmar);
    }

    private static void AssertBalances(AccountState account)
    {
        var value = account.Positions.Aggregate(Int128.Zero, (sum, position) => sum + (Int128)position.Quantity * position.Mark);
        Assert.Equal(account.Equity, account.Cash + value);
    }
}

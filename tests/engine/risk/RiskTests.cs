using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Risk;

public sealed class RiskTests
{
    private static Run At100(SimulationConfig config, decimal second = 100) =>
        new(config, Minutes("A", Open, (100, 100, 100, 100, 1_000), (second, second, second, second, 1_000), (second, second, second, second, 1_000)));

    [Fact]
    [Trait("req", "EXEC-052")]
    public void Buying_power_is_checked_with_open_orders_reserved()
    {
        var run = At100(Plain with { InitialCash = M(1_000) });
        Assert.True(run.Submit(Buy(6, OrderType.Limit, limit: 90)).Accepted);
        var outcome = run.Submit(Buy(5));
        Assert.Equal((Reason.InsufficientBuyingPower, M(500), M(460)), (outcome.Reason, outcome.Required, outcome.Available));
        Assert.True(run.Submit(Buy(4)).Accepted);
        Assert.Equal(M(60), run.Simulation.ReadAccount([]).BuyingPower);
    }

    [Fact]
    [Trait("req", "EXEC-052")]
    public void Buying_power_is_checked_again_at_the_fill()
    {
        var run = At100(Plain with { InitialCash = M(1_000) }, 101);
        run.Ticks();
        Assert.True(run.Submit(Buy(10)).Accepted);
        run.Ticks();
        Assert.Equal((OrderState.Cancelled, Reason.InsufficientBuyingPower), (run.Last(1).State, run.Last(1).Reason));
    }

    [Theory]
    [InlineData(AccountType.Cash, 1, Reason.ShortingNotAllowed)]
    [InlineData(AccountType.Margin, 10, Reason.None)]
    [InlineData(AccountType.Margin, 11, Reason.InsufficientBuyingPower)]
    [InlineData(AccountType.Unlimited, 1_000_000, Reason.None)]
    [Trait("req", "EXEC-052")]
    public void The_account_type_decides_about_shorting(AccountType account, int quantity, Reason reason) =>
        Assert.Equal(reason, At100(Plain with { Account = account, InitialCash = M(1_000) }).Submit(Sell(quantity)).Reason);

    [Theory]
    [InlineData(1, 10, Reason.None)]
    [InlineData(1, 11, Reason.InsufficientBuyingPower)]
    [InlineData(4, 40, Reason.None)]
    [InlineData(4, 41, Reason.InsufficientBuyingPower)]
    [Trait("req", "EXEC-052")]
    public void Leverage_multiplies_the_buying_power_of_a_margin_account(int leverage, int quantity, Reason reason) =>
        Assert.Equal(reason, At100(Plain with { InitialCash = M(1_000), Leverage = leverage * SimulationConfig.RateUnit }).Submit(Buy(quantity)).Reason);

    [Fact]
    [Trait("req", "EXEC-052")]
    public void An_unlimited_account_may_go_below_nothing()
    {
        var run = At100(Plain with { Account = AccountType.Unlimited, InitialCash = M(1_000) }, 1);
        run.Submit(Buy(100));
        run.Ticks(2);
        Assert.Equal(M(1_000 - 10_000 + 100), run.Simulation.Equity);
    }

    [Fact]
    [Trait("req", "EXEC-053")]
    public void Each_limit_has_its_own_reason()
    {
        Assert.Equal(Reason.MaxOrderValue, At100(Plain with { MaxOrderValue = M(999) }).Submit(Buy(10)).Reason);
        Assert.Equal(Reason.MaxPositionSize, At100(Plain with { MaxPositionSize = U(9) }).Submit(Buy(10)).Reason);
        Assert.Equal(Reason.MaxGrossExposure, At100(Plain with { MaxGrossExposure = M(999) }).Submit(Buy(10)).Reason);
        var open = At100(Plain with { MaxOpenOrders = 1 });
        Assert.Equal([Reason.None, Reason.MaxOpenOrders], open.Submit(false, Buy(1), Buy(1)).Select(outcome => outcome.Reason));
        var pace = At100(Plain with { MaxOrdersPerMinute = 2 });
        Assert.Equal([Reason.None, Reason.None, Reason.MaxOrdersPerMinute], pace.Submit(false, Buy(1), Buy(1), Buy(1)).Select(outcome => outcome.Reason));
        Assert.True(pace.Ticks().Submit(Buy(1)).Accepted);
    }

    [Fact]
    [Trait("req", "EXEC-053")]
    public void After_the_largest_drawdown_only_reducing_orders_pass()
    {
        // 500 shares at 100 fall to 80: (100,000 − 90,000) / 100,000 = 10 %.
        var run = At100(Plain with { MaxDrawdown = SimulationConfig.RateUnit / 10 }, 80);
        run.Submit(Buy(500));
        run.Ticks(2);
        Assert.Equal(Reason.MaxDrawdown, run.Submit(Buy(1)).Reason);
        Assert.Equal(Reason.MaxDrawdown, run.Submit(Sell(501)).Reason);
        Assert.True(run.Submit(Sell(500)).Accepted);
        run.Ticks();
        Assert.Equal(0, run.Simulation.Position(0));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_never_wraps()
    {
        var run = At100(Plain with { Account = AccountType.Unlimited });
        Assert.Equal(Reason.InvalidQuantity, run.Submit(Buy(1) with { Quantity = long.MaxValue }).Reason);
        Assert.Equal(Reason.InvalidQuantity, run.Submit(Buy(1) with { Quantity = long.MinValue }).Reason);
        Assert.Equal(Reason.InvalidPrice, run.Submit(Buy(1, OrderType.Limit) with { LimitPrice = long.MaxValue }).Reason);
        Assert.Equal(Reason.UnknownSymbol, run.Submit(Buy(1, symbol: -1)).Reason);
        Assert.Equal(Reason.UnknownOrder, run.Cancel(-7));
        Assert.Equal(Reason.InvalidPrice, run.Submit(Buy(1, OrderType.Limit, limit: 99.995m)).Reason);
        Assert.Equal(Reason.InvalidQuantity, run.Submit(Buy(1.5m)).Reason);
    }
}

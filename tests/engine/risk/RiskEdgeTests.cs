using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Risk;

/// <summary>What reserves buying power and what does not, and limits on the short side.</summary>
public sealed class RiskEdgeTests
{
    private static Run Flat(SimulationConfig config, params decimal[] prices) =>
        new(config, Minutes("A", Open, [.. prices.Select(price => (price, price, price, price, 1_000m))]));

    [Fact]
    [Trait("req", "EXEC-052")]
    public void Closing_takes_no_buying_power_and_what_goes_beyond_it_does()
    {
        var run = Flat(Plain with { InitialCash = M(1_000) }, 100, 100, 100);
        run.Submit(Buy(10));
        run.Ticks();
        Assert.Equal(0, run.Simulation.ReadAccount([]).BuyingPower);
        Assert.True(run.Submit(Sell(4, OrderType.Limit, limit: 150)).Accepted);
        Assert.True(run.Submit(Sell(6, OrderType.Limit, limit: 150)).Accepted);
        Assert.Equal(0, run.Simulation.ReadAccount([]).BuyingPower);
        // all ten are spoken for: one more would be a short sale
        Assert.Equal(Reason.InsufficientBuyingPower, run.Submit(Sell(1)).Reason);
        run.Cancel(2);
        Assert.True(run.Submit(Sell(4)).Accepted);
    }

    [Fact]
    [Trait("req", "EXEC-052")]
    public void An_open_order_that_closes_reserves_nothing_and_one_that_opens_reserves_its_value()
    {
        var run = Flat(Plain with { InitialCash = M(1_000) }, 100, 100);
        run.Submit(Buy(5));
        run.Ticks();
        run.Submit(Sell(5, OrderType.Limit, limit: 150));
        Assert.Equal(M(500), run.Simulation.ReadAccount([]).BuyingPower);
        run.Submit(Sell(2, OrderType.Limit, limit: 150));
        Assert.Equal(M(200), run.Simulation.ReadAccount([]).BuyingPower);
        Assert.True(run.Submit(Buy(2)).Accepted);
        Assert.Equal(Reason.InsufficientBuyingPower, run.Submit(Buy(1)).Reason);
    }

    [Fact]
    [Trait("req", "EXEC-052")]
    public void A_cash_account_spends_its_cash_and_nothing_else()
    {
        // the position doubles: its value is no cash, whatever the leverage says
        var run = Flat(Plain with { Account = AccountType.Cash, InitialCash = M(1_000), Leverage = 4 * SimulationConfig.RateUnit }, 100, 200, 200);
        run.Submit(Buy(5));
        run.Ticks(2);
        Assert.Equal(M(1_500), run.Simulation.Equity);
        Assert.Equal(M(500), run.Simulation.ReadAccount([]).BuyingPower);
        Assert.Equal(Reason.InsufficientBuyingPower, run.Submit(Buy(3)).Reason);
        Assert.True(run.Submit(Buy(2)).Accepted);
        Assert.True(run.Submit(Sell(5)).Accepted);
        Assert.Equal(Reason.ShortingNotAllowed, run.Submit(Sell(1)).Reason);
    }

    [Fact]
    [Trait("req", "EXEC-053")]
    public void Size_and_exposure_count_short_positions_and_open_orders()
    {
        var size = Flat(Plain with { MaxPositionSize = U(10) }, 100, 100);
        Assert.True(size.Submit(Sell(6)).Accepted);
        Assert.Equal(Reason.MaxPositionSize, size.Submit(Sell(5)).Reason);
        Assert.True(size.Submit(Sell(4)).Accepted);
        size.Ticks();
        Assert.Equal(Reason.MaxPositionSize, size.Submit(Sell(1)).Reason);
        Assert.True(size.Submit(Buy(20)).Accepted);

        var gross = Flat(Plain with { MaxGrossExposure = M(1_000) }, 100, 100);
        Assert.True(gross.Submit(Sell(6)).Accepted);
        Assert.Equal(Reason.MaxGrossExposure, gross.Submit(Buy(11)).Reason);
        gross.Ticks();
        Assert.Equal(Reason.MaxGrossExposure, gross.Submit(Sell(5)).Reason);
        Assert.True(gross.Submit(Sell(4)).Accepted);
    }
}

using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Costs;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Costs;

/// <summary>Maxima, charges over several fills, the days on which fees change, and lots.</summary>
public sealed class CommissionEdgeTests
{
    private static IEnumerable<Int128> Charges(SimulationConfig config, decimal quantity, decimal price)
    {
        var bar = (price, price, price, price, 1_000m);
        var run = new Run(config with { MaxParticipation = SimulationConfig.RateUnit / 10 }, Minutes("A", Open, bar, bar, bar));
        run.Submit(Buy(quantity));
        return run.Ticks(3).Fills.Select(fill => fill.Commission);
    }

    [Fact]
    [Trait("req", "EXEC-040")]
    public void A_maximum_is_a_share_of_the_orders_value()
    {
        // 100 and 50 shares at 1: 0.50 and 0.25 by the share, but at most 0.1 % of 100 and of 150
        var config = Plain with { Commission = CommissionModel.PerShare, CommissionMaximumRate = SimulationConfig.RateUnit / 1000 };
        Assert.Equal([M(0.10m), M(0.05m)], Charges(config, 150, 1));
        // far above it nothing changes
        Assert.Equal([M(0.50m), M(0.25m)], Charges(config, 150, 100));
    }

    [Fact]
    [Trait("req", "EXEC-040")]
    public void Basis_points_charge_their_fixed_amount_for_every_fill()
    {
        var config = Plain with { Commission = CommissionModel.Bps, CommissionRate = 10 * SimulationConfig.BasisPoint, CommissionFixed = M(0.25m) };
        Assert.Equal([M(1.25m), M(0.75m)], Charges(config, 150, 10));
    }

    [Fact]
    [Trait("req", "EXEC-040")]
    public void The_fixed_broker_schedule_has_one_minimum_per_order()
    {
        // 0.50, then 0.75, then 1.25 in all: 1.00, nothing, 0.25
        Assert.Equal([M(1), M(0), M(0.25m)], Charges(Plain with { Commission = CommissionModel.IbkrFixed }, 250, 10));
    }

    [Theory]
    [InlineData(2024, 5, 21, 0)]
    [InlineData(2024, 5, 22, 27.80)]
    [InlineData(2025, 5, 13, 27.80)]
    [InlineData(2025, 5, 14, 0)]
    [InlineData(2026, 4, 3, 0)]
    [InlineData(2026, 4, 4, 20.60)]
    [Trait("req", "EXEC-041")]
    public void The_section_31_fee_changes_on_its_days(int year, int month, int day, double perMillion)
    {
        // one share, so that the activity fee is its smallest charge of 0.01
        var midnight = (new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).Ticks / 10;
        foreach (var time in new[] { midnight, midnight + Day - 1 })
        {
            Assert.Equal(M((decimal)perMillion) + M(0.01m), RegulatoryFees.Default.ForSell(time, U(1), M(1_000_000)));
        }
    }

    [Theory]
    [InlineData(2025, 12, 31, 8.30)]
    [InlineData(2026, 1, 1, 9.79)]
    [InlineData(2026, 12, 31, 9.79)]
    [InlineData(2027, 1, 1, 11.61)]
    [Trait("req", "EXEC-041")]
    public void The_activity_fee_and_its_maximum_change_on_their_days(int year, int month, int day, double maximum)
    {
        var midnight = (new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).Ticks / 10;
        var sec = year >= 2026 && (year > 2026 || month >= 4) ? M(20.60m) : 0;
        Assert.Equal(sec + M((decimal)maximum), RegulatoryFees.Default.ForSell(midnight, U(1_000_000), M(1_000_000)));
    }

    [Fact]
    [Trait("req", "EXEC-026")]
    public void Forex_is_bought_in_whole_units()
    {
        var value = new OrderIntent { Symbol = 0, Side = OrderSide.Buy, Type = OrderType.Market, TimeInForce = TimeInForce.GoodTilCancelled, HasNotional = true, Notional = M(1000) };
        foreach (var fractional in new[] { false, true })
        {
            var run = new Run(Plain with { FractionalQuantity = fractional }, At("EURUSD", AssetClass.Forex, (Open, (1.23457m, 1.24m, 1.23m, 1.23457m, 10_000m))));
            Assert.True(run.Submit(value).Accepted);
            // 1000 / 1.23457 is a little below 810
            Assert.Equal(U(809), run.Ticks().OnlyFill().Quantity);
        }
    }
}

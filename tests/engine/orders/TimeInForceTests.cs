using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Orders;

public sealed class TimeInForceTests
{
    private const long Close = Tuesday + 20 * Hour;

    private static BarSeries TwoDays() => At("A", AssetClass.Equity, (Close - Minute, (100m, 101m, 99m, 100m, 1000m)), (Close, (100m, 101m, 99m, 100m, 1000m)), (Open + Day, (100m, 101m, 99m, 100m, 1000m)));

    [Fact]
    [Trait("req", "EXEC-025")]
    public void A_day_order_expires_at_the_regular_close_and_one_for_extended_hours_at_the_extended_close()
    {
        var run = new Run(Plain with { ExtendedHours = true }, TwoDays());
        run.Submit(Buy(1, OrderType.Limit, limit: 50, tif: TimeInForce.Day));
        run.Submit(Buy(1, OrderType.Limit, limit: 50, tif: TimeInForce.Day) with { ExtendedHours = true });
        run.Submit(Buy(1, OrderType.Limit, limit: 50));
        run.ToEnd();
        Assert.Equal((OrderState.Expired, Reason.DayExpired, Close), (run.Last(1).State, run.Last(1).Reason, run.Last(1).Time));
        Assert.Equal((OrderState.Expired, Reason.DayExpired, Tuesday + 24 * Hour), (run.Last(2).State, run.Last(2).Reason, run.Last(2).Time));
        Assert.Equal((OrderState.Cancelled, Reason.EndOfSimulation, Open + Day + Minute), (run.Last(3).State, run.Last(3).Reason, run.Last(3).Time));
    }

    [Fact]
    [Trait("req", "EXEC-025")]
    [Trait("req", "EXEC-030")]
    public void Immediate_or_cancel_takes_what_its_first_bar_gives()
    {
        var run = new Run(Plain with { MaxParticipation = SimulationConfig.RateUnit / 10 }, Minutes("A", Open, (100, 101, 99, 100, 300), (100, 101, 99, 100, 300)));
        run.Submit(Buy(50, tif: TimeInForce.ImmediateOrCancel));
        run.Ticks();
        Assert.Equal(U(30), run.OnlyFill().Quantity);
        Assert.Equal((OrderState.Cancelled, Reason.ImmediateOrCancelRemainder, U(20), Open + Minute), (run.Last(1).State, run.Last(1).Reason, run.Last(1).Remaining, run.Last(1).Time));
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    [Trait("req", "EXEC-025")]
    public void Fill_or_kill_is_all_or_nothing(int quantity, bool fills)
    {
        var run = new Run(Plain with { MaxParticipation = SimulationConfig.RateUnit / 10 }, Minutes("A", Open, (100, 101, 99, 100, 300)));
        run.Submit(Buy(quantity, tif: TimeInForce.FillOrKill));
        run.Ticks();
        Assert.Equal(fills ? Reason.None : Reason.FillOrKillNotFilled, run.Simulation.ReasonOf(1));
        Assert.Equal(fills ? 1 : 0, run.Fills.Count());
    }

    [Fact]
    [Trait("req", "EXEC-027")]
    [Trait("req", "EXEC-028")]
    public void Outside_its_session_an_order_rests_and_an_immediate_one_is_refused()
    {
        var bars = At("A", AssetClass.Equity, (Open - Minute, (99m, 99m, 99m, 99m, 10m)), (Open, (100m, 101m, 99m, 100m, 10m)));
        var run = new Run(Plain with { ExtendedHours = true }, bars);
        Assert.True(run.Submit(Buy(1)).Accepted);
        Assert.Equal(Reason.SymbolNotTrading, run.Submit(Buy(1, tif: TimeInForce.ImmediateOrCancel)).Reason);
        Assert.Equal(Reason.SymbolNotTrading, run.Submit(Buy(1, tif: TimeInForce.FillOrKill)).Reason);
        Assert.True(run.Submit(Buy(1, tif: TimeInForce.ImmediateOrCancel) with { ExtendedHours = true }).Accepted);
        run.Ticks();
        Assert.Equal(Reason.SessionClosed, run.Simulation.ReasonOf(1));
        Assert.Equal((4, U(99)), (run.OnlyFill().OrderNumber, run.OnlyFill().Price));
        run.Ticks();
        Assert.Equal((1, U(100), Open), (run.Fills.Last().OrderNumber, run.Fills.Last().Price, run.Fills.Last().Time));
    }

    [Fact]
    [Trait("req", "EXEC-028")]
    public void Every_open_order_says_why_the_bar_did_not_fill_it()
    {
        var config = Plain with { MaxParticipation = SimulationConfig.RateUnit / 10, LatencyMs = 0 };
        var a = Minutes("A", Open, (100, 101, 99, 100, 0), (100, 101, 99, 100, 0));
        var b = At("B", AssetClass.Equity, (Open + Minute, (10m, 10m, 10m, 10m, 1000m)));
        var run = new Run(config, a, b);
        run.Submit(Buy(1));
        run.Submit(Buy(1, OrderType.Limit, limit: 90));
        run.Submit(Buy(1, OrderType.Stop, stop: 110));
        run.Submit(Buy(1, symbol: 1));
        run.Submit(Buy(1, OrderType.MarketOnClose));
        run.Ticks();
        Assert.Equal([Reason.VolumeExhausted, Reason.NotThrough, Reason.NotTriggered, Reason.NoBar, Reason.NotEligibleYet], Enumerable.Range(1, 5).Select(run.Simulation.ReasonOf));
        var poor = new Run(Plain with { InitialCash = M(100) }, a);
        Assert.Equal(Reason.InsufficientBuyingPower, poor.Submit(Buy(2)).Reason);
    }

    [Fact]
    [Trait("req", "EXEC-026")]
    public void A_notional_order_is_converted_where_it_fills_and_rounded_down_to_the_lot()
    {
        var value = new OrderIntent { Symbol = 0, Side = OrderSide.Buy, Type = OrderType.Market, TimeInForce = TimeInForce.Day, HasNotional = true, Notional = M(1000) };
        var shares = new Run(Plain, Minutes("A", Open, (33.33m, 34, 33, 33.5m, 10)));
        Assert.True(shares.Submit(value).Accepted);
        shares.Ticks();
        Assert.Equal(U(30), shares.OnlyFill().Quantity);
        var coins = new Run(Plain with { FractionalQuantity = true }, At("C", AssetClass.Crypto, (Open, (30_000m, 30_001m, 29_999m, 30_000m, 10m))));
        coins.Submit(value);
        coins.Ticks();
        Assert.Equal(U(0.03333333m), coins.OnlyFill().Quantity);
        Assert.Equal(Reason.InvalidQuantity, new Run(Plain, Minutes("A", Open, (1, 1, 1, 1, 1))).Submit(value with { HasQuantity = true, Quantity = U(1) }).Reason);
        Assert.Equal(Reason.InvalidQuantity, new Run(Plain, Minutes("A", Open, (1, 1, 1, 1, 1))).Submit(value with { HasNotional = false }).Reason);
    }
}

using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Matching;

public sealed class LimitAndStopTests
{
    private static readonly (decimal, decimal, decimal, decimal, decimal) Flat = (100, 100, 100, 100, 1000);

    private static Run One(SimulationConfig config, OrderIntent order, params (decimal, decimal, decimal, decimal, decimal)[] bars)
    {
        var run = new Run(config, Minutes("A", Open, [Flat, .. bars]));
        Assert.True(run.Submit(order).Accepted);
        return run.Ticks(1 + bars.Length);
    }

    [Fact]
    [Trait("req", "EXEC-021")]
    public void A_marketable_limit_fills_at_once_as_a_taker_never_worse_than_its_limit()
    {
        // 100 + 5 bp = 100.05: within a limit of 100.05, past one of 100.04, which rests.
        var config = Plain with { Slippage = SlippageModel.FixedBps };
        var within = One(config, Buy(1, OrderType.Limit, limit: 100.05m));
        Assert.Equal((U(100.05m), U(100), FillReason.LimitTouched), (within.OnlyFill().Price, within.OnlyFill().ReferencePrice, within.OnlyFill().FillReason));
        var past = One(config, Buy(1, OrderType.Limit, limit: 100.04m));
        Assert.Empty(past.Fills);
        Assert.Equal(Reason.SlippagePastLimit, past.Simulation.ReasonOf(1));
        Assert.Equal(OrderState.Working, past.Simulation.StateOf(1));
    }

    [Theory]
    [InlineData(LimitFill.Through, 0, 99.00, false)]
    [InlineData(LimitFill.Through, 0, 98.99, true)]
    [InlineData(LimitFill.Through, 3, 98.98, false)]
    [InlineData(LimitFill.Through, 3, 98.97, true)]
    [InlineData(LimitFill.Touch, 0, 99.00, true)]
    [InlineData(LimitFill.Touch, 0, 99.01, false)]
    [Trait("req", "EXEC-021")]
    public void A_resting_limit_fills_when_the_path_goes_through_or_touches_it(LimitFill mode, int ticks, double low, bool fills)
    {
        var config = Plain with { LimitFill = mode, PenetrationTicks = ticks, Slippage = SlippageModel.FixedBps };
        var run = One(config, Buy(1, OrderType.Limit, limit: 99), (100, 101, (decimal)low, 100, 1000));
        Assert.Equal(fills ? 1 : 0, run.Fills.Count());
        Assert.Equal(fills ? Reason.None : Reason.NotThrough, run.Simulation.ReasonOf(1));
        if (fills) Assert.Equal(U(99), run.OnlyFill().Price);
    }

    [Fact]
    [Trait("req", "EXEC-021")]
    public void A_bar_that_opens_beyond_the_limit_improves_the_price()
    {
        var run = One(Plain with { Slippage = SlippageModel.FixedBps }, Buy(1, OrderType.Limit, limit: 99), (98.5m, 99, 98, 98.6m, 1000));
        Assert.Equal((U(98.5m), Open + Minute), (run.OnlyFill().Price, run.OnlyFill().Time));
    }

    [Theory]
    [InlineData(99.0, 99.0, 98.95)]
    [InlineData(99.5, 99.0, 98.95)]
    [InlineData(98.0, 98.0, 97.95)]
    [Trait("req", "EXEC-022")]
    public void A_stop_triggers_inclusively_and_a_gap_fills_from_the_open(double open, double reference, double price)
    {
        // 99 − 5 bp = 98.9505 → 98.95; 98 − 5 bp = 97.951 → 97.95, both rounded down.
        var run = One(Plain with { Slippage = SlippageModel.FixedBps }, Sell(1, OrderType.Stop, stop: 99), ((decimal)open, (decimal)open, Math.Min((decimal)open, 99m), (decimal)open, 1000));
        var fill = run.OnlyFill();
        Assert.Equal((U((decimal)reference), U((decimal)price), FillReason.StopTriggered), (fill.ReferencePrice, fill.Price, fill.FillReason));
    }

    [Fact]
    [Trait("req", "EXEC-022")]
    public void A_stop_that_is_not_reached_waits()
    {
        var run = One(Plain, Sell(1, OrderType.Stop, stop: 99), (100, 100, 99.01m, 100, 1000));
        Assert.Empty(run.Fills);
        Assert.Equal(Reason.NotTriggered, run.Simulation.ReasonOf(1));
    }

    [Fact]
    [Trait("req", "EXEC-023")]
    public void The_trigger_of_a_stop_limit_persists_into_later_bars()
    {
        // Triggered at 101 with limit 100.5: the path 100 → 101 → 102 → 101 never comes back to 100.5. The next bar goes through it.
        var run = One(Plain with { Path = BarPath.LowFirst }, Buy(1, OrderType.StopLimit, limit: 100.5m, stop: 101), (100, 102, 100, 101, 1000), (101, 101, 100.2m, 101, 1000));
        var triggered = run.Events.Single(entry => entry.Kind == EventKind.Triggered);
        Assert.Equal(2, triggered.Tick);
        Assert.Equal((U(100.5m), 3, FillReason.StopLimitTouched), (run.OnlyFill().Price, run.OnlyFill().Tick, run.OnlyFill().FillReason));
    }

    [Fact]
    [Trait("req", "EXEC-023")]
    public void A_stop_limit_whose_limit_allows_it_fills_where_it_triggers()
    {
        var run = One(Plain, Buy(1, OrderType.StopLimit, limit: 101.2m, stop: 101), (100, 102, 100, 101, 1000));
        Assert.Equal(U(101), run.OnlyFill().Price);
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void A_trailing_stop_follows_the_extreme()
    {
        // High first: 102 → 104 (stop 102) → 101: 102 is reached after two thirds of the second 20 s.
        var order = Sell(1, OrderType.TrailingStop) with { TrailAmount = U(2) };
        var run = One(Plain with { Path = BarPath.HighFirst }, order, (102, 104, 101, 103, 1000));
        Assert.Equal((U(102), Open + Minute + 33_333_333), (run.OnlyFill().Price, run.OnlyFill().Time));
    }

    [Fact]
    [Trait("req", "EXEC-024")]
    public void Market_on_open_and_on_close_fill_at_the_days_first_open_and_last_close()
    {
        var bars = At("A", Bars.AssetClass.Equity, (Open, (100m, 101m, 99m, 100m, 10m)), (Open + Minute, (101m, 102m, 100m, 101.5m, 10m)), (Open + Day, (105m, 106m, 104m, 105m, 10m)));
        var run = new Run(Plain, bars).Ticks();
        run.Submit(Buy(1, OrderType.MarketOnOpen, tif: TimeInForce.Day));
        run.Submit(Buy(1, OrderType.MarketOnClose, tif: TimeInForce.Day));
        run.ToEnd();
        Assert.Equal([(2, U(101.5m), Open + 2 * Minute, FillReason.MarketOnClose), (1, U(105), Open + Day, FillReason.MarketOnOpen)],
            run.Fills.Select(fill => (fill.OrderNumber, fill.Price, fill.Time, fill.FillReason)));
    }
}

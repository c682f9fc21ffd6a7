using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Matching;

/// <summary>The path of the second bar: 102 at 0 s, 101 at 20 s, 105 at 40 s, 104 at 60 s.</summary>
public sealed class TimingTests
{
    private static BarSeries Three() => Minutes("A", Open, (100, 101, 99, 100.5m, 1000), (102, 105, 101, 104, 1000), (106, 107, 105, 106.5m, 1000));

    [Theory]
    [InlineData(ExecutionTiming.NextOpen, 102.0, 0)]
    [InlineData(ExecutionTiming.NextClose, 104.0, 60)]
    [InlineData(ExecutionTiming.CurrentClose, 100.5, 0)]
    [Trait("req", "EXEC-005")]
    public void The_timing_says_which_price_comes_first_after_the_decision(ExecutionTiming timing, double price, int seconds)
    {
        var run = new Run(Plain with { Timing = timing }, Three()).Ticks();
        run.Submit(Buy(1));
        run.Ticks();
        Assert.Equal(U((decimal)price), run.OnlyFill().Price);
        Assert.Equal(Open + Minute + seconds * 1_000_000L, run.OnlyFill().Time);
    }

    [Theory]
    [InlineData(10_000, 101.5, 10)]
    [InlineData(30_000, 103.0, 30)]
    [InlineData(59_999, 104.00005, 59.999)]
    [InlineData(60_000, 106.0, 60)]
    [Trait("req", "EXEC-001")]
    [Trait("req", "EXEC-006")]
    [Trait("req", "EXEC-011")]
    public void Latency_moves_eligibility_along_the_path_and_into_the_bar_that_holds_it(int latencyMs, double price, double seconds)
    {
        // 10 s: half-way 102 → 101. 30 s: half-way 101 → 105. 59.999 s: 105 − 19.999/20. 60 s is the next bar: [t, t+Δ) is half-open.
        var run = new Run(Plain with { LatencyMs = latencyMs, PriceRounding = PriceRounding.None }, Three()).Ticks();
        var order = run.Submit(Buy(1));
        run.Ticks();
        if (latencyMs >= 60_000) Assert.Equal(Reason.NotEligibleYet, run.Simulation.ReasonOf(order.OrderNumber));
        run.Ticks();
        Assert.Equal(U((decimal)price), run.OnlyFill().Price);
        Assert.Equal(Open + Minute + (long)(seconds * 1_000_000), run.OnlyFill().Time);
    }

    [Theory]
    [InlineData(5_000, true)]
    [InlineData(15_000, false)]
    [Trait("req", "EXEC-006")]
    public void A_cancel_takes_effect_after_its_own_latency(int cancelMs, bool inTime)
    {
        // The buy limit at 101.5 is reached at 10 s on the way from 102 to 101.
        var run = new Run(Plain with { CancelLatencyMs = cancelMs }, Three()).Ticks();
        var order = run.Submit(Buy(1, OrderType.Limit, limit: 101.5m));
        Assert.Equal(Reason.None, run.Cancel(order.OrderNumber));
        run.Ticks();
        Assert.Equal(inTime ? OrderState.Cancelled : OrderState.Filled, run.Simulation.StateOf(order.OrderNumber));
        Assert.Equal(Open + Minute + (inTime ? 5_000_000 : 10_000_000), run.Last(order.OrderNumber).Time);
    }

    [Fact]
    [Trait("req", "EXEC-003")]
    public void Nothing_up_to_a_tick_depends_on_later_bars()
    {
        var rising = new Run(Plain, Minutes("A", Open, (100, 101, 99, 100.5m, 10), (102, 103, 101, 102, 10), (110, 120, 110, 120, 10)));
        var falling = new Run(Plain, Minutes("A", Open, (100, 101, 99, 100.5m, 10), (102, 103, 101, 102, 10), (90, 90, 80, 80, 10)));
        foreach (var run in (Run[])[rising, falling])
        {
            run.Submit(Buy(1));
            run.Ticks();
            Assert.Equal(U(100.5m), run.Submit(Buy(1)).Estimate);
            run.Submit(Buy(1, OrderType.Limit, limit: 101.5m));
            run.Ticks();
        }

        Assert.Equal(rising.Events, falling.Events);
        Assert.Equal(rising.Submit(Sell(1)), falling.Submit(Sell(1)));
        Assert.Equal(rising.Simulation.ResultHash, falling.Simulation.ResultHash);
    }

    [Fact]
    [Trait("req", "EXEC-004")]
    public void Commands_belong_to_the_current_tick_and_carry_its_instant()
    {
        var run = new Run(Plain, Three()).Ticks();
        run.Simulation.CreateCursor().Seek(3);
        var first = run.Submit(Buy(1));
        run.Submit(Sell(1, OrderType.Limit, limit: 200));
        run.Cancel(2);
        Assert.All(run.Events, entry => Assert.Equal((2, Open + Minute), (entry.Tick, entry.Time)));
        Assert.Equal(OrderState.Accepted, run.Simulation.StateOf(first.OrderNumber));
        run.Ticks();
        Assert.Equal((2, Open + Minute), (run.OnlyFill().Tick, run.OnlyFill().Time));
    }

    [Fact]
    [Trait("req", "EXEC-004")]
    public void After_the_last_tick_there_is_no_tick_that_a_command_could_belong_to()
    {
        var run = new Run(Plain, Three()).Ticks(3);
        Assert.Throws<InvalidOperationException>(() => run.Submit(Buy(1)));
        Assert.Throws<InvalidOperationException>(() => run.Ticks());
    }

    [Fact]
    [Trait("req", "EXEC-007")]
    public void A_draw_is_a_function_of_seed_order_and_purpose()
    {
        // Reference values from an independent implementation of the formula with unbounded integers.
        Assert.Equal(170_929, Draws.UpTo(250_000, 42, 7, Draws.Latency));
        Assert.Equal(138_991, Draws.UpTo(250_000, 42, 7, Draws.CancelLatency));
        Assert.Equal(81_239, Draws.UpTo(250_000, 42, 8, Draws.Latency));
        Assert.Equal(0, Draws.UpTo(0, 42, 7, Draws.Latency));
    }

    [Fact]
    [Trait("req", "EXEC-006")]
    [Trait("req", "EXEC-007")]
    public void Adding_an_order_never_shifts_the_jitter_of_another()
    {
        var alone = new Run(Plain with { LatencyJitterMs = 30_000, Seed = 7 }, Three());
        alone.Submit(Buy(1));
        alone.Ticks();
        var together = new Run(Plain with { LatencyJitterMs = 30_000, Seed = 7 }, Three());
        together.Submit(Buy(1));
        together.Submit(Buy(1));
        together.Ticks();
        Assert.Equal(alone.OnlyFill().Time, together.Fills.Single(fill => fill.OrderNumber == 1).Time);
        Assert.Equal(Open + 4_027_749, alone.OnlyFill().Time);
        Assert.Equal(Open + 26_388_411, together.Fills.Single(fill => fill.OrderNumber == 2).Time);
    }
}

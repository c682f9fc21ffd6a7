using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Sections 12 and 13: pace, ticks, acknowledgements.</summary>
public class FlowTests
{
    [Fact]
    [Trait("req", "SIM-147")]
    [Trait("req", "SIM-150")]
    public void An_empty_start_takes_the_defaults()
    {
        var driver = Small();
        var outputs = driver.Send(new StartCommand());
        var started = Assert.IsType<StartedOutput>(outputs[0]);
        Assert.Equal(("s-1", driver.Now, 1, 20, true), (started.SessionId, started.StartedAt, started.EstimatedDurationSec, started.TickIntervalMs, started.FlowControl));
        Assert.Single(Assert.IsType<TicksOutput>(outputs[1]).Times);
        driver.Send(Batch("b-1", Market("o-1", 5)));
        Assert.Collection(
            driver.Acknowledge(1),
            one => Assert.IsType<FillOutput>(one),
            one => Assert.IsType<AccountOutput>(one),
            one => Assert.IsType<TicksOutput>(one));
    }

    [Theory]
    [Trait("req", "SIM-149")]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(1001)]
    public void A_window_out_of_range_is_a_validation_error(int window)
    {
        var driver = Small();
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send(new StartCommand { MaxPendingTicks = window })));
        Assert.Equal(("INVALID_FIELD", "validation"), (error.Code, error.Type));
        Assert.Equal(SessionState.Ready, driver.Machine.State);
    }

    [Theory]
    [Trait("req", "SIM-151")]
    [Trait("req", "SIM-157")]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    [InlineData(1000)]
    public void A_client_that_never_acknowledges_gets_as_many_ticks_as_the_window(int window)
    {
        var driver = Small();
        driver.Send(new StartCommand { MaxPendingTicks = window });
        for (var call = 0; call < 5; call++) driver.Send();
        Assert.Equal(Math.Min(window, 20), driver.All.OfType<TicksOutput>().Sum(ticks => ticks.Times.Length));
        Assert.Equal(0, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-151")]
    [Trait("req", "SIM-154")]
    public void The_window_moves_with_the_acknowledgements()
    {
        var driver = Running(3);
        Assert.Equal((4, 1), Piece(driver.Acknowledge(1)));
        Assert.Equal((5, 2), Piece(driver.Acknowledge(3)));
        Assert.Empty(driver.Acknowledge(2));
        Assert.Equal(3, driver.Machine.CompletedTicks);

        static (int First, int Count) Piece(List<SessionOutput> outputs)
        {
            var ticks = Assert.IsType<TicksOutput>(Assert.Single(outputs));
            return (ticks.First, ticks.Times.Length);
        }
    }

    [Theory]
    [Trait("req", "SIM-156")]
    [InlineData(2)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(4_000_000_000_000)]
    public void An_acknowledgement_of_a_tick_that_was_not_sent_is_a_validation_error(long tick)
    {
        var driver = Running();
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Acknowledge(tick)));
        Assert.Equal(("INVALID_SEQUENCE_ID", "validation"), (error.Code, error.Type));
        Assert.Equal(0, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-152")]
    [Trait("req", "SIM-153")]
    [Trait("req", "SIM-148")]
    public void Without_flow_control_a_tick_completes_when_its_interval_has_passed()
    {
        var driver = Small();
        var started = driver.Send(new StartCommand { FlowControl = false, AccountUpdates = AccountUpdateFrequency.OnDemand });
        Assert.False(Assert.IsType<StartedOutput>(started[0]).FlowControl);
        driver.Send(Batch("b-1", Market("o-1", 5)));
        Assert.Empty(driver.Acknowledge(1));
        Assert.Equal(0, driver.Machine.CompletedTicks);

        var first = driver.Send(new IntervalPassedCommand());
        Assert.Collection(first, one => Assert.Equal(1, Assert.IsType<FillOutput>(one).Tick), one => Assert.Equal(2, Assert.IsType<TicksOutput>(one).First));
        Assert.Equal([3, 4, 5], driver.Send(new IntervalPassedCommand { Ticks = 3 }).Cast<TicksOutput>().Select(ticks => ticks.First));
        driver.Send(new IntervalPassedCommand { Ticks = 100 });
        Assert.Equal(20, driver.All.OfType<TicksOutput>().Sum(ticks => ticks.Times.Length));
        Assert.NotNull(driver.Complete);
    }

    [Fact]
    [Trait("req", "SIM-159")]
    [Trait("req", "SIM-160")]
    [Trait("req", "SIM-161")]
    [Trait("req", "SIM-162")]
    [Trait("req", "SIM-163")]
    [Trait("req", "SIM-167")]
    [Trait("req", "SIM-170")]
    public void Ticks_are_numbered_and_timed_as_the_trading_minutes_of_the_range()
    {
        var config = SmallBars.Config(2) with { Start = SmallBars.FirstOpen - 1_000_000, End = SmallBars.FirstOpen + SmallBars.Day + 4 * SmallBars.Minute };
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], config);
        driver.Send(new StartCommand { MaxPendingTicks = 1000 });
        var ticks = Assert.Single(driver.All.OfType<TicksOutput>());
        Assert.Equal(1, ticks.First);
        var expected = Enumerable.Range(0, 10).Select(minute => SmallBars.FirstOpen + minute * SmallBars.Minute)
            .Concat(Enumerable.Range(0, 4).Select(minute => SmallBars.FirstOpen + SmallBars.Day + minute * SmallBars.Minute));
        Assert.Equal(expected, ticks.Times);
        Assert.Equal([9, 13], ticks.Sessions.Index().Where(one => (one.Item & 0x80) != 0).Select(one => one.Index));
        Assert.All(ticks.Sessions, session => Assert.Equal(2, session & 0xF));
    }

    [Fact]
    [Trait("req", "SIM-164")]
    [Trait("req", "SIM-166")]
    [Trait("req", "SIM-306")]
    [Trait("req", "EXEC-002")]
    public void A_symbol_without_a_bar_is_left_out_of_that_tick_only()
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 1, 5), SmallBars.Series("BETA", 1, 5, 100m, 1, 2)]);
        Assert.Equal(5, Assert.IsType<CreatedOutput>(driver.All[0]).EstimatedTicks);
        driver.Send(new StartCommand { MaxPendingTicks = 10 });
        Assert.Equal([3UL, 3UL, 1UL, 3UL, 3UL], Assert.Single(driver.All.OfType<TicksOutput>()).Trading);
    }

    [Fact]
    [Trait("req", "SIM-173")]
    [Trait("req", "SIM-174")]
    [Trait("req", "SIM-178")]
    public void Only_ready_completes_a_tick()
    {
        var driver = Running();
        Assert.Empty(driver.Acknowledge(1, 0, ProcessingStatus.Processing));
        Assert.Empty(driver.Acknowledge(1, 0, ProcessingStatus.NeedTime));
        Assert.Equal(0, driver.Machine.CompletedTicks);
        Assert.IsType<TicksOutput>(Assert.Single(driver.Acknowledge(1)));
        Assert.Equal(1, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-176")]
    [Trait("req", "SIM-225")]
    public void Announced_orders_hold_the_clock_until_they_are_in()
    {
        var driver = Running();
        // this one came before the acknowledgement and is not among the announced
        driver.Send(Batch("b-0", Market("o-0", 1)));
        Assert.Empty(driver.Acknowledge(1, ordersPending: 3));
        Assert.Collection(
            driver.Send(Batch("b-1", Market("o-1", 1), Market("o-2", 0))),
            one => Assert.IsType<BatchAckOutput>(one),
            one => Assert.IsType<ErrorOutput>(one));
        Assert.Equal(0, driver.Machine.CompletedTicks);
        var outputs = driver.Send(Batch("b-2", Market("o-3", 1)));
        Assert.Equal(["o-0", "o-1", "o-3"], outputs.OfType<FillOutput>().Select(fill => fill.OrderId));
        Assert.All(outputs.OfType<FillOutput>(), fill => Assert.Equal(1, fill.Tick));
        Assert.IsType<TicksOutput>(outputs[^1]);
    }

    [Fact]
    [Trait("req", "SIM-177")]
    public void A_second_ready_completes_a_tick_that_waits_for_orders()
    {
        var driver = Running();
        driver.Acknowledge(1, ordersPending: 3);
        Assert.IsType<TicksOutput>(Assert.Single(driver.Acknowledge(1)));
        Assert.Equal(1, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-180")]
    [Trait("req", "SIM-221")]
    public void Orders_belong_to_the_oldest_tick_that_is_not_complete()
    {
        var driver = Running(5);
        driver.Acknowledge(1, ordersPending: 1);
        driver.Acknowledge(2, ordersPending: 1);
        Assert.Equal(1, Assert.Single(driver.Send(Batch("b-1", Market("o-1", 1))).OfType<FillOutput>()).Tick);
        Assert.Equal(2, Assert.Single(driver.Send(Batch("b-2", Market("o-2", 1))).OfType<FillOutput>()).Tick);
        // tick 2 is complete: the next order belongs to tick 3 although ticks up to 7 are out
        driver.Send(Batch("b-3", Market("o-3", 1)));
        Assert.Equal(3, Assert.Single(driver.Acknowledge(7).OfType<FillOutput>()).Tick);
    }

    [Fact]
    [Trait("req", "SIM-155")]
    public void An_acknowledgement_counts_for_all_ticks_before_it_but_not_for_orders_they_wait_for()
    {
        var driver = Running(5);
        driver.Acknowledge(1, ordersPending: 1);
        driver.Acknowledge(4);
        Assert.Equal(0, driver.Machine.CompletedTicks);
        driver.Send(Batch("b-1", Market("o-1", 1)));
        Assert.Equal(4, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-141")]
    public void A_session_without_ticks_leads_straight_to_its_end()
    {
        var config = SmallBars.Config(1) with { Start = SmallBars.FirstOpen - SmallBars.Day, End = SmallBars.FirstOpen };
        var driver = new SessionDriver([SmallBars.Series("ACME", 1, 5)], config);
        var outputs = driver.Send(new StartCommand());
        Assert.Collection(outputs, one => Assert.IsType<StartedOutput>(one), one => Assert.Equal(config.InitialCash, Assert.IsType<CompleteOutput>(one).FinalEquity));
        Assert.Equal(SessionState.Completed, driver.Machine.State);
    }

    [Fact]
    [Trait("req", "SIM-100")]
    public void No_tick_is_sent_before_the_start()
    {
        var driver = Small();
        driver.Send(new QueryPositionsCommand());
        driver.Send();
        Assert.DoesNotContain(driver.All, output => output is TicksOutput);
    }

    [Fact]
    [Trait("req", "SIM-075")]
    public void Ticks_sent_again_after_a_resume_are_counted_once()
    {
        var driver = Running(4);
        driver.Acknowledge(2);
        Assert.Equal(6, driver.Machine.TicksSent);
        driver.Disconnect();
        driver.Resume(1);
        Assert.Equal(6, driver.Machine.TicksSent);
        driver.RunToEnd();
        Assert.Equal(20, driver.Machine.TicksSent);
    }

    [Fact]
    [Trait("req", "SIM-157")]
    public void A_slow_reader_never_makes_the_session_hold_more_than_one_slice()
    {
        var options = new Trading.Grains.Sessions.SessionOptions { SliceTicks = 5 };
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], null, options, "fast_forward");
        driver.Send(new StartCommand { MaxPendingTicks = 1, AccountUpdates = AccountUpdateFrequency.OnDemand });
        Assert.True(driver.Call(new AdvanceCommand { Count = 12 }));
        Assert.Equal(5, driver.Machine.CompletedTicks);
        Assert.True(driver.Call());
        Assert.Equal(10, driver.Machine.CompletedTicks);
        Assert.False(driver.Call());
        Assert.Equal(12, driver.Machine.CompletedTicks);
    }
}

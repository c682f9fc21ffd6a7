using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Who moves the clock when nobody acknowledges, and when the client hears of a tick that waits for it.</summary>
public class PaceTests
{
    private static readonly StartCommand Free = new() { FlowControl = false, AccountUpdates = AccountUpdateFrequency.OnDemand };

    [Theory]
    [Trait("req", "SIM-152")]
    [Trait("req", "SIM-258")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_without_flow_control_tells_its_next_connection_the_pace(bool crash)
    {
        var driver = Small();
        driver.Send(Free);
        driver.Send(new IntervalPassedCommand());
        if (crash) driver.Crash();
        else driver.Disconnect();
        var outputs = driver.Resume(1);
        Assert.Equal(20, Assert.IsType<StateSyncOutput>(outputs[0]).TickIntervalMs);
        Assert.Equal(2, Assert.IsType<TicksOutput>(outputs[1]).First);
        Assert.Equal(3, Assert.IsType<TicksOutput>(Assert.Single(driver.Send(new IntervalPassedCommand()))).First);
    }

    [Fact]
    [Trait("req", "SIM-154")]
    public void With_flow_control_there_is_no_pace_to_keep()
    {
        var driver = Running();
        driver.Disconnect();
        Assert.Equal(0, Assert.IsType<StateSyncOutput>(driver.Resume(0)[0]).TickIntervalMs);
    }

    [Fact]
    [Trait("req", "SIM-248")]
    [Trait("req", "SIM-249")]
    [Trait("req", "SIM-262")]
    public void Without_flow_control_too_nothing_moves_in_a_pause_or_without_a_connection()
    {
        var driver = Small();
        driver.Send(Free);
        driver.Send(Batch("b-1", Market("o-1", 5)));
        driver.Send(new PauseCommand());
        Assert.Empty(driver.Send(new IntervalPassedCommand { Ticks = 5 }));
        Assert.Empty(driver.Send(new ResumeCommand()));
        Assert.Equal(0, driver.Machine.CompletedTicks);
        Assert.Collection(driver.Send(new IntervalPassedCommand()), one => Assert.IsType<FillOutput>(one), one => Assert.Equal(2, Assert.IsType<TicksOutput>(one).First));

        driver.Disconnect();
        Assert.DoesNotContain(driver.Send(new IntervalPassedCommand { Ticks = 5 }), output => output is TicksOutput);
        Assert.Equal(1, driver.Machine.CompletedTicks);
        driver.Resume(1);
        Assert.Equal(1, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-227")]
    public void A_tick_is_warned_about_once_however_many_batches_it_has()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 5)));
        driver.Now += TimeSpan.FromSeconds(10);
        Assert.Equal("TICK_NOT_ACKNOWLEDGED", Assert.IsType<ErrorOutput>(Assert.Single(driver.Send())).Code);
        driver.Send(Batch("b-2", Market("o-2", 5)));
        driver.Now += TimeSpan.FromSeconds(30);
        Assert.Empty(driver.Send());

        // the next tick is a new one
        driver.Acknowledge(1);
        driver.Send(Batch("b-3", Market("o-3", 5)));
        driver.Now += TimeSpan.FromSeconds(10);
        Assert.Equal("TICK_NOT_ACKNOWLEDGED", Assert.IsType<ErrorOutput>(Assert.Single(driver.Send())).Code);
    }

    [Fact]
    [Trait("req", "SIM-227")]
    public void The_ten_seconds_do_not_run_in_a_pause_and_begin_again_with_a_resume()
    {
        foreach (var crash in new[] { false, true })
        {
            var driver = Running();
            driver.Send(Batch("b-1", Market("o-1", 5)));
            driver.Send(new PauseCommand());
            driver.Now += TimeSpan.FromMinutes(5);
            Assert.Empty(driver.Send(new ResumeCommand()));
            Assert.Empty(driver.Send());
            if (crash) driver.Crash();
            else driver.Disconnect();
            driver.Now += TimeSpan.FromMinutes(5);
            driver.Resume(0);
            Assert.Equal(driver.Now.AddSeconds(10), driver.Machine.NextDeadline());
            driver.Now += TimeSpan.FromSeconds(10);
            Assert.Equal("TICK_NOT_ACKNOWLEDGED", Assert.IsType<ErrorOutput>(Assert.Single(driver.Send())).Code);
        }
    }

    [Fact]
    [Trait("req", "SIM-227")]
    public void Without_accepted_orders_or_with_an_acknowledgement_there_is_nothing_to_warn_about()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 0)));
        Assert.Null(driver.Machine.NextDeadline());
        driver.Acknowledge(1, ordersPending: 2);
        driver.Send(Batch("b-2", Market("o-2", 1)));
        Assert.Null(driver.Machine.NextDeadline());
    }
}

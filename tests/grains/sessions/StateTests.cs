using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>The table of section 11: what each state accepts, what it refuses, and what follows.</summary>
public class StateTests
{
    private static readonly Dictionary<string, Func<SessionCommand>> Messages = new()
    {
        ["start_simulation"] = () => new StartCommand { RequestId = "q" },
        ["tick_ack"] = () => new AckCommand { Sequence = 1, Status = ProcessingStatus.Processing, RequestId = "q" },
        ["order_batch"] = () => Batch("b-q", Market("o-q", 1)) with { RequestId = "q" },
        ["pause_simulation"] = () => new PauseCommand { RequestId = "q" },
        ["resume_simulation"] = () => new ResumeCommand { RequestId = "q" },
        ["query_positions"] = () => new QueryPositionsCommand { RequestId = "q" },
        ["resume_session"] = () => new ResumeSessionCommand { LastProcessedSequence = 0, RequestId = "q" },
        ["disconnect"] = () => new DiscardCommand(),
    };

    [Theory]
    [Trait("req", "SIM-125")]
    [Trait("req", "SIM-126")]
    [Trait("req", "SIM-250")]
    [Trait("req", "SIM-251")]
    // state, message, state afterwards
    [InlineData(SessionState.Ready, "start_simulation", SessionState.Running)]
    [InlineData(SessionState.Ready, "query_positions", SessionState.Ready)]
    [InlineData(SessionState.Ready, "disconnect", SessionState.Error)]
    [InlineData(SessionState.Running, "tick_ack", SessionState.Running)]
    [InlineData(SessionState.Running, "order_batch", SessionState.Running)]
    [InlineData(SessionState.Running, "pause_simulation", SessionState.Paused)]
    [InlineData(SessionState.Running, "query_positions", SessionState.Running)]
    [InlineData(SessionState.Running, "disconnect", SessionState.Error)]
    [InlineData(SessionState.Paused, "resume_simulation", SessionState.Running)]
    [InlineData(SessionState.Paused, "tick_ack", SessionState.Paused)]
    [InlineData(SessionState.Paused, "order_batch", SessionState.Paused)]
    [InlineData(SessionState.Paused, "pause_simulation", SessionState.Paused)]
    [InlineData(SessionState.Paused, "query_positions", SessionState.Paused)]
    [InlineData(SessionState.Paused, "disconnect", SessionState.Error)]
    [InlineData(SessionState.Completed, "disconnect", SessionState.Completed)]
    [InlineData(SessionState.Error, "disconnect", SessionState.Error)]
    public void A_message_of_the_table_is_accepted(SessionState state, string message, SessionState after)
    {
        var driver = In(state);
        var outputs = driver.Send(Messages[message]());
        Assert.DoesNotContain(outputs, output => output is ErrorOutput);
        Assert.Equal(after, driver.Machine.State);
    }

    [Theory]
    [Trait("req", "SIM-127")]
    [Trait("req", "SIM-096")]
    [Trait("req", "SIM-254")]
    [Trait("req", "SIM-274")]
    [InlineData(SessionState.Ready, "tick_ack")]
    [InlineData(SessionState.Ready, "order_batch")]
    [InlineData(SessionState.Ready, "pause_simulation")]
    [InlineData(SessionState.Ready, "resume_simulation")]
    [InlineData(SessionState.Ready, "resume_session")]
    [InlineData(SessionState.Running, "start_simulation")]
    [InlineData(SessionState.Running, "resume_simulation")]
    [InlineData(SessionState.Running, "resume_session")]
    [InlineData(SessionState.Paused, "start_simulation")]
    [InlineData(SessionState.Paused, "resume_session")]
    [InlineData(SessionState.Completed, "start_simulation")]
    [InlineData(SessionState.Completed, "tick_ack")]
    [InlineData(SessionState.Completed, "order_batch")]
    [InlineData(SessionState.Completed, "pause_simulation")]
    [InlineData(SessionState.Completed, "resume_simulation")]
    [InlineData(SessionState.Completed, "query_positions")]
    [InlineData(SessionState.Error, "start_simulation")]
    [InlineData(SessionState.Error, "tick_ack")]
    [InlineData(SessionState.Error, "order_batch")]
    [InlineData(SessionState.Error, "pause_simulation")]
    [InlineData(SessionState.Error, "query_positions")]
    public void Any_other_message_is_a_validation_error_that_changes_nothing(SessionState state, string message)
    {
        var driver = In(state);
        var records = driver.Journal.Count;
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send(Messages[message]())));
        Assert.Equal(("INVALID_SESSION_STATE", "validation", "error", true, "q"), (error.Code, error.Type, error.Severity, error.Recoverable, error.RequestId));
        Assert.Equal(state, driver.Machine.State);
        Assert.Equal(records, driver.Journal.Count);
    }

    [Fact]
    [Trait("req", "SIM-126")]
    public void A_refused_message_leaves_the_session_usable()
    {
        var driver = Running();
        driver.Send(new ResumeCommand());
        Assert.IsType<TicksOutput>(Assert.Single(driver.Acknowledge(1)));
    }

    [Fact]
    [Trait("req", "SIM-253")]
    public void A_second_pause_is_answered_again()
    {
        var driver = Running();
        var first = Assert.IsType<StatusOutput>(Assert.Single(driver.Send(new PauseCommand { RequestId = "r-1" })));
        var second = Assert.IsType<StatusOutput>(Assert.Single(driver.Send(new PauseCommand { RequestId = "r-2" })));
        Assert.False(second.Resumed);
        Assert.Equal(("r-1", "r-2"), (first.RequestId, second.RequestId));
        Assert.Equal(first.Status with { Symbols = [], Extensions = [] }, second.Status with { Symbols = [], Extensions = [] });
    }

    [Fact]
    [Trait("req", "SIM-248")]
    [Trait("req", "SIM-249")]
    [Trait("req", "SIM-251")]
    public void While_paused_nothing_ticks_and_nothing_fills()
    {
        var driver = Running();
        driver.Acknowledge(1);
        var status = Assert.IsType<StatusOutput>(Assert.Single(driver.Send(new PauseCommand()))).Status;
        Assert.Equal((SessionState.Paused, 2, 1, 20), (status.State, status.Sequence, status.TicksCompleted, status.EstimatedTicks));
        Assert.Equal(SmallBars.FirstOpen + SmallBars.Minute, status.SimTime);

        Assert.IsType<BatchAckOutput>(Assert.Single(driver.Send(Batch("b-1", Market("o-1", 5)))));
        Assert.Empty(driver.Acknowledge(2));
        Assert.Equal(1, driver.Machine.CompletedTicks);

        var resumed = driver.Send(new ResumeCommand());
        Assert.Collection(
            resumed,
            one => Assert.Equal(2, Assert.IsType<FillOutput>(one).Tick),
            one => Assert.Equal(3, Assert.IsType<TicksOutput>(one).First));
    }

    [Theory]
    [Trait("req", "SIM-252")]
    [Trait("req", "SIM-332")]
    [InlineData(true)]
    [InlineData(false)]
    public void The_reply_to_resume_simulation_is_an_extension(bool asked)
    {
        var driver = Running(1, AccountUpdateFrequency.OnDemand, asked ? ["simulation_resumed"] : []);
        driver.Send(new PauseCommand());
        var outputs = driver.Send(new ResumeCommand { RequestId = "r-6" });
        if (!asked)
        {
            Assert.Empty(outputs);
            return;
        }

        var status = Assert.IsType<StatusOutput>(Assert.Single(outputs));
        Assert.Equal((true, "r-6", SessionState.Running), (status.Resumed, status.RequestId, status.Status.State));
    }

    [Fact]
    [Trait("req", "SIM-273")]
    public void A_fatal_error_ends_the_session()
    {
        var driver = Running();
        driver.Machine.Fail(Trading.Grains.Sessions.SessionErrors.Internal(null), "detail", driver.Now);
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send()));
        Assert.Equal(("INTERNAL_ERROR", "connection", "fatal", false), (error.Code, error.Type, error.Severity, error.Recoverable));
        Assert.Equal((SessionState.Error, SessionEnd.Failed), (driver.Machine.State, driver.Machine.End));
        Assert.Contains("\"code\":\"INTERNAL_ERROR\"", System.Text.Encoding.UTF8.GetString(driver.Journal[^1]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "SIM-055")]
    [Trait("req", "SIM-053")]
    [Trait("req", "SIM-273")]
    public void The_maximum_duration_ends_the_session_as_lost()
    {
        var driver = Small();
        driver.MaxDurationSec = 3600;
        driver.Now += TimeSpan.FromHours(5);
        driver.Send(new StartCommand());
        Assert.Equal(driver.Now.AddHours(1), driver.Machine.NextDeadline());
        driver.Now += TimeSpan.FromSeconds(3599);
        Assert.Empty(driver.Send());
        driver.Now += TimeSpan.FromSeconds(1);
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send()));
        Assert.Equal(("MAX_SIMULATION_DURATION_EXCEEDED", "fatal", false), (error.Code, error.Severity, error.Recoverable));
        Assert.Equal((SessionState.Error, SessionEnd.MaxDuration), (driver.Machine.State, driver.Machine.End));
    }

    [Fact]
    [Trait("req", "SIM-227")]
    [Trait("req", "SIM-175")]
    public void A_tick_with_orders_that_is_not_acknowledged_is_warned_about_once()
    {
        var driver = Running();
        driver.Now += TimeSpan.FromMinutes(5);
        Assert.Empty(driver.Send());
        Assert.Null(driver.Machine.NextDeadline());
        driver.Send(Batch("b-1", Market("o-1", 5)));
        Assert.Equal(driver.Now.AddSeconds(10), driver.Machine.NextDeadline());
        driver.Now += TimeSpan.FromSeconds(9);
        driver.Acknowledge(1, 0, ProcessingStatus.NeedTime);
        driver.Now += TimeSpan.FromSeconds(9);
        Assert.Empty(driver.Send());
        driver.Now += TimeSpan.FromSeconds(1);
        var warning = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send()));
        Assert.Equal(("TICK_NOT_ACKNOWLEDGED", "execution", "warning", true), (warning.Code, warning.Type, warning.Severity, warning.Recoverable));
        driver.Now += TimeSpan.FromMinutes(5);
        Assert.Empty(driver.Send());
        Assert.Contains(driver.Acknowledge(1), output => output is FillOutput);
    }

    [Fact]
    public void A_long_run_without_orders_writes_a_checkpoint_now_and_then()
    {
        var driver = Running();
        var records = driver.Journal.Count;
        driver.Acknowledge(1);
        Assert.Equal(records, driver.Journal.Count);
        driver.Now += TimeSpan.FromHours(2);
        driver.Acknowledge(2);
        Assert.Equal(records + 1, driver.Journal.Count);
        driver.Crash();
        Assert.Equal(2, driver.Machine.CompletedTicks);
        Assert.Equal(driver.Now, driver.Machine.LastRecordAt);
    }

    private static SessionDriver In(SessionState state)
    {
        if (state == SessionState.Ready) return Small();
        var driver = Running();
        if (state == SessionState.Paused) driver.Send(new PauseCommand());
        if (state == SessionState.Completed) driver.RunToEnd();
        if (state == SessionState.Error) driver.Send(new DiscardCommand());
        Assert.Equal(state, driver.Machine.State);
        return driver;
    }
}

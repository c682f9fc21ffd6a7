using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Losing the connection, and losing the process, at every point of a run.</summary>
public class ResumeTests
{
    private static readonly IReadOnlyDictionary<int, BatchCommand> Plan = Plans.Mixed(DeterminismTests.Ticks, 23);

    public static TheoryData<int, ClientStyle> Windows => new()
    {
        { 1, ClientStyle.OrdersFirst },
        { 1, ClientStyle.AcknowledgeFirst },
        { 8, ClientStyle.OrdersFirst },
        { 50, ClientStyle.Cumulative },
    };

    [Theory]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-258")]
    [Trait("req", "SIM-259")]
    [Trait("req", "SIM-260")]
    [Trait("req", "SIM-218")]
    [Trait("req", "EXEC-004")]
    [MemberData(nameof(Windows))]
    public void A_crash_after_any_tick_changes_nothing(int window, ClientStyle style)
    {
        var expected = DeterminismTests.Undisturbed(Plan);
        for (var at = 0; at < DeterminismTests.Ticks; at++)
        {
            var driver = DeterminismTests.Start(window);
            var client = new ScriptedClient(driver, Plan, style);
            for (var step = 0; step < at; step++) client.Step();
            if (driver.Machine.End != SessionEnd.No) break;
            driver.Crash();
            client.Resume();
            client.Run();
            AssertSame(expected, client, $"crash after {at} ticks");
        }
    }

    [Fact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-189")]
    [Trait("req", "SIM-259")]
    public void A_crash_after_any_record_changes_nothing()
    {
        var expected = DeterminismTests.Undisturbed(Plan);
        for (var at = 0; at < DeterminismTests.Ticks; at++)
        {
            var driver = DeterminismTests.Start();
            var client = new ScriptedClient(driver, Plan);
            for (var step = 0; step < at; step++) client.Step();
            // the orders of the next tick are durable, the client does not know the answer
            client.SendOrdersOfNext();
            driver.Crash();
            client.Resume();
            client.Run();
            AssertSame(expected, client, $"crash at the record of tick {at + 1}");
        }
    }

    [Theory]
    [Trait("req", "SIM-130")]
    [InlineData(5, 9)]
    [InlineData(20, 20)]
    [InlineData(20, 41)]
    [InlineData(0, 59)]
    public void Recovery_from_a_snapshot_and_the_records_after_it_changes_nothing(int snapshotAt, int crashAt)
    {
        var expected = DeterminismTests.Undisturbed(Plan);
        var driver = DeterminismTests.Start(4);
        var client = new ScriptedClient(driver, Plan);
        for (var step = 0; step < snapshotAt; step++) client.Step();
        var snapshot = (driver.Machine.Snapshot(), driver.Journal.Count);
        for (var step = snapshotAt; step < crashAt; step++) client.Step();
        driver.Crash(snapshot);
        client.Resume();
        client.Run();
        AssertSame(expected, client, "snapshot");
    }

    [Fact]
    public void A_snapshot_of_a_recovered_session_equals_that_of_the_undisturbed_one()
    {
        var driver = DeterminismTests.Start();
        var client = new ScriptedClient(driver, Plan);
        for (var step = 0; step < 30; step++) client.Step();
        client.SendOrdersOfNext();
        var before = Convert.ToHexString(driver.Machine.Snapshot());
        driver.Crash((driver.Machine.Snapshot(), driver.Journal.Count));
        Assert.Equal(before, Convert.ToHexString(driver.Machine.Snapshot()));
    }

    [Theory]
    [Trait("req", "SIM-258")]
    [Trait("req", "SIM-262")]
    [InlineData(1, 0)]
    [InlineData(9, 0)]
    [InlineData(9, 4)]
    public void A_lost_connection_at_any_tick_changes_nothing(int window, int rewind)
    {
        var expected = DeterminismTests.Undisturbed(Plan);
        for (var at = 0; at < DeterminismTests.Ticks; at++)
        {
            var driver = DeterminismTests.Start(window);
            var client = new ScriptedClient(driver, Plan);
            for (var step = 0; step < at; step++) client.Step();
            if (driver.Machine.End != SessionEnd.No) break;
            if (at % 2 == 0) client.SendOrdersOfNext();
            driver.Disconnect();
            Assert.Equal(SessionState.Paused, driver.Machine.State);
            client.Resume(Math.Max(0, client.Processed - rewind));
            client.Run();
            AssertSame(expected, client, $"connection lost after {at} ticks");
        }
    }

    [Fact]
    [Trait("req", "SIM-130")]
    public void A_session_that_crashes_again_and_again_ends_with_the_same_result()
    {
        var expected = DeterminismTests.Undisturbed(Plan);
        var driver = DeterminismTests.Start(6);
        var client = new ScriptedClient(driver, Plan, ClientStyle.AcknowledgeFirst);
        for (var step = 1; client.Step(); step++)
        {
            if (step % 5 != 0 || driver.Machine.End != SessionEnd.No) continue;
            if (step % 2 == 0) driver.Crash();
            else driver.Disconnect();
            client.Resume();
        }

        AssertSame(expected, client, "many crashes");
    }

    [Fact]
    [Trait("req", "SIM-257")]
    [Trait("req", "SIM-260")]
    [Trait("req", "SIM-261")]
    public void State_sync_says_where_the_run_stands()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 10), Limit("o-2", 10, 50m)));
        driver.Acknowledge(1);
        driver.Disconnect();
        var outputs = driver.Resume(1);
        var sync = Assert.IsType<StateSyncOutput>(outputs[0]);
        Assert.Equal("resume", sync.RequestId);
        Assert.Equal(2, sync.NextSequence);
        Assert.Equal(SmallBars.FirstOpen + SmallBars.Minute, sync.CurrentSimTime);
        Assert.Equal(["o-2"], sync.PendingOrders);
        Assert.Equal("o-1", Assert.Single(sync.MissedExecutions).OrderId);
        Assert.Equal(driver.Machine.Account().Cash, sync.Account.Cash);
        Assert.Equal(2, Assert.IsType<TicksOutput>(outputs[1]).First);
        Assert.DoesNotContain(outputs, output => output is FillOutput);
    }

    [Theory]
    [Trait("req", "SIM-264")]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(21)]
    public void A_tick_that_was_never_sent_cannot_have_been_processed(int lastProcessed)
    {
        var driver = Running();
        driver.Disconnect();
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Resume(lastProcessed)));
        Assert.Equal(("INVALID_SEQUENCE_ID", "validation"), (error.Code, error.Type));
        Assert.IsType<StateSyncOutput>(driver.Resume(0)[0]);
    }

    [Fact]
    [Trait("req", "SIM-264")]
    public void After_a_restart_the_bound_is_the_number_of_ticks()
    {
        var driver = Running();
        driver.Crash();
        Assert.Equal("INVALID_SEQUENCE_ID", Assert.IsType<ErrorOutput>(Assert.Single(driver.Resume(21))).Code);
        Assert.Equal(6, Assert.IsType<StateSyncOutput>(driver.Resume(5)[0]).NextSequence);
        Assert.Equal(5, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-263")]
    public void A_session_that_the_client_paused_stays_paused()
    {
        foreach (var crash in new[] { false, true })
        {
            var driver = Running();
            driver.Acknowledge(1);
            driver.Send(new PauseCommand());
            if (crash) driver.Crash();
            else driver.Disconnect();
            Assert.IsType<StateSyncOutput>(Assert.Single(driver.Resume(1)));
            Assert.Equal(SessionState.Paused, driver.Machine.State);
            Assert.Equal(2, Assert.IsType<TicksOutput>(Assert.Single(driver.Send(new ResumeCommand()))).First);
        }
    }

    [Fact]
    [Trait("req", "SIM-270")]
    [Trait("req", "SIM-294")]
    public void A_session_that_completed_undelivered_says_so_again()
    {
        foreach (var crash in new[] { false, true })
        {
            var driver = Running(20);
            driver.Now += TimeSpan.FromSeconds(9);
            driver.Acknowledge(20);
            var first = driver.Complete!;
            Assert.Equal(9, first.DurationSec);
            if (crash) driver.Crash();
            else driver.Disconnect();
            driver.Now += TimeSpan.FromSeconds(50);
            var outputs = driver.Resume(19);
            Assert.Collection(outputs, one => Assert.IsType<StateSyncOutput>(one), one => Assert.Equal(first, Assert.IsType<CompleteOutput>(one)));
        }
    }

    [Fact]
    [Trait("req", "SIM-096")]
    public void Resume_session_on_a_connected_session_is_a_validation_error()
    {
        var driver = Running();
        Assert.Equal("INVALID_SESSION_STATE", Assert.IsType<ErrorOutput>(Assert.Single(driver.Resume(0))).Code);
    }

    [Fact]
    [Trait("req", "SIM-262")]
    public void Nothing_moves_while_nobody_is_connected()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 10)));
        driver.Disconnect();
        Assert.All(driver.Send(new AckCommand { Sequence = 1, Status = ProcessingStatus.Ready }, Batch("b-2", Market("o-2", 10)), new PauseCommand()), output => Assert.Equal("INVALID_SESSION_STATE", Assert.IsType<ErrorOutput>(output).Code));
        Assert.Equal(0, driver.Machine.CompletedTicks);
        Assert.Equal(SessionState.Paused, driver.Machine.State);
    }

    [Fact]
    [Trait("req", "SIM-056")]
    [Trait("req", "SIM-053")]
    public void A_session_outlives_its_connections_and_its_age_counts_over_all_of_them()
    {
        var driver = Small();
        driver.MaxDurationSec = 100;
        driver.Send(new StartCommand());
        driver.Now += TimeSpan.FromSeconds(60);
        driver.Crash();
        driver.Resume(0);
        driver.Now += TimeSpan.FromSeconds(39);
        Assert.Empty(driver.Send());
        driver.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("MAX_SIMULATION_DURATION_EXCEEDED", Assert.IsType<ErrorOutput>(Assert.Single(driver.Send())).Code);
        Assert.Equal(SessionState.Error, driver.Machine.State);
    }

    private static void AssertSame(ScriptedClient expected, ScriptedClient actual, string what)
    {
        Assert.True(expected.Trace == actual.Trace, $"{what}: the fills differ\n{expected.Trace}\n---\n{actual.Trace}");
        Assert.Equal(expected.Result!.ResultHash, actual.Result!.ResultHash);
        Assert.Equal(expected.Result.FinalEquity, actual.Result.FinalEquity);
        Assert.Equal(expected.Ticks.Count, actual.Ticks.Count);
        Assert.Equal(0, actual.Repeats);
    }
}

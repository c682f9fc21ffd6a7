using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Storage.Journal;
using Trading.Storage.ReadModels;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>What goes into the read models with every append is what the session's own records say at that moment, whatever happened before.</summary>
public class ReadModelTests
{
    private static readonly SessionKey Key = new(SessionHost.User, "s-1");

    [Theory]
    [InlineData(1, ClientStyle.OrdersFirst)]
    [InlineData(2, ClientStyle.AcknowledgeFirst)]
    [InlineData(3, ClientStyle.Cumulative)]
    public void After_every_append_the_tables_are_the_sessions_own_records(int seed, ClientStyle style)
    {
        var driver = DeterminismTests.Start(window: seed == 3 ? 20 : 1);
        var client = new ScriptedClient(driver, Plans.Mixed(DeterminismTests.Ticks, seed), style);
        var checks = CheckEveryAppend(driver);
        client.Run();
        Assert.True(checks() > 20);
        AssertEnd(driver, client);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    public void After_crashes_and_replays_the_tables_are_again_the_sessions_own_records(int seed)
    {
        var random = new Random(seed);
        var driver = DeterminismTests.Start(window: random.Next(1, 8));
        var client = new ScriptedClient(driver, Plans.Mixed(DeterminismTests.Ticks, seed));
        CheckEveryAppend(driver);
        (byte[] Bytes, int Version)? snapshot = null;
        var crashes = 0;
        while (client.Step())
        {
            // a snapshot may be ahead of the last record, and so of the tables
            if (random.Next(5) == 0) snapshot = (driver.Machine.Snapshot(), driver.Journal.Count);
            if (random.Next(6) > 0) continue;
            driver.Crash(random.Next(2) == 0 ? snapshot : null);
            client.Resume();
            crashes++;
        }

        Assert.True(crashes > 3, $"{crashes} crashes");
        AssertEnd(driver, client);
    }

    [Fact]
    public void A_session_that_takes_another_course_after_a_crash_leaves_nothing_of_the_first_one()
    {
        var driver = Running(1, AccountUpdateFrequency.OnDemand, "cancel_orders");
        CheckEveryAppend(driver);
        driver.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 1m)));
        // the call that writes the second batch executes ticks, too: what they bring is in the tables and in no record
        driver.Send([.. Acknowledgements(1, 6), Batch("b-2", Market("o-3", 7)), .. Acknowledgements(7, 9)]);
        var first = driver.Tables.Lines("t", "s");
        Assert.Equal((2, 9, OrderState.Filled), (driver.Tables.Run!.Fills, driver.Tables.Run.Tick, driver.Tables.Orders["o-3"].State));

        driver.Crash();
        Assert.Equal(6, driver.Machine.CompletedTicks);
        driver.Resume(6);
        Assert.Equal(first, driver.Tables.Lines("t", "s"));
        driver.Send(new CancelOrdersCommand { OrderIds = ["o-3"] });
        Assert.Equal((1, 6, OrderState.Cancelled), (driver.Tables.Run.Fills, driver.Tables.Run.Tick, driver.Tables.Orders["o-3"].State));
        Assert.DoesNotContain(driver.Tables.Portfolio.Keys, point => point > 6);
    }

    [Fact]
    public void A_second_change_holds_only_what_has_happened_since_the_first()
    {
        var driver = Running();
        var changes = new List<SessionChange>();
        driver.Appending = (_, change) => changes.Add(change);
        driver.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 1m)));
        driver.Acknowledge(1);
        driver.Send(Batch("b-2", Market("o-3", 1)));
        driver.Send(new PauseCommand());
        Assert.Equal([["o-1", "o-2"], ["o-1", "o-2", "o-3"], []], changes.Select(change => change.Orders.Select(order => order.OrderId).Order().ToArray()));
        Assert.Equal([0, 1, 0], changes.Select(change => change.Fills.Count));
        Assert.DoesNotContain(changes, change => change.Rewind);
    }

    [Theory]
    [InlineData(SessionEnd.Failed, RunEnd.Failed)]
    [InlineData(SessionEnd.MaxDuration, RunEnd.MaxDuration)]
    [InlineData(SessionEnd.Discarded, RunEnd.Discarded)]
    public void How_a_run_ended_is_shown(SessionEnd end, RunEnd shown)
    {
        var driver = Small();
        driver.MaxDurationSec = 60;
        driver.Send(new StartCommand());
        driver.Send(Batch("b-1", Market("o-1", 5)));
        var account = driver.Tables.Account;
        if (end == SessionEnd.Failed) driver.Machine.Fail(SessionErrors.Internal(null), null, driver.Now);
        else if (end == SessionEnd.MaxDuration) driver.Now += TimeSpan.FromMinutes(2);
        else driver.Machine.Enqueue(new DiscardCommand());
        driver.Send();
        Assert.Equal(end, driver.Machine.End);
        Assert.Equal((RunState.Error, shown, driver.Now), (driver.Tables.Run!.State, driver.Tables.Run.EndedBy, driver.Tables.Run.EndedAt));
        if (end == SessionEnd.Failed) Assert.Same(account, driver.Tables.Account);
    }

    [Fact]
    public async Task At_the_end_the_tables_are_what_the_grain_answers_and_the_client_was_told()
    {
        await using var host = await SessionHost.StartAsync(readModels: true);
        var client = host.Connect();
        await client.Start();
        for (var tick = 1; tick <= 20; tick++)
        {
            await client.Send(Batch($"b-{tick}", Market($"o-{tick}", 1 + tick % 4, tick % 3 == 0 ? OrderSide.Sell : OrderSide.Buy), Limit($"l-{tick}", 2, 99m)));
            if (tick is 7 or 13)
            {
                // a failed append, then a lost answer
                if (tick == 7) host.Journal.BeforeAppend = (_, _) => throw new JournalUnavailableException("the database is away");
                else host.Journal.AfterAppend = (_, _) => throw new UncertainAppendException("the answer is lost");
                await Assert.ThrowsAsync<SessionInterruptedException>(() => client.Send(Batch($"c-{tick}", Market($"m-{tick}", 1))));
                (host.Journal.BeforeAppend, host.Journal.AfterAppend) = (null, null);
                await client.Resume(tick - 1);
                await client.Send(Batch($"c-{tick}", Market($"m-{tick}", 1)));
            }

            await client.Acknowledge(tick);
        }

        var tables = host.ReadModels!.Of(Key);
        var run = tables.Run!;
        Assert.Equal((RunState.Completed, RunEnd.Completed, client.Complete!.ResultHash, 20, 42), (run.State, run.EndedBy, run.ResultHash, run.Tick, run.Orders));
        Assert.Equal(client.Complete.FinalEquity, tables.Account!.Equity);
        Assert.Equal(await host.Journal.VersionAsync(Key, default), tables.Version);
        foreach (var row in tables.Orders.Values) RecordedTables.AssertOrder(row, (await host.Session().GetOrder(row.OrderId, default))!);
        RecordedTables.AssertFills(tables, client.All.OfType<FillOutput>().DistinctBy(fill => fill.Execution));
        RecordedTables.AssertPortfolio(tables, (await host.Session().GetPortfolio(default))!);
    }

    [Fact]
    public async Task A_session_that_expires_has_a_row_that_says_so_and_one_that_is_deleted_has_none()
    {
        await using var host = await SessionHost.StartAsync(readModels: true);
        var client = host.Connect();
        await client.Start();
        await client.Send(Batch("b-1", Market("o-1", 5)));
        await client.Detach();
        host.Grains.Time.Now += TimeSpan.FromHours(25);
        Assert.Equal(SessionRetention.Expired, await host.Session().Expire(default));
        var tables = host.ReadModels!.Of(Key);
        Assert.Equal((RunState.Error, RunEnd.Expired, host.Grains.Time.Now, 2), (tables.Run!.State, tables.Run.EndedBy, tables.Run.EndedAt, tables.Version));
        Assert.Equal(["ACME"], tables.Run.Symbols);
        Assert.Empty(tables.Orders);
        Assert.Null(tables.Account);

        host.Grains.Time.Now += TimeSpan.FromDays(31);
        Assert.Equal(SessionRetention.Deleted, await host.Session().Expire(default));
        Assert.Null(host.ReadModels.Of(Key).Run);
    }

    [Fact]
    public async Task A_change_that_cannot_be_told_keeps_no_input_from_being_written_and_comes_with_the_next_append()
    {
        await using var host = await SessionHost.StartAsync(readModels: true);
        var failing = 0;
        host.Runs.AskedForAccount = () =>
        {
            if (failing-- > 0) throw new InvalidOperationException("the account is wrong");
        };
        var client = host.Connect();
        await client.Start();
        var version = host.ReadModels!.Of(Key).Version;
        failing = 1;
        Assert.Contains(await client.Send(Batch("b-1", Market("o-1", 5))), output => output is BatchAckOutput);
        Assert.Equal((version + 1, version), (await host.Journal.VersionAsync(Key, default), host.ReadModels.Of(Key).Version));
        await client.Send(Batch("b-2", Market("o-2", 5)));
        Assert.Equal((version + 2, 2), (host.ReadModels.Of(Key).Version, host.ReadModels.Of(Key).Orders.Count));
    }

    /// <summary>Compares the tables with the machine at every append; the result tells how often.</summary>
    private static Func<int> CheckEveryAppend(SessionDriver driver)
    {
        var checks = 0;
        driver.Appending = (_, _) =>
        {
            driver.Tables.AssertEqualTo(driver.Machine);
            checks++;
        };
        return () => checks;
    }

    private static void AssertEnd(SessionDriver driver, ScriptedClient client)
    {
        var run = driver.Tables.Run!;
        Assert.Equal((RunState.Completed, RunEnd.Completed, driver.Complete!.ResultHash), (run.State, run.EndedBy, run.ResultHash));
        driver.Tables.AssertEqualTo(driver.Machine);
        RecordedTables.AssertFills(driver.Tables, client.Fills);
    }

    private static IEnumerable<SessionCommand> Acknowledgements(int from, int to) =>
        Enumerable.Range(from, to - from + 1).Select(tick => new AckCommand { Sequence = tick, Status = ProcessingStatus.Ready });
}

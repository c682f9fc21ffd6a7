using Trading.Engine.Orders;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Sessions;
using Trading.Storage.Accounts;
using Trading.Storage.Journal;
using Trading.Storage.Usage;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>The session grain on the actor runtime: durability, connections, limits, what the rest of the system is told.</summary>
public class SessionGrainTests
{
    private static readonly SessionKey Key = new(SessionHost.User, "s-1");

    [Fact]
    [Trait("req", "SIM-099")]
    [Trait("req", "SIM-294")]
    public async Task A_whole_run_is_metered_kept_and_shown()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        var created = Assert.IsType<CreatedOutput>(Assert.Single(await client.Create()));
        Assert.Equal((20, "r-1"), (created.EstimatedTicks, created.RequestId));
        await client.Send(new StartCommand { MaxPendingTicks = 20, AccountUpdates = AccountUpdateFrequency.OnDemand });
        await client.Send(Batch("b-1", Market("o-1", 5)));
        await client.Acknowledge(20);
        Assert.Equal(SessionEnd.Completed, client.Last!.End);

        Assert.Contains(client.Complete!.ResultHash, host.Results.Saved[Key], StringComparison.Ordinal);
        Assert.Equal(host.Results.Saved[Key], await host.Session().GetReport(CancellationToken.None));
        Assert.Equal([(MeteringKind.Ticks, 20L), (MeteringKind.Simulation, 1L)], host.Grains.Usage.Records.Select(record => (record.Kind, record.Quantity)).Order());
        var limits = await host.Grains.Client.GetGrain<ITenantGrain>(SessionHost.User).GetLimits();
        Assert.Equal(0, limits.Usage["concurrent_sessions"]);

        // the session does not wait for its portfolio: the last update may be on its way yet
        var portfolio = host.Grains.Client.GetGrain<IPortfolioGrain>(GrainKeys.Portfolio(SessionHost.User, "s-1"));
        var equity = (await portfolio.Get(CancellationToken.None))?.Account.Equity;
        for (var look = 0; look < 1000 && equity != client.Complete.FinalEquity; look++) equity = (await portfolio.Get(CancellationToken.None))?.Account.Equity;
        Assert.Equal(client.Complete.FinalEquity, equity);
        Assert.Equal(OrderState.Filled, (await host.Session().GetOrder("o-1", CancellationToken.None))!.State);
        Assert.Equal(SessionState.Completed, (await host.Session().GetStatus(CancellationToken.None))!.State);
    }

    [Fact]
    [Trait("req", "SIM-132")]
    public async Task A_session_id_is_used_once_among_unfinished_sessions()
    {
        await using var host = await SessionHost.StartAsync();
        var first = host.Connect();
        await first.Start();
        var second = host.Connect(connection: "c-2");
        Assert.True((await second.Attach(creating: true)).Exists);
        var error = Assert.IsType<ErrorOutput>(Assert.Single(await second.Send(SessionHost.Create())));
        Assert.Equal(("SESSION_ALREADY_EXISTS", "validation", "r-1"), (error.Code, error.Type, error.RequestId));

        // the first connection was not disturbed, and once its session is over the id is free
        for (var tick = 1; tick <= 20; tick++) await first.Acknowledge(tick);
        Assert.NotNull(first.Complete);
        Assert.IsType<CreatedOutput>(Assert.Single(await second.Create()));
        await second.Send(new StartCommand());
        Assert.Equal(SessionState.Running, (await host.Session().GetStatus(CancellationToken.None))!.State);
    }

    [Fact]
    [Trait("req", "SIM-268")]
    [Trait("req", "SIM-258")]
    public async Task A_resume_displaces_the_older_connection_at_once()
    {
        await using var host = await SessionHost.StartAsync();
        var old = host.Connect();
        await old.Start();
        await old.Acknowledge(1);
        var client = host.Connect(connection: "c-2");
        var outputs = await client.Resume(1);
        await old.WasDisplaced.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Assert.IsType<StateSyncOutput>(outputs[0]).NextSequence);
        Assert.Empty(await old.Acknowledge(2));
        Assert.True(old.Last!.Displaced);
        // what the displaced one still says about its end changes nothing
        await old.Detach();
        Assert.Equal(3, Assert.IsType<TicksOutput>(Assert.Single(await client.Acknowledge(2))).First);
    }

    [Fact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-056")]
    public async Task A_session_that_lost_its_activation_goes_on_as_if_nothing_had_happened()
    {
        await using var undisturbed = await SessionHost.StartAsync();
        var expected = await RunWithOrders(undisturbed, _ => Task.CompletedTask);
        await using var host = await SessionHost.StartAsync();
        var actual = await RunWithOrders(host, async client =>
        {
            await client.Detach();
            await host.Grains.DeactivateAllAsync();
        });
        Assert.Equal(expected.ResultHash, actual.ResultHash);
        Assert.True(host.Runs.Created > 1);
        Assert.NotNull(await host.Journal.LoadSnapshotAsync(Key, CancellationToken.None));
        Assert.Equal(20, host.Grains.Usage.Records.Single(record => record.Kind == MeteringKind.Ticks).Quantity);
    }

    [Theory]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-189")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_append_that_fails_or_whose_answer_is_lost_loses_and_doubles_nothing(bool written)
    {
        await using var undisturbed = await SessionHost.StartAsync();
        var expected = await RunWithOrders(undisturbed, _ => Task.CompletedTask);

        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        for (var tick = 1; tick <= 20; tick++)
        {
            var batch = BatchOf(tick);
            if (tick % 3 == 0)
            {
                if (written) host.Journal.AfterAppend = (_, _) => throw new UncertainAppendException("the answer is lost");
                else host.Journal.BeforeAppend = (_, _) => throw new JournalUnavailableException("the disk is full");
                await Assert.ThrowsAsync<SessionInterruptedException>(() => client.Send(batch));
                host.Journal.AfterAppend = null;
                host.Journal.BeforeAppend = null;
                // the activation is gone with its connection
                await Assert.ThrowsAsync<SessionInterruptedException>(() => client.Send(batch));
                Assert.Equal(tick, Assert.IsType<StateSyncOutput>((await client.Resume(tick - 1))[0]).NextSequence);
            }

            Assert.Contains(await client.Send(batch), output => output is BatchAckOutput { Accepted.Count: 1 });
            await client.Acknowledge(tick);
        }

        Assert.Equal(expected.ResultHash, client.Complete!.ResultHash);
        Assert.Equal(20, client.All.OfType<FillOutput>().Select(fill => fill.Execution).Distinct().Count());
    }

    [Fact]
    public async Task Another_writer_of_the_journal_makes_the_activation_go_away()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        var version = await host.Journal.VersionAsync(Key, CancellationToken.None);
        await host.Journal.AppendAsync(Key, version, [new SessionRecord { Kind = RecordKind.Pause, Tick = 1, At = 1_770_110_100_000_000 }.ToJson()], CancellationToken.None);
        await Assert.ThrowsAsync<SessionInterruptedException>(() => client.Send(Batch("b-1", Market("o-1", 5))));
        Assert.IsType<StateSyncOutput>(Assert.Single(await client.Resume(0)));
        Assert.Equal(SessionState.Paused, (await host.Session().GetStatus(CancellationToken.None))!.State);
    }

    [Fact]
    public async Task Ticks_and_acknowledgements_write_nothing()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        var version = await host.Journal.VersionAsync(Key, CancellationToken.None);
        for (var tick = 1; tick <= 19; tick++) await client.Acknowledge(tick);
        Assert.Equal(version, await host.Journal.VersionAsync(Key, CancellationToken.None));
    }

    [Fact]
    public async Task What_one_call_wrote_is_one_append()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        var appends = 0;
        host.Journal.BeforeAppend = (_, _) =>
        {
            appends++;
            return ValueTask.CompletedTask;
        };
        await client.Send(Batch("b-1", Market("o-1", 1)), Batch("b-2", Market("o-2", 1)), new PauseCommand(), new ResumeCommand());
        Assert.Equal(1, appends);
    }

    [Fact]
    [Trait("req", "SIM-060")]
    public async Task Orders_beyond_the_plan_are_refused_as_a_batch_without_acknowledgement()
    {
        await using var host = await SessionHost.StartAsync(plan: Plan.Free);
        var client = host.Connect();
        await client.Start();
        await client.Send(Batch("b-1", [.. Enumerable.Range(0, 99).Select(at => Limit($"a-{at}", 1, 1m))]));
        var outputs = await client.Send(Batch("b-2", Limit("b-1", 1, 1m), Limit("b-2", 1, 1m)));
        var error = Assert.IsType<ErrorOutput>(Assert.Single(outputs));
        Assert.Equal(("RATE_LIMIT_EXCEEDED", "rate_limit", "r-b-2"), (error.Code, error.Type, error.RequestId));
        Assert.Equal(101, error.Context.Single(entry => entry.Name == "current_usage").Number);
        Assert.Null(await host.Session().GetOrder("b-1", CancellationToken.None));
        // a repeated batch was counted before
        Assert.Single(await client.Send(Batch("b-1", [.. Enumerable.Range(0, 99).Select(at => Limit($"a-{at}", 1, 1m))])), output => output is BatchAckOutput);
        Assert.Contains(await client.Send(Batch("b-3", Limit("c-1", 1, 1m))), output => output is BatchAckOutput);
    }

    [Fact]
    [Trait("req", "SIM-266")]
    [Trait("req", "SIM-267")]
    public async Task A_preserved_session_can_be_resumed_for_a_day_and_not_longer()
    {
        foreach (var evicted in new[] { false, true })
        {
            await using var host = await SessionHost.StartAsync();
            var client = host.Connect();
            await client.Start();
            await client.Detach();
            if (evicted) await host.Grains.DeactivateAllAsync();
            host.Grains.Time.Now += TimeSpan.FromHours(24);
            Assert.IsType<StateSyncOutput>((await client.Resume(0))[0]);
            await client.Detach();
            if (evicted) await host.Grains.DeactivateAllAsync();
            host.Grains.Time.Now += TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1);
            Assert.Equal(SessionState.Error, (await client.Attach()).Status!.State);
            var error = Assert.IsType<ErrorOutput>(Assert.Single(await client.Send(new ResumeSessionCommand { LastProcessedSequence = 0, RequestId = "r-20" })));
            Assert.Equal(("RESUME_NOT_POSSIBLE", "connection", "r-20"), (error.Code, error.Type, error.RequestId));
        }
    }

    [Fact]
    [Trait("req", "SIM-227")]
    public async Task A_connection_is_woken_when_real_time_has_something_to_say()
    {
        await using var host = await SessionHost.StartAsync(new SessionOptions { AcknowledgeWithin = TimeSpan.FromMilliseconds(20) });
        var client = host.Connect();
        await client.Start();
        await client.Send(Batch("b-1", Market("o-1", 5)));
        host.Grains.Time.Now += TimeSpan.FromSeconds(1);
        await client.Woken.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("TICK_NOT_ACKNOWLEDGED", Assert.IsType<ErrorOutput>(Assert.Single(await client.Send())).Code);
    }

    [Fact]
    [Trait("req", "SIM-053")]
    [Trait("req", "SIM-055")]
    public async Task The_duration_of_the_plan_ends_a_session_over_all_its_connections()
    {
        await using var host = await SessionHost.StartAsync(plan: Plan.Free);
        var client = host.Connect();
        await client.Start();
        host.Grains.Time.Now += TimeSpan.FromHours(23);
        await client.Detach();
        await client.Resume(0);
        host.Grains.Time.Now += TimeSpan.FromHours(1);
        Assert.Equal("MAX_SIMULATION_DURATION_EXCEEDED", Assert.IsType<ErrorOutput>(Assert.Single(await client.Send())).Code);
        Assert.Equal(SessionEnd.MaxDuration, client.Last!.End);
        Assert.Equal("RESUME_NOT_POSSIBLE", Assert.IsType<ErrorOutput>(Assert.Single(await client.Resume(0))).Code);
    }

    [Fact]
    [Trait("req", "SIM-273")]
    [Trait("req", "SIM-275")]
    public async Task A_fault_of_the_engine_ends_its_session_only_and_the_journal_reproduces_it()
    {
        await using var host = await SessionHost.StartAsync();
        host.Runs.BreakAtTick = 3;
        var broken = host.Connect();
        await broken.Start();
        host.Runs.BreakAtTick = 0;
        var other = host.Connect("s-2", "c-2");
        await other.Start();
        await broken.Send(Batch("b-1", Market("o-1", 5)));
        await broken.Acknowledge(1);
        await broken.Acknowledge(2);
        var error = Assert.IsType<ErrorOutput>(Assert.Single(await broken.Acknowledge(3)));
        Assert.Equal(("INTERNAL_ERROR", "fatal", false), (error.Code, error.Severity, error.Recoverable));
        Assert.DoesNotContain("invariant", error.Message, StringComparison.Ordinal);
        Assert.Equal(SessionEnd.Failed, broken.Last!.End);
        Assert.Equal(SessionState.Error, (await host.Session().GetStatus(CancellationToken.None))!.State);

        for (var tick = 1; tick <= 20; tick++) await other.Acknowledge(tick);
        Assert.NotNull(other.Complete);

        var kinds = new List<RecordKind>();
        await foreach (var record in host.Journal.ReadAsync(Key, 0, CancellationToken.None)) kinds.Add(SessionRecord.Parse(record.Payload.Span).Kind);
        Assert.Equal([RecordKind.Created, RecordKind.Started, RecordKind.Batch, RecordKind.Failed], kinds);
        await broken.Detach();
        await host.Grains.DeactivateAllAsync();
        Assert.Equal("RESUME_NOT_POSSIBLE", Assert.IsType<ErrorOutput>(Assert.Single(await broken.Resume(0))).Code);
    }

    [Fact]
    public async Task A_discarded_session_frees_its_place()
    {
        await using var host = await SessionHost.StartAsync(plan: Plan.Free);
        var client = host.Connect();
        await client.Start();
        var second = host.Connect("s-2", "c-2");
        Assert.Equal("RATE_LIMIT_EXCEEDED", Assert.IsType<ErrorOutput>(Assert.Single(await second.Create())).Code);
        await client.Send(new DiscardCommand());
        Assert.Equal(SessionEnd.Discarded, client.Last!.End);
        Assert.IsType<CreatedOutput>((await second.Create())[0]);
    }

    [Fact]
    public async Task A_result_that_could_not_be_kept_is_kept_at_the_next_occasion()
    {
        await using var host = await SessionHost.StartAsync();
        host.Results.Failing = 1;
        var client = host.Connect();
        await client.Start(window: 20);
        await client.Acknowledge(20);
        Assert.NotNull(client.Complete);
        Assert.Empty(host.Results.Saved);
        await client.Detach();
        Assert.Single(host.Results.Saved);
    }

    [Fact]
    public async Task Bars_that_changed_under_a_session_end_it()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        await client.Detach();
        await host.Grains.DeactivateAllAsync();
        host.Bars.Series["ACME"] = SmallBars.Series("ACME", 2, 10, 101m);
        Assert.Equal("RESUME_NOT_POSSIBLE", Assert.IsType<ErrorOutput>(Assert.Single(await client.Resume(0))).Code);
    }

    [Fact]
    public async Task A_session_that_does_not_exist_is_not_found()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        Assert.False((await client.Attach()).Exists);
        Assert.Equal("SESSION_NOT_FOUND", Assert.IsType<ErrorOutput>(Assert.Single(await client.Send(new ResumeSessionCommand { LastProcessedSequence = 0 }))).Code);
        Assert.Null(await host.Session().GetStatus(CancellationToken.None));
        Assert.Null(await host.Session().GetReport(CancellationToken.None));
        Assert.Null(await host.Session().GetPortfolio(CancellationToken.None));
    }

    private static BatchCommand BatchOf(int tick) => Batch($"b-{tick}", Market($"o-{tick}", tick, tick % 2 == 0 ? OrderSide.Sell : OrderSide.Buy));

    private static async Task<CompleteOutput> RunWithOrders(SessionHost host, Func<SessionClient, Task> between)
    {
        var client = host.Connect();
        await client.Start();
        for (var tick = 1; tick <= 20; tick++)
        {
            if (tick % 4 == 0)
            {
                await between(client);
                await client.Resume(tick - 1);
            }

            await client.Send(BatchOf(tick));
            await client.Acknowledge(tick);
        }

        return client.Complete!;
    }
}

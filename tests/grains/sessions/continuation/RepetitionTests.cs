using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Sessions;
using Trading.Storage.Journal;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>What the number of an exchange decides, and what a mark is good for.</summary>
public sealed class RepetitionTests : IAsyncLifetime
{
    private static readonly SessionKey Key = new(SessionHost.User, "s-1");

    private Cluster _cluster = null!;

    private SessionHost One => _cluster.Silos[0];

    private SessionHost Two => _cluster.Silos[1];

    public async Task InitializeAsync() => _cluster = await Cluster.StartAsync(2);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    [Trait("req", "SIM-189")]
    public async Task An_exchange_that_was_answered_is_answered_again_and_not_executed()
    {
        var connection = new Connection(One);
        await connection.Start();
        var order = connection.Next(Batch("b-1", Market("o-1", 5)), Ready(1));
        var first = await connection.Lose(order);
        Assert.Equal(3, first.Outputs.Count);
        var version = await Version();
        Assert.Same(first.Outputs, (await connection.Try(order)).Outputs);
        Assert.Same(first.Outputs, (await connection.Try(connection.Repeat(order))).Outputs);
        Assert.Equal(version, await Version());
        Assert.Equal(3, Assert.IsType<TicksOutput>(Assert.Single((await connection.Exchange(Ready(2))).Outputs)).First);
    }

    [Fact]
    public async Task An_exchange_that_does_not_follow_the_last_one_needs_a_mark()
    {
        var connection = new Connection(One);
        await connection.Start();
        await connection.ExchangeAt(Two, Ready(1));
        connection.Silo = One;
        var late = connection.Next(Ready(2));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(late));
        Assert.Equal(3, Assert.IsType<TicksOutput>(Assert.Single((await connection.Try(connection.Repeat(late))).Outputs)).First);
    }

    [Fact]
    [Trait("req", "SIM-132")]
    public async Task A_create_that_got_as_far_as_the_journal_is_recognised_by_its_connection()
    {
        var connection = new Connection(One);
        await connection.Attach(creating: true);
        var create = connection.Next(Cluster.Create("s-1"));
        var lost = await connection.Lose(create);
        _cluster.Now += TimeSpan.FromSeconds(3);

        var stranger = new Connection(Two, connection: "c-2");
        Assert.Equal("SESSION_ALREADY_EXISTS", Assert.IsType<ErrorOutput>(Assert.Single((await stranger.Try(stranger.Repeat(stranger.Next(Cluster.Create("s-1"))))).Outputs)).Code);

        connection.Silo = Two;
        var again = await connection.Try(connection.Repeat(create));
        Assert.Equal(Assert.IsType<CreatedOutput>(Assert.Single(lost.Outputs)).Loaded, Assert.IsType<CreatedOutput>(Assert.Single(again.Outputs)).Loaded);
        Assert.Equal(lost.At, again.At);
        Assert.Equal(1, await Version());
        await connection.Exchange(new StartCommand());
        Assert.Equal(2, await Version());
    }

    [Fact]
    public async Task A_create_over_a_session_that_has_ended_may_be_repeated_wherever_it_was_lost()
    {
        var first = new Connection(One);
        await first.Start();
        await first.Exchange(new DiscardCommand());
        await One.Session().Detach("c-1");
        var connection = new Connection(Two, connection: "c-2");
        await connection.Attach(creating: true);
        var create = connection.Next(Cluster.Create("s-1"));
        _cluster.Journal.BeforeAppend = (_, _) => throw new UncertainAppendException("the answer is lost");
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(create));
        _cluster.Journal.BeforeAppend = null;
        Assert.IsType<CreatedOutput>(Assert.Single((await connection.Try(connection.Repeat(create))).Outputs));
        Assert.Equal(1, await Version());
    }

    [Fact]
    [Trait("req", "SIM-265")]
    public async Task A_resume_runs_again_at_another_silo()
    {
        var first = new Connection(One);
        await first.Start();
        await first.Exchange(Batch("b-1", Market("o-1", 5)), Ready(1));
        await One.Session().Detach("c-1");
        var second = new Connection(One, connection: "c-2");
        await second.Attach();
        var resume = second.Next(new ResumeSessionCommand { LastProcessedSequence = 1, RequestId = "r" });
        var lost = await second.Lose(resume);
        second.Silo = Two;
        var reply = await second.Try(second.Repeat(resume));
        Assert.Equal(Assert.IsType<StateSyncOutput>(lost.Outputs[0]).MissedExecutions, Assert.IsType<StateSyncOutput>(reply.Outputs[0]).MissedExecutions);
        Assert.Equal(3, Assert.IsType<TicksOutput>((await second.Exchange(Ready(2))).Outputs[^1]).First);
    }

    [Fact]
    public async Task What_is_executed_again_happens_at_the_time_at_which_it_happened()
    {
        var connection = new Connection(One);
        await connection.Attach(creating: true);
        await connection.Exchange(Cluster.Create("s-1"));
        _cluster.Now += TimeSpan.FromTicks(12_345_678);
        var start = connection.Next(new StartCommand());
        var lost = await connection.Lose(start);
        _cluster.Now += TimeSpan.FromSeconds(40);
        connection.Silo = Two;
        var reply = await connection.Try(connection.Repeat(start));
        Assert.Equal(((StartedOutput)lost.Outputs[0]).StartedAt, ((StartedOutput)reply.Outputs[0]).StartedAt);
        Assert.Equal(2, await Version());
    }

    [Fact]
    [Trait("req", "SIM-059")]
    public async Task Orders_that_are_in_the_journal_are_not_counted_against_the_plan_again()
    {
        var connection = new Connection(One);
        await connection.Start();
        var order = connection.Next(Batch("b-1", Market("o-1", 5), Market("o-2", 5)));
        await connection.Lose(order);
        connection.Silo = Two;
        Assert.Equal(2, Assert.IsType<BatchAckOutput>((await connection.Try(connection.Repeat(order))).Outputs[0]).Accepted.Count);
        Assert.Equal(0, (await Two.Grains.Client.GetGrain<ITenantGrain>(SessionHost.User).GetLimits()).Usage["orders_per_minute"]);
        await connection.Exchange(Batch("b-2", Market("o-3", 5)));
        Assert.Equal(1, (await Two.Grains.Client.GetGrain<ITenantGrain>(SessionHost.User).GetLimits()).Usage["orders_per_minute"]);
    }

    [Fact]
    [Trait("req", "SIM-059")]
    public async Task Orders_whose_append_fails_again_and_again_are_counted_once()
    {
        var connection = new Connection(One);
        await connection.Start();
        var order = connection.Next(Batch("b-1", Market("o-1", 5), Market("o-2", 5)));
        var failures = 0;
        _cluster.Journal.BeforeAppend = (_, _) => throw new JournalUnavailableException($"away for the time {++failures}", new IOException());
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(order));
        for (var repetition = 0; repetition < 4; repetition++) await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(connection.Repeat(order)));
        Assert.Equal(5, failures);
        _cluster.Journal.BeforeAppend = null;
        Assert.Equal(2, Assert.IsType<BatchAckOutput>((await connection.Try(connection.Repeat(order))).Outputs[0]).Accepted.Count);
        Assert.Equal(2, (await One.Grains.Client.GetGrain<ITenantGrain>(SessionHost.User).GetLimits()).Usage["orders_per_minute"]);
    }

    [Fact]
    public async Task Another_input_in_the_journal_than_the_exchange_writes_ends_the_connection()
    {
        var connection = new Connection(One);
        await connection.Start();
        await Write(RecordKind.Pause);
        connection.Silo = Two;
        var order = connection.Next(Batch("b-1", Market("o-1", 5)));
        await Assert.ThrowsAsync<ContinuationRefusedException>(() => connection.Try(connection.Repeat(order)));
        // nothing of it is left: the session can be resumed
        var other = new Connection(Two, connection: "c-2");
        await other.Attach();
        Assert.IsType<StateSyncOutput>(Assert.Single((await other.Exchange(new ResumeSessionCommand { LastProcessedSequence = 0 })).Outputs));
    }

    [Fact]
    public async Task More_in_the_journal_than_the_exchange_writes_ends_the_connection()
    {
        var connection = new Connection(One);
        await connection.Start();
        await Write(RecordKind.Detached);
        connection.Silo = Two;
        await Assert.ThrowsAsync<ContinuationRefusedException>(() => connection.Try(connection.Repeat(connection.Next(Ready(1)))));
        Assert.Equal(3, await Version());
    }

    [Fact]
    public async Task Records_that_were_acknowledged_and_are_gone_end_the_connection()
    {
        var connection = new Connection(One);
        await connection.Start();
        await _cluster.Journal.DeleteAsync(Key, CancellationToken.None);
        connection.Silo = Two;
        await Assert.ThrowsAsync<ContinuationRefusedException>(() => connection.Try(connection.Repeat(connection.Next(Ready(1)))));
    }

    [Fact]
    public async Task Another_session_with_the_same_id_is_not_gone_on_with()
    {
        var connection = new Connection(One);
        await connection.Start();
        _cluster.Now += TimeSpan.FromSeconds(1);
        await _cluster.Journal.DeleteAsync(Key, CancellationToken.None);
        var other = new Connection(Two, connection: "c-2");
        await other.Start();
        await Two.Session().Detach("c-2");
        connection.Silo = Two;
        await Assert.ThrowsAsync<ContinuationRefusedException>(() => connection.Try(connection.Repeat(connection.Next(Ready(1)))));
    }

    [Fact]
    public async Task An_attachment_that_is_repeated_or_comes_late_changes_nothing()
    {
        var connection = new Connection(One);
        await connection.Attach(creating: true);
        await connection.Attach(creating: true);
        await connection.Exchange(Cluster.Create("s-1"));
        await connection.Exchange(new StartCommand());
        await One.Session().Attach(new ConnectionInfo("c-1", null, Creating: false), CancellationToken.None);
        Assert.Equal(2, Assert.IsType<TicksOutput>(Assert.Single((await connection.Exchange(Ready(1))).Outputs)).First);
        Assert.Equal(2, await Version());
    }

    [Fact]
    [Trait("req", "SIM-268")]
    public async Task Of_two_connections_that_both_had_the_session_the_later_one_keeps_it()
    {
        var earlier = new Connection(One);
        await earlier.Start();
        _cluster.Now += TimeSpan.FromSeconds(5);
        // a silo that did not know of the first connection
        var later = new Connection(Two, connection: "c-2");
        await later.Attach();
        await later.Exchange(new ResumeSessionCommand { LastProcessedSequence = 0 });

        await using var third = await SessionHost.StartAsync(journal: _cluster.Journal);
        third.Bars.Series["ACME"] = One.Bars.Series["ACME"];
        third.Bars.Series["BETA"] = One.Bars.Series["BETA"];
        Assert.IsType<TicksOutput>(Assert.Single((await earlier.ExchangeAt(third, Ready(1))).Outputs));
        Assert.IsType<TicksOutput>(Assert.Single((await later.ExchangeAt(third, Ready(1))).Outputs));
        Assert.True((await earlier.ExchangeAt(third, Ready(2))).Displaced);
    }

    [Fact]
    public async Task A_snapshot_of_ticks_that_nobody_was_told_of_is_not_used()
    {
        var driver = Small();
        driver.Send(new StartCommand { MaxPendingTicks = 5 });
        driver.Acknowledge(2);
        driver.Acknowledge(5);
        var ahead = (driver.Machine.Snapshot(), driver.Journal.Count);
        driver.Journal.Add(new SessionRecord { Kind = RecordKind.Pause, Tick = 3, At = 1_770_110_100_000_000 }.ToJson());
        Assert.Throws<Engine.Snapshot.SnapshotException>(() => driver.Crash(ahead));
        driver.Crash();
        Assert.Equal(2, driver.Machine.CompletedTicks);

        var connection = new Connection(One);
        await connection.Start(window: 5);
        await connection.Exchange(Ready(2));
        var lost = connection.Next(Ready(5));
        await connection.Lose(lost);
        await _cluster.Journal.SaveSnapshotAsync(Key, 2, await Snapshot(connection), CancellationToken.None);
        Assert.Equal(8, Assert.IsType<TicksOutput>(Assert.Single((await connection.ExchangeAt(Two, Ready(3))).Outputs)).First);
    }

    /// <summary>What a silo that goes down in good order leaves behind.</summary>
    private async Task<byte[]> Snapshot(Connection connection)
    {
        await using var silo = await SessionHost.StartAsync(journal: _cluster.Journal);
        silo.Bars.Series["ACME"] = One.Bars.Series["ACME"];
        var mark = connection.Mark!.Value with { Completed = 5, Sent = 10, Acknowledged = 5, SentEver = 10 };
        var request = new ExchangeRequest("c-1", Array.Empty<SessionCommand>(), 9, new SessionContinuation(mark, null, Array.Empty<EarlierExchange>()));
        await silo.Session().Exchange(request, CancellationToken.None);
        await silo.DisposeAsync();
        return (await _cluster.Journal.LoadSnapshotAsync(Key, CancellationToken.None))!.Value.Snapshot.ToArray();
    }

    private Task<long> Version() => _cluster.Journal.VersionAsync(Key, CancellationToken.None).AsTask();

    private async Task Write(RecordKind kind)
    {
        var record = new SessionRecord { Kind = kind, Tick = 1, At = 1_770_110_100_000_000 }.ToJson();
        Assert.True((await _cluster.Journal.AppendAsync(Key, await Version(), [record], CancellationToken.None)).IsAppended);
    }

    private static AckCommand Ready(int tick) => new() { Sequence = tick, Status = ProcessingStatus.Ready };
}

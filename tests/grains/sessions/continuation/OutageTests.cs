using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>A database that is away and comes back: nothing is acknowledged meanwhile, and nobody has to restart anything.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private OutageJournal _journal = null!;
    private SessionHost _host = null!;

    public async Task InitializeAsync() => _host = await SessionHost.StartAsync(around: journal => _journal = new OutageJournal(journal));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task Ticks_go_on_and_an_order_waits_until_it_is_written_once()
    {
        var connection = new Connection(_host);
        await connection.Start();
        _journal.IsAway = true;
        Assert.Equal(2, Assert.IsType<TicksOutput>(Assert.Single((await connection.Exchange(Acknowledge(1))).Outputs)).First);
        var order = connection.Next(Batch("b-1", Market("o-1", 5)));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(order));
        for (var repetition = 0; repetition < 3; repetition++) await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(connection.Repeat(order)));

        _journal.IsAway = false;
        Assert.IsType<BatchAckOutput>((await connection.Try(connection.Repeat(order))).Outputs[0]);
        Assert.IsType<FillOutput>((await connection.Exchange(Acknowledge(2))).Outputs[0]);
        Assert.Equal(3, await _host.Journal.VersionAsync(new(SessionHost.User, "s-1"), CancellationToken.None));
    }

    [Fact]
    public async Task What_cannot_be_read_now_says_so_and_can_be_asked_for_again()
    {
        var connection = new Connection(_host);
        await connection.Start();
        await _host.Session().Detach("c-1");
        await _host.Grains.DeactivateAllAsync();
        _journal.IsAway = true;
        var session = _host.Session();
        await Assert.ThrowsAsync<SessionInterruptedException>(() => session.GetStatus(CancellationToken.None));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => session.GetPortfolio(CancellationToken.None));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => session.GetOrder("o-1", CancellationToken.None));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => session.GetReport(CancellationToken.None));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => session.Attach(new ConnectionInfo("c-2", null), CancellationToken.None));
        _journal.IsAway = false;
        Assert.Equal(SessionState.Paused, (await session.GetStatus(CancellationToken.None))!.State);
    }

    [Fact]
    [Trait("req", "SIM-132")]
    public async Task A_session_is_created_once_when_the_database_is_back()
    {
        var connection = new Connection(_host);
        await connection.Attach(creating: true);
        var create = connection.Next(SessionHost.Create());
        _journal.IsAway = true;
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(create));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(connection.Repeat(create)));
        _journal.IsAway = false;
        Assert.IsType<CreatedOutput>(Assert.Single((await connection.Try(connection.Repeat(create))).Outputs));
        Assert.Equal(1, await _host.Journal.VersionAsync(new(SessionHost.User, "s-1"), CancellationToken.None));
        await connection.Exchange(new StartCommand());
    }

    [Fact]
    public async Task Leaving_meanwhile_leaves_a_session_that_can_be_resumed()
    {
        var connection = new Connection(_host);
        await connection.Start();
        await connection.Exchange(Batch("b-1", Market("o-1", 5)));
        _journal.IsAway = true;
        await Assert.ThrowsAsync<SessionInterruptedException>(() => _host.Session().Detach("c-1"));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => _host.Session().GetStatus(CancellationToken.None));
        _journal.IsAway = false;
        var other = new Connection(_host, connection: "c-2");
        await other.Attach();
        Assert.IsType<StateSyncOutput>((await other.Exchange(new ResumeSessionCommand { LastProcessedSequence = 0 })).Outputs[0]);
        Assert.IsType<FillOutput>((await other.Exchange(Acknowledge(1))).Outputs[0]);
    }

    private static AckCommand Acknowledge(int tick) => new() { Sequence = tick, Status = ProcessingStatus.Ready };
}

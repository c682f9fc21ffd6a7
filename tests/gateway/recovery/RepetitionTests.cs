using Orleans.Runtime;
using Orleans.Storage;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests.Recovery;

/// <summary>A call that no silo answers is made again until one does: under its number, with what it takes to go on elsewhere.</summary>
public sealed class RepetitionTests
{
    private const string Query = """{"type":"query_positions","request_id":"q"}""";

    public static TheoryData<Func<Exception>> Passing => new(
        () => new TimeoutException("the response did not arrive"),
        () => new OrleansException("ConnectionFailed"),
        () => new SiloUnavailableException("there is no gateway"),
        () => new SessionInterruptedException("another activation"),
        () => new IOException("the database does not answer"),
        () => new ObjectDisposedException("client"),
        () => new OperationCanceledException());

    public static TheoryData<Func<Exception>> Lasting => new(
        () => new InvalidOperationException("a mistake of ours"),
        () => new BadProviderConfigException("no such provider"),
        () => new ContinuationRefusedException("the journal holds something else"));

    [Theory]
    [Trait("req", "SIM-130")]
    [MemberData(nameof(Passing))]
    public async Task What_passes_is_repeated_under_its_number_and_the_client_notices_a_pause(Func<Exception> failure)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway, failure);
        await client.SendAsync(Query);
        await outage.IsRepeatedAsync();
        await outage.EndsAsync();
        Assert.Equal("q", (await client.ReceiveAsync("current_positions")).GetProperty("request_id").GetString());

        var tried = outage.Session.Tried();
        Assert.Equal([1, .. Enumerable.Repeat(2L, tried.Length - 1)], tried.Select(request => request.Number));
        Assert.All(tried[1..], request => Assert.IsType<QueryPositionsCommand>(Assert.Single(request.Commands)));
        Assert.Null(tried[1].Continuation);
        Assert.All(tried[2..], request => Assert.Equal((1, 0), (request.Continuation!.Mark!.Value.Sent, request.Continuation.Earlier.Count)));
        Assert.All(tried[2..], request => Assert.Same(gateway.Grains.SessionObserver, request.Continuation!.Observer));
        Assert.DoesNotContain("detach", outage.Session.Calls);
        await client.SendAsync(Query);
        await client.ReceiveAsync("current_positions");
        Assert.Equal(3, outage.Session.Tried()[^1].Number);
        Assert.Contains(gateway.Logs.Lines, line => line.Contains(" 1020 ", StringComparison.Ordinal));
        Assert.Contains(gateway.Logs.Lines, line => line.Contains(" 1021 ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Lasting))]
    public async Task What_would_fail_again_closes_at_once_and_the_client_resumes(Func<Exception> failure)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway, failure);
        await client.SendAsync(Query);
        await client.ReceiveErrorAsync("INTERNAL_ERROR");
        Assert.Equal(1011, await client.ReceiveCloseAsync());
        Assert.Equal(2, outage.Session.Tried().Length);
    }

    [Fact]
    public async Task A_session_without_a_mark_cannot_be_interrupted_and_go_on()
    {
        await using var gateway = await TestGateway.StartAsync();
        var session = gateway.Grains.Session("user_a", "s");
        session.Answer = request => FakeSession.Reply([.. request.Commands.SelectMany(FakeSession.Default)]) with { Mark = null };
        using var client = await gateway.CreateAsync();
        Outage.Of(gateway, () => new SessionInterruptedException("another activation"));
        await client.SendAsync(Query);
        await client.ReceiveErrorAsync("INTERNAL_ERROR");
        Assert.Equal(1011, await client.ReceiveCloseAsync());
    }

    [Fact]
    public async Task Without_time_for_it_nothing_is_repeated()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("RecoverySeconds", "0"));
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        await client.SendAsync(Query);
        await client.ReceiveErrorAsync("INTERNAL_ERROR");
        Assert.Equal(1011, await client.ReceiveCloseAsync());
        Assert.Equal(2, outage.Session.Tried().Length);
    }

    [Fact]
    public async Task An_outage_that_does_not_end_is_given_up_and_the_client_may_connect_again()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("RecoverySeconds", "30"));
        using var client = await gateway.CreateAsync();
        var outage = Outage.Of(gateway);
        var began = gateway.Time.GetUtcNow();
        await client.SendAsync(Query);
        var error = client.ReceiveErrorAsync("INTERNAL_ERROR");
        await outage.UntilAsync(() => error.IsCompleted);
        Assert.True((await error).GetProperty("recoverable").GetBoolean());
        Assert.InRange((gateway.Time.GetUtcNow() - began).TotalSeconds, 30, 60);
        Assert.Equal(1011, await client.ReceiveCloseAsync());
        Assert.Contains(gateway.Logs.Lines, line => line.Contains(" 1022 ", StringComparison.Ordinal));
        Assert.True(outage.Session.Tried().Length < 60, "the pauses do not grow");
        await outage.UntilAsync(() => gateway.Grains.Tenant("user_a").Connections.IsEmpty);
    }

    [Fact]
    [Trait("req", "SIM-132")]
    public async Task Creating_is_repeated_from_the_attachment_on()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        var outage = Outage.Of(gateway, call: "attach");
        await client.SendAsync(TestClient.Create("s"));
        await outage.UntilAsync(() => outage.Session.Calls.Count > 3);
        Assert.All(outage.Session.Calls, call => Assert.Equal("attach", call));
        outage = Outage.Of(gateway);
        await outage.IsRepeatedAsync();
        await outage.EndsAsync();
        await client.ReceiveAsync("session_created");
        Assert.All(outage.Session.Tried(), request => Assert.Equal((1L, "s"), (request.Number, Assert.IsType<CreateCommand>(Assert.Single(request.Commands)).SessionId)));
        // there is no mark before the first answer: the session is asked for once more
        Assert.All(outage.Session.Tried()[1..], request => Assert.Equal((null, 0), (request.Continuation!.Mark, request.Continuation.Earlier.Count)));
    }

    [Fact]
    [Trait("req", "SIM-265")]
    public async Task Resuming_is_repeated_from_the_attachment_on()
    {
        await using var gateway = await TestGateway.StartAsync(grains =>
            grains.Session("user_a", "s").Status = new SessionStatus("s", SessionState.Paused, ["KO"], 1_721_136_600_000_000, 118, 118, 390, [], false));
        using var client = await gateway.ConnectAsync();
        var outage = Outage.Of(gateway, call: "attach");
        await client.SendAsync("""{"type":"resume_session","data":{"session_id":"s","last_processed_sequence_id":118}}""");
        await outage.UntilAsync(() => outage.Session.Calls.Count > 3);
        outage = Outage.Of(gateway);
        await outage.IsRepeatedAsync();
        await outage.EndsAsync();
        Assert.Equal(119, (await client.ReceiveAsync("state_sync")).GetProperty("data").GetProperty("next_sequence_id").GetInt32());
        Assert.All(outage.Session.Tried(), request => Assert.Equal(1, request.Number));
    }

    [Fact]
    public async Task Exchanges_of_a_long_command_are_all_told_to_the_activation_that_goes_on()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        var calls = 0;
        session.Answer = _ => ++calls < 4 ? FakeSession.Reply([], more: true) : FakeSession.Reply([FakeSession.Tick(9)]);
        session.Failure = call => call == "exchange" && session.Requests.Count == 4 && session.Requests[^1].Continuation is null ? new TimeoutException("lost") : null;
        await client.SendAsync(TestClient.Ack(1));
        var tick = client.ReceiveAsync("tick");
        await Eventually.HoldsAsync(() =>
        {
            gateway.Time.Advance(TimeSpan.FromMilliseconds(25));
            return tick.IsCompleted;
        });
        await tick;
        var repeated = session.Tried().Single(request => request.Continuation is not null);
        Assert.Equal(4, repeated.Number);
        Assert.Equal([1, 0], repeated.Continuation!.Earlier.Select(earlier => earlier.Commands.Count));
        Assert.All(repeated.Continuation.Earlier, earlier => Assert.Equal(1_770_110_100_000_000, earlier.At));
        Assert.Equal(1, repeated.Continuation.Mark!.Value.Sent);
    }
}

using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Accounts;

/// <summary>A client whose old socket still hangs, on a plan of one connection.</summary>
public class TakeOverTests(SharedService service) : IClassFixture<SharedService>
{
    [Fact]
    [Trait("req", "SIM-268")]
    public async Task A_free_plan_client_resumes_at_once_while_its_old_socket_still_hangs()
    {
        var account = await service.AccountAsync("--plan", "free");
        var token = await SessionClient.TokenAsync(service.Address, account.Key);
        await using var hanging = await SessionClient.ConnectAsync(service.Address, token);
        await hanging.ExpectAsync("connection_ready");
        await hanging.SendAsync("create_session", new JsonObject { ["session_id"] = "cut", ["symbols"] = new JsonArray("AAPL"), ["start"] = "2024-07-16T13:30:00Z", ["end"] = "2024-07-16T20:00:00Z", ["initial_cash"] = "1000" });
        await hanging.ExpectAsync("session_created");
        await hanging.SendAsync("start_simulation");
        await hanging.ExpectAsync("simulation_started");
        await hanging.ExpectAsync("tick");

        await using var resumed = await SessionClient.ConnectAsync(service.Address, token, "resume=cut");
        await resumed.ExpectAsync("connection_ready");
        await resumed.SendAsync("resume_session", new JsonObject { ["session_id"] = "cut", ["last_processed_sequence_id"] = 1 });
        Assert.Equal(2, (await resumed.ExpectAsync("state_sync"))["next_sequence_id"]!.GetValue<int>());
        Assert.Equal(2, (await resumed.ExpectAsync("tick"))["sequence_id"]!.GetValue<int>());
        Assert.Null(await hanging.ReceiveAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("resume=no-such-session")]
    [Trait("req", "SIM-098")]
    public async Task A_connection_beyond_the_limit_that_takes_nothing_over_gets_only_the_closing(string query)
    {
        var account = await service.AccountAsync("--plan", "free");
        var token = await SessionClient.TokenAsync(service.Address, account.Key);
        await using var first = await SessionClient.ConnectAsync(service.Address, token);
        await first.ExpectAsync("connection_ready");

        await using var second = await SessionClient.ConnectAsync(service.Address, token, query);
        Assert.Equal("rate_limit", (await second.ExpectAsync("connection_closing"))["reason"]!.GetValue<string>());
        Assert.Null(await second.ReceiveAsync());
    }
}

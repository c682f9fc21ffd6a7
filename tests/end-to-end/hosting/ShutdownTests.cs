using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Hosting;

public class ShutdownTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_goes_on_after_the_service_was_stopped_or_killed_under_it(bool killed)
    {
        await using var service = await ServiceProcess.StartAsync();
        var token = await SessionClient.TokenAsync(service.Address, service.DemoKey);
        await using var client = await SessionClient.ConnectAsync(service.Address, token);
        await client.ExpectAsync("connection_ready");
        await client.SendAsync("create_session", new JsonObject
        {
            ["session_id"] = "survivor",
            ["symbols"] = new JsonArray("KO"),
            ["start"] = "2024-07-16T13:30:00Z",
            ["end"] = "2024-07-16T13:40:00Z",
            ["initial_cash"] = "50000.00",
        });
        await client.ExpectAsync("session_created");
        await client.SendAsync("start_simulation");
        await client.ExpectAsync("simulation_started");
        await client.ExpectAsync("tick");

        if (killed)
        {
            await service.KillAsync();
        }
        else
        {
            var stopping = service.StopAsync();
            var closing = await client.SkipToAsync("connection_closing");
            Assert.Equal(("server_maintenance", "preserved_for_resume"), (closing["reason"]!.GetValue<string>(), closing["session_state"]!.GetValue<string>()));
            Assert.Null(await client.ReceiveAsync());
            Assert.Equal((WebSocketCloseStatus)4005, client.CloseStatus);
            await client.CloseAsync();
            Assert.Equal(0, await stopping);
        }

        await service.RestartAsync();
        await using var again = await SessionClient.ConnectAsync(service.Address, token);
        await again.ExpectAsync("connection_ready");
        await again.SendAsync("resume_session", new JsonObject { ["session_id"] = "survivor", ["last_processed_sequence_id"] = 1 });
        Assert.Equal(2, (await again.ExpectAsync("state_sync"))["next_sequence_id"]!.GetValue<int>());
        for (var tick = 2; tick <= 10; tick++)
        {
            Assert.Equal(tick, (await again.ExpectAsync("tick"))["sequence_id"]!.GetValue<int>());
            await again.SendAsync("tick_ack", new JsonObject { ["sequence_id"] = tick, ["processing_status"] = "ready" });
        }

        await again.SkipToAsync("simulation_complete");
    }
}

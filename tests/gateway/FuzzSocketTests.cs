using System.Text;
using Trading.Protocol.Reading;
using Trading.Protocol.Tests;

namespace Trading.Gateway.Tests;

public sealed class FuzzSocketTests
{
    [Theory]
    [Trait("req", "SIM-091")]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Bad_frames_get_their_error_and_change_nothing(int seed)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.CreateAsync();
        var session = gateway.Grains.Session("user_a", "s");
        var before = session.Received().Length;
        var mutator = new FrameMutator(seed);
        var sent = 0;
        while (sent < 3_000)
        {
            var frame = mutator.NextText();
            var fault = MessageReader.Read(Encoding.UTF8.GetBytes(frame)).Fault;
            if (fault is null) continue;
            sent++;
            await client.SendAsync(frame);
            var error = await client.ReceiveErrorAsync(fault.Code);
            Assert.Equal(fault.Message, error.GetProperty("message").GetString());
        }

        Assert.Equal(before, session.Received().Length);
        Assert.Single(gateway.Grains.Sessions);
        await client.SendAsync("""{"type":"query_positions"}""");
        await client.ReceiveAsync("current_positions");
    }
}

using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Tests.Sessions;

public class DiscardTests
{
    [Fact]
    [Trait("req", "SIM-124")]
    public async Task A_discarded_session_is_in_state_error_also_after_its_grain_went()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        await client.Send(new DiscardCommand());
        Assert.Equal(SessionEnd.Discarded, client.Last!.End);
        Assert.Equal(SessionState.Error, (await host.Session().GetStatus(CancellationToken.None))!.State);
        await host.Grains.DeactivateAllAsync();
        Assert.Equal(SessionState.Error, (await host.Session().GetStatus(CancellationToken.None))!.State);
    }
}

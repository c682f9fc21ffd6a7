using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>A session from its creation to its results.</summary>
public class RunTests
{
    [Fact]
    [Trait("req", "SIM-099")]
    [Trait("req", "SIM-100")]
    [Trait("req", "SIM-284")]
    public void A_session_is_created_started_ticks_trades_and_completes()
    {
        var driver = Small();
        Assert.Equal(20, Assert.IsType<CreatedOutput>(Assert.Single(driver.All)).EstimatedTicks);
        Assert.Equal(SessionState.Ready, driver.Machine.State);

        var started = driver.Send(new StartCommand { RequestId = "r-2" });
        Assert.IsType<StartedOutput>(started[0]);
        Assert.Equal(1, Assert.IsType<TicksOutput>(started[1]).First);

        var ack = Assert.IsType<BatchAckOutput>(driver.Send(Batch("b-1", Market("o-1", 40)))[0]);
        Assert.Equal("o-1", Assert.Single(ack.Accepted).OrderId);
        var after = driver.Acknowledge(1);
        Assert.Equal(40 * 100_000_000L, Assert.IsType<FillOutput>(after[0]).Quantity);
        Assert.IsType<AccountOutput>(after[1]);
        Assert.Equal(2, Assert.IsType<TicksOutput>(after[2]).First);

        driver.RunToEnd();
        Assert.IsType<CompleteOutput>(driver.All[^1]);
        Assert.Single(driver.All.OfType<CompleteOutput>());
        Assert.Equal(20, driver.All.OfType<TicksOutput>().Sum(ticks => ticks.Times.Length));
        Assert.Equal(SessionState.Completed, driver.Machine.State);
    }
}

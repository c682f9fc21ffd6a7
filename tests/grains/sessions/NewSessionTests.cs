using Trading.Engine.Configuration;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Creating through the grain: what the client sees, in which order, and whose ids count.</summary>
public class NewSessionTests
{
    [Fact]
    [Trait("req", "SIM-140")]
    [Trait("req", "SIM-141")]
    public async Task A_session_without_trading_time_is_created_warned_about_and_leads_straight_to_its_end()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        var empty = SmallBars.Config(1) with { Start = SmallBars.FirstOpen + 60 * SmallBars.Minute, End = SmallBars.FirstOpen + 120 * SmallBars.Minute };
        var created = await client.Create(SessionHost.Create() with { Config = new SessionConfig(SimulationConfigJson.Write(empty)) });
        Assert.Collection(
            created,
            one => Assert.Equal((0, "r-1"), (Assert.IsType<CreatedOutput>(one).EstimatedTicks, one.RequestId)),
            one => Assert.Equal(("NO_TRADING_TIME", "data", "warning", true), Row(Assert.IsType<ErrorOutput>(one))));
        Assert.Collection(
            await client.Send(new StartCommand()),
            one => Assert.IsType<StartedOutput>(one),
            one => Assert.Equal((0, 0), (Assert.IsType<CompleteOutput>(one).TotalTrades, ((CompleteOutput)one).WinningTrades)));
        Assert.Equal(SessionEnd.Completed, client.Last!.End);
    }

    [Fact]
    [Trait("req", "SIM-137")]
    [Trait("req", "SIM-146")]
    public async Task Without_data_the_answer_is_the_error_alone_and_the_id_stays_free()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        Assert.Equal(("NO_DATA_FOR_SYMBOL", "data", "error", true), Row(Assert.IsType<ErrorOutput>(Assert.Single(await client.Create(SessionHost.Create("s-1", "NONE"))))));
        Assert.Null(await host.Session().GetStatus(CancellationToken.None));
        Assert.IsType<CreatedOutput>(Assert.Single(await client.Create()));
    }

    [Fact]
    [Trait("req", "SIM-132")]
    public async Task The_ids_of_other_users_do_not_count()
    {
        await using var host = await SessionHost.StartAsync(plan: Plan.Enterprise);
        await host.Connect().Start();
        host.Grains.Accounts.Add("user_other", Plan.Enterprise);
        var other = host.Grains.Client.GetGrain<ISessionGrain>(GrainKeys.Session("user_other", "s-1"));
        var observer = host.Grains.Client.CreateObjectReference<ISessionObserver>(host.Connect("s-1", "c-2"));
        Assert.False((await other.Attach(new ConnectionInfo("c-2", observer, Creating: true), CancellationToken.None)).Exists);
        var reply = await other.Exchange(new ExchangeRequest("c-2", [SessionHost.Create()]), CancellationToken.None);
        Assert.IsType<CreatedOutput>(Assert.Single(reply.Outputs));
    }

    private static (string Code, string Type, string Severity, bool Recoverable) Row(ErrorOutput error) => (error.Code, error.Type, error.Severity, error.Recoverable);
}

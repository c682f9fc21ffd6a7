using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Portfolios;
using Trading.Grains.Tests.Support;

namespace Trading.Grains.Tests.Portfolios;

public class PortfolioGrainTests : IAsyncLifetime
{
    private readonly SessionStandIn _sessions = new();
    private GrainHost _host = null!;

    private IPortfolioGrain Portfolio => _host.Client.GetGrain<IPortfolioGrain>(Key);

    private static string Key => GrainKeys.Portfolio("u", "s-1");

    public async Task InitializeAsync() => _host = await GrainHost.StartAsync(services => services.AddSingleton<IOutgoingGrainCallFilter>(_sessions));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_newest_state_wins_and_repeated_or_older_updates_change_nothing()
    {
        await Portfolio.Apply(Update(1, (1, 100), (2, 101)));
        await Portfolio.Apply(Update(3, (3, 103)));
        await Portfolio.Apply(Update(3, (4, 999)));
        await Portfolio.Apply(Update(2, (5, 999)));
        var view = (await Portfolio.Get(CancellationToken.None))!;
        Assert.Equal((3, 103), (view.Sequence, view.Account.Equity));
        Assert.Equal([100, 101, 103], view.Curve.Select(point => point.Equity));
        Assert.Equal(0, _sessions.Calls);
    }

    [Fact]
    public async Task A_portfolio_that_was_never_fed_asks_its_session()
    {
        Assert.Null(await Portfolio.Get(CancellationToken.None));
        _sessions.Portfolio = Update(7, (9, 42));
        var view = (await Portfolio.Get(CancellationToken.None))!;
        Assert.Equal((7, 42), (view.Sequence, view.Account.Equity));
    }

    [Fact]
    public async Task The_curve_of_a_year_of_minutes_stays_small()
    {
        for (var day = 0; day < 252; day++)
        {
            await Portfolio.Apply(Update(day + 1, [.. Enumerable.Range(day * 390, 390).Select(minute => ((long)minute + 1, (long)minute))]));
        }

        var view = (await Portfolio.Get(CancellationToken.None))!;
        Assert.InRange(view.Curve.Count, 400, EquityCurve.MaxPoints);
        Assert.Equal((0, (252 * 390) - 1), (view.Curve[0].Equity, view.Curve[^1].Equity));
    }

    [Fact]
    public async Task Watchers_of_the_stream_get_the_newest_state_and_the_points_in_order()
    {
        var seen = new List<PortfolioUpdate>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stream = _host.Client.GetStreamProvider(StreamNames.Provider).GetStream<PortfolioUpdate>(StreamId.Create(StreamNames.Positions, Key));
        await stream.SubscribeAsync((update, _) =>
        {
            seen.Add(update);
            if (update.Sequence == 50) done.TrySetResult();
            return Task.CompletedTask;
        });
        for (var sequence = 1; sequence <= 50; sequence++) await Portfolio.Apply(Update(sequence, (sequence, sequence)));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(1, 50).Select(point => (long)point), seen.SelectMany(update => update.Curve).Select(point => point.SimTime));
        Assert.InRange(seen.Count, 1, 49);
    }

    [Fact]
    [Trait("req", "SIM-045")]
    public async Task A_clients_call_never_reaches_another_tenants_portfolio()
    {
        RequestContext.Set(CallContext.Tenant, "somebody-else");
        await Assert.ThrowsAsync<ForeignTenantException>(() => Portfolio.Get(CancellationToken.None));
    }

    private static PortfolioUpdate Update(long sequence, params (long Time, long Equity)[] curve) => new(
        sequence, curve[^1].Time, SessionStandIn.Account(curve[^1].Equity), [.. curve.Select(point => new EquityPoint(point.Time, point.Equity))]);
}

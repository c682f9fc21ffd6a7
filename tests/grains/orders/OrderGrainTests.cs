using Microsoft.Extensions.DependencyInjection;
using Trading.Engine.Orders;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tests.Support;

namespace Trading.Grains.Tests.Orders;

public class OrderGrainTests : IAsyncLifetime
{
    private readonly SessionStandIn _sessions = new();
    private GrainHost _host = null!;

    public async Task InitializeAsync() => _host = await GrainHost.StartAsync(services => services.AddSingleton<IOutgoingGrainCallFilter>(_sessions));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task An_order_is_read_from_its_session_whatever_characters_its_id_has()
    {
        _sessions.Order = SessionStandIn.Record("a/b%2F", OrderState.Working);
        Assert.Equal("a/b%2F", (await Order("s/1", "a/b%2F").Get(CancellationToken.None))!.OrderId);
        Assert.Equal((GrainKeys.Session("u", "s/1"), "a/b%2F"), _sessions.Asked);
    }

    [Fact]
    public async Task An_order_that_can_still_change_is_asked_for_every_time_and_a_final_one_once()
    {
        var order = Order("s-1", "o-1");
        _sessions.Order = SessionStandIn.Record("o-1", OrderState.PartiallyFilled);
        await order.Get(CancellationToken.None);
        _sessions.Order = SessionStandIn.Record("o-1", OrderState.Filled);
        Assert.Equal(OrderState.Filled, (await order.Get(CancellationToken.None))!.State);
        Assert.Equal(OrderState.Filled, (await order.Get(CancellationToken.None))!.State);
        Assert.Equal(2, _sessions.Calls);
    }

    [Fact]
    public async Task An_order_that_the_session_never_saw_is_nothing()
    {
        Assert.Null(await Order("s-1", "o-unknown").Get(CancellationToken.None));
        Assert.Null(await _host.Client.GetGrain<IOrderGrain>("no-such-key").Get(CancellationToken.None));
    }

    [Fact]
    [Trait("req", "SIM-045")]
    public async Task A_clients_call_never_reaches_another_tenants_order()
    {
        RequestContext.Set(CallContext.Tenant, "somebody-else");
        await Assert.ThrowsAsync<ForeignTenantException>(() => Order("s-1", "o-1").Get(CancellationToken.None));
        RequestContext.Set(CallContext.Tenant, "u");
        Assert.Null(await Order("s-1", "o-1").Get(CancellationToken.None));
    }

    private IOrderGrain Order(string session, string order) => _host.Client.GetGrain<IOrderGrain>(GrainKeys.Order("u", session, order));
}

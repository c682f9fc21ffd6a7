using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tests.Support;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Filters;

public class TenantCallFilterTests : IAsyncLifetime
{
    private GrainHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await GrainHost.StartAsync();
        _host.Accounts.Add("alice", Plan.Professional);
        _host.Accounts.Add("bob", Plan.Professional);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    [Trait("req", "SIM-045")]
    public async Task A_clients_call_reaches_the_tenants_own_grains()
    {
        RequestContext.Set(CallContext.Tenant, "alice");
        Assert.Equal("professional", (await _host.Client.GetGrain<ITenantGrain>("alice").GetLimits()).Plan);
    }

    [Fact]
    [Trait("req", "SIM-045")]
    public async Task A_clients_call_never_reaches_another_tenants_tenant_grain()
    {
        RequestContext.Set(CallContext.Tenant, "alice");
        await Assert.ThrowsAsync<ForeignTenantException>(() => _host.Client.GetGrain<ITenantGrain>("bob").GetLimits());
    }

    [Fact]
    public async Task Calls_that_the_service_makes_by_itself_name_no_tenant_and_pass()
    {
        Assert.Equal("professional", (await _host.Client.GetGrain<ITenantGrain>("bob").GetLimits()).Plan);
    }

    [Fact]
    public async Task Grains_that_belong_to_nobody_are_open_to_every_client()
    {
        RequestContext.Set(CallContext.Tenant, "alice");
        Assert.Equal(KeyStatus.Unknown, (await _host.Client.GetGrain<IAccountsGrain>(0).Authenticate("unknown", CancellationToken.None)).Status);
    }
}

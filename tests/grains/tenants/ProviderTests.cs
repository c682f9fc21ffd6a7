using Microsoft.Extensions.DependencyInjection;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tenants;
using Trading.Grains.Tests.Support;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Tenants;

public class ProviderTests
{
    [Fact]
    [Trait("req", "SIM-080")]
    public async Task A_tier_may_be_restricted_to_some_providers()
    {
        await using var host = await GrainHost.StartAsync(services => services.AddSingleton(Microsoft.Extensions.Options.Options.Create(
            new PlanOptions { Starter = new TierOptions { TicksPerDay = 10_000, SimulationsPerDay = 3, Providers = ["polygon"] } })));
        host.Accounts.Add("basic", Plan.Free, BillingTier.Starter);
        host.Accounts.Add("multi", Plan.Professional, BillingTier.Pro);
        var basic = host.Client.GetGrain<ITenantGrain>("basic");
        var multi = host.Client.GetGrain<ITenantGrain>("multi");
        Assert.True(await basic.AllowsProvider("polygon"));
        Assert.False(await basic.AllowsProvider("tiingo"));
        Assert.True(await multi.AllowsProvider("tiingo"));
    }
}

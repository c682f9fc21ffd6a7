using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tests.Support;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Tenants;

/// <summary>What a tenant does when its storage or the account system fails it.</summary>
public class TenantFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_write_of_unknown_outcome_the_tenant_goes_by_what_is_stored(bool wasStored)
    {
        var storage = new FlakyStorage();
        await using var host = await GrainHost.StartAsync(services => services.AddKeyedSingleton<IGrainStorage>("trading", storage));
        host.Accounts.Add("u", Plan.Professional);
        var tenant = host.Client.GetGrain<ITenantGrain>("u");
        Assert.True((await tenant.AdmitSession("s-1", 1)).Allowed);

        storage.NextWrite = wasStored ? WriteFault.Unanswered : WriteFault.Lost;
        await Assert.ThrowsAsync<OrleansException>(() => tenant.AdmitSession("s-2", 1));
        Assert.Equal(wasStored ? 2 : 1, (await tenant.GetLimits()).Usage["sessions_per_hour"]);

        // the caller repeats itself, and is counted once either way
        Assert.True((await tenant.AdmitSession("s-2", 1)).Allowed);
        Assert.Equal((2, 2), ((await tenant.GetLimits()).Usage["sessions_per_hour"], (await tenant.GetLimits()).Usage["concurrent_sessions"]));
    }

    [Theory]
    [Trait("req", "SIM-075")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ticks_metered_around_a_failed_write_are_counted_once(bool wasStored)
    {
        var storage = new FlakyStorage();
        await using var host = await GrainHost.StartAsync(services => services.AddKeyedSingleton<IGrainStorage>("trading", storage));
        host.Accounts.Add("u", Plan.Professional);
        var tenant = host.Client.GetGrain<ITenantGrain>("u");
        await tenant.AdmitSession("s-1", 1);
        await tenant.MeterTicks("s-1", 100);

        storage.NextWrite = wasStored ? WriteFault.Unanswered : WriteFault.Lost;
        await Assert.ThrowsAsync<OrleansException>(() => tenant.MeterTicks("s-1", 250));
        await tenant.MeterTicks("s-1", 390);
        Assert.Equal(390, (await host.Usage.TotalsAsync("u", new DateOnly(2026, 2, 3), CancellationToken.None)).Ticks);
    }

    [Fact]
    [Trait("req", "SIM-048")]
    public async Task A_disabled_key_is_noticed_although_watching_the_account_system_was_interrupted()
    {
        var accounts = new Accounts { FailingWatches = 1 };
        await using var host = await GrainHost.StartAsync(services => services.AddSingleton<IAccountStore>(accounts));
        accounts.Add("u", Plan.Professional);
        accounts.AddKey("u", "key-1", "secret-1");
        var tenant = host.Client.GetGrain<ITenantGrain>("u");
        Assert.True((await tenant.AdmitConnection("c-1", "key-1", null)).Admitted);

        accounts.SetKey("u", "key-1", ApiKeyState.Disabled);
        await accounts.Watched.Task.WaitAsync(TimeSpan.FromSeconds(20));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await tenant.RenewConnection("c-1")) patience.Token.ThrowIfCancellationRequested();
    }
}

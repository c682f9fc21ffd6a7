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

    [Fact]
    public async Task Admissions_that_come_together_share_a_write_and_none_is_answered_before_it()
    {
        var storage = new FlakyStorage();
        await using var host = await GrainHost.StartAsync(services => services.AddKeyedSingleton<IGrainStorage>("trading", storage));
        var (gate, admissions) = await AdmitTogether(host, storage, 20);
        Assert.Equal(1, storage.Writes);
        Assert.All(admissions, admission => Assert.False(admission.IsCompleted));

        gate.SetResult();
        Assert.All(await Task.WhenAll(admissions), verdict => Assert.True(verdict.Allowed));
        Assert.Equal(2, storage.Writes);
        await host.DeactivateAllAsync();
        Assert.Equal(20, (await host.Client.GetGrain<ITenantGrain>("u").GetLimits()).Usage["concurrent_sessions"]);
    }

    [Fact]
    public async Task When_a_write_fails_everybody_who_waits_for_it_or_the_next_is_told()
    {
        var storage = new FlakyStorage();
        await using var host = await GrainHost.StartAsync(services => services.AddKeyedSingleton<IGrainStorage>("trading", storage));
        storage.NextWrite = WriteFault.Lost;
        var (gate, admissions) = await AdmitTogether(host, storage, 5);

        gate.SetResult();
        foreach (var admission in admissions) await Assert.ThrowsAnyAsync<Exception>(() => admission);
        var tenant = host.Client.GetGrain<ITenantGrain>("u");
        Assert.Equal((0L, 1), ((await tenant.GetLimits()).Usage["concurrent_sessions"], storage.Writes));
        Assert.True((await tenant.AdmitSession("s-1", 1)).Allowed);
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

    /// <summary>All of them are counted, and the first write waits for the gate.</summary>
    private static async Task<(TaskCompletionSource Gate, List<Task<LimitVerdict>> Admissions)> AdmitTogether(GrainHost host, FlakyStorage storage, int count)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        storage.Gate = gate.Task;
        host.Accounts.Add("u", Plan.Enterprise);
        var tenant = host.Client.GetGrain<ITenantGrain>("u");
        var admissions = Enumerable.Range(1, count).Select(session => tenant.AdmitSession($"s-{session}", 1)).ToList();
        // calls that only look do not wait for the write; the count shows when all have been taken
        while ((await tenant.GetLimits()).Usage["concurrent_sessions"] < count) await Task.Yield();
        return (gate, admissions);
    }
}

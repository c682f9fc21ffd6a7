using Orleans.Configuration;
using Orleans.Hosting;

namespace Trading.Actors.Tests.Embedded;

public sealed class ClockTests
{
    [Fact]
    public async Task An_activation_is_collected_once_it_has_been_idle_for_the_collection_age()
    {
        await using var host = await EmbeddedHost.Start(silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromMinutes(1);
            options.CollectionAge = TimeSpan.FromMinutes(10);
        }));
        var grain = host.Grain<ILifeGrain>();
        var first = await grain.Activation();
        host.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(first, await grain.Activation());
        host.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.NotEqual(first, await grain.Activation());
        Assert.Equal(["activate", "deactivating ActivationIdle", "deactivated", "activate"], host.Signals.Logged(grain.GetPrimaryKeyString() + ":"));
    }

    [Fact]
    public async Task DelayDeactivation_keeps_an_idle_activation_for_that_long()
    {
        await using var host = await EmbeddedHost.Start(silo => silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(10)));
        var grain = host.Grain<ILifeGrain>();
        var first = await grain.Activation();
        await grain.Keep(TimeSpan.FromHours(1));
        host.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(first, await grain.Activation());
        host.Time.Advance(TimeSpan.FromMinutes(12));
        Assert.NotEqual(first, await grain.Activation());
    }

    [Fact]
    public async Task An_age_that_does_not_exceed_the_quantum_is_refused() =>
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            EmbeddedHost.Start(silo => silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromSeconds(1))));

    [Fact]
    public async Task A_call_without_an_answer_fails_at_the_response_timeout_and_what_it_started_goes_on()
    {
        await using var host = await EmbeddedHost.Start(silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5)));
        var grain = host.Grain<ITurnGrain>();
        var call = grain.Write("held");
        var waiting = grain.Sum();
        await host.Signals.Wait("held:write");
        host.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(call.IsCompleted);
        host.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => call);
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        host.Signals.Set("held");
        Assert.Equal(0, await grain.Sum());
        Assert.Equal(["write begins", "write ends"], host.Signals.Logged(grain.GetPrimaryKeyString() + ":"));
    }

    [Fact]
    public async Task A_call_that_timed_out_while_it_waited_never_runs()
    {
        await using var host = await EmbeddedHost.Start(silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5)));
        var grain = host.Grain<ITurnGrain>();
        var holding = grain.Write("held");
        await host.Signals.Wait("held:write");
        var waiting = grain.Append(1);
        host.Time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        await Assert.ThrowsAsync<TimeoutException>(() => holding);
        host.Signals.Set("held");
        Assert.Empty(await grain.Appended());
    }

    [Fact]
    public async Task A_timer_follows_the_clock()
    {
        await using var host = await EmbeddedHost.Start(_ => { });
        var grain = host.Grain<ITimerGrain>();
        await grain.Start("clock", interleave: false);
        Assert.False(host.Signals.IsSet("clock:1"));
        host.Time.Advance(TimeSpan.FromMilliseconds(1));
        await host.Signals.Wait("clock:1");
    }
}

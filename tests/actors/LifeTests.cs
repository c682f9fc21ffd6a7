using Microsoft.Extensions.DependencyInjection;

namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class LifeTests(ActorHost host)
{
    [Fact]
    public async Task Concurrent_first_calls_reach_one_activation()
    {
        var key = Guid.NewGuid().ToString("N");
        var calls = Enumerable.Range(0, 100).Select(_ => Task.Run(() => host.Grain<ILifeGrain>(key).Activation()));
        Assert.Single((await Task.WhenAll(calls)).Distinct());
    }

    [Fact]
    public async Task Different_keys_are_different_activations()
    {
        Assert.NotEqual(await host.Grain<ILifeGrain>().Activation(), await host.Grain<ILifeGrain>().Activation());
    }

    [Fact]
    public async Task A_grain_knows_its_string_guid_or_integer_key()
    {
        Assert.Equal("tenant/session/7 ä", await host.Grain<ILifeGrain>("tenant/session/7 ä").Key());
        var guid = Guid.NewGuid();
        Assert.Equal(guid, await host.Client.GetGrain<IGuidGrain>(guid).Key());
        Assert.Equal(long.MinValue, await host.Client.GetGrain<INumberGrain>(long.MinValue).Key());
        Assert.Equal(42, await host.Client.GetGrain<INumberGrain>(42).Key());
        Assert.Equal("abc", host.Grain<ILifeGrain>("abc").GetPrimaryKeyString());
    }

    [Fact]
    public void References_to_one_grain_are_equal()
    {
        Assert.Equal(host.Grain<ILifeGrain>("same"), host.Grain<ILifeGrain>("same"));
        Assert.NotEqual(host.Grain<ILifeGrain>("same"), host.Grain<ILifeGrain>("other"));
        Assert.Equal(host.Grain<ILifeGrain>("same").GetGrainId(), host.Grain<ILifeGrain>("same").GetGrainId());
    }

    [Fact]
    public void A_grain_interface_that_no_class_implements_has_no_reference() =>
        Assert.Throws<ArgumentException>(() => host.Grain<IUnhostedGrain>());

    [Fact]
    public async Task DeactivateOnIdle_ends_this_activation_and_the_next_call_gets_another()
    {
        var grain = host.Grain<ILifeGrain>();
        var first = await grain.Activation();
        await grain.Increment();
        await grain.Leave();
        Assert.NotEqual(first, await grain.Activation());
        Assert.Equal(1, await grain.Increment());
        Assert.Equal(
            ["activate", "deactivating ApplicationRequested", "deactivated", "activate"],
            host.Signals.Logged(grain.GetPrimaryKeyString() + ":"));
    }

    [Fact]
    public async Task Calls_that_come_while_it_leaves_wait_for_the_next_activation()
    {
        var grain = host.Grain<ILifeGrain>();
        var first = await grain.Activation();
        var signal = Guid.NewGuid().ToString("N");
        var leaving = grain.LeaveAfter(signal);
        await host.Signals.Wait(signal + ":leaving");
        var late = Enumerable.Range(0, 10).Select(_ => grain.Activation()).ToArray();
        Assert.All(late, call => Assert.False(call.IsCompleted));
        host.Signals.Set(signal);
        await leaving;
        var second = Assert.Single((await Task.WhenAll(late)).Distinct());
        Assert.NotEqual(first, second);
        Assert.Equal(
            ["activate", "left", "deactivating ApplicationRequested", "deactivated", "activate"],
            host.Signals.Logged(grain.GetPrimaryKeyString() + ":"));
    }

    [Fact]
    public async Task A_failed_activation_fails_the_call_with_its_exception_and_the_next_call_tries_again()
    {
        var grain = host.Grain<IStubbornGrain>();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(grain.Hello);
        Assert.Equal("not yet", failure.Message);
        host.Signals.Set(grain.GetPrimaryKeyString());
        Assert.Equal("hello", await grain.Hello());
    }

    [Fact]
    public async Task Collection_takes_idle_activations_and_leaves_busy_ones()
    {
        await using var alone = new OwnHost();
        var own = await alone.Start();
        var idle = own.Grain<ILifeGrain>();
        var busy = own.Grain<ILifeGrain>();
        await idle.Activation();
        var activation = await busy.Activation();
        var signal = Guid.NewGuid().ToString("N");
        var staying = busy.StayUntil(signal);
        await own.Signals.Wait(signal + ":staying");
        await own.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        Assert.Equal(["activate", "deactivating ActivationIdle", "deactivated"], own.Signals.Logged(idle.GetPrimaryKeyString() + ":"));
        own.Signals.Set(signal);
        await staying;
        Assert.Equal(activation, await busy.Activation());
    }

    [Fact]
    public async Task Collection_leaves_activations_that_were_told_to_stay()
    {
        await using var alone = new OwnHost();
        var own = await alone.Start();
        var (kept, released, lasting) = (own.Grain<ILifeGrain>(), own.Grain<ILifeGrain>(), own.Grain<ILastingGrain>());
        var activations = (await kept.Activation(), await lasting.Activation());
        var first = await released.Activation();
        await kept.Keep(TimeSpan.FromHours(1));
        await released.Keep(TimeSpan.FromHours(1));
        await released.Keep(TimeSpan.Zero);
        await own.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        Assert.Equal(activations, (await kept.Activation(), await lasting.Activation()));
        Assert.NotEqual(first, await released.Activation());
    }

    [Fact]
    public async Task Stopping_the_host_deactivates_every_activation()
    {
        await using var alone = new OwnHost();
        var own = await alone.Start();
        var grains = Enumerable.Range(0, 20).Select(_ => own.Grain<ILifeGrain>()).ToArray();
        await Task.WhenAll(grains.Select(grain => grain.Increment()));
        await own.StopAsync();
        Assert.All(grains, grain => Assert.Equal(
            ["activate", "deactivating ShuttingDown", "deactivated"], own.Signals.Logged(grain.GetPrimaryKeyString() + ":")));
    }

    [Fact]
    public void Both_facades_are_services() =>
        Assert.NotNull(host.Services.GetRequiredService<IGrainFactory>().GetGrain<ILifeGrain>("facade"));

    /// <summary>A host of its own for a test that would disturb the others.</summary>
    private sealed class OwnHost : IAsyncDisposable
    {
        private ActorHost? _host;

        public async Task<ActorHost> Start() => _host = await ActorHost.Start();

        public async ValueTask DisposeAsync() => await _host!.DisposeAsync();
    }
}

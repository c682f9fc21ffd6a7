namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class TimerTests(ActorHost host)
{
    private readonly string _name = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_timer_ticks_in_turns_of_its_activation()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(_name, interleave: false);
        await host.Signals.Wait(_name + ":3");
        Assert.True(await grain.TickedAtHome());
        await grain.Stop();
    }

    [Fact]
    public async Task A_timer_does_not_tick_while_a_call_runs()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(_name, interleave: false);
        var holding = grain.Hold(_name);
        await host.Signals.Wait(_name + ":holding");

        // Another grain's ticks prove that time went by.
        var clock = host.Grain<ITimerGrain>();
        await clock.Start("clock" + _name, interleave: false);
        await host.Signals.Wait($"clock{_name}:5");
        Assert.False(host.Signals.IsSet(_name + ":while holding"));
        host.Signals.Set(_name);
        await holding;
        await grain.Stop();
        await clock.Stop();
    }

    [Fact]
    public async Task An_interleaving_timer_ticks_while_a_call_runs()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(_name, interleave: true);
        var holding = grain.Hold(_name);
        await host.Signals.Wait(_name + ":while holding");
        host.Signals.Set(_name);
        await holding;
        await grain.Stop();
    }

    [Fact]
    public async Task A_failed_tick_does_not_end_the_timer()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.Start(_name, interleave: false, failAt: 2);
        await host.Signals.Wait(_name + ":4");
        await grain.Stop();
    }

    [Fact]
    public async Task A_stopped_timer_ticks_no_more()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.StartOnce(_name);
        await grain.Stop();
        var clock = host.Grain<ITimerGrain>();
        await clock.Start("clock" + _name, interleave: false);
        await host.Signals.Wait($"clock{_name}:10");
        await clock.Stop();

        // It may have ticked once before it was stopped, but never again.
        Assert.False(host.Signals.IsSet(_name + ":2"));
    }

    [Fact]
    public async Task A_timer_without_period_ticks_once_and_again_when_it_is_changed()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.StartOnce(_name);
        await host.Signals.Wait(_name + ":1");
        await grain.Restart(TimeSpan.FromMilliseconds(1));
        await host.Signals.Wait(_name + ":2");
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        var grain = host.Grain<ITimerGrain>();
        await grain.StartOnce(_name);
        await host.Signals.Wait(_name + ":1");
        await grain.Restart(TimeSpan.FromMilliseconds(200));
        await grain.Leave();
        var clock = host.Grain<ITimerGrain>();
        await clock.Start("clock" + _name, interleave: false);
        await host.Signals.Wait($"clock{_name}:100");
        await clock.Stop();
        Assert.False(host.Signals.IsSet(_name + ":2"));
    }
}

[Collection(ActorCollection.Name)]
public sealed class ReminderTests(ActorHost host)
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(400);

    [Fact]
    public async Task A_reminder_is_found_under_its_name_until_it_is_unregistered()
    {
        var grain = host.Grain<IReminderGrain>();
        Assert.False(await grain.Has("nightly"));
        await grain.Register("nightly", Never, Never);
        await grain.Register("hourly", Never, Never);
        await grain.Register("hourly", Never, Never);
        Assert.Equal(["hourly", "nightly"], await grain.Names());
        Assert.True(await grain.Unregister("nightly"));
        Assert.False(await grain.Unregister("nightly"));
        Assert.Equal(["hourly"], await grain.Names());
        Assert.True(await grain.Has("hourly"));
    }

    [Fact]
    public async Task Reminders_belong_to_one_grain()
    {
        var grain = host.Grain<IReminderGrain>();
        await grain.Register("nightly", Never, Never);
        Assert.Empty(await host.Grain<IReminderGrain>().Names());
    }

    [Fact]
    public async Task A_reminder_ticks_at_its_due_time_and_then_every_period()
    {
        var grain = host.Grain<IReminderGrain>();
        await grain.Register("soon", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(150));
        await host.Signals.Wait($"{grain.GetPrimaryKeyString()}:soon:3");
        await grain.Unregister("soon");
        Assert.All(host.Signals.Logged($"{grain.GetPrimaryKeyString()}:soon:"), period => Assert.Equal("00:00:00.1500000", period));
    }

    [Fact]
    public async Task A_reminder_wakes_a_grain_that_has_gone()
    {
        var grain = host.Grain<IReminderGrain>();
        await grain.Register("wake", TimeSpan.FromMilliseconds(200), TimeSpan.FromDays(1));
        await grain.Leave();
        await host.Signals.Wait($"{grain.GetPrimaryKeyString()}:wake:1");
    }

    [Fact]
    public async Task A_period_below_the_minimum_is_refused() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => host.Grain<IReminderGrain>().Register("often", TimeSpan.Zero, TimeSpan.FromMilliseconds(50)));
}

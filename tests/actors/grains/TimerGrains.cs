namespace Trading.Actors.Tests;

public interface ITimerGrain : IGrainWithStringKey
{
    /// <summary>Ticks every few milliseconds; logs <c>tick n</c> and sets <c>name:n</c> at each.</summary>
    Task Start(string name, bool interleave, int failAt = -1);

    Task StartOnce(string name);

    Task Stop();

    Task Restart(TimeSpan dueTime);

    /// <summary>Stays in one turn until the signal comes.</summary>
    Task Hold(string signal);

    Task<Guid> Leave();

    /// <summary>Whether the ticks ran in turns of this activation.</summary>
    Task<bool> TickedAtHome();
}

public sealed class TimerGrain(Signals signals) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;
    private bool _holding;
    private bool _awayFromHome;
    private (SynchronizationContext?, TaskScheduler) _home;

    public Task Start(string name, bool interleave, int failAt = -1)
    {
        _home = (SynchronizationContext.Current, TaskScheduler.Current);
        _timer = this.RegisterGrainTimer(
            (state, token) => Tick(state, failAt, token),
            name,
            new() { DueTime = TimeSpan.FromMilliseconds(1), Period = TimeSpan.FromMilliseconds(2), Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartOnce(string name)
    {
        _timer = this.RegisterGrainTimer(() => Tick(name, -1, default), TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public Task Restart(TimeSpan dueTime)
    {
        _timer?.Change(dueTime, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task Hold(string signal)
    {
        _holding = true;
        signals.Set(signal + ":holding");
        await signals.Wait(signal);
        _holding = false;
    }

    public Task<Guid> Leave()
    {
        DeactivateOnIdle();
        return Task.FromResult(Guid.NewGuid());
    }

    public Task<bool> TickedAtHome() => Task.FromResult(!_awayFromHome);

    private async Task Tick(string name, int failAt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _awayFromHome |= _home.Item2 is not null && _home != (SynchronizationContext.Current, TaskScheduler.Current);
        var tick = ++_ticks;
        if (_holding)
        {
            signals.Set(name + ":while holding");
        }

        await Task.Yield();
        signals.Set($"{name}:{tick}");
        if (tick == failAt)
        {
            throw new InvalidOperationException("this tick fails");
        }
    }
}

public interface IReminderGrain : IGrainWithStringKey
{
    Task Register(string name, TimeSpan dueTime, TimeSpan period);

    Task<bool> Unregister(string name);

    Task<string[]> Names();

    Task<bool> Has(string name);

    Task Leave();
}

public sealed class ReminderGrain(Signals signals) : Grain, IReminderGrain, IRemindable
{
    public Task Register(string name, TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder(name, dueTime, period);

    public async Task<bool> Unregister(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
        {
            return false;
        }

        await this.UnregisterReminder(reminder);
        return true;
    }

    public async Task<string[]> Names() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order(StringComparer.Ordinal)];

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var key = $"{this.GetPrimaryKeyString()}:{reminderName}";
        signals.Log($"{key}:{status.Period}");
        signals.Set($"{key}:{signals.Logged(key + ":").Length}");
        return Task.CompletedTask;
    }
}

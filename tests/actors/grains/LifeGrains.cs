namespace Trading.Actors.Tests;

public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>A number that no other activation has.</summary>
    Task<Guid> Activation();

    Task<string> Key();

    Task<int> Increment();

    Task Leave();

    /// <summary>Asks to leave, but goes on until the signal comes.</summary>
    Task LeaveAfter(string signal);

    Task StayUntil(string signal);

    Task Keep(TimeSpan time);
}

public sealed class LifeGrain(Signals signals) : Grain, ILifeGrain
{
    private readonly Guid _activation = Guid.NewGuid();
    private int _count;

    private string Name => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        signals.Log($"{Name}:activate");
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        signals.Log($"{Name}:deactivating {reason.ReasonCode}");
        await Task.Yield();
        signals.Log($"{Name}:deactivated");
    }

    public Task<Guid> Activation() => Task.FromResult(_activation);

    public Task<string> Key() => Task.FromResult(Name);

    public Task<int> Increment() => Task.FromResult(++_count);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task LeaveAfter(string signal)
    {
        DeactivateOnIdle();
        signals.Set(signal + ":leaving");
        await signals.Wait(signal);
        signals.Log($"{Name}:left");
    }

    public async Task StayUntil(string signal)
    {
        signals.Set(signal + ":staying");
        await signals.Wait(signal);
    }

    public Task Keep(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }
}

public interface ILastingGrain : IGrainWithStringKey
{
    Task<Guid> Activation();
}

[KeepAlive]
public sealed class LastingGrain : Grain, ILastingGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<Guid> Activation() => Task.FromResult(_activation);
}

public interface IGuidGrain : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public sealed class GuidGrain : Grain, IGuidGrain
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public interface INumberGrain : IGrainWithIntegerKey
{
    ValueTask<long> Key();
}

public sealed class NumberGrain : Grain, INumberGrain
{
    public ValueTask<long> Key() => new(this.GetPrimaryKeyLong());
}

public interface IStubbornGrain : IGrainWithStringKey
{
    Task<string> Hello();
}

/// <summary>Fails to activate until it is let.</summary>
public sealed class StubbornGrain(Signals signals) : Grain, IStubbornGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        signals.Log($"{this.GetPrimaryKeyString()}:attempt");
        return signals.IsSet(this.GetPrimaryKeyString()) ? Task.CompletedTask : throw new InvalidOperationException("not yet");
    }

    public Task<string> Hello() => Task.FromResult("hello");
}

public interface IUnhostedGrain : IGrainWithStringKey
{
    Task Call();
}

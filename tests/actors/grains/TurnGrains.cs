using Orleans.Concurrency;

namespace Trading.Actors.Tests;

/// <summary>Turns that a test holds open, for a grain that interleaves and one that does not.</summary>
public interface ISteps : IGrainWithStringKey
{
    /// <summary>Logs its beginning, waits for the signal, logs its end.</summary>
    Task Write(string signal);

    [ReadOnly]
    Task Read(string signal);

    [AlwaysInterleave]
    Task Peek(string signal);

    /// <summary>Adds one many times, with an await between reading and writing the sum.</summary>
    Task<int> Accumulate(int times);

    Task<int> Sum();

    /// <summary>Appends without awaiting anything.</summary>
    Task Append(int number);

    Task<int[]> Appended();

    [OneWay]
    Task Tell(string signal);

    /// <summary>Whether each await came back to this activation's own turn.</summary>
    Task<bool> StaysHome();
}

public interface ITurnGrain : ISteps;

public abstract class TurnGrainBase(Signals signals) : Grain
{
    private readonly List<int> _appended = [];
    private int _sum;
    private int _pieces;

    public Task Write(string signal) => Step("write", signal);

    public Task Read(string signal) => Step("read", signal);

    public Task Peek(string signal) => Step("peek", signal);

    public async Task<int> Accumulate(int times)
    {
        for (var count = 0; count < times; count++)
        {
            // Two pieces of one activation must never run at the same time, whatever interleaves.
            if (Interlocked.Increment(ref _pieces) != 1)
            {
                throw new InvalidOperationException("two threads in one activation");
            }

            // Long enough for another thread to be seen.
            Thread.SpinWait(500);
            _sum++;
            Interlocked.Decrement(ref _pieces);
            await Task.Yield();
        }

        return _sum;
    }

    public Task<int> Sum() => Task.FromResult(_sum);

    public Task Append(int number)
    {
        _appended.Add(number);
        return Task.CompletedTask;
    }

    public Task<int[]> Appended() => Task.FromResult(_appended.ToArray());

    public async Task Tell(string signal)
    {
        await signals.Wait(signal);
        signals.Set(signal + ":told");
    }

    public async Task<bool> StaysHome()
    {
        var before = (SynchronizationContext.Current, TaskScheduler.Current);
        await Task.Yield();
        await Task.Delay(1);
        await Task.Run(() => { });
        return before == (SynchronizationContext.Current, TaskScheduler.Current)
            && (SynchronizationContext.Current is not null || TaskScheduler.Current != TaskScheduler.Default);
    }

    private async Task Step(string kind, string signal)
    {
        signals.Log($"{this.GetPrimaryKeyString()}:{kind} begins");
        signals.Set($"{signal}:{kind}");
        await signals.Wait(signal);
        signals.Log($"{this.GetPrimaryKeyString()}:{kind} ends");
    }
}

public sealed class TurnGrain(Signals signals) : TurnGrainBase(signals), ITurnGrain;

public interface IReentrantGrain : ISteps;

[Reentrant]
public sealed class ReentrantGrain(Signals signals) : TurnGrainBase(signals), IReentrantGrain;

public interface ICircleGrain : IGrainWithStringKey
{
    /// <summary>Calls the other, which calls back.</summary>
    [ResponseTimeout("00:00:02")]
    Task<int> Around(ICircleGrain other);

    [ResponseTimeout("00:00:01")]
    Task<int> Back(ICircleGrain caller);

    [ResponseTimeout("00:00:00.5")]
    Task<int> End();
}

public class CircleGrain : Grain, ICircleGrain
{
    public Task<int> Around(ICircleGrain other) => other.Back(this.AsReference<ICircleGrain>());

    public async Task<int> Back(ICircleGrain caller) => 1 + await caller.End();

    public Task<int> End() => Task.FromResult(41);
}

public interface IReentrantCircleGrain : IGrainWithStringKey
{
    Task<int> Around(IReentrantCircleGrain other);

    Task<int> Back(IReentrantCircleGrain caller);

    Task<int> End();
}

[Reentrant]
public sealed class ReentrantCircleGrain : Grain, IReentrantCircleGrain
{
    public Task<int> Around(IReentrantCircleGrain other) => other.Back(this.AsReference<IReentrantCircleGrain>());

    public async Task<int> Back(IReentrantCircleGrain caller) => 1 + await caller.End();

    public Task<int> End() => Task.FromResult(41);
}

public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task Work(string signal);
}

[StatelessWorker(3)]
public sealed class WorkerGrain(Signals signals) : Grain, IWorkerGrain
{
    public async Task Work(string signal)
    {
        signals.Log($"{signal}:working");
        signals.Set($"{signal}:{signals.Logged(signal + ":").Length}");
        await signals.Wait(signal);
    }
}

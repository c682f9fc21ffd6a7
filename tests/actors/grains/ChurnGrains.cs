namespace Trading.Actors.Tests;

public interface IChurnGrain : IGrainWithStringKey
{
    /// <summary>Logs the number, after an await every third time.</summary>
    Task Note(int number);

    Task Leave();
}

public sealed class ChurnGrain(Signals signals) : Grain, IChurnGrain
{
    private bool _busy;

    public async Task Note(int number)
    {
        if (_busy)
        {
            throw new InvalidOperationException("turns overlap");
        }

        _busy = true;
        if (number % 3 == 0)
        {
            await Task.Yield();
        }

        signals.Log($"{this.GetPrimaryKeyString()}:{number}");
        _busy = false;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

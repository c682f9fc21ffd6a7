namespace Trading.Gateway.Sessions;

/// <summary>A call of one connection that failed for a reason that passes and is being repeated. Everything but the two tasks is used under the connection's gate.</summary>
internal sealed class Recovery(long started)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Timestamp of the first failure.</summary>
    internal long Started { get; } = started;

    /// <summary>Attempts so far, the first one included.</summary>
    internal int Attempts { get; set; } = 1;

    /// <summary>What failed last; null while an attempt is under way or after one that succeeded.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Makes the call again; true when there is more to do. Where it fails, it says so by <see cref="Fail"/>.</summary>
    internal Func<ValueTask<bool>> Again { get; private set; } = () => new ValueTask<bool>(false);

    /// <summary>Messages of the client that wait meanwhile, in bytes.</summary>
    internal long WaitingBytes { get; set; }

    /// <summary>Completed when the call has been answered or was given up.</summary>
    internal Task Ended => _ended.Task;

    internal void Fail(Exception failure, Func<ValueTask<bool>> again)
    {
        Failure = failure;
        Again = again;
    }

    internal ValueTask<bool> AttemptAsync()
    {
        Failure = null;
        Attempts++;
        return Again();
    }

    /// <summary>Waits before the next attempt; at once over when the connection ends.</summary>
    internal Task PauseAsync(TimeSpan pause, TimeProvider time) => Task.WhenAny(Task.Delay(pause, time), _stopped.Task);

    /// <summary>The connection ends.</summary>
    internal void Stop() => _stopped.TrySetResult();

    internal void End() => _ended.TrySetResult();
}

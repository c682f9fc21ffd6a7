namespace Trading.Cluster.Tests.Clients;

/// <summary>
/// The pace of all clients of a run, so that a fault hits the middle of it: each waits a moment per tick, and none goes beyond the last part of its run before the
/// fault is over.
/// </summary>
/// <param name="pace">Time that a client takes for a tick.</param>
/// <param name="begun">Tick that every client has reached before the fault begins.</param>
/// <param name="held">Tick at which a client waits for the fault to be over.</param>
internal sealed class Tempo(TimeSpan pace, int begun, int held)
{
    private readonly TaskCompletionSource _allBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _toBegin;

    /// <summary>The fault may begin: every client is in the middle of its run.</summary>
    public Task AllBegun => _allBegun.Task;

    public void Expect(int clients) => _toBegin = clients;

    /// <summary>The fault is over: the clients finish.</summary>
    public void FaultIsOver() => _over.TrySetResult();

    /// <summary>Before a client deals with a tick that it sees for the first time.</summary>
    /// <returns>Whether the client had to wait for the fault to be over.</returns>
    public async ValueTask<bool> BeforeAsync(int tick, CancellationToken cancellationToken)
    {
        if (tick == begun && Interlocked.Decrement(ref _toBegin) == 0) _allBegun.TrySetResult();
        if (tick >= held && !_over.Task.IsCompleted)
        {
            await _over.Task.WaitAsync(cancellationToken);
            return true;
        }

        if (pace > TimeSpan.Zero) await Task.Delay(pace, cancellationToken);
        return false;
    }
}

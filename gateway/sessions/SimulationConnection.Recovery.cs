using System.Net.WebSockets;
using Trading.Gateway.Diagnostics;
using Trading.GrainInterfaces;

namespace Trading.Gateway.Sessions;

/// <summary>
/// A silo that is lost, a call without an answer, a database that is away: the exchange is repeated under its number until it is answered, and the client notices
/// nothing but a pause (decision 018).
/// </summary>
/// <remarks>
/// The gate is free between two attempts. Messages that arrive are taken and wait, up to a bound; the connection can be closed, warned and displaced as always.
/// No other exchange begins before this one is answered.
/// </remarks>
internal sealed partial class SimulationConnection
{
    /// <summary>Most commands that wait; twice as many as a window of a thousand ticks makes.</summary>
    private const int MostWaiting = 2_048;

    /// <summary>Most bytes of messages that wait, in largest messages.</summary>
    private const int MostWaitingMessages = 4;

    private volatile Recovery? _recovery;

    /// <summary>Another message has to wait for the recovery. Under the gate.</summary>
    private bool IsFull => _recovery is { } recovery
        && (_hasSpecial || _commands.Count >= MostWaiting || recovery.WaitingBytes >= (long)MostWaitingMessages * _context.Options.MaximumMessageBytes);

    private bool IsGone => _closing || _socket.State is WebSocketState.Aborted or WebSocketState.Closed;

    /// <summary>A call failed: begins to repeat it, or gives it up.</summary>
    /// <param name="failure">What it failed with.</param>
    /// <param name="again">Makes the call again.</param>
    /// <param name="canRepeat">False when another attempt could not come to another end.</param>
    private async ValueTask FailedAsync(Exception failure, Func<ValueTask<bool>> again, bool canRepeat = true)
    {
        if (_closing) return;
        if (!canRepeat || !PassingFailures.Include(failure) || _context.Options.RecoverySeconds == 0)
        {
            await FailAsync(failure).ConfigureAwait(false);
            return;
        }

        if (_recovery is { } underWay)
        {
            underWay.Fail(failure, again);
            return;
        }

        var recovery = new Recovery(_context.Time.GetTimestamp());
        recovery.Fail(failure, again);
        _recovery = recovery;
        GatewayLog.Repeating(_context.Logger, Id, failure.GetType().Name, failure);
        InBackground(() => RecoverAsync(recovery));
    }

    private async Task RecoverAsync(Recovery recovery)
    {
        bool more;
        try
        {
            more = await UntilAnsweredAsync(recovery).ConfigureAwait(false);
        }
        catch
        {
            End(recovery);
            throw;
        }

        await GoOnAsync(more).ConfigureAwait(false);
    }

    private async Task<bool> UntilAnsweredAsync(Recovery recovery)
    {
        while (true)
        {
            await recovery.PauseAsync(Repetition.Pause(_context.Time.GetElapsedTime(recovery.Started)), _context.Time).ConfigureAwait(false);
            await _gate.WaitAsync().ConfigureAwait(false);
            try
            {
                if (await AttemptAsync(recovery).ConfigureAwait(false) is { } more) return more;
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    /// <summary>One more attempt. Null when it has failed like those before; otherwise whether the session has more to say.</summary>
    private async ValueTask<bool?> AttemptAsync(Recovery recovery)
    {
        if (!IsGone) GatewayMetrics.Repeated();
        var more = !IsGone && await recovery.AttemptAsync().ConfigureAwait(false);
        var passed = _context.Time.GetElapsedTime(recovery.Started);
        if (IsGone)
        {
            // whatever waits is for nobody any more
            _closing = true;
        }
        else if (recovery.Failure is { } failure)
        {
            if (passed < TimeSpan.FromSeconds(_context.Options.RecoverySeconds)) return null;
            GatewayMetrics.Continued(passed, answered: false);
            GatewayLog.GivenUp(_context.Logger, Id, recovery.Attempts, (long)passed.TotalMilliseconds);
            await FailAsync(failure).ConfigureAwait(false);
        }
        else
        {
            GatewayMetrics.Continued(passed, answered: true);
            GatewayLog.Continued(_context.Logger, Id, (long)passed.TotalMilliseconds, recovery.Attempts);
        }

        End(recovery);
        return more && !_closing;
    }

    private void End(Recovery recovery)
    {
        // the clock of a run without flow control stood still
        Interlocked.Exchange(ref _intervalsPassed, 0);
        _recovery = null;
        recovery.End();
    }

    /// <summary>Does what has come together meanwhile; between two calls the receive loop gets its turn.</summary>
    private async Task GoOnAsync(bool more)
    {
        while (true)
        {
            await _gate.WaitAsync().ConfigureAwait(false);
            try
            {
                if (_closing || _recovery is not null || !(more || _commands.Count > 0 || _hasSpecial)) return;
                more = await StepAsync(more).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    /// <summary>Takes the gate when another message can be taken.</summary>
    private async ValueTask EnterAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        while (IsFull && _recovery is { } recovery)
        {
            _gate.Release();
            await recovery.Ended.ConfigureAwait(false);
            await _gate.WaitAsync().ConfigureAwait(false);
        }
    }
}

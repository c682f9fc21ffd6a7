using System.Net.WebSockets;
using Trading.Gateway.Diagnostics;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Protocol;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Sessions;

/// <summary>Opening, warnings, closing, and everything that happens without the client asking.</summary>
internal sealed partial class SimulationConnection
{
    private static readonly string[] Features = ["batch_orders", "interactive_control", .. Extensions.All];

    /// <summary>How long to try to tell session and tenant that the connection is gone. Both find out without it, later.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromMilliseconds(500);

    private readonly Lock _backgroundLock = new();
    private Task _background = Task.CompletedTask;
    private ClosureWatch _durationWatch;
    private ClosureWatch _idleWatch;
    private long _watchedActivity;
    private long _opened;
    private long _closeStarted;
    private long _renewed;
    private TimeSpan _renewEvery;
    private int _idleSeconds;
    private long _durationMicros;
    private bool _renewing;
    private volatile bool _open;
    private ITimer? _intervals;
    private int _intervalsPassed;
    private int _pumping;
    private int _left;
    private string? _endedBy;

    /// <summary>Why the connection ended, as <see cref="GatewayMetrics.ConnectionClosed"/> counts it.</summary>
    internal string EndedBy => _endedBy ?? "client";

    /// <summary>Looks at this connection's clocks. Cheap; called for every connection a few times a second.</summary>
    internal void Sweep()
    {
        var time = _context.Time;
        var now = time.GetTimestamp();
        var sending = Volatile.Read(ref _sendStarted);
        if (sending != 0 && time.GetElapsedTime(sending, now).TotalSeconds >= _context.Options.SendTimeoutSeconds)
        {
            _endedBy ??= "slow_client";
            GatewayLog.SendTimedOut(_context.Logger, Id, _context.Options.SendTimeoutSeconds);
            _socket.Abort();
        }
        else if (_closing)
        {
            if (time.GetElapsedTime(Volatile.Read(ref _closeStarted), now).TotalSeconds >= _context.Options.CloseTimeoutSeconds) _socket.Abort();
        }
        else if (_open)
        {
            Watch(now);
        }
    }

    /// <summary>The session may have something to say.</summary>
    internal void Wake() => InBackground(PumpAsync);

    /// <summary>Another connection took the session over.</summary>
    internal void Displace() => InBackground(async () =>
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseSilentlyAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    });

    /// <summary>Says why and closes.</summary>
    internal void Close(Closing closing) => InBackground(async () =>
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseLockedAsync(closing).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    });

    /// <summary>Warns of a closure.</summary>
    internal void Warn(bool imminent, long expiresAt, int secondsRemaining, string what) => InBackground(async () =>
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_closing) return;
            _writer.Timestamp = InstantText.Micros(_context.Time.GetUtcNow());
            _writer.ConnectionWarning(imminent
                ? new ConnectionWarningData("imminent_closure", $"{secondsRemaining} seconds left: {what}", expiresAt, "save_state_and_reconnect", secondsRemaining)
                : new ConnectionWarningData("approaching_timeout", $"{secondsRemaining} seconds left: {what}", expiresAt, "complete_simulation_or_reconnect", secondsRemaining));
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    });

    /// <summary>Takes a place and says hello; false when there is no place.</summary>
    private async Task<bool> OpenAsync()
    {
        ConnectionAdmission admission;
        try
        {
            var within = TimeSpan.FromSeconds(_context.Options.RecoverySeconds);
            admission = await Repetition.RunAsync(AdmitAsync, within, () => IsGone, _context.Time).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await FailAsync(failure).ConfigureAwait(false);
            return false;
        }

        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!admission.Admitted)
            {
                await CloseLockedAsync(admission.KeyRevoked ? Closing.KeyRevoked : Closing.ConnectionLimit).ConfigureAwait(false);
                return false;
            }

            SayHello(admission);
            _open = true; // clocks count from here; whatever they cause waits at the gate until the greeting is out
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }

        GatewayLog.Opened(_context.Logger, Id, _identity.UserId);
        return true;
    }

    private async Task<ConnectionAdmission> AdmitAsync()
    {
        var tenant = _context.Grains.Tenant(_identity.UserId);
        var admission = await tenant.AdmitConnection(Id, _identity.KeyId, _context.TenantObserver).ConfigureAwait(false);
        if (admission.Admitted || admission.KeyRevoked || !await TakeOverAsync().ConfigureAwait(false)) return admission;
        return await tenant.AdmitConnection(Id, _identity.KeyId, _context.TenantObserver).ConfigureAwait(false);
    }

    /// <summary>
    /// The handshake named the session that this connection is going to resume: it displaces that session's older connection, which frees its
    /// place under the plan (SIM-268, decision 010). False when nothing is to be taken over.
    /// </summary>
    private async Task<bool> TakeOverAsync()
    {
        if (_resumes is not { Length: > 0 and <= 128 }) return false;
        var session = _context.Grains.Session(_identity.UserId, _resumes);
        if (await session.GetStatus(CancellationToken.None).ConfigureAwait(false) is not { Connected: true }) return false;
        return (await session.Attach(new ConnectionInfo(Id, _context.SessionObserver), CancellationToken.None).ConfigureAwait(false)).Exists;
    }

    private void SayHello(ConnectionAdmission admission)
    {
        var limits = admission.Limits;
        var now = _context.Time.GetUtcNow();
        var duration = limits.MaxConnectionDurationSec ?? int.MaxValue;
        _idleSeconds = limits.IdleTimeoutSec ?? int.MaxValue;
        _durationMicros = duration * 1_000_000L;
        _durationWatch = new ClosureWatch(_durationMicros);
        _idleWatch = new ClosureWatch(_idleSeconds * 1_000_000L);
        _opened = _renewed = _lastActivity = _watchedActivity = _context.Time.GetTimestamp();
        _renewEvery = TimeSpan.FromSeconds(Math.Max(admission.LeaseSeconds, 3) / 3.0);
        _writer.Timestamp = InstantText.Micros(now);
        _writer.ConnectionReady(new ConnectionReadyData(
            _identity.UserId,
            limits.Plan,
            InstantText.Micros(now),
            InstantText.Micros(now.AddSeconds(duration)),
            _idleSeconds,
            limits.MaxSimulationDurationSec ?? int.MaxValue,
            limits.ConcurrentConnections ?? int.MaxValue,
            Features));
    }

    private void Watch(long now)
    {
        var time = _context.Time;
        if (!_renewing && time.GetElapsedTime(_renewed, now) >= _renewEvery)
        {
            _renewing = true;
            _renewed = now;
            InBackground(RenewAsync);
        }

        var age = (long)time.GetElapsedTime(_opened, now).TotalMicroseconds;
        Act(_durationWatch.Look(age), _durationMicros - age, Closing.MaximumDuration, "the longest duration of a connection");
        var activity = Volatile.Read(ref _lastActivity);
        if (activity != _watchedActivity)
        {
            _watchedActivity = activity;
            _idleWatch.Reset();
        }

        var idle = (long)time.GetElapsedTime(activity, now).TotalMicroseconds;
        Act(_idleWatch.Look(idle), (_idleSeconds * 1_000_000L) - idle, Closing.Idle(_idleSeconds), "there was no activity");
    }

    private void Act(ClosureWatch.Due due, long remainingMicros, Closing closing, string what)
    {
        if (due == ClosureWatch.Due.Closure) Close(closing);
        else if (due != ClosureWatch.Due.Nothing)
        {
            // whole seconds, so that both warnings of one closure name the same instant (SIM-107)
            var expires = InstantText.Micros(_context.Time.GetUtcNow()) + remainingMicros;
            expires = (expires + 500_000) / 1_000_000 * 1_000_000;
            Warn(due == ClosureWatch.Due.SecondWarning, expires, (int)((remainingMicros + 500_000) / 1_000_000), what);
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            var tenant = _context.Grains.Tenant(_identity.UserId);
            if (await tenant.RenewConnection(Id).ConfigureAwait(false)) return;
            var admission = await tenant.AdmitConnection(Id, _identity.KeyId, _context.TenantObserver).ConfigureAwait(false);
            if (!admission.Admitted) Close(admission.KeyRevoked ? Closing.KeyRevoked : Closing.ConnectionLimit);
        }
        catch (Exception failure)
        {
            // whatever it is, the connection is alive; a place that was lost meanwhile is taken again
            GatewayLog.RenewalFailed(_context.Logger, Id, failure);
        }
        finally
        {
            _renewing = false;
        }
    }

    private void StartIntervals(int intervalMs)
    {
        var period = TimeSpan.FromMilliseconds(Math.Max(intervalMs, 1));
        _intervals ??= _context.Time.CreateTimer(
            static state =>
            {
                var connection = (SimulationConnection)state!;
                Interlocked.Increment(ref connection._intervalsPassed);
                if (Interlocked.Exchange(ref connection._pumping, 1) == 0) connection.InBackground(connection.PumpIntervalsAsync);
            },
            this,
            period,
            period);
    }

    private void StopIntervals()
    {
        _intervals?.Dispose();
        _intervals = null;
    }

    /// <summary>Tells the session how many intervals have passed; a slow client only makes the number larger (SIM-152, SIM-157).</summary>
    private async Task PumpIntervalsAsync()
    {
        do
        {
            var passed = Interlocked.Exchange(ref _intervalsPassed, 0);
            if (passed > 0) await PumpAsync(new IntervalPassedCommand { Ticks = passed }).ConfigureAwait(false);
            Interlocked.Exchange(ref _pumping, 0);
        }
        while (Volatile.Read(ref _intervalsPassed) > 0 && Interlocked.Exchange(ref _pumping, 1) == 0);
    }

    private Task PumpAsync() => PumpAsync(null);

    /// <summary>Exchanges without the client; between two calls the receive loop gets its turn.</summary>
    private async Task PumpAsync(SessionCommand? command)
    {
        bool more;
        do
        {
            await _gate.WaitAsync().ConfigureAwait(false);
            try
            {
                if (_closing || _session is null || _recovery is not null) return;
                if (command is not null) _commands.Add(command);
                command = null;
                more = await ExchangeAsync().ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
        while (more);
    }

    private async ValueTask CloseLockedAsync(Closing closing)
    {
        if (_closing) return;
        GatewayLog.Closing(_context.Logger, Id, closing.Reason, closing.Code);
        _endedBy ??= closing.Reason;
        if (closing == Closing.ConnectionLimit) Risks.Rejected();
        _writer.Timestamp = InstantText.Micros(_context.Time.GetUtcNow());
        _writer.ConnectionClosing(new ConnectionClosingData(
            closing.Reason, closing.Message, closing.Code, closing.ReconnectAllowed, _session is null ? closing.WithoutSession : closing.SessionState));
        await FlushAsync().ConfigureAwait(false);
        await CloseOutputAsync((WebSocketCloseStatus)closing.Code).ConfigureAwait(false);
    }

    private async ValueTask CloseSilentlyAsync()
    {
        _displaced = true;
        _endedBy ??= "displaced";
        await CloseOutputAsync(WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
    }

    /// <summary>Sends our half of the close; the receive loop waits for the client's.</summary>
    private async ValueTask CloseOutputAsync(WebSocketCloseStatus status)
    {
        if (_closing) return;
        Volatile.Write(ref _closeStarted, _context.Time.GetTimestamp());
        _closing = true;
        _recovery?.Stop();
        StopIntervals();
        await LeaveAsync().ConfigureAwait(false);
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await _socket.CloseOutputAsync(status, null, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task EndByClientAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseOutputAsync(WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The outcome of a call is unknown: the client must connect again and resume.</summary>
    private async ValueTask FailAsync(Exception failure)
    {
        GatewayLog.ExchangeFailed(_context.Logger, Id, failure);
        if (_closing) return;
        _endedBy ??= "failed";
        GatewayMetrics.ErrorSent(ErrorCodes.InternalError);
        _writer.Timestamp = InstantText.Micros(_context.Time.GetUtcNow());
        _writer.Error(new ErrorData(ErrorCodes.InternalError, "The request could not be completed; connect again and resume the session", ErrorTypes.Connection, "error", true, 1_000), null, null);
        await FlushAsync().ConfigureAwait(false);
        await CloseOutputAsync(WebSocketCloseStatus.InternalServerError).ConfigureAwait(false);
    }

    /// <summary>Waits for the client's half of a close on a connection that was never served.</summary>
    private async Task AwaitCloseAsync()
    {
        while ((await _receiver.ReceiveAsync().ConfigureAwait(false)).Kind != ReceivedKind.Close) { }
    }

    /// <summary>Starts work that the receive loop does not wait for, and keeps hold of it.</summary>
    private void InBackground(Func<Task> work)
    {
        var task = GuardAsync(work);
        if (task.IsCompleted) return;
        lock (_backgroundLock) _background = _background.IsCompleted ? task : Task.WhenAll(_background, task);
    }

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _endedBy ??= IsLoss(failure) ? "lost" : "failed";
            if (IsLoss(failure)) GatewayLog.Lost(_context.Logger, Id, failure);
            else GatewayLog.Failed(_context.Logger, Id, failure);
            _socket.Abort();
        }
    }

    private async Task CleanUpAsync()
    {
        _open = false;
        _closing = true;
        _recovery?.Stop();
        StopIntervals();
        if (_socket.State != WebSocketState.Closed && !_faulted) _socket.Abort();
        Task background;
        lock (_backgroundLock) background = _background;
        await background.ConfigureAwait(false);
        await LeaveAsync().ConfigureAwait(false);
        GatewayLog.Ended(_context.Logger, Id);
    }

    /// <summary>Frees the session and the tenant's place, once and before the close frame: whoever sees the close may connect again at once.</summary>
    private async ValueTask LeaveAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) == 1) return;
        try
        {
            if (_session is { } session && !_displaced) await ToldAsync(() => session.Detach(Id)).ConfigureAwait(false);
            await ToldAsync(() => _context.Grains.Tenant(_identity.UserId).ReleaseConnection(Id)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            GatewayLog.CleanUpFailed(_context.Logger, Id, failure);
        }
    }

    /// <summary>Says goodbye, more than once where it may help; the client waits for its close meanwhile.</summary>
    private async Task ToldAsync(Func<Task> goodbye) => await Repetition.RunAsync(
        async () =>
        {
            await goodbye().ConfigureAwait(false);
            return true;
        },
        GoodbyeTime,
        () => false,
        _context.Time).ConfigureAwait(false);
}

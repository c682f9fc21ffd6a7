using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>A timer whose ticks are turns of its activation.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly CallMethod _method;
    private readonly bool _keepAlive;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ITimer _timer;
    private TimeSpan _period;
    private bool _changedInTick;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        (_activation, _callback, _keepAlive) = (activation, callback, options.KeepAlive);
        _method = new CallMethod(callback, options.Interleave);

        // The timer must not carry the ambient values of the turn that made it.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = activation.Runtime.Time.CreateTimer(static state => ((GrainTimer)state!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _period = period;
        _changedInTick = true;
        _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        if (!_stopped.IsCancellationRequested)
        {
            _stopped.Cancel();
            _timer.Dispose();
            _activation.Remove(this);
        }
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
        }
    }

    private void Due()
    {
        if (!_stopped.IsCancellationRequested && !_activation.Accept(new Tick(this), mayRunHere: false))
        {
            Dispose();
        }
    }

    private async Task Run()
    {
        if (_stopped.IsCancellationRequested)
        {
            return;
        }

        _changedInTick = false;
        try
        {
            await _callback(_stopped.Token);
        }
#pragma warning disable CA1031 // A failed tick does not end the timer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RuntimeLog.TickFailed(_activation.Runtime.Log, _activation.GrainId, exception);
        }

        if (!_changedInTick && !_stopped.IsCancellationRequested)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Tick(GrainTimer timer) : RuntimeRequest
    {
        public override CallMethod Method => timer._method;

        public override bool NoAnswer => true;

        public override bool IsLocal => true;

        public override bool KeepsAlive => timer._keepAlive;

        public override Task InvokeOn(object target) => timer.Run();
    }
}

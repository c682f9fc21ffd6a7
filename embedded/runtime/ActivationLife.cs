using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded;

/// <summary>The beginning and the end of an activation, its timers and its states.</summary>
internal sealed partial class Activation
{
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<GrainTimer> _timers = [];
    private readonly List<IActivationState> _states = [];
    private AsyncServiceScope? _scope;
    private GrainReference? _reference;
    private DeactivationReason? _reason;
    private DateTimeOffset _idleSince;
    private DateTimeOffset _keepUntil;
    private bool _used = true;

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? _runtime.Services;

    public Task Deactivated => _deactivated.Task;

    public GrainReference GrainReference => _reference ??= _runtime.Reference(typeof(IAddressable), GrainId);

    /// <summary>Handlers of this activation's stream subscriptions, by subscription.</summary>
    public Dictionary<Guid, object> StreamHandlers { get; } = [];

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_life is Life.Deactivating or Life.Gone || _reason is not null)
            {
                return;
            }

            _reason = deactivationReason;
            if (_life is Life.New or Life.Active)
            {
                _life = Life.Deactivating;
                if (_running == 0)
                {
                    Enqueue(BeginDeactivation, this);
                }
            }
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (_gate)
        {
            _keepUntil = time == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : _runtime.Time.GetUtcNow() + time;
        }
    }

    /// <summary>Starts deactivation if the activation has been idle for long enough. Called by the collector only.</summary>
    public bool TryCollect(DateTimeOffset now, TimeSpan? age)
    {
        lock (_gate)
        {
            if (_life != Life.Active || _running > 0)
            {
                return false;
            }

            if (_used)
            {
                // Calls only set a flag, to stay cheap, so idle time counts from the first look that found it unset.
                _used = false;
                _idleSince = now;
            }

            var own = _class.CollectionAge(_runtime.Collection);
            if (own == Timeout.InfiniteTimeSpan || now - _idleSince < (age ?? own) || now < _keepUntil)
            {
                return false;
            }
        }

        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "The activation was idle."));
        return true;
    }

    public IGrainTimer StartTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    public void Remove(GrainTimer timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
        }
    }

    public IPersistentState<TState> CreateState<TState>(string name, string? storageName)
    {
        var state = new ActivationState<TState>(GrainId, name, GrainStorages.Named(ActivationServices, storageName, GrainId));
        _states.Add(state);
        return state;
    }

    private static void BeginActivation(object? state) => _ = ((Activation)state!).Activate();

    private static void BeginDeactivation(object? state) => _ = ((Activation)state!).End();

    private async Task Activate()
    {
        try
        {
            _scope = _runtime.Services.CreateAsyncScope();
            using var timeout = new CancellationTokenSource(_runtime.Collection.ActivationTimeout, _runtime.Time);
            GrainInstance = _class.Create(this);
            foreach (var state in _states)
            {
                await state.ReadStateAsync();
            }

            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
            }
        }
#pragma warning disable CA1031 // Whatever keeps a grain from activating belongs to its callers.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RuntimeLog.ActivationFailed(_runtime.Log, GrainId, exception);
            await Leave(exception);
            return;
        }

        lock (_gate)
        {
            if (_reason is null)
            {
                _life = Life.Active;
                AdmitWaiting();
            }
            else
            {
                _life = Life.Deactivating;
                Enqueue(BeginDeactivation, this);
            }
        }
    }

    private async Task End()
    {
        StopTimers();
        if (GrainInstance is IGrainBase grain)
        {
            try
            {
                using var timeout = new CancellationTokenSource(_runtime.Collection.DeactivationTimeout, _runtime.Time);
                await grain.OnDeactivateAsync(_reason!.Value, timeout.Token).WaitAsync(timeout.Token);
            }
#pragma warning disable CA1031 // A grain that cannot say goodbye still has to go.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                RuntimeLog.DeactivationFailed(_runtime.Log, GrainId, exception);
            }
        }

        await Leave(null);
    }

    /// <summary>Forgets the activation; what waited fails with it, or goes to the next activation.</summary>
    private async Task Leave(Exception? failure)
    {
        StopTimers();
        try
        {
            switch (GrainInstance)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }

            if (_scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RuntimeLog.DeactivationFailed(_runtime.Log, GrainId, exception);
        }

        _runtime.Forget(this);
        _workers?.Forget(this);
        Request? waiting;
        lock (_gate)
        {
            _life = Life.Gone;
            waiting = _firstWaiting;
            _firstWaiting = _lastWaiting = null;
        }

        _deactivated.TrySetResult();
        while (waiting is { } request)
        {
            waiting = request.NextWaiting;
            request.NextWaiting = null;
            if (failure is not null)
            {
                request.StopFollowing();
                request.Fail(failure);
            }
            else if (!request.IsLocal)
            {
                _runtime.Forward(request);
            }
        }
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }
}

/// <summary>Who is calling, for services that serve grains.</summary>
internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext? GrainContext => Activation.Current;
}

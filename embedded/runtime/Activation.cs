using System.Diagnostics;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded;

/// <summary>
/// One grain in memory: its mailbox and its single thread of execution.
/// Two queues: requests that may not start yet, and pieces of work of the turns that run. Pieces run one at a time, on
/// whichever pool thread holds the activation; awaits in grain code come back here because this is their synchronization
/// context. A turn runs from its request's start until its task completes; another starts meanwhile only if it may interleave.
/// </summary>
internal sealed partial class Activation : SynchronizationContext, IThreadPoolWorkItem, IGrainContext, ICallTarget
{
    private const int PiecesPerSlice = 64;

    private readonly Lock _gate = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _pieces = new();
    private readonly ActorRuntime _runtime;
    private readonly GrainClass _class;
    private readonly StatelessWorkers? _workers;
    private Request? _firstWaiting;
    private Request? _lastWaiting;
    private Request? _blocking;
    private int _running;
    private Life _life;
    private bool _threadTaken;

    public Activation(ActorRuntime runtime, GrainClass grainClass, GrainId grainId, StatelessWorkers? workers)
    {
        _runtime = runtime;
        _class = grainClass;
        _workers = workers;
        GrainId = grainId;
        _idleSince = runtime.Time.GetUtcNow();
    }

    private enum Life : byte
    {
        New,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    /// <summary>The activation whose turn runs on this thread; null outside of grains.</summary>
    public static new Activation? Current => SynchronizationContext.Current as Activation;

    public GrainId GrainId { get; }

    public ActorRuntime Runtime => _runtime;

    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _life == Life.Active && _running == 0;
            }
        }
    }

    public bool Accept(Request request, bool mayRunHere)
    {
        lock (_gate)
        {
            if (_life == Life.Gone)
            {
                return false;
            }

            _used |= request.KeepsAlive;
            request.Owner = this;
            if (_life == Life.Active && MayStart(request))
            {
                Admit(request);
                if (!mayRunHere || _threadTaken)
                {
                    request.ExpectAnswer(_runtime);
                    Enqueue(StartTurn, request);
                    return true;
                }

                _threadTaken = true;
            }
            else
            {
                request.ExpectAnswer(_runtime);
                Wait(request);
                return true;
            }
        }

        StartTurnHere(request);
        return true;
    }

    /// <summary>A turn's task has completed; there is no outcome when nothing ran because nobody waits any more.</summary>
    public void EndTurn(Request request, Task? outcome)
    {
        if (outcome?.Exception?.InnerException is InconsistentStateException { IsSourceActivation: true } conflict)
        {
            // What this activation believes is not what is stored: only a fresh one may go on.
            conflict.IsSourceActivation = false;
            Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, conflict, "State was inconsistent with storage."));
        }

        lock (_gate)
        {
            _running--;
            if (_blocking == request)
            {
                _blocking = null;
            }

            if (_life == Life.Active)
            {
                AdmitWaiting();
            }
            else if (_running == 0 && _life == Life.Deactivating)
            {
                Enqueue(BeginDeactivation, this);
            }
        }

        request.StopFollowing();
        if (outcome is null)
        {
            return;
        }

        request.Answer(outcome);
        if (request.NoAnswer && outcome.Exception is { } failure)
        {
            RuntimeLog.OneWayFailed(_runtime.Log, request.Method.Method.Name, GrainId, failure);
        }
    }

    /// <summary>Awaits of grain code come back through here.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            Enqueue(d, state);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may block on a grain");

    public override SynchronizationContext CreateCopy() => this;

    void IThreadPoolWorkItem.Execute()
    {
        SetSynchronizationContext(this);
        try
        {
            for (var count = 0; ; count++)
            {
                (SendOrPostCallback Callback, object? State) piece;
                lock (_gate)
                {
                    if (_pieces.Count == 0)
                    {
                        _threadTaken = false;
                        return;
                    }

                    if (count == PiecesPerSlice)
                    {
                        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                        return;
                    }

                    piece = _pieces.Dequeue();
                }

                Run(piece.Callback, piece.State);
            }
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }

    private static void StartTurn(object? state)
    {
        var request = (Request)state!;
        request.Owner!.Start(request);
    }

    private void Run(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
#pragma warning disable CA1031 // An exception that nobody awaits (async void) must not end the process's other grains.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RuntimeLog.PostedWorkFailed(_runtime.Log, GrainId, exception);
        }
    }

    private void StartTurnHere(Request request)
    {
        var callersContext = SynchronizationContext.Current;
        var callersExecution = ExecutionContext.Capture()!;
        SetSynchronizationContext(this);
        try
        {
            ExecutionContext.Restore(_runtime.CleanContext);
            Start(request);
        }
        finally
        {
            ExecutionContext.Restore(callersExecution);
            SetSynchronizationContext(callersContext);
            lock (_gate)
            {
                _threadTaken = false;
                if (_pieces.Count > 0)
                {
                    TakeThread();
                }
            }
        }
    }

    private void Start(Request request)
    {
        if (request.IsAnswered)
        {
            // It timed out or was cancelled while it waited: the caller has gone, so nothing must happen any more.
            EndTurn(request, null);
            return;
        }

        var turn = Invoke(request);
        if (turn.IsCompleted)
        {
            EndTurn(request, turn);
        }
        else
        {
            request.ExpectAnswer(_runtime);
            request.EndTurnAfter(turn);
        }
    }

    private Task Invoke(Request request)
    {
        var ambient = false;
        try
        {
            if (request.RequestContext is { } values)
            {
                RequestContext.Current = values;
                ambient = true;
            }

            if (request.Activity is { } activity)
            {
                Activity.Current = activity;
                ambient = true;
            }

            var filtered = request.IsFiltered && (_runtime.IncomingFilters.Length > 0 || GrainInstance is IIncomingGrainCallFilter);
            return (filtered ? IncomingCall.Run(this, request) : request.InvokeOn(GrainInstance!))
                ?? request.FromException(new InvalidOperationException($"{request.Method.Method.Name} of {GrainId} returned no task"));
        }
#pragma warning disable CA1031 // Whatever a grain throws belongs to its caller.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return request.FromException(exception);
        }
        finally
        {
            if (ambient)
            {
                ExecutionContext.Restore(_runtime.CleanContext);
            }
        }
    }

    /// <summary>Whether a request may start now, by the rules of interleaving. The gate is held.</summary>
    private bool MayStart(Request request) =>
        _running == 0
        || request.Method.AlwaysInterleave
        || _blocking is null
        || (_blocking.Method.ReadOnly && request.Method.ReadOnly)
        || _class.IsReentrant;

    private void Admit(Request request)
    {
        _running++;
        if (_blocking is null && !request.Method.AlwaysInterleave)
        {
            _blocking = request;
        }
    }

    private void AdmitWaiting()
    {
        Request? previous = null;
        for (var request = _firstWaiting; request is not null;)
        {
            var next = request.NextWaiting;
            if (MayStart(request))
            {
                Unlink(previous, request);
                Admit(request);
                Enqueue(StartTurn, request);
            }
            else
            {
                previous = request;
            }

            request = next;
        }
    }

    private void Wait(Request request)
    {
        if (_lastWaiting is null)
        {
            _firstWaiting = request;
        }
        else
        {
            _lastWaiting.NextWaiting = request;
        }

        _lastWaiting = request;
        if (_life == Life.New)
        {
            _life = Life.Activating;
            Enqueue(BeginActivation, this);
        }
    }

    private void Unlink(Request? previous, Request request)
    {
        if (previous is null)
        {
            _firstWaiting = request.NextWaiting;
        }
        else
        {
            previous.NextWaiting = request.NextWaiting;
        }

        if (_lastWaiting == request)
        {
            _lastWaiting = previous;
        }

        request.NextWaiting = null;
    }

    private void Enqueue(SendOrPostCallback callback, object? state)
    {
        _pieces.Enqueue((callback, state));
        if (!_threadTaken)
        {
            TakeThread();
        }
    }

    private void TakeThread()
    {
        _threadTaken = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }
}

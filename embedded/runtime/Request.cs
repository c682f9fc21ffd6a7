using System.Diagnostics;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Embedded;

/// <summary>What is known about one method of a grain interface; read from its attributes once.</summary>
internal sealed class CallMethod
{
    public CallMethod(Type interfaceType, MethodInfo method)
    {
        InterfaceType = interfaceType;
        Method = method;
        InterfaceName = interfaceType.FullName ?? interfaceType.Name;
        AlwaysInterleave = method.IsDefined(typeof(Concurrency.AlwaysInterleaveAttribute), false);
        ReadOnly = method.IsDefined(typeof(Concurrency.ReadOnlyAttribute), false);
        OneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(Concurrency.OneWayAttribute), false);
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
    }

    /// <summary>For work of the runtime itself: timer ticks and stream events.</summary>
    public CallMethod(Delegate work, bool alwaysInterleave)
        : this(typeof(IAddressable), work.Method) => AlwaysInterleave = alwaysInterleave;

    public Type InterfaceType { get; }

    public MethodInfo Method { get; }

    public string InterfaceName { get; }

    public bool AlwaysInterleave { get; }

    public bool ReadOnly { get; }

    public bool OneWay { get; }

    public TimeSpan? ResponseTimeout { get; }
}

/// <summary>
/// One call: the arguments (in fields of a generated subclass), who waits for it, and its place in the target's queues.
/// A call that finishes on the caller's own thread costs this object and nothing else.
/// </summary>
internal abstract class Request : IInvokable
{
    private Task? _running;
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _registration;

    public abstract CallMethod Method { get; }

    public GrainId TargetId { get; set; }

    /// <summary>The calling activation; null when the caller is no grain.</summary>
    public Activation? Source { get; set; }

    public Dictionary<string, object>? RequestContext { get; set; }

    public System.Diagnostics.Activity? Activity { get; set; }

    /// <summary>The activation whose turn this is; set when it was accepted.</summary>
    public Activation? Owner { get; set; }

    /// <summary>How often it was sent on because an activation went away.</summary>
    public int Forwarded { get; set; }

    /// <summary>The next one in a target's waiting line.</summary>
    public Request? NextWaiting { get; set; }

    /// <summary>The place in the list of calls that can time out.</summary>
    public LinkedTimeout Timeout;

    /// <summary>Nobody waits for the answer.</summary>
    public virtual bool NoAnswer => Method.OneWay;

    /// <summary>Belongs to one activation and dies with it.</summary>
    public virtual bool IsLocal => false;

    /// <summary>Counts as use of the activation.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>Seen by the incoming call filters.</summary>
    public virtual bool IsFiltered => true;

    public virtual CancellationToken Token { get => default; set { } }

    public abstract bool IsAnswered { get; }

    /// <summary>Calls the method on the grain with the arguments.</summary>
    public abstract Task InvokeOn(object target);

    public abstract int ArgumentCount { get; }

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    /// <summary>From here on somebody waits for the answer rather than getting it as the return value.</summary>
    public abstract void ExpectAnswer(ActorRuntime runtime);

    /// <summary>Hands the outcome to whoever waits; only the first outcome counts.</summary>
    public abstract void Answer(Task outcome);

    public abstract void Fail(Exception exception);

    /// <summary>A finished task of the method's type.</summary>
    public abstract Task FromResult(object? result);

    public abstract Task FromException(Exception exception);

    public abstract object? ResultOf(Task outcome);

    /// <summary>The response as a task of the method's type.</summary>
    public abstract Task Outcome { get; }

    /// <summary>A task of the method's type that ends as <paramref name="outcome"/> says once <paramref name="first"/> has ended well, or as <paramref name="first"/> did.</summary>
    public abstract Task After(Task first, object state, Func<object, Task> outcome);

    /// <summary>Waits for the grain's own task inside the activation and then ends the turn.</summary>
    public void EndTurnAfter(Task running)
    {
        _running = running;
        running.GetAwaiter().UnsafeOnCompleted(EndTurn);
    }

    /// <summary>
    /// Gives the grain a token of its own that is cancelled inside a turn, so that what a grain registers on it never runs
    /// on a foreign thread. The caller is told at once.
    /// </summary>
    public void FollowCancellation()
    {
        var callers = Token;
        if (callers.CanBeCanceled)
        {
            _cancellation = new CancellationTokenSource();
            Token = _cancellation.Token;
            _registration = callers.UnsafeRegister(static (state, token) => ((Request)state!).Cancel(token), this);
        }
    }

    /// <summary>The turn is over: nothing is left to cancel.</summary>
    public void StopFollowing()
    {
        if (_cancellation is not null)
        {
            _registration.Dispose();
            _cancellation.Dispose();
        }
    }

    protected abstract void AnswerCanceled(CancellationToken token);

    private void Cancel(CancellationToken token)
    {
        AnswerCanceled(token);
        if (Owner is { } owner)
        {
            owner.Post(static state => ((Request)state!).CancelInTurn(), this);
        }
        else
        {
            CancelInTurn();
        }
    }

    private void CancelInTurn()
    {
        try
        {
            _cancellation!.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The turn ended between the caller's cancellation and this one.
        }
    }

    private void EndTurn() => Owner!.EndTurn(this, _running);

    int IInvokable.GetArgumentCount() => ArgumentCount;

    string IInvokable.GetMethodName() => Method.Method.Name;

    string IInvokable.GetInterfaceName() => Method.InterfaceName;

    Type IInvokable.GetInterfaceType() => Method.InterfaceType;

    MethodInfo IInvokable.GetMethod() => Method.Method;

    object? IInvokable.GetTarget() => Owner?.GrainInstance;

    CancellationToken IInvokable.GetCancellationToken() => Token;
}

/// <summary>A call with a result.</summary>
internal abstract class Request<T> : Request
{
    private TaskCompletionSource<T>? _source;
    private Task<T>? _outcome;

    public Task<T> Response => _outcome ?? _source!.Task;

    public override bool IsAnswered => _source is { } source && source.Task.IsCompleted;

    public override void ExpectAnswer(ActorRuntime runtime)
    {
        if (_source is null)
        {
            _source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            runtime.Timeouts.Track(this);
        }
    }

    public override void Answer(Task outcome)
    {
        if (_source is not { } source)
        {
            _outcome = (Task<T>)outcome;
        }
        else if (outcome.IsCompletedSuccessfully ? source.TrySetResult(((Task<T>)outcome).Result) : Relay.Failure(source, outcome))
        {
            Timeouts.Untrack(this);
        }
    }

    public override void Fail(Exception exception)
    {
        if (_source is not { } source)
        {
            _outcome = Task.FromException<T>(exception);
        }
        else if (source.TrySetException(exception))
        {
            Timeouts.Untrack(this);
        }
    }

    public override Task FromResult(object? result) => Task.FromResult((T)result!);

    public override Task FromException(Exception exception) => Task.FromException<T>(exception);

    public override object? ResultOf(Task outcome) => ((Task<T>)outcome).Result;

    public override Task Outcome => Response;

    public override Task After(Task first, object state, Func<object, Task> outcome)
    {
        return Wait(first, state, outcome);

        static async Task<T> Wait(Task first, object state, Func<object, Task> outcome)
        {
            await first;
            return await (Task<T>)outcome(state);
        }
    }

    protected override void AnswerCanceled(CancellationToken token)
    {
        if (_source?.TrySetCanceled(token) == true)
        {
            Timeouts.Untrack(this);
        }
    }
}

/// <summary>A call without a result.</summary>
internal abstract class VoidRequest : Request
{
    private TaskCompletionSource? _source;
    private Task? _outcome;

    public Task Response => _outcome ?? _source!.Task;

    public override bool IsAnswered => _source is { } source && source.Task.IsCompleted;

    public override void ExpectAnswer(ActorRuntime runtime)
    {
        if (_source is null && !NoAnswer)
        {
            _source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            runtime.Timeouts.Track(this);
        }
    }

    public override void Answer(Task outcome)
    {
        if (_source is not { } source)
        {
            _outcome = outcome;
        }
        else if (outcome.IsCompletedSuccessfully ? source.TrySetResult() : Relay.Failure(source, outcome))
        {
            Timeouts.Untrack(this);
        }
    }

    public override void Fail(Exception exception)
    {
        if (_source is not { } source)
        {
            _outcome = Task.FromException(exception);
        }
        else if (source.TrySetException(exception))
        {
            Timeouts.Untrack(this);
        }
    }

    public override Task FromResult(object? result) => Task.CompletedTask;

    public override Task FromException(Exception exception) => Task.FromException(exception);

    public override object? ResultOf(Task outcome) => null;

    public override Task Outcome => Response;

    public override Task After(Task first, object state, Func<object, Task> outcome)
    {
        return Wait(first, state, outcome);

        static async Task Wait(Task first, object state, Func<object, Task> outcome)
        {
            await first;
            await outcome(state);
        }
    }

    protected override void AnswerCanceled(CancellationToken token)
    {
        if (_source?.TrySetCanceled(token) == true)
        {
            Timeouts.Untrack(this);
        }
    }
}

/// <summary>Work of the runtime inside a grain: no arguments, no filters.</summary>
internal abstract class RuntimeRequest : VoidRequest
{
    public override bool IsFiltered => false;

    public override int ArgumentCount => 0;

    public override object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public override void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index));
}

internal static class Relay
{
    public static bool Failure<T>(TaskCompletionSource<T> source, Task outcome) => outcome.IsCanceled
        ? source.TrySetCanceled(Canceller(outcome))
        : source.TrySetException(outcome.Exception!.InnerExceptions);

    public static bool Failure(TaskCompletionSource source, Task outcome) => outcome.IsCanceled
        ? source.TrySetCanceled(Canceller(outcome))
        : source.TrySetException(outcome.Exception!.InnerExceptions);

    private static CancellationToken Canceller(Task outcome)
    {
        try
        {
            outcome.GetAwaiter().GetResult();
            throw new UnreachableException();
        }
        catch (OperationCanceledException exception)
        {
            return exception.CancellationToken;
        }
    }
}

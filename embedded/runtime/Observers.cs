using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>Objects outside of grains that grains can call. Held weakly: an object that nobody keeps is an observer no more.</summary>
internal sealed class Observers(ActorRuntime runtime)
{
    public static GrainType Type { get; } = new("sys.client");

    private readonly ConcurrentDictionary<GrainId, Observer> _observers = new();

    public GrainId Add(IGrainObserver observer)
    {
        var id = new GrainId(Type, GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()));
        _observers[id] = new Observer(runtime, observer);
        return id;
    }

    public void Remove(GrainId id)
    {
        if (_observers.TryRemove(id, out var observer))
        {
            observer.Delete();
        }
    }

    public ICallTarget Find(GrainId id)
    {
        if (_observers.TryGetValue(id, out var observer) && observer.IsAlive)
        {
            return observer;
        }

        Remove(id);
        throw new ClientNotAvailableException($"Observer {id} has been deleted");
    }

    /// <summary>Calls the object, one call at a time, in the order in which the calls came.</summary>
    private sealed class Observer(ActorRuntime runtime, IGrainObserver observer) : ICallTarget
    {
        private readonly WeakReference<IGrainObserver> _object = new(observer);
        private readonly Lock _gate = new();
        private readonly Queue<Request> _waiting = new();
        private bool _busy;
        private volatile bool _deleted;

        public bool IsAlive => _object.TryGetTarget(out _);

        public void Delete() => _deleted = true;

        public bool Accept(Request request, bool mayRunHere)
        {
            if (_deleted)
            {
                return false;
            }

            request.ExpectAnswer(runtime);
            lock (_gate)
            {
                _waiting.Enqueue(request);
                if (_busy)
                {
                    return true;
                }

                _busy = true;
            }

            ThreadPool.UnsafeQueueUserWorkItem(static observer => _ = observer.Drain(), this, preferLocal: true);
            return true;
        }

        private async Task Drain()
        {
            while (true)
            {
                Request? request;
                lock (_gate)
                {
                    if (!_waiting.TryDequeue(out request))
                    {
                        _busy = false;
                        return;
                    }
                }

                await Call(request).ConfigureAwait(false);
            }
        }

        private async Task Call(Request request)
        {
            try
            {
                if (_object.TryGetTarget(out var target))
                {
                    RequestContext.Current = request.RequestContext;
                    var call = request.InvokeOn(target);
                    await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    request.Answer(call);
                }
                else
                {
                    request.Fail(new ClientNotAvailableException($"Observer {request.TargetId} has been collected"));
                }
            }
#pragma warning disable CA1031 // Whatever an observer throws belongs to its caller.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                request.Fail(exception);
            }
            finally
            {
                request.StopFollowing();
            }
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>Something that takes calls: an activation, a set of stateless workers, an observer.</summary>
internal interface ICallTarget
{
    /// <summary>Takes the call, or says false when it is gone for good. With <paramref name="mayRunHere"/> it may run on the calling thread.</summary>
    bool Accept(Request request, bool mayRunHere);
}

/// <summary>The directory of what is active in this process, and what all activations share.</summary>
internal sealed class ActorRuntime : IDisposable
{
    private const int MaxForwards = 8;

    private readonly ConcurrentDictionary<GrainId, ICallTarget> _directory = new();
    private readonly ITimer _expiry;
    private readonly ITimer _collection;
    private IIncomingGrainCallFilter[]? _incomingFilters;
    private IOutgoingGrainCallFilter[]? _outgoingFilters;
    private volatile bool _stopping;
    private volatile bool _closed;

    public ActorRuntime(
        IServiceProvider services,
        GrainClasses classes,
        TimeProvider time,
        ILoggerFactory loggers,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection)
    {
        Services = services;
        Classes = classes;
        Time = time;
        Log = loggers.CreateLogger("Orleans.Embedded");
        Collection = collection.Value;
        if (Collection.CollectionAge <= Collection.CollectionQuantum)
        {
            throw new OptionsValidationException(
                nameof(GrainCollectionOptions), typeof(GrainCollectionOptions), [$"CollectionAge ({Collection.CollectionAge}) must exceed CollectionQuantum ({Collection.CollectionQuantum})"]);
        }

        Timeouts = new Timeouts(time, messaging.Value.ResponseTimeout);
        Client = new ClusterClient(this);
        Observers = new Observers(this);
        CleanContext = CaptureCleanContext();
        _expiry = time.CreateTimer(_ => Timeouts.Expire(), null, Timeouts.Resolution, Timeouts.Resolution);
        _collection = time.CreateTimer(_ => Collect(time.GetUtcNow(), null), null, Collection.CollectionQuantum, Collection.CollectionQuantum);
    }

    public IServiceProvider Services { get; }

    public GrainClasses Classes { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public GrainCollectionOptions Collection { get; }

    public Timeouts Timeouts { get; }

    /// <summary>Made at the first call, because filters may themselves want the grain factory.</summary>
    public IIncomingGrainCallFilter[] IncomingFilters => _incomingFilters ??= [.. Services.GetServices<IIncomingGrainCallFilter>()];

    public IOutgoingGrainCallFilter[] OutgoingFilters => _outgoingFilters ??= [.. Services.GetServices<IOutgoingGrainCallFilter>()];

    public ClusterClient Client { get; }

    public Observers Observers { get; }

    /// <summary>An execution context without anybody's ambient values: what a turn starts from.</summary>
    public ExecutionContext CleanContext { get; }

    public int ActivationCount => Activations().Count();

    public TInterface Reference<TInterface>(GrainId grainId)
        where TInterface : IAddressable => (TInterface)(object)Proxy<TInterface>.Create(this, grainId);

    public GrainReference Reference(Type interfaceType, GrainId grainId) => Proxies.Create(interfaceType, this, grainId);

    /// <summary>Finds or makes the target of a request and hands the request over.</summary>
    public ICallTarget? Deliver(Request request, bool mayRunHere)
    {
        try
        {
            while (true)
            {
                var target = Find(request);
                if (target.Accept(request, mayRunHere))
                {
                    return target;
                }
            }
        }
        catch (OrleansException exception)
        {
            request.StopFollowing();
            request.Fail(exception);
            return null;
        }
    }

    /// <summary>Sends on what waited for an activation that went away.</summary>
    public void Forward(Request request)
    {
        if (++request.Forwarded > MaxForwards)
        {
            request.StopFollowing();
            request.Fail(new OrleansMessageRejectionException($"{request.TargetId} keeps deactivating: gave up after {MaxForwards} activations"));
        }
        else
        {
            Deliver(request, mayRunHere: false);
        }
    }

    public void Forget(Activation activation) =>
        _directory.TryRemove(new KeyValuePair<GrainId, ICallTarget>(activation.GrainId, activation));

    /// <summary>Deactivates what has been idle too long: longer than <paramref name="age"/>, or than its class says.</summary>
    public List<Task> Collect(DateTimeOffset now, TimeSpan? age)
    {
        var leaving = new List<Task>();
        foreach (var activation in Activations())
        {
            if (activation.TryCollect(now, age))
            {
                leaving.Add(activation.Deactivated);
            }
        }

        return leaving;
    }

    /// <summary>Deactivates everything. Meanwhile grains may still wake each other, clients wake nobody; afterwards nobody does.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is stopping.");
        _stopping = true;
        try
        {
            while (Activations().ToList() is { Count: > 0 } activations)
            {
                activations.ForEach(activation => activation.Deactivate(reason, cancellationToken));
                await Task.WhenAll(activations.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            RuntimeLog.StoppedWithActivations(Log, ActivationCount);
        }
        finally
        {
            _closed = true;
        }
    }

    public void Dispose()
    {
        _expiry.Dispose();
        _collection.Dispose();
    }

    // Enumerated in place: Values would stop the directory while it copies it.
    private IEnumerable<Activation> Activations() => _directory.SelectMany(entry => entry.Value switch
    {
        Activation activation => [activation],
        StatelessWorkers workers => workers.Activations,
        _ => Enumerable.Empty<Activation>(),
    });

    private ICallTarget Find(Request request)
    {
        var grainId = request.TargetId;
        if (_directory.TryGetValue(grainId, out var known))
        {
            return known;
        }

        if (_closed || (_stopping && request.Source is null))
        {
            throw new SiloUnavailableException($"The silo has stopped: {grainId} cannot be called");
        }

        if (grainId.Type == Observers.Type)
        {
            return Observers.Find(grainId);
        }

        var grainClass = Classes.Of(grainId.Type);
        return _directory.GetOrAdd(
            grainId,
            static (id, arguments) => arguments.grainClass.MaxWorkers > 0
                ? new StatelessWorkers(arguments.runtime, arguments.grainClass, id)
                : new Activation(arguments.runtime, arguments.grainClass, id, null),
            (runtime: this, grainClass));
    }

    private static ExecutionContext CaptureCleanContext()
    {
        ExecutionContext? captured = null;
        var thread = new Thread(() => captured = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return captured!;
    }
}

using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>The activations of one stateless worker: a call goes to an idle one, to a new one, or waits at the next in turn.</summary>
internal sealed class StatelessWorkers(ActorRuntime runtime, GrainClass grainClass, GrainId grainId) : ICallTarget
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _activations = [];
    private int _next;

    public IReadOnlyList<Activation> Activations
    {
        get
        {
            lock (_gate)
            {
                return [.. _activations];
            }
        }
    }

    public bool Accept(Request request, bool mayRunHere)
    {
        while (!Choose().Accept(request, mayRunHere))
        {
            // That one had just gone; it has left the list by now or is about to.
            Thread.Yield();
        }

        return true;
    }

    public void Forget(Activation activation)
    {
        lock (_gate)
        {
            _activations.Remove(activation);
        }
    }

    private Activation Choose()
    {
        lock (_gate)
        {
            foreach (var activation in _activations)
            {
                if (activation.IsIdle)
                {
                    return activation;
                }
            }

            if (_activations.Count < grainClass.MaxWorkers)
            {
                var worker = new Activation(runtime, grainClass, grainId, this);
                _activations.Add(worker);
                return worker;
            }

            _next = (_next + 1) % _activations.Count;
            return _activations[_next];
        }
    }
}

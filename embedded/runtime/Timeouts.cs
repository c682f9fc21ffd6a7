namespace Orleans.Embedded;

/// <summary>A request's links in a list of <see cref="Timeouts"/>.</summary>
internal struct LinkedTimeout
{
    public Timeouts.Stripe? Stripe;
    public Request? Previous;
    public Request? Next;
    public long Deadline;
}

/// <summary>
/// The calls that somebody waits for, so that they can time out. Linked into the requests themselves and striped, because
/// every call that does not end at once passes here twice.
/// </summary>
internal sealed class Timeouts(TimeProvider time, TimeSpan responseTimeout)
{
    private const int StripeCount = 16;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe())];
    private readonly Stripe _ownTimeout = new();

    /// <summary>How often to look: fine enough for the shortest timeout anybody asked for so far to be met roughly.</summary>
    public static TimeSpan Resolution { get; } = TimeSpan.FromMilliseconds(100);

    public void Track(Request request)
    {
        var own = request.Method.ResponseTimeout;
        var stripe = own is null ? _stripes[Environment.CurrentManagedThreadId % StripeCount] : _ownTimeout;
        request.Timeout.Deadline = time.GetTimestamp() + (long)((own ?? responseTimeout).TotalSeconds * time.TimestampFrequency);
        stripe.Add(request);
    }

    public static void Untrack(Request request) => request.Timeout.Stripe?.Remove(request);

    public void Expire()
    {
        var now = time.GetTimestamp();
        foreach (var stripe in _stripes)
        {
            stripe.Expire(now, inOrder: true);
        }

        _ownTimeout.Expire(now, inOrder: false);
    }

    internal sealed class Stripe
    {
        private readonly Lock _gate = new();
        private Request? _first;
        private Request? _last;

        public void Add(Request request)
        {
            lock (_gate)
            {
                request.Timeout.Stripe = this;
                request.Timeout.Previous = _last;
                if (_last is null)
                {
                    _first = request;
                }
                else
                {
                    _last.Timeout.Next = request;
                }

                _last = request;
            }
        }

        public void Remove(Request request)
        {
            lock (_gate)
            {
                if (request.Timeout.Stripe is null)
                {
                    return;
                }

                var (previous, next) = (request.Timeout.Previous, request.Timeout.Next);
                if (previous is null)
                {
                    _first = next;
                }
                else
                {
                    previous.Timeout.Next = next;
                }

                if (next is null)
                {
                    _last = previous;
                }
                else
                {
                    next.Timeout.Previous = previous;
                }

                request.Timeout = default;
            }
        }

        public void Expire(long now, bool inOrder)
        {
            List<Request>? expired = null;
            lock (_gate)
            {
                // All of a stripe wait equally long, so the oldest are in front, but for calls that raced to enter it.
                for (var request = _first; request is not null; request = request.Timeout.Next)
                {
                    if (request.Timeout.Deadline <= now)
                    {
                        (expired ??= []).Add(request);
                    }
                    else if (inOrder)
                    {
                        break;
                    }
                }
            }

            foreach (var request in expired ?? [])
            {
                request.Fail(new TimeoutException($"Response did not arrive on time for {request.Method.InterfaceName}.{request.Method.Method.Name} to {request.TargetId}"));
                Untrack(request);
            }
        }
    }
}

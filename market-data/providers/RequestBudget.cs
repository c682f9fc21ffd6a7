namespace Trading.MarketData.Providers;

/// <summary>
/// At most so many requests in any window of 60 seconds (OHLCV-010): with a limit of five, the sixth request goes out more than a minute after the
/// first. Grants are counted, not tokens refilled, so no burst over a window's edge can exceed the limit.
/// </summary>
/// <remarks>Safe for concurrent use. Never waits; the caller does. Measured by the monotonic clock, so a corrected wall clock frees nothing.</remarks>
public sealed class RequestBudget
{
    /// <summary>The window.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Queue<long> _granted = new();
    private long _pausedUntil = long.MinValue;

    /// <param name="requestsPerMinute">The limit, at least 1.</param>
    /// <param name="time">The clock.</param>
    /// <param name="granted">Grants of the last minute that an earlier owner of the budget made, microseconds since 1970-01-01Z (<see cref="GrantedInWindow"/>).</param>
    public RequestBudget(int requestsPerMinute, TimeProvider time, IReadOnlyList<long>? granted = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requestsPerMinute, 1);
        ArgumentNullException.ThrowIfNull(time);
        RequestsPerMinute = requestsPerMinute;
        _time = time;
        foreach (var instant in (granted ?? []).Order())
        {
            // a grant "in the future" comes from another machine's clock: it counts as made now
            var age = TimeSpan.FromTicks(Math.Max(0, (NowMicros() - instant) * 10));
            if (age <= Window) _granted.Enqueue(_time.GetTimestamp() - (long)Exact(age));
        }
    }

    /// <summary>The limit.</summary>
    public int RequestsPerMinute { get; }

    /// <summary>Requests that could be sent right now.</summary>
    public int Remaining
    {
        get
        {
            lock (_lock)
            {
                var now = _time.GetTimestamp();
                Forget(now);
                return now < _pausedUntil ? 0 : Math.Max(0, RequestsPerMinute - _granted.Count);
            }
        }
    }

    /// <summary>Takes the right to send one request now.</summary>
    /// <param name="wait">When there is none: how long to wait before asking again, in whole milliseconds, at least one.</param>
    public bool Take(out TimeSpan wait)
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            Forget(now);
            var free = _granted.Count < RequestsPerMinute ? now : OldestThatCounts() + Ticks(Window) + 1;
            var next = Math.Max(free, _pausedUntil);
            if (next <= now)
            {
                _granted.Enqueue(now);
                wait = TimeSpan.Zero;
                return true;
            }

            wait = TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(now, next).TotalMilliseconds));
            if (wait < Least) wait = Least;
            return false;
        }
    }

    /// <summary>Grants nothing for a while, as a vendor that refused a request asked (OHLCV-164); never shortens an earlier pause.</summary>
    public void PauseFor(TimeSpan pause)
    {
        lock (_lock) _pausedUntil = Math.Max(_pausedUntil, _time.GetTimestamp() + Ticks(pause));
    }

    /// <summary>Grants nothing before <paramref name="instant"/>.</summary>
    public void PauseUntil(DateTimeOffset instant) => PauseFor(instant > _time.GetUtcNow() ? instant - _time.GetUtcNow() : TimeSpan.Zero);

    /// <summary>The grants that still count, microseconds since 1970-01-01Z, oldest first: what the next owner of the budget has to know.</summary>
    public IReadOnlyList<long> GrantedInWindow()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            Forget(now);
            return [.. _granted.Select(grant => NowMicros() - (_time.GetElapsedTime(grant, now).Ticks / 10))];
        }
    }

    // with a limit lowered since the grants were made, more may count than the limit allows
    private long OldestThatCounts() => _granted.ElementAt(_granted.Count - RequestsPerMinute);

    private void Forget(long now)
    {
        while (_granted.TryPeek(out var oldest) && now - oldest > Ticks(Window)) _granted.Dequeue();
    }

    private long Ticks(TimeSpan span) => (long)decimal.Ceiling(Exact(span));

    private decimal Exact(TimeSpan span) => (decimal)span.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond;

    private long NowMicros() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
}

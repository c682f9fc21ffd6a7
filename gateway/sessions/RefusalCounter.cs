namespace Trading.Gateway.Sessions;

/// <summary>Counts refusals by rate limits in the last minute; above the limit the connection is not worth keeping (SIM-071).</summary>
internal sealed class RefusalCounter(int perMinute, TimeProvider time)
{
    private readonly Queue<long> _times = new();

    internal bool TooMany => _times.Count > perMinute;

    internal void Count()
    {
        var now = time.GetTimestamp();
        while (_times.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= TimeSpan.FromMinutes(1)) _times.Dequeue();
        // one more than the limit decides, so the queue never needs to be longer
        if (_times.Count <= perMinute) _times.Enqueue(now);
    }
}

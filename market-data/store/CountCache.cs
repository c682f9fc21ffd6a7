using System.Collections.Concurrent;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>Candles of a file and the span of their times.</summary>
internal readonly record struct CandleCount(int Count, long FirstTime, long LastTime);

/// <summary>
/// How many candles files hold, so that counting a range for a page opens each file once only. Bounded; safe for concurrent use.
/// </summary>
/// <param name="capacity">Files to remember.</param>
internal sealed class CountCache(int capacity = 1 << 17)
{
    private readonly ConcurrentDictionary<string, (FileStatus Status, CandleCount Count)> _counts = new(StringComparer.Ordinal);
    private int _added;

    public bool TryGet(string path, in FileStatus status, out CandleCount count)
    {
        var known = _counts.TryGetValue(path, out var found) && found.Status == status;
        count = known ? found.Count : default;
        return known;
    }

    public void Put(string path, in FileStatus status, in CandleCount count)
    {
        _counts[path] = (status, count);

        // counting again what was counted is cheap, so nothing finer than starting over is worth its room
        if (Interlocked.Increment(ref _added) < capacity) return;
        _counts.Clear();
        Interlocked.Exchange(ref _added, 0);
    }
}

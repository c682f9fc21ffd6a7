using Trading.Engine.Bars;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Cache;

/// <summary>
/// One copy of every series in use, shared by all sessions of the process (SIM-308). A series is loaded once however many ask for it at the
/// same time; a load that failed or found nothing is forgotten, so that the next one tries again.
/// </summary>
/// <remarks>
/// Above the byte budget the least recently requested series are let go. A series that a session still holds is found again as long as the
/// session holds it, so that letting go never makes a second copy. A file that changes on disk is noticed only after its series was let go.
/// </remarks>
public sealed class BarCache : IBarSource
{
    private const int BytesPerBar = (6 * sizeof(long)) + sizeof(int) + sizeof(MarketSession);

    private readonly IBarSource _source;
    private readonly long _maxBytes;
    private readonly Lock _lock = new();
    private readonly Dictionary<BarSeriesKey, Entry> _entries = [];
    private readonly LinkedList<Entry> _byLastUse = new();
    private readonly Dictionary<BarSeriesKey, WeakReference<BarSeries>> _letGo = [];
    private long _totalBytes;

    /// <param name="source">Where series come from.</param>
    /// <param name="maxBytes">Bytes of columns to keep, above 0; the series requested last stays even if it alone has more.</param>
    public BarCache(IBarSource source, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _source = source;
        _maxBytes = maxBytes;
    }

    /// <summary>Bytes of the columns that the cache keeps.</summary>
    public long TotalBytes
    {
        get
        {
            lock (_lock) return _totalBytes;
        }
    }

    /// <summary>Number of series that the cache keeps.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _byLastUse.Count;
        }
    }

    /// <summary>Bytes of the columns of <paramref name="series"/>.</summary>
    public static long BytesOf(BarSeries series) => (long)series.Count * BytesPerBar;

    public bool IsKnownProvider(string provider) => _source.IsKnownProvider(provider);

    public bool IsConfigured(string provider) => _source.IsConfigured(provider);

    public Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default) => _source.ListAsync(cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Cancelling ends this caller's wait, not the load that others may wait for.</remarks>
    public Task<BarSeries?> LoadAsync(BarSeriesKey key, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                entry = new Entry(key);
                _entries.Add(key, entry);
                if (_letGo.Remove(key, out var letGo) && letGo.TryGetTarget(out var held))
                {
                    entry.Loading = Task.FromResult<BarSeries?>(held);
                    Keep(entry, held);
                }
                else
                {
                    entry.Loading = Task.Run(() => LoadAsync(entry), CancellationToken.None);
                }
            }
            else if (entry.Place is { } place)
            {
                _byLastUse.Remove(place);
                _byLastUse.AddFirst(place);
            }

            return entry.Loading.WaitAsync(cancellationToken);
        }
    }

    private async Task<BarSeries?> LoadAsync(Entry entry)
    {
        BarSeries? series = null;
        try
        {
            series = await _source.LoadAsync(entry.Key, CancellationToken.None).ConfigureAwait(false);
            return series;
        }
        finally
        {
            lock (_lock)
            {
                if (series is null) _entries.Remove(entry.Key);
                else Keep(entry, series);
            }
        }
    }

    private void Keep(Entry entry, BarSeries series)
    {
        entry.Series = series;
        entry.Place = _byLastUse.AddFirst(entry);
        _totalBytes += BytesOf(series);
        while (_totalBytes > _maxBytes && _byLastUse.Last is { Value: var oldest } && oldest != entry) LetGo(oldest);
    }

    private void LetGo(Entry entry)
    {
        foreach (var (key, letGo) in _letGo)
        {
            if (!letGo.TryGetTarget(out _)) _letGo.Remove(key);
        }

        _byLastUse.Remove(entry.Place!);
        _entries.Remove(entry.Key);
        _letGo[entry.Key] = new WeakReference<BarSeries>(entry.Series!);
        _totalBytes -= BytesOf(entry.Series!);
    }

    /// <summary>A series that is being loaded (no place yet) or kept.</summary>
    private sealed class Entry(BarSeriesKey key)
    {
        public BarSeriesKey Key { get; } = key;

        public Task<BarSeries?> Loading { get; set; } = Task.FromResult<BarSeries?>(null);

        public BarSeries? Series { get; set; }

        public LinkedListNode<Entry>? Place { get; set; }
    }
}

using Trading.Engine.Bars;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Cache;

/// <summary>
/// One copy of every series in use, shared by all sessions of the process (SIM-308). A series is loaded once however many ask for it at the
/// same time; a load that failed or found nothing is forgotten, so that the next one tries again.
/// </summary>
/// <remarks>
/// A series is kept under its key and the range that its source brings for the range asked for. When the source's stamp has changed, the next request
/// loads anew; whoever holds the old series keeps it. Above the byte budget the least recently requested series are let go. A series that a session
/// still holds is found again as long as the session holds it, so that letting go never makes a second copy.
/// </remarks>
public sealed class BarCache : IBarSource
{
    private const int BytesPerBar = (6 * sizeof(long)) + sizeof(int) + sizeof(MarketSession);

    /// <summary>A load during which the source changes is made again this often; then it is used once and not kept for others.</summary>
    private const int Attempts = 3;

    private readonly IBarSource _source;
    private readonly long _maxBytes;
    private readonly Lock _lock = new();
    private readonly Dictionary<CacheKey, Entry> _entries = [];
    private readonly LinkedList<Entry> _byLastUse = new();
    private readonly Dictionary<CacheKey, LetGoSeries> _letGo = [];
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

    public BarRange Covering(BarSeriesKey key, BarRange range) => _source.Covering(key, range);

    public ValueTask<string> StampAsync(BarSeriesKey key, BarRange range, CancellationToken cancellationToken = default) => _source.StampAsync(key, range, cancellationToken);

    public Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(BarSeriesKey key, BarRange range, long since, CancellationToken cancellationToken = default) =>
        _source.ChangedDaysAsync(key, range, since, cancellationToken);

    public Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default) => _source.ListAsync(cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Cancelling ends this caller's wait, not the load that others may wait for.</remarks>
    public async Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default)
    {
        var cacheKey = new CacheKey(key, _source.Covering(key, range), asOf);
        // what is past does not change
        var stamp = asOf is null ? await _source.StampAsync(key, cacheKey.Covered, cancellationToken).ConfigureAwait(false) : "";
        return await Find(cacheKey, stamp).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<BarSeries?> Find(CacheKey key, string stamp)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var entry) && entry.Place is { } place)
            {
                if (entry.Stamp == stamp)
                {
                    CacheMetrics.Asked(isHit: true);
                    _byLastUse.Remove(place);
                    _byLastUse.AddFirst(place);
                    return entry.Loading;
                }

                Drop(entry);
                entry = null;
            }

            // a load under way looks at the stamp itself when it is done
            if (entry is not null)
            {
                CacheMetrics.Asked(isHit: true);
                return entry.Loading;
            }

            entry = new Entry(key);
            _entries.Add(key, entry);
            if (_letGo.Remove(key, out var letGo) && letGo.Stamp == stamp && letGo.Series.TryGetTarget(out var held))
            {
                entry.Loading = Task.FromResult<BarSeries?>(held);
                entry.Stamp = stamp;
                Keep(entry, held);
                CacheMetrics.Asked(isHit: true);
            }
            else
            {
                CacheMetrics.Asked(isHit: false);
                entry.Loading = Task.Run(() => LoadAsync(entry, stamp), CancellationToken.None);
            }

            return entry.Loading;
        }
    }

    private async Task<BarSeries?> LoadAsync(Entry entry, string stamp)
    {
        BarSeries? series = null;
        var isSettled = false;
        try
        {
            var (key, range, asOf) = entry.Key;
            for (var attempt = 0; attempt < Attempts && !isSettled; attempt++)
            {
                series = await _source.LoadAsync(key, range, asOf, CancellationToken.None).ConfigureAwait(false);
                var after = asOf is null ? await _source.StampAsync(key, range, CancellationToken.None).ConfigureAwait(false) : "";
                isSettled = after == stamp;
                stamp = after;
            }

            return series;
        }
        finally
        {
            lock (_lock)
            {
                if (series is null || !isSettled)
                {
                    _entries.Remove(entry.Key);
                }
                else
                {
                    entry.Stamp = stamp;
                    Keep(entry, series);
                }
            }
        }
    }

    private void Keep(Entry entry, BarSeries series)
    {
        entry.Series = series;
        entry.Place = _byLastUse.AddFirst(entry);
        _totalBytes += BytesOf(series);
        CacheMetrics.Resized(BytesOf(series));
        while (_totalBytes > _maxBytes && _byLastUse.Last is { Value: var oldest } && oldest != entry) LetGo(oldest);
    }

    private void LetGo(Entry entry)
    {
        foreach (var (key, letGo) in _letGo)
        {
            if (!letGo.Series.TryGetTarget(out _)) _letGo.Remove(key);
        }

        Drop(entry);
        _letGo[entry.Key] = new LetGoSeries(new WeakReference<BarSeries>(entry.Series!), entry.Stamp);
    }

    private void Drop(Entry entry)
    {
        _byLastUse.Remove(entry.Place!);
        _entries.Remove(entry.Key);
        _totalBytes -= BytesOf(entry.Series!);
        CacheMetrics.Resized(-BytesOf(entry.Series!));
    }

    private readonly record struct CacheKey(BarSeriesKey Key, BarRange Covered, long? AsOf);

    private readonly record struct LetGoSeries(WeakReference<BarSeries> Series, string Stamp);

    /// <summary>A series that is being loaded (no place yet) or kept.</summary>
    private sealed class Entry(CacheKey key)
    {
        public CacheKey Key { get; } = key;

        /// <summary>The source's when the series was loaded.</summary>
        public string Stamp { get; set; } = "";

        public Task<BarSeries?> Loading { get; set; } = Task.FromResult<BarSeries?>(null);

        public BarSeries? Series { get; set; }

        public LinkedListNode<Entry>? Place { get; set; }
    }
}

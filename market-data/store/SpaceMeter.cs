using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>Bytes of the store: looked at file by file every few minutes, counted along in between (OHLCV-190). Safe for concurrent use.</summary>
internal sealed class SpaceMeter(IStorageFiles files, StorePaths paths, TimeProvider time)
{
    private static readonly TimeSpan CountedFor = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private long _bytes;
    private long? _countedAt;

    /// <summary>A writer made the store larger or, below 0, smaller.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public StoreSpace Measure()
    {
        var device = files.Space();
        lock (_gate)
        {
            if (_countedAt is not { } counted || time.GetElapsedTime(counted) >= CountedFor)
            {
                Interlocked.Exchange(ref _bytes, files.BytesBelow(paths.Candles) + files.BytesBelow(StorePaths.Superseded) + files.BytesBelow(StorePaths.Damaged));
                _countedAt = time.GetTimestamp();
            }
        }

        return new(Math.Max(0, Interlocked.Read(ref _bytes)), device.FreeBytes, device.TotalBytes);
    }
}

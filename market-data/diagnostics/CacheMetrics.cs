using System.Diagnostics.Metrics;

namespace Trading.MarketData.Diagnostics;

/// <summary>What the cache of bar columns measures; part of the meter <see cref="DataMetrics.MeterName"/>. Safe for concurrent use.</summary>
internal static class CacheMetrics
{
    private static readonly Meter Meter = new(DataMetrics.MeterName);

    private static readonly UpDownCounter<long> Size = Meter.CreateUpDownCounter<long>("trading.data.cache.size", "By", "Bar columns that the cache keeps in memory.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("trading.data.cache.requests", "{request}", "Series asked of the cache of bar columns.");

    /// <summary>Columns were added, or let go.</summary>
    public static void Resized(long bytes) => Size.Add(bytes);

    /// <summary>A series was asked for.</summary>
    /// <param name="isHit">Whether nothing had to be loaded for it.</param>
    public static void Asked(bool isHit) => Requests.Add(1, new KeyValuePair<string, object?>("result", isHit ? "hit" : "miss"));
}

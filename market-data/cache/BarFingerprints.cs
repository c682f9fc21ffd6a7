using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Trading.Engine.Bars;
using Trading.Engine.Metrics;

namespace Trading.MarketData.Cache;

/// <summary>
/// Remembers <see cref="DataFingerprint"/>s per series, range and sessions, so that many runs over the same bars hash them once.
/// Forgets them with their series. Safe for concurrent use.
/// </summary>
public sealed class BarFingerprints
{
    // ranges come from clients; a series with more of them than this starts again
    private const int MaxRangesPerSeries = 1024;

    private readonly ConditionalWeakTable<BarSeries, ConcurrentDictionary<BarRange, string>> _known = [];

    /// <summary>SHA-256 over the bars of <paramref name="series"/> that open in [start, end) in the regular session, or in any session with extended hours.</summary>
    /// <param name="series">The bars.</param>
    /// <param name="start">First instant, in microseconds since 1970-01-01Z.</param>
    /// <param name="end">First instant after the range.</param>
    /// <param name="extendedHours">Whether pre-market and after-hours bars count.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public string Of(BarSeries series, long start, long end, bool extendedHours)
    {
        var ranges = _known.GetOrCreateValue(series);
        // ranges that cover the same bars share a fingerprint
        var range = new BarRange(series.FirstAtOrAfter(start), series.FirstAtOrAfter(end), extendedHours);
        if (ranges.TryGetValue(range, out var known)) return known;
        if (ranges.Count >= MaxRangesPerSeries) ranges.Clear();
        return ranges[range] = DataFingerprint.Of(series, start, end, extendedHours, out _);
    }

    private readonly record struct BarRange(int First, int AfterLast, bool ExtendedHours);
}

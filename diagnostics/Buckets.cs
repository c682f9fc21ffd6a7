using System.Diagnostics.Metrics;

namespace Trading.Diagnostics;

/// <summary>Bounds of the histograms: the same for all instruments of one unit, so that their charts can be laid over one another.</summary>
public static class Buckets
{
    /// <summary>From 100 µs, a call in one process, to five minutes, a long update.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    /// <summary>From 256 bytes to 256 MiB, in factors of four.</summary>
    public static InstrumentAdvice<long> Bytes { get; } = new()
    {
        HistogramBucketBoundaries = [1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28],
    };

    /// <summary>Powers of two to 512.</summary>
    public static InstrumentAdvice<long> Counts { get; } = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };
}

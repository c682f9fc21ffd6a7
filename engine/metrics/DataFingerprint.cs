using System.Buffers.Binary;
using System.Security.Cryptography;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;

namespace Trading.Engine.Metrics;

/// <summary>SHA-256 over the bars a run used, so that a result names its data (EXEC-063).</summary>
public static class DataFingerprint
{
    private const int BarBytes = 6 * sizeof(long);
    private const int BarsPerBlock = 64;

    /// <summary>
    /// Fingerprint of the bars that the clock of <paramref name="configuration"/> takes from <paramref name="series"/>, that is those in its range and in a
    /// session it allows: for each bar open time, open, high, low, close and volume as little-endian 64-bit integers.
    /// </summary>
    /// <param name="series">The bars.</param>
    /// <param name="configuration">Its range and sessions are used.</param>
    /// <param name="bars">Number of bars used.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Of(BarSeries series, SimulationConfig configuration, out int bars)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Of(series, configuration.Start, configuration.End, configuration.ExtendedHours, out bars);
    }

    /// <summary>Fingerprint of the bars that open in [<paramref name="start"/>, <paramref name="end"/>) in the regular session, or in any session with extended hours.</summary>
    /// <param name="series">The bars.</param>
    /// <param name="start">First instant, in microseconds since 1970-01-01Z.</param>
    /// <param name="end">First instant after the range.</param>
    /// <param name="extendedHours">Whether pre-market and after-hours bars count.</param>
    /// <param name="bars">Number of bars used.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Of(BarSeries series, long start, long end, bool extendedHours, out int bars)
    {
        ArgumentNullException.ThrowIfNull(series);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> block = stackalloc byte[BarBytes * BarsPerBlock];
        var used = 0;
        bars = 0;
        for (var bar = series.FirstAtOrAfter(start); bar < series.Count && series.OpenTime[bar] < end; bar++)
        {
            var session = series.Session[bar];
            if (session != MarketSession.Regular && (session == MarketSession.Closed || !extendedHours)) continue;
            Write(series, bar, block[used..]);
            used += BarBytes;
            bars++;
            if (used < block.Length) continue;
            hash.AppendData(block);
            used = 0;
        }

        hash.AppendData(block[..used]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(BarSeries series, int bar, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, series.OpenTime[bar]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], series.Open[bar]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], series.High[bar]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], series.Low[bar]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], series.Close[bar]);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], series.Volume[bar]);
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Parquet;

/// <summary>SHA-256 over candles, row by row: time, open, high, low, close, volume as little-endian 64-bit integers.</summary>
public static class CandleFingerprint
{
    private const int Fields = 6;
    private const int ChunkRows = 512;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public static string Of(CandleColumns candles)
    {
        ArgumentNullException.ThrowIfNull(candles);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rented = ArrayPool<long>.Shared.Rent(ChunkRows * Fields);
        for (var from = 0; from < candles.Count; from += ChunkRows)
        {
            var rows = rented.AsSpan(0, Math.Min(ChunkRows, candles.Count - from) * Fields);
            Interleave(candles, from, rows);
            if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(rows, rows);
            hash.AppendData(MemoryMarshal.AsBytes(rows));
        }

        ArrayPool<long>.Shared.Return(rented);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Interleave(CandleColumns candles, int from, Span<long> rows)
    {
        var count = rows.Length / Fields;
        var time = candles.Time.AsSpan(from, count);
        var open = candles.Open.AsSpan(from, count);
        var high = candles.High.AsSpan(from, count);
        var low = candles.Low.AsSpan(from, count);
        var close = candles.Close.AsSpan(from, count);
        var volume = candles.Volume.AsSpan(from, count);
        for (var at = 0; at < time.Length; at++)
        {
            var row = rows.Slice(at * Fields, Fields);
            row[5] = volume[at];
            row[0] = time[at];
            row[1] = open[at];
            row[2] = high[at];
            row[3] = low[at];
            row[4] = close[at];
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Trading.MarketData.Candles;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Store;

/// <summary>
/// The simplest format that keeps the contract: columns, provenance as JSON, its length and a hash of everything before it. The store must not
/// depend on more than the contract says; what Parquet adds is tested beside its reader.
/// </summary>
internal sealed class PlainCandleFormat : ICandleFileFormat
{
    private const int Trailer = 32 + 4 + 8 + 8 + 4;

    private int _decoded;
    private int _summarized;

    public int Decoded => _decoded;

    public int Summarized => _summarized;

    public CandleFields LastFields { get; private set; }

    public byte[] Write(CandleColumns candles, PartitionInfo info)
    {
        Assert.True(candles.FirstUnordered() < 0);
        using var bytes = new MemoryStream();
        Span<byte> word = stackalloc byte[8];
        foreach (var column in (long[][])[candles.Time, candles.Open, candles.High, candles.Low, candles.Close, candles.Volume])
        {
            foreach (var value in column)
            {
                BinaryPrimitives.WriteInt64LittleEndian(word, value);
                bytes.Write(word);
            }
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(info with { Fingerprint = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())) });
        bytes.Write(json);
        foreach (var value in (int[])[candles.Count])
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, value);
            bytes.Write(word[..4]);
        }

        foreach (var value in (long[])[candles.Count == 0 ? 0 : candles.Time[0], candles.Count == 0 ? 0 : candles.Time[^1]])
        {
            BinaryPrimitives.WriteInt64LittleEndian(word, value);
            bytes.Write(word);
        }

        BinaryPrimitives.WriteInt32LittleEndian(word, json.Length);
        bytes.Write(word[..4]);
        var hash = SHA256.HashData(bytes.ToArray());
        bytes.Write(hash);
        return bytes.ToArray();
    }

    public CandleFileContent Read(ReadOnlyMemory<byte> bytes, CandleFields fields)
    {
        Interlocked.Increment(ref _decoded);
        LastFields = fields;
        var needed = ReadSummary(bytes, out var summary);
        Interlocked.Decrement(ref _summarized);
        if (needed > 0 || summary is null) throw new CandleFileException("too short");
        if (!SHA256.HashData(bytes.Span[..^32]).AsSpan().SequenceEqual(bytes.Span[^32..])) throw new CandleFileException("the hash is wrong");
        if (bytes.Length < (48L * summary.Count) + Trailer) throw new CandleFileException("too short for its count");
        long[] Column(int column, bool wanted = true)
        {
            var values = new long[summary.Count];
            for (var at = 0; wanted && at < values.Length; at++)
                values[at] = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[(8 * ((column * values.Length) + at))..]);
            return values;
        }

        bool Has(CandleFields field) => (fields & field) != 0;
        var columns = new CandleColumns(
            Column(0), Column(1, Has(CandleFields.Open)), Column(2, Has(CandleFields.High)), Column(3, Has(CandleFields.Low)), Column(4, Has(CandleFields.Close)), Column(5, Has(CandleFields.Volume)));
        return new(columns, summary.Info);
    }

    public int ReadSummary(ReadOnlyMemory<byte> tail, out CandleFileSummary? summary)
    {
        Interlocked.Increment(ref _summarized);
        summary = null;
        if (tail.Length < Trailer) return Trailer;
        var trailer = tail.Span[^Trailer..];
        var count = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        var json = BinaryPrimitives.ReadInt32LittleEndian(trailer[20..]);
        if (count < 0 || json is < 2 or > 1 << 20) throw new CandleFileException("the trailer is wrong");
        if (tail.Length < Trailer + json) return Trailer + json;
        try
        {
            var info = JsonSerializer.Deserialize<PartitionInfo>(tail.Span[^(Trailer + json)..^Trailer]) ?? throw new CandleFileException("no provenance");
            summary = new(count, BinaryPrimitives.ReadInt64LittleEndian(trailer[4..]), BinaryPrimitives.ReadInt64LittleEndian(trailer[12..]), info);
            return 0;
        }
        catch (JsonException exception)
        {
            throw new CandleFileException("the provenance is wrong", exception);
        }
    }
}

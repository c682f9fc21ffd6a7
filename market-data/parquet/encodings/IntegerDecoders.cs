using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Trading.MarketData.Parquet;

/// <summary>Values of a fixed width of bytes.</summary>
internal abstract class FixedWidthDecoder<T>(int width) : ValueDecoder<T>
{
    protected int Width => width;

    public override long LeastPlainBytes(long count) => count * width;

    /// <summary>Levels, block padding and wide deltas together stay far below four times the plain size.</summary>
    public override long MostPageBytes(long count) => (1 << 16) + (count * 4L * Math.Max(width, 4));

    /// <summary>BYTE_STREAM_SPLIT: first the first bytes of all values, then the second bytes, …</summary>
    protected ReadOnlySpan<byte> Joined(ReadOnlySpan<byte> bytes, int count)
    {
        if (bytes.Length != (long)count * width) throw new ParquetException($"page damaged: {bytes.Length} bytes for {count} split values");
        var joined = new byte[bytes.Length];
        for (var part = 0; part < width; part++)
        {
            var stream = bytes.Slice(part * count, count);
            for (var at = 0; at < stream.Length; at++) joined[(at * width) + part] = stream[at];
        }

        return joined;
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<T> into)
    {
        if (encoding != ParquetEncoding.ByteStreamSplit) return false;
        Plain(Joined(bytes, into.Length), into);
        return true;
    }
}

internal sealed class Int64Decoder() : FixedWidthDecoder<long>(8)
{
    public override void Plain(ReadOnlySpan<byte> bytes, Span<long> into)
    {
        if (BitConverter.IsLittleEndian)
        {
            bytes[..(into.Length * 8)].CopyTo(MemoryMarshal.AsBytes(into));
            return;
        }

        for (var at = 0; at < into.Length; at++) into[at] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(at * 8)..]);
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<long> into)
    {
        if (encoding != ParquetEncoding.DeltaBinaryPacked) return base.Other(encoding, bytes, into);
        DeltaBinaryPacked.Decode(bytes, into);
        return true;
    }
}

/// <summary>INT32, widened; unsigned ones keep their value.</summary>
internal sealed class Int32Decoder(bool isSigned) : FixedWidthDecoder<long>(4)
{
    public override void Plain(ReadOnlySpan<byte> bytes, Span<long> into)
    {
        for (var at = 0; at < into.Length; at++) into[at] = Widen(BinaryPrimitives.ReadInt32LittleEndian(bytes[(at * 4)..]));
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<long> into)
    {
        if (encoding != ParquetEncoding.DeltaBinaryPacked) return base.Other(encoding, bytes, into);
        DeltaBinaryPacked.Decode(bytes, into);
        // differences of 32-bit values wrap at 32 bits; the lower halves of the 64-bit sums are right
        foreach (ref var value in into) value = Widen((int)value);
        return true;
    }

    private long Widen(int value) => isSigned ? value : (uint)value;
}

/// <summary>INT96: nanoseconds of the day and the Julian day number, as older writers have timestamps; becomes nanoseconds since 1970-01-01.</summary>
internal sealed class Int96Decoder() : FixedWidthDecoder<long>(12)
{
    private const long UnixEpochJulianDay = 2_440_588;
    private const long NanosPerDay = 86_400_000_000_000;

    public override void Plain(ReadOnlySpan<byte> bytes, Span<long> into)
    {
        for (var at = 0; at < into.Length; at++)
        {
            var value = bytes.Slice(at * 12, 12);
            var nanos = (Int128)BinaryPrimitives.ReadInt64LittleEndian(value) + (((Int128)BinaryPrimitives.ReadUInt32LittleEndian(value[8..]) - UnixEpochJulianDay) * NanosPerDay);
            if (nanos < long.MinValue || nanos > long.MaxValue) throw new ParquetException("an INT96 timestamp beyond the years 1677 to 2262");
            into[at] = (long)nanos;
        }
    }
}

internal sealed class BooleanDecoder : ValueDecoder<long>
{
    public override long LeastPlainBytes(long count) => (count + 7) / 8;

    public override long MostPageBytes(long count) => (1 << 16) + (count * 4);

    public override void Plain(ReadOnlySpan<byte> bytes, Span<long> into)
    {
        for (var at = 0; at < into.Length; at++) into[at] = (bytes[at >> 3] >> (at & 7)) & 1;
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<long> into)
    {
        if (encoding != ParquetEncoding.Rle) return false;
        var input = new ByteCursor(bytes);
        var length = input.Int32();
        var values = new int[into.Length];
        RleHybrid.Decode(input.Bytes(length), 1, values);
        for (var at = 0; at < values.Length; at++) into[at] = values[at];
        return true;
    }
}

internal sealed class FloatDecoder() : FixedWidthDecoder<float>(4)
{
    public override void Plain(ReadOnlySpan<byte> bytes, Span<float> into)
    {
        for (var at = 0; at < into.Length; at++) into[at] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(at * 4)..]);
    }
}

internal sealed class DoubleDecoder() : FixedWidthDecoder<double>(8)
{
    public override void Plain(ReadOnlySpan<byte> bytes, Span<double> into)
    {
        for (var at = 0; at < into.Length; at++) into[at] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(at * 8)..]);
    }
}

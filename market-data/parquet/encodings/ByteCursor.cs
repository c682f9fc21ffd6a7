using System.Buffers.Binary;

namespace Trading.MarketData.Parquet;

/// <summary>A place in the bytes of a page. Reading beyond the end is a <see cref="ParquetException"/>.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public readonly ReadOnlySpan<byte> Rest => _bytes[Position..];

    public byte Byte()
    {
        if (Position >= _bytes.Length) throw End();
        return _bytes[Position++];
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)Left) throw End();
        var bytes = _bytes.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public void Skip(int count) => Bytes(count);

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }

        throw new ParquetException("page damaged: an integer longer than 64 bits");
    }

    public long ZigZag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static ParquetException End() => new("page damaged: it ends too early");
}

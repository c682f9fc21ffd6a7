using System.Buffers.Binary;

namespace Trading.MarketData.Parquet;

/// <summary>Bytes being written; grows by doubling.</summary>
internal sealed class ByteBuffer(int capacity = 256)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Write(byte value)
    {
        if (Length == _bytes.Length) Grow(1);
        _bytes[Length++] = value;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
        Length += 4;
    }

    public void Varint(ulong value)
    {
        for (; value >= 128; value >>= 7) Write((byte)(value | 128));
        Write((byte)value);
    }

    public void ZigZag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Room for at least <paramref name="count"/> bytes at the end; <see cref="Advance"/> takes them.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Written bytes that may be changed still.</summary>
    public Span<byte> Patch(int from, int count) => _bytes.AsSpan(0, Length).Slice(from, count);

    public byte[] ToArray() => Written.ToArray();

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        var larger = Math.Min(Math.Max(needed, 2L * _bytes.Length), Array.MaxLength);
        if (larger < needed) throw new ParquetException("more than 2 GB to write");
        Array.Resize(ref _bytes, (int)larger);
    }
}

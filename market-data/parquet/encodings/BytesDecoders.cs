namespace Trading.MarketData.Parquet;

/// <summary>BYTE_ARRAY: texts and bytes. All values of a page together stay below the limit, also where the encoding repeats parts.</summary>
internal sealed class BytesDecoder(int maxPageBytes) : ValueDecoder<byte[]>
{
    public override long LeastPlainBytes(long count) => count * 4;

    public override long MostPageBytes(long count) => maxPageBytes;

    public override void Plain(ReadOnlySpan<byte> bytes, Span<byte[]> into)
    {
        var input = new ByteCursor(bytes);
        for (var at = 0; at < into.Length; at++) into[at] = Copy(input.Bytes(input.Int32()));
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<byte[]> into)
    {
        switch (encoding)
        {
            case ParquetEncoding.DeltaLengthByteArray:
                DeltaLengths(bytes, into);
                return true;
            case ParquetEncoding.DeltaByteArray:
                DeltaPrefixes(bytes, into);
                return true;
            default:
                return false;
        }
    }

    private static void DeltaLengths(ReadOnlySpan<byte> bytes, Span<byte[]> into)
    {
        var lengths = new long[into.Length];
        var input = new ByteCursor(bytes);
        input.Skip(DeltaBinaryPacked.Decode(bytes, lengths));
        for (var at = 0; at < into.Length; at++) into[at] = Copy(input.Bytes(Length(lengths[at])));
    }

    private void DeltaPrefixes(ReadOnlySpan<byte> bytes, Span<byte[]> into)
    {
        var prefixes = new long[into.Length];
        var read = DeltaBinaryPacked.Decode(bytes, prefixes);
        DeltaLengths(bytes[read..], into);
        byte[] last = [];
        var total = 0L;
        for (var at = 0; at < into.Length; at++)
        {
            var prefix = Length(prefixes[at]);
            if (prefix > last.Length) throw new ParquetException("page damaged: a shared beginning longer than the value before it");
            total += prefix + into[at].Length;
            if (total > maxPageBytes) throw new ParquetException($"a page of more than {maxPageBytes} bytes of text");
            if (prefix > 0) into[at] = [.. last.AsSpan(0, prefix), .. into[at]];
            last = into[at];
        }
    }

    private static int Length(long value) => value is >= 0 and <= int.MaxValue ? (int)value : throw new ParquetException($"page damaged: a length of {value}");

    private static byte[] Copy(ReadOnlySpan<byte> value) => value.IsEmpty ? [] : value.ToArray();
}

/// <summary>FIXED_LEN_BYTE_ARRAY without a meaning as number.</summary>
internal sealed class FixedBytesDecoder(int width, int maxPageBytes) : FixedWidthDecoder<byte[]>(width)
{
    private readonly BytesDecoder _varying = new(maxPageBytes);

    public override void Plain(ReadOnlySpan<byte> bytes, Span<byte[]> into)
    {
        for (var at = 0; at < into.Length; at++) into[at] = bytes.Slice(at * Width, Width).ToArray();
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<byte[]> into)
    {
        if (encoding != ParquetEncoding.DeltaByteArray) return base.Other(encoding, bytes, into);
        _varying.Decode(encoding, bytes, into);
        foreach (var value in into)
        {
            if (value.Length != Width) throw new ParquetException($"page damaged: a value of {value.Length} instead of {Width} bytes");
        }

        return true;
    }
}

/// <summary>Big-endian two's complement numbers of up to 128 bits: DECIMAL on FIXED_LEN_BYTE_ARRAY.</summary>
internal sealed class FixedDecimalDecoder(int width, int maxPageBytes) : FixedWidthDecoder<Int128>(width)
{
    private readonly FixedBytesDecoder _bytes = new(width, maxPageBytes);

    public override void Plain(ReadOnlySpan<byte> bytes, Span<Int128> into)
    {
        for (var at = 0; at < into.Length; at++) into[at] = BigEndian.Number(bytes.Slice(at * Width, Width));
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<Int128> into)
    {
        if (encoding != ParquetEncoding.DeltaByteArray) return base.Other(encoding, bytes, into);
        var values = new byte[into.Length][];
        _bytes.Decode(encoding, bytes, values);
        for (var at = 0; at < values.Length; at++) into[at] = BigEndian.Number(values[at]);
        return true;
    }
}

/// <summary>DECIMAL on BYTE_ARRAY.</summary>
internal sealed class DecimalDecoder(int maxPageBytes) : ValueDecoder<Int128>
{
    private readonly BytesDecoder _bytes = new(maxPageBytes);

    public override long LeastPlainBytes(long count) => count * 4;

    public override long MostPageBytes(long count) => maxPageBytes;

    public override void Plain(ReadOnlySpan<byte> bytes, Span<Int128> into)
    {
        var input = new ByteCursor(bytes);
        for (var at = 0; at < into.Length; at++) into[at] = BigEndian.Number(input.Bytes(input.Int32()));
    }

    protected override bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<Int128> into)
    {
        if (encoding is not (ParquetEncoding.DeltaLengthByteArray or ParquetEncoding.DeltaByteArray)) return false;
        var values = new byte[into.Length][];
        _bytes.Decode(encoding, bytes, values);
        for (var at = 0; at < values.Length; at++) into[at] = BigEndian.Number(values[at]);
        return true;
    }
}

internal static class BigEndian
{
    public static Int128 Number(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        Int128 value = (sbyte)bytes[0];
        for (var at = 1; at < bytes.Length; at++)
        {
            if (value > Int128.MaxValue >> 8 || value < Int128.MinValue >> 8) throw new ParquetException("a decimal of more than 128 bits");
            value = (value << 8) | bytes[at];
        }

        return value;
    }
}

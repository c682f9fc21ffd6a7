using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Trading.MarketData.Parquet;

/// <summary>Writes column chunks: a dictionary page where the encoding has one, and one data page. Keeps its buffers between chunks.</summary>
internal sealed class ChunkWriter(ParquetWriteOptions options)
{
    private readonly ByteBuffer _plain = new(1 << 12);
    private readonly ByteBuffer _page = new(1 << 12);

    /// <summary>Appends a chunk to <paramref name="file"/>.</summary>
    /// <param name="column">What to write.</param>
    /// <param name="values">Its values.</param>
    /// <param name="file">Where to.</param>
    /// <param name="offset">Place of the start of <paramref name="file"/> in the whole file.</param>
    public ColumnChunk Write(ParquetWriteColumn column, ParquetValues values, ByteBuffer file, long offset)
    {
        var chunk = new ColumnChunk { Name = column.Name, Type = column.PhysicalType, Codec = options.Codec, Values = values.Count, NullCount = 0 };
        var start = file.Length;
        if (column.Kind == ParquetKind.Text) Texts(column.Encoding, values.Texts.Span, chunk, file, offset);
        else if (column.Kind == ParquetKind.Double) Doubles(column.Encoding, values.Doubles.Span, chunk, file, offset);
        else Integers(column.Encoding, values.Integers.Span, chunk, file, offset);
        chunk.CompressedBytes = file.Length - start;
        return chunk;
    }

    private void Integers(ParquetEncoding encoding, ReadOnlySpan<long> values, ColumnChunk chunk, ByteBuffer file, long offset)
    {
        if (!values.IsEmpty)
        {
            var (minimum, maximum) = LongRange.Of(values);
            chunk.Minimum = Bytes(minimum);
            chunk.Maximum = Bytes(maximum);
        }

        if (encoding == ParquetEncoding.RleDictionary)
        {
            var indices = Indices(values, out var distinct);
            PlainIntegers(CollectionsMarshal.AsSpan(distinct));
            DictionaryPages(indices, distinct.Count, chunk, file, offset);
            return;
        }

        _plain.Clear();
        if (encoding == ParquetEncoding.DeltaBinaryPacked) DeltaBinaryPacked.Encode(values, _plain);
        else PlainIntegers(values);
        DataPage(encoding, values.Length, chunk, file, offset);
    }

    private void Doubles(ParquetEncoding encoding, ReadOnlySpan<double> values, ColumnChunk chunk, ByteBuffer file, long offset)
    {
        var bits = MemoryMarshal.Cast<double, long>(values);
        if (encoding == ParquetEncoding.RleDictionary)
        {
            var indices = Indices(bits, out var distinct);
            PlainIntegers(CollectionsMarshal.AsSpan(distinct));
            DictionaryPages(indices, distinct.Count, chunk, file, offset);
            return;
        }

        PlainIntegers(bits);
        DataPage(encoding, values.Length, chunk, file, offset);
    }

    private void Texts(ParquetEncoding encoding, ReadOnlySpan<string> values, ColumnChunk chunk, ByteBuffer file, long offset)
    {
        if (encoding == ParquetEncoding.RleDictionary)
        {
            var indices = Indices(values, out var distinct);
            PlainTexts(CollectionsMarshal.AsSpan(distinct));
            DictionaryPages(indices, distinct.Count, chunk, file, offset);
            return;
        }

        PlainTexts(values);
        DataPage(encoding, values.Length, chunk, file, offset);
    }

    private static int[] Indices<T>(ReadOnlySpan<T> values, out List<T> distinct)
        where T : notnull
    {
        var known = new Dictionary<T, int>();
        distinct = [];
        var indices = new int[values.Length];
        for (var at = 0; at < values.Length; at++)
        {
            ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(known, values[at], out var exists);
            if (!exists)
            {
                index = distinct.Count;
                distinct.Add(values[at]);
            }

            indices[at] = index;
        }

        return indices;
    }

    private void PlainIntegers(ReadOnlySpan<long> values)
    {
        _plain.Clear();
        if (BitConverter.IsLittleEndian)
        {
            _plain.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        foreach (var value in values) _plain.Write(Bytes(value));
    }

    private void PlainTexts(ReadOnlySpan<string> values)
    {
        _plain.Clear();
        foreach (var value in values)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            _plain.UInt32((uint)bytes.Length);
            _plain.Write(bytes);
        }
    }

    private void DictionaryPages(int[] indices, int distinct, ColumnChunk chunk, ByteBuffer file, long offset)
    {
        chunk.DictionaryPageOffset = offset + file.Length;
        chunk.Encodings.Add(ParquetEncoding.Plain);
        Page(new PageHeader { Type = PageType.Dictionary, Values = distinct, Encoding = ParquetEncoding.Plain }, chunk, file);
        // a width of 0 is allowed for a single value, but not every reader expects it
        var width = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(0, distinct - 1)));
        _plain.Clear();
        _plain.Write((byte)width);
        RleHybrid.Encode(indices, width, _plain);
        DataPage(ParquetEncoding.RleDictionary, indices.Length, chunk, file, offset);
    }

    private void DataPage(ParquetEncoding encoding, int values, ColumnChunk chunk, ByteBuffer file, long offset)
    {
        chunk.DataPageOffset = offset + file.Length;
        chunk.Encodings.Add(encoding);
        Page(new PageHeader { Type = options.PageVersion == 1 ? PageType.Data : PageType.DataV2, Values = values, Encoding = encoding, IsCompressed = options.Codec != ParquetCodec.Uncompressed }, chunk, file);
    }

    private void Page(PageHeader header, ColumnChunk chunk, ByteBuffer file)
    {
        _page.Clear();
        PageCompression.Compress(options.Codec, _plain.Written, _page);
        header.UncompressedBytes = _plain.Length;
        header.CompressedBytes = _page.Length;
        if (options.PageChecksums) header.Crc = Crc32.Of(_page.Written);
        var start = file.Length;
        header.Write(file);
        chunk.UncompressedBytes += file.Length - start + _plain.Length;
        file.Write(_page.Written);
    }

    private static byte[] Bytes(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}

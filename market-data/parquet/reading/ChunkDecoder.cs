using System.Buffers;

namespace Trading.MarketData.Parquet;

/// <summary>Decodes the pages of one column chunk, one after the other, into the places of its rows.</summary>
/// <param name="decoder">Knows the type.</param>
/// <param name="chunk">What the footer says.</param>
/// <param name="bytes">All pages of the chunk.</param>
/// <param name="isNullable">Whether pages have definition levels.</param>
/// <param name="isChecked">Whether a checksum over the whole chunk was right, so that those of the pages say no more.</param>
internal sealed class ChunkDecoder<T>(ValueDecoder<T> decoder, ColumnChunk chunk, ReadOnlyMemory<byte> bytes, bool isNullable, bool isChecked)
{
    private T[]? _dictionary;
    private int _nulls;

    /// <param name="into">One place per row of the chunk; rows that are null keep the default.</param>
    /// <param name="nulls">One place per row where the column is nullable, set for nulls.</param>
    /// <returns>The number of nulls.</returns>
    public int Decode(Span<T> into, Span<bool> nulls)
    {
        var done = 0;
        for (var at = 0; done < into.Length;)
        {
            if (at >= bytes.Length) throw new ParquetException($"the column's pages hold {done} of {into.Length} rows");
            var header = PageHeader.Read(bytes.Span[at..], out var length);
            at += length;
            if (header.CompressedBytes > bytes.Length - at) throw new ParquetException($"a page of {header.CompressedBytes} bytes where {bytes.Length - at} are left");
            var page = bytes.Slice(at, header.CompressedBytes);
            at += header.CompressedBytes;
            if (!isChecked && header.Crc is { } crc && Crc32.Of(page.Span) != crc) throw new ParquetException("page checksum differs");
            if (header.Type == PageType.Index) continue;
            if (header.Type == PageType.Dictionary)
            {
                Dictionary(header, page);
                continue;
            }

            if (header.Type is not (PageType.Data or PageType.DataV2)) throw new ParquetException($"a page of type {(int)header.Type}");
            if (header.Values > into.Length - done) throw new ParquetException($"the column's pages hold more than the {into.Length} rows of the row group");
            if (header.Values == 0) continue;
            var rows = into.Slice(done, header.Values);
            var nullRows = isNullable ? nulls.Slice(done, header.Values) : [];
            if (header.Type == PageType.Data) DataPage(header, page, rows, nullRows);
            else DataPageV2(header, page, rows, nullRows);
            done += header.Values;
        }

        return _nulls;
    }

    private void Dictionary(PageHeader header, ReadOnlyMemory<byte> page)
    {
        if (_dictionary is not null) throw new ParquetException("two dictionaries in one column chunk");
        if (header.Encoding is not (ParquetEncoding.Plain or ParquetEncoding.PlainDictionary)) throw new ParquetException($"a dictionary in encoding {header.Encoding}");
        using var plain = Decompressed(page, header.UncompressedBytes, chunk.Values, isCompressed: true);
        if (decoder.LeastPlainBytes(header.Values) > plain.Bytes.Length) throw new ParquetException($"a dictionary of {header.Values} values in {plain.Bytes.Length} bytes");
        _dictionary = new T[header.Values];
        decoder.Decode(ParquetEncoding.Plain, plain.Bytes.Span, _dictionary);
    }

    private void DataPage(PageHeader header, ReadOnlyMemory<byte> page, Span<T> rows, Span<bool> nullRows)
    {
        using var plain = Decompressed(page, header.UncompressedBytes, header.Values, isCompressed: true);
        var input = new ByteCursor(plain.Bytes.Span);
        var nulls = 0;
        if (isNullable)
        {
            if (header.LevelEncoding != ParquetEncoding.Rle) throw new ParquetException($"levels in encoding {header.LevelEncoding} are not supported");
            nulls = Levels(input.Bytes(input.Int32()), nullRows);
        }

        Values(header.Encoding, input.Rest, rows, nullRows, nulls);
    }

    private void DataPageV2(PageHeader header, ReadOnlyMemory<byte> page, Span<T> rows, Span<bool> nullRows)
    {
        var levels = (long)header.DefinitionBytes + header.RepetitionBytes;
        if (levels > page.Length || levels > header.UncompressedBytes) throw new ParquetException("levels larger than their page");
        var nulls = isNullable && header.DefinitionBytes > 0 ? Levels(page.Span.Slice(header.RepetitionBytes, header.DefinitionBytes), nullRows) : 0;
        if (nulls != header.Nulls) throw new ParquetException($"a page with {nulls} nulls that claims {header.Nulls}");
        if (nulls == rows.Length)
        {
            rows.Clear();
            return;
        }

        using var plain = Decompressed(page[(int)levels..], header.UncompressedBytes - (int)levels, header.Values, header.IsCompressed);
        Values(header.Encoding, plain.Bytes.Span, rows, nullRows, nulls);
    }

    /// <summary>Definition levels of a flat column: 1 for a value, 0 for null.</summary>
    private int Levels(ReadOnlySpan<byte> encoded, Span<bool> nullRows)
    {
        var levels = ArrayPool<int>.Shared.Rent(nullRows.Length);
        try
        {
            var used = levels.AsSpan(0, nullRows.Length);
            RleHybrid.Decode(encoded, 1, used);
            var nulls = 0;
            for (var at = 0; at < used.Length; at++)
            {
                // a run can state any byte as its value
                if (used[at] is not (0 or 1)) throw new ParquetException($"a definition level {used[at]}");
                nullRows[at] = used[at] == 0;
                nulls += 1 - used[at];
            }

            _nulls += nulls;
            return nulls;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(levels);
        }
    }

    private void Values(ParquetEncoding encoding, ReadOnlySpan<byte> encoded, Span<T> rows, Span<bool> nullRows, int nulls)
    {
        var present = rows[..(rows.Length - nulls)];
        if (!present.IsEmpty)
        {
            if (encoding is ParquetEncoding.PlainDictionary or ParquetEncoding.RleDictionary) FromDictionary(encoded, present);
            else decoder.Decode(encoding, encoded, present);
        }

        if (nulls > 0) Spread(rows, nullRows, present.Length);
    }

    private void FromDictionary(ReadOnlySpan<byte> encoded, Span<T> into)
    {
        if (_dictionary is null) throw new ParquetException("a page of dictionary indices without a dictionary");
        var input = new ByteCursor(encoded);
        var width = input.Byte();
        var indices = ArrayPool<int>.Shared.Rent(into.Length);
        try
        {
            var used = indices.AsSpan(0, into.Length);
            RleHybrid.Decode(input.Rest, width, used);
            var dictionary = _dictionary;
            for (var at = 0; at < used.Length; at++)
            {
                if ((uint)used[at] >= (uint)dictionary.Length) throw new ParquetException($"dictionary index {(uint)used[at]} of {dictionary.Length}");
                into[at] = dictionary[used[at]];
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(indices);
        }
    }

    /// <summary>Moves the values, dense at the start, to the rows that are not null; from the end, so that none is overwritten before it moved.</summary>
    private static void Spread(Span<T> rows, Span<bool> nullRows, int present)
    {
        for (var row = rows.Length - 1; row >= 0; row--) rows[row] = nullRows[row] ? default! : rows[--present];
    }

    private PageBytes Decompressed(ReadOnlyMemory<byte> page, int size, long values, bool isCompressed)
    {
        if (!isCompressed || chunk.Codec == ParquetCodec.Uncompressed)
        {
            if (page.Length != size) throw new ParquetException($"a page of {page.Length} bytes that claims {size}");
            return new PageBytes(page, null);
        }

        if (size > decoder.MostPageBytes(values)) throw new ParquetException($"a page of {values} values that claims {size} bytes");
        var room = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            PageCompression.Decompress(chunk.Codec, page, room.AsSpan(0, size));
            return new PageBytes(room.AsMemory(0, size), room);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(room);
            throw;
        }
    }

    /// <summary>Bytes of a page, and the array to give back.</summary>
    private readonly struct PageBytes(ReadOnlyMemory<byte> bytes, byte[]? rented) : IDisposable
    {
        public ReadOnlyMemory<byte> Bytes => bytes;

        public void Dispose()
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

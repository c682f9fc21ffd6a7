using System.Buffers.Binary;

namespace Trading.MarketData.Parquet;

/// <summary>
/// A Parquet file of any writer, opened for reading: flat columns, any number of row groups, uncompressed, snappy, gzip or brotli pages. Columns
/// are decoded when they are asked for, and only they are read. Every fault of the file is a <see cref="ParquetException"/>. Safe for concurrent use.
/// </summary>
/// <example><code>
/// using var file = ParquetFile.Open(path);
/// var close = file.Read(file.Column("close")!).ToUnits();
/// </code></example>
public sealed class ParquetFile : IDisposable
{
    private const int MagicBytes = 4;
    private const int TailBytes = 8;
    private static ReadOnlySpan<byte> Magic => "PAR1"u8;
    private static ReadOnlySpan<byte> EncryptedMagic => "PARE"u8;
    private readonly ParquetSource _source;
    private readonly ParquetLimits _limits;
    private readonly FileMetadata _metadata;
    private readonly List<ParquetColumnInfo> _columns;

    private ParquetFile(ParquetSource source, ParquetLimits limits, FileMetadata metadata, ReadOnlyMemory<byte> footer)
    {
        FooterBytes = footer;
        _source = source;
        _limits = limits;
        _metadata = metadata;
        _columns = SchemaReader.Columns(metadata.Schema);
        CheckRowGroups();
    }

    /// <summary>Rows of the file.</summary>
    public int RowCount => (int)_metadata.Rows;

    /// <summary>All columns in the file's order, also those that cannot be read.</summary>
    public IReadOnlyList<ParquetColumnInfo> Columns => _columns;

    /// <summary>The file's key-value metadata; of repeated keys all.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata => _metadata.KeyValues;

    /// <summary>Program that wrote the file, as it calls itself.</summary>
    public string CreatedBy => _metadata.CreatedBy;

    public int RowGroupCount => _metadata.RowGroups.Count;

    /// <summary>Rows of a row group.</summary>
    public int RowsOf(int rowGroup) => (int)_metadata.RowGroups[rowGroup].Rows;

    internal FileMetadata Footer => _metadata;

    /// <summary>The bytes that <see cref="Footer"/> was read from.</summary>
    internal ReadOnlyMemory<byte> FooterBytes { get; }

    /// <summary>Checksums over whole column chunks, row group by row group, where the file's metadata have them; set before columns are read.</summary>
    internal uint[]? ChunkCrcs { get; set; }

    /// <summary>Opens a file on disk; it is read piece by piece and may be larger than memory.</summary>
    /// <exception cref="ParquetException">No Parquet file, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ParquetFile Open(string path, ParquetLimits? limits = null)
    {
        var source = new DiskSource(File.OpenHandle(path));
        try
        {
            return Open(source, limits);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file in memory.</summary>
    /// <exception cref="ParquetException">No Parquet file, or a damaged one.</exception>
    public static ParquetFile Open(ReadOnlyMemory<byte> bytes, ParquetLimits? limits = null) => Open(new MemorySource(bytes), limits);

    /// <summary>The first column of a name, without regard to case; null when there is none.</summary>
    public ParquetColumnInfo? Column(string name) =>
        _columns.Find(column => column.Name == name) ?? _columns.Find(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Decodes a column of all row groups.</summary>
    /// <exception cref="ParquetException">The column is damaged or cannot be read.</exception>
    public ParquetColumn Read(ParquetColumnInfo column) => Read(column, 0, RowGroupCount);

    /// <summary>Decodes a column of one row group.</summary>
    /// <exception cref="ParquetException">The column is damaged or cannot be read.</exception>
    public ParquetColumn Read(ParquetColumnInfo column, int rowGroup) => Read(column, rowGroup, 1);

    public void Dispose() => _source.Dispose();

    /// <summary>Reads the footer from the last bytes of a file.</summary>
    /// <returns>0; or the number of bytes from the end that are needed.</returns>
    internal static int ReadFooter(ReadOnlyMemory<byte> tail, ParquetLimits limits, out FileMetadata? metadata, out ReadOnlyMemory<byte> footer)
    {
        metadata = null;
        footer = default;
        if (tail.Length < TailBytes) return TailBytes;
        var magic = tail.Span[^MagicBytes..];
        if (magic.SequenceEqual(EncryptedMagic)) throw new ParquetException("encrypted files are not supported");
        if (!magic.SequenceEqual(Magic)) throw new ParquetException("no Parquet file: it does not end with PAR1");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail.Span[^TailBytes..]);
        if (length > (uint)limits.MaxFooterBytes) throw new ParquetException($"metadata of {length} bytes");
        var needed = (int)length + TailBytes;
        if (tail.Length < needed) return needed;
        footer = tail.Slice(tail.Length - needed, (int)length);
        metadata = FileMetadataReader.Read(footer.Span);
        return 0;
    }

    /// <summary>The bytes of a column chunk.</summary>
    private ReadOnlyMemory<byte> Chunk(ColumnChunk chunk)
    {
        if (chunk.IsElsewhere) throw new ParquetException($"column '{chunk.Name}' lies in another file or is encrypted");
        var start = chunk.Start;
        if (start < MagicBytes || chunk.CompressedBytes > _source.Length - start || chunk.CompressedBytes > Array.MaxLength)
            throw new ParquetException($"column '{chunk.Name}' should lie at {start} with {chunk.CompressedBytes} bytes, in a file of {_source.Length}");
        return _source.Read(start, (int)chunk.CompressedBytes);
    }

    private static ParquetFile Open(ParquetSource source, ParquetLimits? limits)
    {
        limits ??= new ParquetLimits();
        if (source.Length < MagicBytes + TailBytes) throw new ParquetException($"no Parquet file: {source.Length} bytes");
        if (!source.Read(0, MagicBytes).Span.SequenceEqual(Magic)) throw new ParquetException("no Parquet file: it does not begin with PAR1");
        var tail = source.Read(source.Length - TailBytes, TailBytes);
        var needed = ReadFooter(tail, limits, out var metadata, out var footer);
        if (needed > 0)
        {
            if (needed > source.Length - MagicBytes) throw new ParquetException($"metadata of {needed} bytes in a file of {source.Length}");
            ReadFooter(source.Read(source.Length - needed, needed), limits, out metadata, out footer);
        }

        return new ParquetFile(source, limits, metadata ?? throw new ParquetException("no Parquet file: it has no metadata"), footer);
    }

    /// <summary>Claims are checked before anything is allocated by them.</summary>
    private void CheckRowGroups()
    {
        var most = Math.Min(_limits.MaxRows, Math.Max(_limits.FreeRows, _source.Length * _limits.MaxRowsPerByte));
        if (_metadata.Rows > Math.Min(most, Array.MaxLength)) throw new ParquetException($"{_metadata.Rows} rows in {_source.Length} bytes");
        var rows = 0L;
        foreach (var group in _metadata.RowGroups)
        {
            if (group.Rows > _metadata.Rows - rows) throw new ParquetException("the row groups have more rows than the file");
            rows += group.Rows;
            if (group.Columns.Count != _columns.Count) throw new ParquetException($"a row group of {group.Columns.Count} columns in a file of {_columns.Count}");
        }

        if (rows != _metadata.Rows) throw new ParquetException($"the row groups have {rows} of {_metadata.Rows} rows");
    }

    private ParquetColumn Read(ParquetColumnInfo column, int from, int count)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (column.Problem is { } problem) throw new ParquetException(problem);
        try
        {
            return column.PhysicalType switch
            {
                ParquetPhysicalType.Boolean => Decode(column, new BooleanDecoder(), from, count),
                ParquetPhysicalType.Int32 => Decode(column, new Int32Decoder(!column.IsUnsigned), from, count),
                ParquetPhysicalType.Int64 => Decode(column, new Int64Decoder(), from, count),
                ParquetPhysicalType.Int96 => Decode(column, new Int96Decoder(), from, count),
                ParquetPhysicalType.Float => Decode(column, new FloatDecoder(), from, count),
                ParquetPhysicalType.Double => Decode(column, new DoubleDecoder(), from, count),
                ParquetPhysicalType.ByteArray when column.Kind == ParquetKind.Decimal => Decode(column, new DecimalDecoder(_limits.MaxPageBytes), from, count),
                ParquetPhysicalType.ByteArray => Decode(column, new BytesDecoder(_limits.MaxPageBytes), from, count),
                _ when column.Kind == ParquetKind.Decimal => Decode(column, new FixedDecimalDecoder(column.Width, _limits.MaxPageBytes), from, count),
                _ => Decode(column, new FixedBytesDecoder(column.Width, _limits.MaxPageBytes), from, count),
            };
        }
        catch (ParquetException e) when (!e.Message.StartsWith("column ", StringComparison.Ordinal))
        {
            throw new ParquetException($"column '{column.Name}': {e.Message}", e);
        }
    }

    private ParquetColumn Decode<T>(ParquetColumnInfo column, ValueDecoder<T> decoder, int from, int count)
    {
        var groups = _metadata.RowGroups.GetRange(from, count);
        // chunks that overlap would let a small file ask for much work
        var bytes = groups.Sum(group => (decimal)group.Columns[column.Index].CompressedBytes);
        if (bytes > _source.Length) throw new ParquetException($"pages of {bytes} bytes in a file of {_source.Length}");
        var rows = (int)groups.Sum(group => group.Rows);
        foreach (var group in groups) CheckChunk(column, group);
        // every row is written to, or the decoder throws
        var values = rows == 0 ? [] : GC.AllocateUninitializedArray<T>(rows);
        var nulls = column.IsNullable && rows > 0 ? new bool[rows] : [];
        int done = 0, nullCount = 0;
        for (var at = 0; at < groups.Count; at++)
        {
            var take = (int)groups[at].Rows;
            if (take == 0) continue;
            var chunk = groups[at].Columns[column.Index];
            var pages = Chunk(chunk);
            if (ChunkCrcs is { } crcs && Crc32.Of(pages.Span) != crcs[((from + at) * _columns.Count) + column.Index]) throw new ParquetException($"checksum differs in row group {from + at}");
            nullCount += new ChunkDecoder<T>(decoder, chunk, pages, column.IsNullable, ChunkCrcs is not null)
                .Decode(values.AsSpan(done, take), column.IsNullable ? nulls.AsSpan(done, take) : []);
            done += take;
        }

        return new ParquetColumn(column, values, nulls, nullCount);
    }

    private static void CheckChunk(ParquetColumnInfo column, RowGroup group)
    {
        var chunk = group.Columns[column.Index];
        if (chunk.Type != column.PhysicalType) throw new ParquetException($"it is {column.PhysicalType} in the schema and {chunk.Type} in a row group");
        if (chunk.Values != group.Rows) throw new ParquetException($"{chunk.Values} values in a row group of {group.Rows} rows");
        if (!PageCompression.IsSupported(chunk.Codec)) throw PageCompression.Unsupported(chunk.Codec);
    }
}

namespace Trading.MarketData.Parquet;

/// <summary>Makes the bytes of a file, piece by piece; whoever uses it may take the bytes away between pieces.</summary>
internal sealed class ParquetFileBuilder
{
    /// <summary>Name, the word version, number: readers look for this form.</summary>
    private const string CreatedBy = "orleans-trading version 1.0.0";

    private readonly IReadOnlyList<ParquetWriteColumn> _columns;
    private readonly ParquetWriteOptions _options;
    private readonly ChunkWriter _chunks;

    public ParquetFileBuilder(IReadOnlyList<ParquetWriteColumn> columns, ParquetWriteOptions options, int capacity = 1 << 14)
    {
        if (options.PageVersion is not (1 or 2)) throw new ArgumentException($"page version {options.PageVersion}", nameof(options));
        if (columns.DistinctBy(column => column.Name).Count() != columns.Count || columns.Count == 0) throw new ArgumentException("columns need different names", nameof(columns));
        if (!PageCompression.IsSupported(options.Codec)) throw new ArgumentException($"{options.Codec} is not supported", nameof(options));
        Bytes = new ByteBuffer(capacity);
        _columns = columns;
        _options = options;
        _chunks = new ChunkWriter(options);
        Metadata.CreatedBy = CreatedBy;
        Metadata.Schema.Add(new SchemaElement { Name = "schema", Children = columns.Count });
        Metadata.Schema.AddRange(columns.Select(column => column.Element()));
        Bytes.Write("PAR1"u8);
    }

    public ByteBuffer Bytes { get; }

    public FileMetadata Metadata { get; } = new();

    /// <param name="values">The values of each column.</param>
    /// <param name="taken">Bytes taken away so far.</param>
    public void RowGroup(IReadOnlyList<ParquetValues> values, long taken)
    {
        if (values.Count != _columns.Count) throw new ArgumentException($"{values.Count} columns instead of {_columns.Count}", nameof(values));
        var rows = values[0].Count;
        var group = new RowGroup { Rows = rows, FileOffset = taken + Bytes.Length };
        for (var at = 0; at < values.Count; at++)
        {
            if (values[at].Count != rows) throw new ArgumentException($"column '{_columns[at].Name}' has {values[at].Count} rows instead of {rows}", nameof(values));
            var chunk = _chunks.Write(_columns[at], values[at], Bytes, taken);
            group.Columns.Add(chunk);
            group.TotalBytes += chunk.UncompressedBytes;
            group.CompressedBytes += chunk.CompressedBytes;
        }

        Metadata.RowGroups.Add(group);
        Metadata.Rows += rows;
    }

    /// <param name="more">Key-value pairs after those of the options.</param>
    /// <returns>Where the footer begins in the bytes not taken away.</returns>
    public int Footer(IEnumerable<KeyValuePair<string, string>> more)
    {
        Metadata.KeyValues.AddRange(_options.Metadata);
        Metadata.KeyValues.AddRange(more);
        var start = Bytes.Length;
        FileMetadataWriter.Write(Metadata, Bytes);
        Bytes.UInt32((uint)(Bytes.Length - start));
        Bytes.Write("PAR1"u8);
        return start;
    }
}

namespace Trading.MarketData.Parquet;

/// <summary>The footer of a file, as read or to be written; names as in parquet.thrift.</summary>
internal sealed class FileMetadata
{
    public List<SchemaElement> Schema { get; } = [];

    public long Rows { get; set; }

    public List<RowGroup> RowGroups { get; } = [];

    public List<KeyValuePair<string, string>> KeyValues { get; } = [];

    public string CreatedBy { get; set; } = "";

    /// <summary>Where in the footer the value of the last key-value pair ends; 0 without pairs.</summary>
    public int LastValueEnd { get; set; }
}

internal sealed class SchemaElement
{
    public string Name { get; set; } = "";

    /// <summary>Null for groups.</summary>
    public ParquetPhysicalType? Type { get; set; }

    public int TypeLength { get; set; }

    public Repetition Repetition { get; set; }

    public int Children { get; set; }

    public ConvertedType Converted { get; set; } = ConvertedType.None;

    public int Scale { get; set; }

    public int Precision { get; set; }

    public LogicalType Logical { get; set; }
}

internal enum LogicalKind
{
    None = 0,
    Text = 1,
    Map = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    Time = 7,
    Timestamp = 8,
    Integer = 10,
    Unknown = 11,
    Json = 12,
    Bson = 13,
    Uuid = 14,
    Float16 = 15,
}

/// <param name="Kind">Which; field numbers of the union.</param>
/// <param name="Scale">Of decimals.</param>
/// <param name="Precision">Of decimals.</param>
/// <param name="Unit">Of times: 1 milliseconds, 2 microseconds, 3 nanoseconds.</param>
/// <param name="IsUtc">Of times.</param>
/// <param name="IsSigned">Of integers.</param>
internal readonly record struct LogicalType(LogicalKind Kind, int Scale = 0, int Precision = 0, int Unit = 0, bool IsUtc = false, bool IsSigned = true);

internal sealed class RowGroup
{
    public List<ColumnChunk> Columns { get; } = [];

    public long Rows { get; set; }

    public long TotalBytes { get; set; }

    public long CompressedBytes { get; set; }

    public long FileOffset { get; set; }
}

internal sealed class ColumnChunk
{
    public ParquetPhysicalType Type { get; set; }

    public List<ParquetEncoding> Encodings { get; } = [];

    public string Name { get; set; } = "";

    public ParquetCodec Codec { get; set; }

    public long Values { get; set; }

    public long UncompressedBytes { get; set; }

    public long CompressedBytes { get; set; }

    public long DataPageOffset { get; set; }

    /// <summary>0 without a dictionary.</summary>
    public long DictionaryPageOffset { get; set; }

    /// <summary>Smallest value as PLAIN bytes; null when not stated.</summary>
    public byte[]? Minimum { get; set; }

    public byte[]? Maximum { get; set; }

    public long? NullCount { get; set; }

    /// <summary>Lies in another file, or is encrypted.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>First byte of the chunk: the dictionary's page, or the first data page.</summary>
    public long Start => DictionaryPageOffset > 0 && DictionaryPageOffset < DataPageOffset ? DictionaryPageOffset : DataPageOffset;
}

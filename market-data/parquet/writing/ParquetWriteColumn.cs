namespace Trading.MarketData.Parquet;

/// <summary>A column of a file to be written; never null.</summary>
/// <param name="Name">Name.</param>
/// <param name="Kind"><see cref="ParquetKind.Timestamp"/> (microseconds, UTC), <see cref="ParquetKind.Decimal"/> (at most 18 digits), <see cref="ParquetKind.Integer"/>, <see cref="ParquetKind.Double"/> or <see cref="ParquetKind.Text"/>.</param>
/// <param name="Encoding"><see cref="ParquetEncoding.Plain"/>, <see cref="ParquetEncoding.RleDictionary"/>, or for whole numbers <see cref="ParquetEncoding.DeltaBinaryPacked"/>.</param>
public sealed record ParquetWriteColumn(string Name, ParquetKind Kind, ParquetEncoding Encoding)
{
    /// <summary>Digits of a decimal, 1 to 18.</summary>
    public int Precision { get; init; } = 18;

    /// <summary>Decimal places of a decimal, 0 to <see cref="Precision"/>.</summary>
    public int Scale { get; init; } = 8;

    /// <summary>Instants: microseconds since 1970-01-01Z.</summary>
    public static ParquetWriteColumn Timestamp(string name) => new(name, ParquetKind.Timestamp, ParquetEncoding.DeltaBinaryPacked);

    /// <summary>Prices and volumes in 10⁻⁸ units: DECIMAL(18,8) on INT64.</summary>
    public static ParquetWriteColumn Units(string name) => new(name, ParquetKind.Decimal, ParquetEncoding.DeltaBinaryPacked);

    /// <summary>64-bit integers.</summary>
    public static ParquetWriteColumn Integer(string name) => new(name, ParquetKind.Integer, ParquetEncoding.DeltaBinaryPacked);

    /// <summary>64-bit binary floating point.</summary>
    public static ParquetWriteColumn Double(string name) => new(name, ParquetKind.Double, ParquetEncoding.Plain);

    /// <summary>Text, e.g. a symbol that repeats.</summary>
    public static ParquetWriteColumn Text(string name) => new(name, ParquetKind.Text, ParquetEncoding.RleDictionary);

    internal ParquetPhysicalType PhysicalType => Kind switch
    {
        ParquetKind.Double => ParquetPhysicalType.Double,
        ParquetKind.Text => ParquetPhysicalType.ByteArray,
        _ => ParquetPhysicalType.Int64,
    };

    /// <exception cref="ArgumentException">Nothing that can be written.</exception>
    internal SchemaElement Element()
    {
        var isWhole = Kind is ParquetKind.Timestamp or ParquetKind.Decimal or ParquetKind.Integer;
        if (!isWhole && Kind is not (ParquetKind.Double or ParquetKind.Text)) throw new ArgumentException($"column '{Name}': {Kind} cannot be written");
        if (Encoding is not (ParquetEncoding.Plain or ParquetEncoding.RleDictionary) && !(isWhole && Encoding == ParquetEncoding.DeltaBinaryPacked))
            throw new ArgumentException($"column '{Name}': {Kind} cannot be written in {Encoding}");
        if (Kind == ParquetKind.Decimal && (Precision is < 1 or > 18 || Scale < 0 || Scale > Precision)) throw new ArgumentException($"column '{Name}': DECIMAL({Precision},{Scale})");
        var element = new SchemaElement { Name = Name, Type = PhysicalType, Repetition = Repetition.Required };
        switch (Kind)
        {
            case ParquetKind.Timestamp:
                element.Converted = ConvertedType.TimestampMicros;
                element.Logical = new(LogicalKind.Timestamp, Unit: (int)ParquetTimeUnit.Microseconds, IsUtc: true);
                break;
            case ParquetKind.Decimal:
                element.Converted = ConvertedType.Decimal;
                element.Scale = Scale;
                element.Precision = Precision;
                element.Logical = new(LogicalKind.Decimal, Scale, Precision);
                break;
            case ParquetKind.Text:
                element.Converted = ConvertedType.Utf8;
                element.Logical = new(LogicalKind.Text);
                break;
        }

        return element;
    }
}

/// <summary>How a file is written.</summary>
public sealed record ParquetWriteOptions
{
    /// <summary>Uncompressed, snappy (default), gzip or brotli.</summary>
    public ParquetCodec Codec { get; init; } = ParquetCodec.Snappy;

    /// <summary>1 (default) or 2: the version of the data pages.</summary>
    public int PageVersion { get; init; } = 1;

    /// <summary>A CRC-32 in every page's header; default true.</summary>
    public bool PageChecksums { get; init; } = true;

    /// <summary>Key-value metadata, in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}

/// <summary>The values of one column for a row group: <c>long[]</c>, <c>double[]</c> or <c>string[]</c>.</summary>
public readonly struct ParquetValues
{
    private ParquetValues(ReadOnlyMemory<long> integers, ReadOnlyMemory<double> doubles, ReadOnlyMemory<string> texts)
    {
        Integers = integers;
        Doubles = doubles;
        Texts = texts;
    }

    internal ReadOnlyMemory<long> Integers { get; }

    internal ReadOnlyMemory<double> Doubles { get; }

    internal ReadOnlyMemory<string> Texts { get; }

    internal int Count => Math.Max(Integers.Length, Math.Max(Doubles.Length, Texts.Length));

    /// <summary>Timestamps, unscaled decimals or integers.</summary>
    public static ParquetValues Of(ReadOnlyMemory<long> values) => new(values, default, default);

    public static ParquetValues Of(ReadOnlyMemory<double> values) => new(default, values, default);

    public static ParquetValues Of(ReadOnlyMemory<string> values) => new(default, default, values);
}

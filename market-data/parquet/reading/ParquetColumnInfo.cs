namespace Trading.MarketData.Parquet;

/// <summary>What the values of a column mean.</summary>
public enum ParquetKind
{
    /// <summary>Nested or repeated, or of a type without meaning here; the column cannot be read, <see cref="ParquetColumnInfo.Problem"/> says why.</summary>
    Unsupported = 0,

    /// <summary>0 or 1.</summary>
    Boolean = 1,

    /// <summary>Whole numbers of up to 64 bits.</summary>
    Integer = 2,

    /// <summary>32-bit binary floating point.</summary>
    Float = 3,

    /// <summary>64-bit binary floating point.</summary>
    Double = 4,

    /// <summary>Decimals of up to 38 digits.</summary>
    Decimal = 5,

    /// <summary>Days since 1970-01-01.</summary>
    Date = 6,

    /// <summary>Time of day.</summary>
    Time = 7,

    /// <summary>An instant, or a local date and time.</summary>
    Timestamp = 8,

    /// <summary>UTF-8 text.</summary>
    Text = 9,

    /// <summary>Bytes without a stated meaning; some writers leave out that they are text.</summary>
    Bytes = 10,
}

/// <summary>Ticks of a time or timestamp.</summary>
public enum ParquetTimeUnit
{
    None = 0,
    Milliseconds = 1,
    Microseconds = 2,
    Nanoseconds = 3,
}

/// <summary>One column as the file's schema has it.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Name">Name; of nested columns the path with dots.</param>
/// <param name="Kind">Meaning of its values.</param>
/// <param name="PhysicalType">How they are stored.</param>
/// <param name="IsNullable">Whether it can have nulls.</param>
/// <param name="Precision">Digits of a decimal.</param>
/// <param name="Scale">Decimal places of a decimal.</param>
/// <param name="Unit">Ticks of a time or timestamp.</param>
/// <param name="IsUtc">Of timestamps: an instant (true), or a date and time of an unstated zone (false). INT96 counts as unstated.</param>
/// <param name="IsUnsigned">Of integers.</param>
public sealed record ParquetColumnInfo(
    int Index,
    string Name,
    ParquetKind Kind,
    ParquetPhysicalType PhysicalType,
    bool IsNullable,
    int Precision = 0,
    int Scale = 0,
    ParquetTimeUnit Unit = ParquetTimeUnit.None,
    bool IsUtc = false,
    bool IsUnsigned = false)
{
    /// <summary>Why the column cannot be read; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Bytes of a value of <see cref="ParquetPhysicalType.FixedLengthByteArray"/>.</summary>
    internal int Width { get; init; }
}

using System.Text;

namespace Trading.MarketData.Parquet;

/// <summary>
/// The decoded values of one column. Which of the spans holds them follows from the kind; the others are empty. Rows that are null hold 0.
/// Immutable; safe for concurrent use.
/// </summary>
public sealed class ParquetColumn
{
    private readonly long[] _integers = [];
    private readonly Int128[] _wideDecimals = [];
    private readonly float[] _floats = [];
    private readonly double[] _doubles = [];
    private readonly byte[][] _bytes = [];
    private readonly bool[] _nulls;

    internal ParquetColumn(ParquetColumnInfo info, Array values, bool[] nulls, int nullCount)
    {
        Info = info;
        Count = values.Length;
        NullCount = nullCount;
        _nulls = nullCount == 0 ? [] : nulls;
        switch (values)
        {
            case long[] integers:
                _integers = integers;
                break;
            case Int128[] decimals:
                _wideDecimals = decimals;
                break;
            case float[] floats:
                _floats = floats;
                break;
            case double[] doubles:
                _doubles = doubles;
                break;
            default:
                _bytes = (byte[][])values;
                break;
        }
    }

    public ParquetColumnInfo Info { get; }

    /// <summary>Rows, nulls included.</summary>
    public int Count { get; }

    public int NullCount { get; }

    /// <summary>True for rows that are null; empty when none is.</summary>
    public ReadOnlySpan<bool> Nulls => _nulls;

    /// <summary>Booleans, integers (unsigned 64-bit ones as the same bits), dates (days), times and timestamps (<see cref="ParquetColumnInfo.Unit"/>), and unscaled decimals stored as INT32 or INT64.</summary>
    public ReadOnlySpan<long> Integers => _integers;

    /// <summary>Unscaled decimals stored as bytes.</summary>
    public ReadOnlySpan<Int128> WideDecimals => _wideDecimals;

    public ReadOnlySpan<float> Floats => _floats;

    public ReadOnlySpan<double> Doubles => _doubles;

    internal long[] IntegerArray => _integers;

    public bool IsNull(int row) => _nulls.Length > 0 && _nulls[row];

    /// <summary>The text of a row of kind <see cref="ParquetKind.Text"/> or <see cref="ParquetKind.Bytes"/>; null for null. Bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="ParquetException">The column is neither text nor bytes.</exception>
    public string? Text(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(Bytes(row));

    /// <summary>The bytes of a row of kind <see cref="ParquetKind.Text"/> or <see cref="ParquetKind.Bytes"/>.</summary>
    /// <exception cref="ParquetException">The column is neither text nor bytes.</exception>
    public ReadOnlySpan<byte> Bytes(int row) => Info.Kind is ParquetKind.Text or ParquetKind.Bytes
        ? _bytes[row]
        : throw new ParquetException($"column '{Info.Name}' is {Info.Kind}, not text");

    /// <summary>The numbers in 10⁻⁸ units, as prices and volumes are computed with; null rows are 0.</summary>
    /// <param name="rounding">What to do with numbers of more than eight decimal places. Binary floating point counts as its shortest decimal text that reads back as the same value.</param>
    /// <exception cref="ParquetException">The column is no number; or a value does not fit: its row (from 0) and value are named.</exception>
    public long[] ToUnits(UnitRounding rounding = UnitRounding.Refuse) => ColumnConversion.Units(this, rounding);

    /// <summary>Timestamps or dates in microseconds since 1970-01-01; null rows are 0. Of timestamps that are not UTC (<see cref="ParquetColumnInfo.IsUtc"/>) these are local microseconds.</summary>
    /// <param name="rounding">What to do with nanoseconds that are no whole microseconds; <see cref="UnitRounding.HalfEven"/> rounds.</param>
    /// <exception cref="ParquetException">The column is neither timestamp nor date; or a value does not fit.</exception>
    public long[] ToMicros(UnitRounding rounding = UnitRounding.Refuse) => ColumnConversion.Micros(this, rounding);
}

/// <summary>What to do with a number that has more decimal places than there is room for.</summary>
public enum UnitRounding
{
    /// <summary>An exception: nothing is lost silently.</summary>
    Refuse = 0,

    /// <summary>To the nearest; halves to the even neighbour.</summary>
    HalfEven = 1,
}

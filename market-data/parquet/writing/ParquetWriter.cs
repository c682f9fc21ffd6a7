namespace Trading.MarketData.Parquet;

/// <summary>Writes a flat Parquet file row group by row group. Equal input gives equal bytes. Not safe for concurrent use.</summary>
/// <example><code>
/// var writer = new ParquetWriter(stream, [ParquetWriteColumn.Text("symbol"), ParquetWriteColumn.Timestamp("date"), ParquetWriteColumn.Units("close")]);
/// writer.Write([ParquetValues.Of(symbols), ParquetValues.Of(times), ParquetValues.Of(closes)]);
/// writer.Finish();
/// </code></example>
public sealed class ParquetWriter
{
    /// <summary>Rows of a row group that read well: large enough to compress, small enough to read in parallel.</summary>
    public const int GoodRowGroupRows = 131_072;

    private readonly Stream _output;
    private readonly ParquetFileBuilder _builder;
    private long _written;
    private bool _isFinished;

    /// <param name="output">Where the file goes; written in order, not closed.</param>
    /// <param name="columns">The columns, with different names.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">Nothing that can be written.</exception>
    public ParquetWriter(Stream output, IReadOnlyList<ParquetWriteColumn> columns, ParquetWriteOptions? options = null)
    {
        _output = output;
        _builder = new ParquetFileBuilder(columns, options ?? new ParquetWriteOptions());
    }

    /// <summary>Writes one row group.</summary>
    /// <param name="columns">The values of each column, all equally many.</param>
    /// <exception cref="ArgumentException">The columns are not those of the file, or differ in length.</exception>
    public void Write(IReadOnlyList<ParquetValues> columns)
    {
        ObjectDisposedException.ThrowIf(_isFinished, this);
        _builder.RowGroup(columns, _written);
        Flush();
    }

    /// <summary>Writes the end of the file, without which it cannot be read.</summary>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_isFinished, this);
        _isFinished = true;
        _builder.Footer([]);
        Flush();
        _output.Flush();
    }

    private void Flush()
    {
        _output.Write(_builder.Bytes.Written);
        _written += _builder.Bytes.Length;
        _builder.Bytes.Clear();
    }
}

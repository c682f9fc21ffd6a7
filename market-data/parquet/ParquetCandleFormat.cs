using System.Buffers.Binary;
using Trading.MarketData.Candles;
using Trading.MarketData.Store;

namespace Trading.MarketData.Parquet;

/// <summary>
/// Candles as Parquet (OHLCV-028, 042, 043): <c>date</c> as INT64 microseconds UTC; <c>open</c>, <c>high</c>, <c>low</c>, <c>close</c>, <c>volume</c> as
/// DECIMAL(18,8) on INT64, so a decoded column is the engine's column. Written with delta encoding and compressed pages. Every byte of a file
/// written here is under a checksum (<see cref="CandleFileMetadata"/>). Files of other writers are read by column name, in any numeric type
/// that converts without loss.
/// </summary>
public sealed class ParquetCandleFormat : ICandleFileFormat
{
    /// <summary>Largest value of DECIMAL(18,8): 9,999,999,999.99999999 in 10⁻⁸ units.</summary>
    public const long MaxUnits = 999_999_999_999_999_999;

    /// <summary>Where a file's end is looked at for the names of its writer: the footer of most files, also when its stated length is wrong.</summary>
    private const int EndBytes = 1 << 14;

    /// <summary>Room to begin with, so that a large file is not copied while it grows.</summary>
    private const long TypicalBytesPerCandle = 20;

    private static readonly string[] Names = ["date", "open", "high", "low", "close", "volume"];
    private static readonly CandleFields[] FieldByColumn = [CandleFields.Time, CandleFields.Open, CandleFields.High, CandleFields.Low, CandleFields.Close, CandleFields.Volume];
    private readonly ParquetLimits _limits;
    private readonly ParquetWriteOptions _options;
    private readonly ParquetWriteColumn[] _columns;

    public ParquetCandleFormat()
        : this(new ParquetLimits())
    {
    }

    public ParquetCandleFormat(ParquetLimits limits)
        : this(limits, ParquetEncoding.DeltaBinaryPacked, new ParquetWriteOptions())
    {
    }

    internal ParquetCandleFormat(ParquetLimits limits, ParquetEncoding values, ParquetWriteOptions options)
    {
        _limits = limits;
        _options = options;
        _columns = [ParquetWriteColumn.Timestamp(Names[0]), .. Names.Skip(1).Select(name => ParquetWriteColumn.Units(name) with { Encoding = values })];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Times do not rise strictly.</exception>
    /// <exception cref="CandleFileException">A price or volume has more than 18 digits.</exception>
    public byte[] Write(CandleColumns candles, PartitionInfo info)
    {
        ArgumentNullException.ThrowIfNull(candles);
        ArgumentNullException.ThrowIfNull(info);
        if (candles.FirstUnordered() is var unordered and >= 0) throw new ArgumentException($"candle {unordered} does not start after the one before it", nameof(candles));
        long[][] values = [candles.Time, candles.Open, candles.High, candles.Low, candles.Close, candles.Volume];
        for (var column = 1; column < values.Length; column++) CheckDigits(Names[column], values[column]);
        var builder = new ParquetFileBuilder(_columns, _options, (int)Math.Min(int.MaxValue / 2, 4096 + (candles.Count * TypicalBytesPerCandle)));
        builder.Metadata.CreatedBy = CandleFileMetadata.CreatedBy;
        for (var from = 0; from < candles.Count; from += ParquetWriter.GoodRowGroupRows)
        {
            var count = Math.Min(ParquetWriter.GoodRowGroupRows, candles.Count - from);
            builder.RowGroup([.. values.Select(column => ParquetValues.Of(column.AsMemory(from, count)))], 0);
        }

        var crcs = builder.Metadata.RowGroups
            .SelectMany(group => group.Columns)
            .Select(chunk => Crc32.Of(builder.Bytes.Written.Slice((int)chunk.Start, (int)chunk.CompressedBytes)))
            .ToArray();
        var footer = builder.Footer(CandleFileMetadata.Pairs(info with { Fingerprint = CandleFingerprint.Of(candles) }, crcs));
        CandleFileMetadata.Seal(builder.Bytes, builder.Metadata, footer);
        return builder.Bytes.ToArray();
    }

    /// <inheritdoc/>
    public CandleFileContent Read(ReadOnlyMemory<byte> bytes, CandleFields fields)
    {
        try
        {
            using var file = ParquetFile.Open(bytes, _limits);
            var isOurs = CandleFileMetadata.IsOurs(bytes.Span[Math.Max(0, bytes.Length - EndBytes)..]);
            if (isOurs) CheckOurs(file);
            var info = CandleFileMetadata.Info(file.Footer, isOurs);
            var columns = Columns(file, fields, isOurs);
            if (columns.FirstUnordered() is var unordered and >= 0) throw new CandleFileException($"candle {unordered} does not start after the one before it");
            if ((fields & CandleFields.All) != CandleFields.All) return new CandleFileContent(columns, info);
            var fingerprint = CandleFingerprint.Of(columns);
            if (isOurs && fingerprint != info.Fingerprint) throw new CandleFileException("the candles are not those whose fingerprint the file has");
            return new CandleFileContent(columns, info with { Fingerprint = fingerprint });
        }
        catch (ParquetException e)
        {
            throw new CandleFileException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public int ReadSummary(ReadOnlyMemory<byte> tail, out CandleFileSummary? summary)
    {
        summary = null;
        try
        {
            var needed = ParquetFile.ReadFooter(tail, _limits, out var metadata, out var footer);
            if (metadata is null) return needed;
            var isOurs = CandleFileMetadata.IsOurs(tail.Span[Math.Max(0, tail.Length - EndBytes)..]);
            if (isOurs) CandleFileMetadata.CheckFooter(metadata, footer.Span);
            var info = CandleFileMetadata.Info(metadata, isOurs);
            if (metadata.Rows > _limits.MaxRows) throw new CandleFileException($"{metadata.Rows} rows");
            var (first, last) = metadata.Rows == 0 ? (0, 0) : Times(metadata);
            summary = new CandleFileSummary((int)metadata.Rows, first, last, info);
            return 0;
        }
        catch (ParquetException e)
        {
            throw new CandleFileException(e.Message, e);
        }
    }

    private static void CheckDigits(string name, long[] values)
    {
        var (minimum, maximum) = LongRange.Of(values);
        if (values.Length == 0 || (minimum >= -MaxUnits && maximum <= MaxUnits)) return;
        throw new CandleFileException($"{name} {(maximum > MaxUnits ? maximum : minimum)}E-8 has more than 18 digits and does not fit");
    }

    private static void CheckOurs(ParquetFile file)
    {
        CandleFileMetadata.CheckFooter(file.Footer, file.FooterBytes.Span);
        var crcs = CandleFileMetadata.ChunkCrcs(file.Footer);
        if (crcs.Length != file.Columns.Count * file.RowGroupCount) throw new CandleFileException("the checksums are not those of the file's columns");
        file.ChunkCrcs = crcs;
    }

    private static CandleColumns Columns(ParquetFile file, CandleFields fields, bool isOurs)
    {
        long[]? zeros = null;
        var values = new long[Names.Length][];
        for (var at = 0; at < Names.Length; at++)
        {
            var column = file.Column(Names[at]) ?? throw new CandleFileException($"there is no column '{Names[at]}'");
            if (isOurs && (column.PhysicalType != ParquetPhysicalType.Int64 || column.IsNullable)) throw new CandleFileException($"column '{Names[at]}' is not as it was written");
            if (at > 0 && (fields & FieldByColumn[at]) == 0)
            {
                values[at] = zeros ??= new long[file.RowCount];
                continue;
            }

            var decoded = file.Read(column);
            if (decoded.NullCount > 0) throw new CandleFileException($"column '{Names[at]}' has {decoded.NullCount} nulls");
            values[at] = at == 0 ? decoded.ToMicros() : decoded.ToUnits();
        }

        return new CandleColumns(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    /// <summary>First and last time, from the statistics of the first and the last row group that has rows.</summary>
    private static (long First, long Last) Times(FileMetadata metadata)
    {
        var columns = SchemaReader.Columns(metadata.Schema);
        var column = columns.Find(column => column.Name == Names[0]) ?? throw new CandleFileException($"there is no column '{Names[0]}'");
        var groups = metadata.RowGroups.FindAll(group => group.Rows > 0);
        if (groups.Count == 0 || groups.Exists(group => group.Columns.Count != columns.Count)) throw new CandleFileException("the row groups are not those of the file");
        return (Time(column, groups[0].Columns[column.Index].Minimum), Time(column, groups[^1].Columns[column.Index].Maximum));
    }

    private static long Time(ParquetColumnInfo column, byte[]? statistic)
    {
        if (column.PhysicalType != ParquetPhysicalType.Int64 || statistic is not { Length: 8 }) throw new CandleFileException("the file has no statistics of its times");
        return new ParquetColumn(column, new[] { BinaryPrimitives.ReadInt64LittleEndian(statistic) }, [], 0).ToMicros()[0];
    }
}

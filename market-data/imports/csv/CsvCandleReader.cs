using System.IO.Compression;

namespace Trading.MarketData.Imports.Csv;

/// <summary>
/// Reads CSV files of bars of any size in blocks, with bounded memory. Prices and volumes become 10⁻⁸ units exactly (OHLCV-018, OHLCV-020), times UTC
/// (OHLCV-175) bar starts (OHLCV-023); odd but readable forms are normalised (OHLCV-173), unreadable rows counted and reported (OHLCV-174).
/// </summary>
public static class CsvCandleReader
{
    /// <summary>Bytes read at a time: small enough that a block and its columns stay in the processor's cache.</summary>
    private const int BlockBytes = 1 << 18;

    /// <summary>A longer line is none of a table of bars.</summary>
    private const int LongestLine = 1 << 16;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Opens a file; one whose name ends in <c>.gz</c> is decompressed on the way.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>The rows of <paramref name="input"/> in their order, a block at a time. What was yielded before an exception was read rightly, but is not the whole file.</summary>
    /// <param name="input">The bytes; not disposed here.</param>
    /// <param name="format">How they are to be read.</param>
    /// <param name="issues">Receives the rows that cannot be taken.</param>
    /// <param name="cancellationToken">Ends the reading between two blocks.</param>
    /// <exception cref="ImportException">The file is no table of bars, or has more unreadable rows than <paramref name="issues"/> allows.</exception>
    public static IEnumerable<ImportBatch> Read(Stream input, CsvFormat format, ImportIssues issues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(issues);
        return ReadBlocks(input, format, issues, cancellationToken);
    }

    private static IEnumerable<ImportBatch> ReadBlocks(Stream input, CsvFormat format, ImportIssues issues, CancellationToken cancellationToken)
    {
        var buffer = new byte[BlockBytes + LongestLine + CsvDecimal.Overread];
        CsvRowReader? rows = null;
        var carried = 0;
        var isFirst = true;
        var isEnd = false;
        while (!isEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var filled = carried + Fill(input, buffer.AsSpan(carried, BlockBytes), issues);
            isEnd = filled < carried + BlockBytes;
            var start = isFirst && buffer.AsSpan(0, filled).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
            isFirst = false;
            var end = isEnd ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (filled - end > LongestLine) throw new ImportException($"{issues.File} line {(rows?.Line ?? 0) + 1}: longer than {LongestLine} bytes; this is no table of bars");
            if (rows is null && !TryStart(buffer.AsSpan(start, end - start), format, issues, out rows, ref start))
            {
                if (isEnd) throw new ImportException($"{issues.File} is empty");
                throw new ImportException($"{issues.File}: {BlockBytes} bytes without a row; this is no table of bars");
            }

            // what comes behind the lines is kept away from the fast reader, which looks a few bytes too far
            var rest = buffer.AsSpan(end, filled - end).ToArray();
            buffer.AsSpan(end, Math.Min(CsvDecimal.Overread, buffer.Length - end)).Clear();
            if (end > start) yield return rows!.Read(buffer, start, end - start);
            rest.CopyTo(buffer, 0);
            carried = rest.Length;
        }
    }

    /// <summary>Finds out from the first lines how the file is written.</summary>
    private static bool TryStart(ReadOnlySpan<byte> text, CsvFormat format, ImportIssues issues, out CsvRowReader? rows, ref int start)
    {
        rows = null;
        var line = 0L;
        var at = 0;
        if (!TryNextLine(text, ref at, ref line, out var first)) return false;
        if (first.Contains((byte)0)) throw new ImportException($"{issues.File} is no text");
        var layout = CsvLayout.Make(issues.File, first, format);
        var (dataStart, dataLine) = layout.HasHeader ? (at, line) : (0, 0L);
        var sample = first;
        var hasRow = !layout.HasHeader || TryNextLine(text, ref at, ref line, out sample);
        var timeFormat = format.TimeFormat;
        if (timeFormat == CsvTimeFormat.Detect) timeFormat = hasRow ? DetectTime(sample, layout, issues, line) : CsvTimeFormat.Iso;
        rows = new CsvRowReader(layout, new CsvTimeReader(timeFormat, format), format, issues) { Line = dataLine };
        start += dataStart;
        return true;
    }

    private static CsvTimeFormat DetectTime(ReadOnlySpan<byte> line, CsvLayout layout, ImportIssues issues, long number)
    {
        var at = layout.IndexOf(layout.HasDate ? CsvColumn.Date : CsvColumn.Time);
        var cells = CsvLine.Split(line, layout.Delimiter);
        var cell = cells is not null && at < cells.Count ? cells[at] : [];
        return CsvTimeReader.Detect(cell)
            ?? throw new ImportException($"{issues.File} line {number}: '{ImportIssues.Show(cell)}' is no time of a known form (ISO, yyyyMMdd HH:mm, seconds, milliseconds, microseconds or nanoseconds since 1970); say --time-format");
    }

    private static bool TryNextLine(ReadOnlySpan<byte> text, ref int at, ref long number, out ReadOnlySpan<byte> line)
    {
        line = [];
        while (at < text.Length)
        {
            var rest = text[at..];
            var length = rest.IndexOf((byte)'\n');
            line = (length < 0 ? rest : rest[..length]).TrimEnd((byte)'\r');
            at += length < 0 ? rest.Length : length + 1;
            number++;
            if (line.ContainsAnyExcept(" \t"u8)) return true;
        }

        return false;
    }

    private static int Fill(Stream input, Span<byte> space, ImportIssues issues)
    {
        try
        {
            return input.ReadAtLeast(space, space.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException problem)
        {
            throw new ImportException($"{issues.File} is no readable gzip file: {problem.Message}", problem);
        }
    }
}

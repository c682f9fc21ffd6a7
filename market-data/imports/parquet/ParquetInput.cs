using NodaTime;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports.Csv;
using Trading.MarketData.Parquet;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Imports.Parquet;

/// <summary>
/// Reads Parquet files of other tools, a row group at a time, with the column mapping of CSV files. Binary floating point counts as its shortest decimal
/// text; timestamps without a zone, and whole numbers since 1970, are read as CSV cells are.
/// </summary>
public sealed class ParquetInput
{
    private const long MinuteMicros = 60_000_000;
    private readonly ParquetFile _file;
    private readonly CsvFormat _format;
    private readonly ImportIssues _issues;
    private readonly CsvLayout _layout;
    private readonly ZoneClock _clock;
    private readonly UnitRounding _rounding;
    private CsvTimeReader? _texts;

    private ParquetInput(ParquetFile file, CsvFormat format, ImportIssues issues)
    {
        (_file, _format, _issues) = (file, format, issues);
        _layout = CsvLayout.OfNames(issues.File, [.. file.Columns.Select(column => column.Name)], format);
        _clock = new ZoneClock(format.Zone);
        _rounding = format.Round ? UnitRounding.HalfEven : UnitRounding.Refuse;
    }

    /// <summary>All rows, a row group at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Columns, zone, labels, rounding.</param>
    /// <param name="issues">Receives the rows that cannot be taken.</param>
    /// <param name="cancellationToken">Ends the reading between two row groups.</param>
    /// <exception cref="ImportException">No readable Parquet file, columns missing, or more unreadable rows than <paramref name="issues"/> allows.</exception>
    public static IEnumerable<ImportBatch> Read(string path, CsvFormat format, ImportIssues issues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(issues);
        using var file = Named(issues, () => ParquetFile.Open(path));
        var input = new ParquetInput(file, format, issues);
        var row = 1L;
        for (var group = 0; group < file.RowGroupCount; group++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var number = group;
            var first = row;
            yield return Named(issues, () => input.ReadGroup(number, first));
            row += file.RowsOf(group);
        }
    }

    private static T Named<T>(ImportIssues issues, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ParquetException problem)
        {
            throw new ImportException($"{issues.File}: {problem.Message.ReplaceLineEndings(" ")}", problem);
        }
    }

    private ImportBatch ReadGroup(int group, long firstRow)
    {
        var (candles, nulls) = ReadNumbers(group);
        var (time, results) = ReadTimes(group);
        var symbols = _layout.HasSymbol ? Column(group, CsvColumn.Symbol) : null;
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = new CandleColumns(candles.Count);
        var kept = symbols is null ? null : new List<string>(candles.Count);
        var count = 0;
        for (var row = 0; row < candles.Count; row++)
        {
            if (!IsSound(candles, nulls, time, results, row, firstRow)) continue;
            if (symbols?.Text(row) is { } symbol)
            {
                if (!names.TryGetValue(symbol, out var known)) names[symbol] = known = symbol;
                kept!.Add(known);
            }
            else if (symbols is not null)
            {
                _issues.Add(firstRow + row, "symbol", [], "a symbol");
                continue;
            }

            rows.Time[count] = time[row];
            (rows.Open[count], rows.High[count], rows.Low[count], rows.Close[count], rows.Volume[count]) = (candles.Open[row], candles.High[row], candles.Low[row], candles.Close[row], candles.Volume[row]);
            count++;
        }

        return new ImportBatch(rows.Slice(0, count), kept?.ToArray());
    }

    private (CandleColumns Candles, bool[] Nulls) ReadNumbers(int group)
    {
        var nulls = new bool[_file.RowsOf(group)];
        var values = new long[5][];
        for (var column = CsvColumn.Open; column <= CsvColumn.Volume; column++)
        {
            if (_layout.IndexOf(column) < 0)
            {
                values[(int)column] = new long[nulls.Length];
                continue;
            }

            var decoded = Column(group, column);
            for (var row = 0; row < decoded.Nulls.Length; row++) nulls[row] |= decoded.Nulls[row];
            values[(int)column] = decoded.ToUnits(_rounding);
        }

        return (new CandleColumns(new long[nulls.Length], values[0], values[1], values[2], values[3], values[4]), nulls);
    }

    private ParquetColumn Column(int group, CsvColumn column) => _file.Read(_file.Columns[_layout.IndexOf(column)], group);

    private bool IsSound(CandleColumns candles, bool[] nulls, long[] time, TimeResult[]? results, int row, long firstRow)
    {
        var rule = nulls[row] ? "a row without nulls"
            : results is not null && results[row] == TimeResult.Malformed ? _texts?.Rule ?? "a time"
            : results is not null && results[row] == TimeResult.Missing ? $"a time that exists in {_clock.Id}: clocks went forward over this one"
            : time[row] % MinuteMicros != 0 ? "a time on a whole minute"
            : candles.Open[row] > CsvDecimal.Largest || candles.High[row] > CsvDecimal.Largest || candles.Volume[row] > CsvDecimal.Largest ? CsvDecimal.SizeRule
            : CandleChecks.Problem(candles, row) is { } problem ? $"a sound bar: {problem}"
            : null;
        if (rule is not null)
        {
            _issues.Add(firstRow + row, "row", [], rule);
            return false;
        }

        if (results is not null && results[row] == TimeResult.Ambiguous) _issues.AmbiguousTimes++;
        if (_format is { Labels: BarLabels.Close, Daily: false }) time[row] -= MinuteMicros;
        return true;
    }

    /// <summary>Instants of intraday bars, dates of daily ones.</summary>
    private (long[] Time, TimeResult[]? Results) ReadTimes(int group)
    {
        var column = Column(group, _layout.HasDate ? CsvColumn.Date : CsvColumn.Time);
        if (_layout.HasDate) return FromTexts(column, Column(group, CsvColumn.TimeOfDay));
        return column.Info.Kind switch
        {
            ParquetKind.Timestamp or ParquetKind.Date => FromTimestamps(column),
            ParquetKind.Integer => FromEpoch(column),
            ParquetKind.Text or ParquetKind.Bytes => FromTexts(column, null),
            _ => throw new ParquetException($"column '{column.Info.Name}' is {column.Info.Kind}, not a time"),
        };
    }

    private (long[], TimeResult[]?) FromTimestamps(ParquetColumn column)
    {
        var micros = column.ToMicros(_rounding).ToArray();
        var isUtc = column.Info is { Kind: ParquetKind.Timestamp, IsUtc: true };
        if (_format.Daily)
        {
            for (var row = 0; row < micros.Length; row++)
            {
                var local = isUtc ? _clock.ToLocal(micros[row]) : micros[row];
                if (_format.Labels == BarLabels.Close && column.Info.Kind != ParquetKind.Date) local--;
                micros[row] = local - (((local % CsvDate.Day) + CsvDate.Day) % CsvDate.Day);
            }

            return (micros, Nulls(column));
        }

        if (isUtc || _format.Zone == DateTimeZone.Utc) return (micros, Nulls(column));
        var results = new TimeResult[micros.Length];
        for (var row = 0; row < micros.Length; row++)
        {
            results[row] = column.IsNull(row) ? TimeResult.Malformed : _clock.ToUtc(micros[row], out micros[row]) switch
            {
                ZoneResult.Unique => TimeResult.Read,
                ZoneResult.Ambiguous => TimeResult.Ambiguous,
                _ => TimeResult.Missing,
            };
        }

        return (micros, results);
    }

    private static TimeResult[]? Nulls(ParquetColumn column)
    {
        if (column.NullCount == 0) return null;
        var results = new TimeResult[column.Count];
        for (var row = 0; row < results.Length; row++) results[row] = column.IsNull(row) ? TimeResult.Malformed : TimeResult.Read;
        return results;
    }

    private (long[], TimeResult[]?) FromEpoch(ParquetColumn column)
    {
        var texts = new string?[column.Count];
        for (var row = 0; row < texts.Length; row++) texts[row] = column.IsNull(row) ? null : column.Integers[row].ToString(System.Globalization.CultureInfo.InvariantCulture);
        return FromTexts(row => texts[row], null, texts.Length);
    }

    private (long[], TimeResult[]?) FromTexts(ParquetColumn column, ParquetColumn? timeOfDay) =>
        FromTexts(column.Text, timeOfDay is null ? null : timeOfDay.Text, column.Count);

    private (long[], TimeResult[]?) FromTexts(Func<int, string?> text, Func<int, string?>? timeOfDay, int count)
    {
        var time = new long[count];
        var results = new TimeResult[count];
        for (var row = 0; row < count; row++)
        {
            var cell = System.Text.Encoding.UTF8.GetBytes(text(row) ?? "");
            _texts ??= new CsvTimeReader(_format.TimeFormat != CsvTimeFormat.Detect ? _format.TimeFormat : CsvTimeReader.Detect(cell) ?? throw new ParquetException($"'{ImportIssues.Show(cell)}' is no time of a known form"), _format);
            results[row] = timeOfDay is null ? _texts.Read(cell, out time[row]) : _texts.Read(cell, System.Text.Encoding.UTF8.GetBytes(timeOfDay(row) ?? ""), out time[row]);
        }

        return (time, results);
    }
}

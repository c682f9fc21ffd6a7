using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Imports.Csv;

/// <summary>
/// Reads whole lines into columns. Nearly every row goes through <see cref="TryReadFast"/>, which reads it once from left to right with no look at
/// where its cells end; a row that is unusual in any way, and every wrong one, goes through <see cref="ReadSlowly"/>, which decides what it is.
/// </summary>
internal sealed class CsvRowReader
{
    private const int Values = 6;
    private const long MinuteMicros = 60_000_000;
    private readonly CsvLayout _layout;
    private readonly CsvColumn[] _cells;
    private readonly CsvTimeReader _time;
    private readonly CsvFormat _format;
    private readonly ImportIssues _issues;
    private readonly bool _fast;
    private readonly long _labelShift;
    private readonly Dictionary<string, string> _symbols = new(StringComparer.Ordinal);
    private byte[] _symbolBytes = [];
    private string _symbol = "";

    public CsvRowReader(CsvLayout layout, CsvTimeReader time, CsvFormat format, ImportIssues issues)
    {
        (_layout, _cells, _time, _format, _issues) = (layout, layout.Cells, time, format, issues);
        _fast = !layout.HasDate && !format.Daily;
        _labelShift = format is { Labels: BarLabels.Close, Daily: false } ? MinuteMicros : 0;
    }

    /// <summary>Number of the last line read.</summary>
    public long Line { get; set; }

    /// <summary>Reads <paramref name="length"/> bytes of whole lines; <see cref="CsvDecimal.Overread"/> bytes behind them must be there and zero.</summary>
    public ImportBatch Read(byte[] buffer, int start, int length)
    {
        var lines = buffer.AsSpan(start, length).Count((byte)'\n') + (length > 0 && buffer[start + length - 1] != '\n' ? 1 : 0);
        long[][] columns = [New(lines), New(lines), New(lines), New(lines), New(lines), New(lines)];
        var symbols = _layout.HasSymbol ? new string[lines] : null;
        ref var text = ref MemoryMarshal.GetArrayDataReference(buffer);
        Span<long> row = stackalloc long[Values];
        row.Clear();
        nint at = start;
        nint end = start + length;
        var count = 0;
        while (at < end)
        {
            Line++;
            var from = at;
            if (!(_fast && TryReadFast(ref text, ref at, row, out var isRow)))
            {
                at = from;
                isRow = ReadSlowly(TakeLine(buffer, ref at, end), row);
            }

            if (!isRow) continue;
            columns[0][count] = row[(int)CsvColumn.Time];
            columns[1][count] = row[(int)CsvColumn.Open];
            columns[2][count] = row[(int)CsvColumn.High];
            columns[3][count] = row[(int)CsvColumn.Low];
            columns[4][count] = row[(int)CsvColumn.Close];
            columns[5][count] = row[(int)CsvColumn.Volume];
            if (symbols is not null) symbols[count] = _symbol;
            count++;
        }

        var candles = new CandleColumns(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]).Slice(0, count);
        return new ImportBatch(candles, symbols?.AsSpan(0, count).ToArray());
    }

    private static long[] New(int count) => GC.AllocateUninitializedArray<long>(count);

    /// <summary>The line at <paramref name="at"/> without its end.</summary>
    private static ReadOnlySpan<byte> TakeLine(byte[] buffer, ref nint at, nint end)
    {
        var rest = buffer.AsSpan((int)at, (int)(end - at));
        var length = rest.IndexOf((byte)'\n');
        at += length < 0 ? rest.Length : length + 1;
        return (length < 0 ? rest : rest[..length]).TrimEnd((byte)'\r');
    }

    /// <summary>Reads a row that is usual in everything. False says nothing about the row; <paramref name="at"/> and <paramref name="row"/> are then spoilt.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadFast(ref byte text, ref nint at, Span<long> row, out bool isRow)
    {
        var cells = _cells;
        var delimiter = _layout.Delimiter;
        isRow = false;
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var column = cells[cell];
            long value;
            if (column <= CsvColumn.Volume)
            {
                if (!CsvDecimal.TryReadFast(ref text, ref at, out value)) return false;
                row[(int)column] = value;
            }
            else if (column == CsvColumn.Time)
            {
                if (!_time.TryReadFast(ref text, ref at, out value)) return false;
                row[(int)column] = value - _labelShift;
            }
            else if (!TryPass(ref text, ref at, column == CsvColumn.Symbol))
            {
                return false;
            }

            if (cell + 1 < cells.Length)
            {
                if (Unsafe.Add(ref text, at) != delimiter) return false;
                at++;
            }
        }

        if (Unsafe.Add(ref text, at) == '\r') at++;
        if (Unsafe.Add(ref text, at) != '\n') return false;
        at++;
        isRow = IsSound(row);
        return isRow;
    }

    /// <summary>Passes over a cell that is not read, or takes it as the symbol.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPass(ref byte text, ref nint at, bool isSymbol)
    {
        // a zero ends the padding behind the block; one inside a cell sends the row the slow way
        const int longest = 256;
        var delimiter = _layout.Delimiter;
        var length = 0;
        byte each;
        while ((each = Unsafe.Add(ref text, at + length)) != delimiter && each != '\n' && each != '\r')
        {
            if (each is 0 or (byte)'"' || ++length > longest) return false;
        }

        if (isSymbol && !TryTakeSymbol(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref text, at), length))) return false;
        at += length;
        return true;
    }

    private static bool IsSound(ReadOnlySpan<long> row)
    {
        long open = row[(int)CsvColumn.Open], high = row[(int)CsvColumn.High], low = row[(int)CsvColumn.Low], close = row[(int)CsvColumn.Close];
        return low > 0 & low <= open & low <= close & high >= open & high >= close & row[(int)CsvColumn.Time] % MinuteMicros == 0;
    }

    private bool TryTakeSymbol(ReadOnlySpan<byte> cell)
    {
        if (cell.SequenceEqual(_symbolBytes)) return _symbol.Length > 0;
        const int longest = 64, most = 100_000;
        if (cell.Length is 0 or > longest) return false;
        var name = Encoding.UTF8.GetString(cell);
        if (!_symbols.TryGetValue(name, out var known))
        {
            if (_symbols.Count >= most) throw new ImportException($"{_issues.File} line {Line}: more than {most} symbols in one file");
            _symbols[name] = known = name;
        }

        _symbolBytes = cell.ToArray();
        _symbol = known;
        return true;
    }

    /// <returns>True when the row could be read; a wrong one is counted.</returns>
    private bool ReadSlowly(ReadOnlySpan<byte> line, Span<long> row)
    {
        if (!line.ContainsAnyExcept(" \t\r"u8)) return false;
        var cells = CsvLine.Split(line, _layout.Delimiter);
        if (cells is null) return Fail("row", line, "cells whose quotes are closed");
        if (cells.Count != _cells.Length) return Fail("row", line, $"a row of {_cells.Length} cells, this one has {cells.Count}");
        for (var column = CsvColumn.Open; column <= CsvColumn.Volume; column++)
        {
            if (!TryReadNumber(cells, column, row)) return false;
        }

        if (!TryReadTime(cells, row)) return false;
        var symbol = _layout.IndexOf(CsvColumn.Symbol);
        if (symbol >= 0 && !TryTakeSymbol(cells[symbol])) return Fail("symbol", cells[symbol], "a symbol of 1 to 64 characters");
        return CheckBar(cells, row);
    }

    private bool TryReadNumber(List<byte[]> cells, CsvColumn column, Span<long> row)
    {
        var at = _layout.IndexOf(column);
        row[(int)column] = 0;
        if (at < 0) return true;
        var result = CsvDecimal.Read(cells[at], _format.Round, out row[(int)column]);
        if (result == DecimalResult.Rounded) _issues.Rounded++;
        if (result is DecimalResult.Exact or DecimalResult.Rounded) return true;
        return Fail(Name(column), cells[at], result switch
        {
            DecimalResult.TooLarge => CsvDecimal.SizeRule,
            DecimalResult.TooManyPlaces => CsvDecimal.PlacesRule,
            _ => CsvDecimal.Rule,
        });
    }

    private bool TryReadTime(List<byte[]> cells, Span<long> row)
    {
        var at = _layout.IndexOf(_layout.HasDate ? CsvColumn.Date : CsvColumn.Time);
        var result = _layout.HasDate
            ? _time.Read(cells[at], cells[_layout.IndexOf(CsvColumn.TimeOfDay)], out var time)
            : _time.Read(cells[at], out time);
        if (result == TimeResult.Malformed) return Fail("time", cells[at], _time.Rule);
        if (result == TimeResult.Missing) return Fail("time", cells[at], _time.MissingRule);
        if (time % MinuteMicros != 0) return Fail("time", cells[at], "on a whole minute");
        if (result == TimeResult.Ambiguous) _issues.AmbiguousTimes++;
        row[(int)CsvColumn.Time] = time - _labelShift;
        return true;
    }

    /// <summary>OHLCV-021, OHLCV-022.</summary>
    private bool CheckBar(List<byte[]> cells, ReadOnlySpan<long> row)
    {
        long open = row[(int)CsvColumn.Open], high = row[(int)CsvColumn.High], low = row[(int)CsvColumn.Low], close = row[(int)CsvColumn.Close];
        for (var column = CsvColumn.Open; column <= CsvColumn.Close; column++)
        {
            if (row[(int)column] <= 0) return Refuse(column, "a price above 0");
        }

        if (row[(int)CsvColumn.Volume] < 0) return Refuse(CsvColumn.Volume, "a volume not below 0");
        if (low > high) return Refuse(CsvColumn.Low, "at most the high of the bar");
        if (high < open || high < close) return Refuse(CsvColumn.High, "at least the open and the close of the bar");
        return (low <= open && low <= close) || Refuse(CsvColumn.Low, "at most the open and the close of the bar");

        bool Refuse(CsvColumn column, string rule) => Fail(Name(column), cells[_layout.IndexOf(column)], rule);
    }

    private static string Name(CsvColumn column) => column switch
    {
        CsvColumn.Open => "open",
        CsvColumn.High => "high",
        CsvColumn.Low => "low",
        CsvColumn.Close => "close",
        _ => "volume",
    };

    private bool Fail(string column, ReadOnlySpan<byte> value, string rule)
    {
        _issues.Add(Line, column, value, rule);
        return false;
    }
}

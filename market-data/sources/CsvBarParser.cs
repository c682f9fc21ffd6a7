using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Trading.MarketData.Sources;

/// <summary>
/// Parses the bytes of a bar file straight into columns: <c>timestamp_utc,open,high,low,close,volume</c>, one bar a line, open times in UTC
/// on whole bars and strictly ascending, plain decimals with at most 8 places, which become 10⁻⁸ units exactly.
/// </summary>
/// <remarks>A byte order mark, CRLF and a last line without line end are tolerated; everything else that breaks the format is refused.</remarks>
internal ref struct CsvBarParser
{
    /// <summary>Digits before the point that a price or volume can have at most.</summary>
    private const int MaxIntegerDigits = 11;

    private const int MaxPlaces = 8;
    private const string DecimalRule = "a decimal from 0 to 92233720368.54775807 with at most 8 places, without sign, exponent or spaces";
    private static readonly string[] ColumnNames = ["timestamp_utc", "open", "high", "low", "close", "volume"];

    private readonly ReadOnlySpan<byte> _text;
    private readonly string _file;
    private readonly long _barMicros;
    private CsvTimestamp _timestamp;
    private int _at;
    private int _rowStart;
    private int _row;

    private CsvBarParser(ReadOnlySpan<byte> text, string file, long barMicros)
    {
        _text = text;
        _file = file;
        _barMicros = barMicros;
    }

    /// <summary>The header line, without its line end.</summary>
    public static ReadOnlySpan<byte> Header => "timestamp_utc,open,high,low,close,volume"u8;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<ulong> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <param name="text">The whole file.</param>
    /// <param name="file">Name for error messages.</param>
    /// <param name="barMicros">Length of a bar in microseconds; open times must be multiples of it.</param>
    /// <exception cref="BarFormatException">The file breaks the format; the exception names line, column, value and what would be right.</exception>
    public static BarColumns Parse(ReadOnlySpan<byte> text, string file, long barMicros) => new CsvBarParser(text, file, barMicros).Parse();

    private BarColumns Parse()
    {
        ReadHeader();
        var rest = _text[_at..];
        var rows = rest.Count((byte)'\n') + (rest.Length > 0 && rest[^1] != '\n' ? 1 : 0);
        var columns = new BarColumns(rows);
        var previous = long.MinValue;
        for (_row = 0; _row < rows; _row++)
        {
            _rowStart = _at;
            var openTime = ReadOpenTime(previous);
            var open = ReadDecimal(1);
            var high = ReadDecimal(2);
            var low = ReadDecimal(3);
            var close = ReadDecimal(4);
            var volume = ReadDecimal(5);
            var sane = low > 0 && low <= open && low <= close && high >= open && high >= close;
            if (!sane) FailOnPrices(open, high, low, close);
            columns.OpenTime[_row] = openTime;
            columns.Open[_row] = open;
            columns.High[_row] = high;
            columns.Low[_row] = low;
            columns.Close[_row] = close;
            columns.Volume[_row] = volume;
            previous = openTime;
        }

        return columns;
    }

    private void ReadHeader()
    {
        if (_text.StartsWith(ByteOrderMark)) _at = ByteOrderMark.Length;
        _rowStart = _at;
        var end = _text[_at..].IndexOf((byte)'\n');
        var header = end < 0 ? _text[_at..] : _text.Slice(_at, end);
        _row = -1;
        if (header.EndsWith("\r"u8)) header = header[..^1];
        if (!header.SequenceEqual(Header)) throw Failure("header", header, $"the header {Encoding.ASCII.GetString(Header)}");
        _at = end < 0 ? _text.Length : _at + end + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReadOpenTime(long previous)
    {
        var known = _timestamp.TryRead(_text[_at..], out var openTime);
        var separator = _at + CsvTimestamp.Length;
        if (!known || separator >= _text.Length || _text[separator] != ',' || openTime <= previous || openTime % _barMicros != 0) FailOnTime(openTime, known, previous);
        _at = separator + 1;
        return openTime;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReadDecimal(int column)
    {
        var text = _text;
        var at = _at;
        ulong value = 0;
        uint digit;
        while (at < text.Length && (digit = (uint)(text[at] - '0')) <= 9)
        {
            value = (value * 10) + digit;
            at++;
        }

        // a number of more digits may have wrapped around, but is refused for its length
        var integerDigits = at - _at;
        var places = 0;
        if (at < text.Length && text[at] == '.')
        {
            var point = at++;
            while (at < text.Length && (digit = (uint)(text[at] - '0')) <= 9)
            {
                value = (value * 10) + digit;
                at++;
            }

            places = at - point - 1;
            if (places == 0) integerDigits = 0;
        }

        if (integerDigits is 0 or > MaxIntegerDigits || places > MaxPlaces) FailOnDecimal(column);
        // at most 19 digits: below 10^19, which an unsigned 64-bit integer holds
        value *= PowersOfTen[MaxPlaces - places];
        if (value > long.MaxValue) FailOnDecimal(column);
        _at = EndOfCell(column, at);
        return (long)value;
    }

    /// <summary>Position after the separator that must follow a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int EndOfCell(int column, int at)
    {
        var text = _text;
        if (column < ColumnNames.Length - 1)
        {
            if (at >= text.Length || text[at] != ',') FailOnDecimal(IsEndOfLine(at) ? column + 1 : column);
            return at + 1;
        }

        if (at < text.Length && text[at] == '\r') at++;
        if (at < text.Length && text[at] != '\n') FailOnDecimal(column);
        return at + 1;
    }

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void FailOnTime(long openTime, bool known, long previous)
    {
        var expected = !known || Cell(0).Length != CsvTimestamp.Length ? "a UTC time like 2024-07-16T13:30:00Z"
            : CellCount() < ColumnNames.Length ? "a row of six columns"
            : openTime % _barMicros != 0 ? string.Create(CultureInfo.InvariantCulture, $"an open time that is a multiple of {_barMicros / 1_000_000} seconds")
            : openTime == previous ? "a time that no row before has"
            : "a time after that of the row before";
        throw Failure(ColumnNames[0], Cell(0), expected);
    }

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void FailOnDecimal(int column)
    {
        var cells = CellCount();
        var expected = column >= cells ? $"a value: the row has only {cells} of {ColumnNames.Length} columns" : DecimalRule;
        if (column == ColumnNames.Length - 1 && cells > ColumnNames.Length) expected = "the end of the line after six columns";
        throw Failure(ColumnNames[column], Cell(column), expected);
    }

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void FailOnPrices(long open, long high, long low, long close)
    {
        if (open == 0) throw Failure("open", Cell(1), "a price above 0");
        if (high == 0) throw Failure("high", Cell(2), "a price above 0");
        if (low == 0) throw Failure("low", Cell(3), "a price above 0");
        if (close == 0) throw Failure("close", Cell(4), "a price above 0");
        if (low > high) throw Failure("low", Cell(3), "at most the high of the bar");
        if (high < open || high < close) throw Failure("high", Cell(2), "at least the open and the close of the bar");
        throw Failure("low", Cell(3), "at most the open and the close of the bar");
    }

    private readonly bool IsEndOfLine(int at) => _text[at..] is [] or [(byte)'\n', ..] or [(byte)'\r', (byte)'\n', ..];

    private readonly ReadOnlySpan<byte> Line()
    {
        var rest = _text[_rowStart..];
        var end = rest.IndexOf((byte)'\n');
        return (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
    }

    private readonly int CellCount() => Line().Count((byte)',') + 1;

    private readonly ReadOnlySpan<byte> Cell(int column)
    {
        var rest = Line();
        for (; column > 0; column--)
        {
            var comma = rest.IndexOf((byte)',');
            if (comma < 0) return [];
            rest = rest[(comma + 1)..];
        }

        var end = rest.IndexOf((byte)',');
        return end < 0 ? rest : rest[..end];
    }

    private readonly BarFormatException Failure(string column, ReadOnlySpan<byte> value, string expected)
    {
        const int shown = 64;
        var text = Encoding.UTF8.GetString(value.Length > shown ? value[..shown] : value);
        var safe = string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character));
        return new BarFormatException(_file, _row + 2, column, value.Length > shown ? safe + "…" : safe, expected);
    }
}

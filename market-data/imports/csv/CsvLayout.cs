using System.Globalization;
using System.Text;

namespace Trading.MarketData.Imports.Csv;

/// <summary>Which cell of a row holds what: decided once per file, from its first lines and the caller's mapping.</summary>
internal sealed class CsvLayout
{
    private const int MostColumns = 256;

    private static readonly Dictionary<string, CsvColumn> KnownNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["open"] = CsvColumn.Open,
        ["o"] = CsvColumn.Open,
        ["high"] = CsvColumn.High,
        ["h"] = CsvColumn.High,
        ["low"] = CsvColumn.Low,
        ["l"] = CsvColumn.Low,
        ["close"] = CsvColumn.Close,
        ["c"] = CsvColumn.Close,
        ["volume"] = CsvColumn.Volume,
        ["vol"] = CsvColumn.Volume,
        ["v"] = CsvColumn.Volume,
        ["timestamp_utc"] = CsvColumn.Time,
        ["timestamp"] = CsvColumn.Time,
        ["datetime"] = CsvColumn.Time,
        ["date_time"] = CsvColumn.Time,
        ["open_time"] = CsvColumn.Time,
        ["window_start"] = CsvColumn.Time,
        ["t"] = CsvColumn.Time,
        ["time"] = CsvColumn.Time,
        ["date"] = CsvColumn.Date,
        ["symbol"] = CsvColumn.Symbol,
        ["ticker"] = CsvColumn.Symbol,
    };

    private CsvLayout(byte delimiter, bool hasHeader, CsvColumn[] cells)
    {
        Delimiter = delimiter;
        HasHeader = hasHeader;
        Cells = cells;
        HasVolume = Array.IndexOf(cells, CsvColumn.Volume) >= 0;
        HasDate = Array.IndexOf(cells, CsvColumn.Date) >= 0;
        HasSymbol = Array.IndexOf(cells, CsvColumn.Symbol) >= 0;
    }

    public byte Delimiter { get; }

    public bool HasHeader { get; }

    /// <summary>What each cell of a row holds; a row must have exactly as many cells.</summary>
    public CsvColumn[] Cells { get; }

    public bool HasVolume { get; }

    /// <summary>Date and time of day stand in two cells.</summary>
    public bool HasDate { get; }

    public bool HasSymbol { get; }

    public int IndexOf(CsvColumn column) => Array.IndexOf(Cells, column);

    /// <param name="file">Name for messages.</param>
    /// <param name="first">The first line that is not empty.</param>
    /// <param name="format">What the caller says.</param>
    /// <exception cref="ImportException">A column that is needed is not there.</exception>
    public static CsvLayout Make(string file, ReadOnlySpan<byte> first, CsvFormat format)
    {
        var delimiter = (byte)(format.Delimiter ?? MostOften(first));
        var cells = CsvLine.Split(first, delimiter);
        if (cells is null || cells.Count > MostColumns) throw new ImportException($"{file}: the first line '{ImportIssues.Show(first)}' cannot be split into columns");
        var names = cells.ConvertAll(cell => Encoding.UTF8.GetString(cell).Trim('<', '>', ' '));
        var hasHeader = format.HasHeader ?? (names.Exists(KnownNames.ContainsKey) || format.Columns.Values.Any(name => names.Contains(name, StringComparer.OrdinalIgnoreCase)));
        return Make(file, names, delimiter, hasHeader, format);
    }

    /// <summary>The layout of a table whose columns have names.</summary>
    /// <inheritdoc cref="Make(string, ReadOnlySpan{byte}, CsvFormat)"/>
    public static CsvLayout OfNames(string file, List<string> names, CsvFormat format) => Make(file, names, (byte)',', hasHeader: true, format);

    private static CsvLayout Make(string file, List<string> names, byte delimiter, bool hasHeader, CsvFormat format)
    {
        var cells = new CsvColumn[names.Count];
        Array.Fill(cells, CsvColumn.Ignored);
        foreach (var (column, name) in format.Columns)
        {
            if (column == CsvColumn.Volume && name.Equals("none", StringComparison.OrdinalIgnoreCase)) continue;
            var isTimeOfDay = column == CsvColumn.Time && format.Columns.ContainsKey(CsvColumn.Date);
            cells[Find(file, names, hasHeader, column, name)] = isTimeOfDay ? CsvColumn.TimeOfDay : column;
        }

        if (hasHeader) TakeKnownNames(names, cells, format);
        else if (format.Columns.Count == 0) TakeUsualOrder(file, names, cells);

        // a date without a time of day is a time: midnight
        if (Array.IndexOf(cells, CsvColumn.TimeOfDay) < 0 && Array.IndexOf(cells, CsvColumn.Time) < 0 && Array.IndexOf(cells, CsvColumn.Date) is >= 0 and var date) cells[date] = CsvColumn.Time;
        Check(file, names, hasHeader, cells, format);
        return new CsvLayout(delimiter, hasHeader, cells);
    }

    private static int Find(string file, List<string> texts, bool hasHeader, CsvColumn column, string name)
    {
        var found = hasHeader ? texts.FindIndex(text => text.Equals(name, StringComparison.OrdinalIgnoreCase)) : -1;
        if (found < 0 && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= texts.Count) found = number - 1;
        if (found >= 0) return found;
        throw new ImportException($"{file}: no column '{name}' for {column.ToString().ToLowerInvariant()}; there are {(hasHeader ? string.Join(", ", texts) : $"{texts.Count} columns and no header")}");
    }

    private static void TakeKnownNames(List<string> texts, CsvColumn[] cells, CsvFormat format)
    {
        for (var at = 0; at < texts.Count; at++)
        {
            if (cells[at] != CsvColumn.Ignored || !KnownNames.TryGetValue(texts[at], out var column)) continue;
            if (!format.Columns.ContainsKey(column) && Array.IndexOf(cells, column) < 0) cells[at] = column;
        }

        // a time beside a date is a time of day, unless it is called something that has the date in it already
        var date = Array.IndexOf(cells, CsvColumn.Date);
        var time = Array.IndexOf(cells, CsvColumn.Time);
        if (date < 0 || time < 0) return;
        if (!format.Columns.ContainsKey(CsvColumn.Time) && texts[time].Equals("time", StringComparison.OrdinalIgnoreCase)) cells[time] = CsvColumn.TimeOfDay;
        else cells[format.Columns.ContainsKey(CsvColumn.Date) ? time : date] = CsvColumn.Ignored;
    }

    /// <summary>time, open, high, low, close, volume; or date and time of day in front.</summary>
    private static void TakeUsualOrder(string file, List<string> first, CsvColumn[] cells)
    {
        CsvColumn[] prices = [CsvColumn.Open, CsvColumn.High, CsvColumn.Low, CsvColumn.Close, CsvColumn.Volume];
        CsvColumn[] usual = cells.Length switch
        {
            6 => [CsvColumn.Time, .. prices],
            7 when CsvDate.TryReadTimeOfDay(Encoding.UTF8.GetBytes(first[1]), out _) => [CsvColumn.Date, CsvColumn.TimeOfDay, .. prices],
            _ => throw new ImportException($"{file}: {cells.Length} columns and no header; say which is which (--columns)"),
        };
        usual.CopyTo(cells, 0);
    }

    private static void Check(string file, List<string> texts, bool hasHeader, CsvColumn[] cells, CsvFormat format)
    {
        var missing = new List<string>();
        var hasDate = Array.IndexOf(cells, CsvColumn.Date) >= 0;
        if (hasDate ? Array.IndexOf(cells, CsvColumn.TimeOfDay) < 0 : Array.IndexOf(cells, CsvColumn.Time) < 0) missing.Add("time");
        foreach (var column in (CsvColumn[])[CsvColumn.Open, CsvColumn.High, CsvColumn.Low, CsvColumn.Close])
        {
            if (Array.IndexOf(cells, column) < 0) missing.Add(column.ToString().ToLowerInvariant());
        }

        var noVolume = format.Columns.TryGetValue(CsvColumn.Volume, out var name) && name.Equals("none", StringComparison.OrdinalIgnoreCase);
        if (!noVolume && Array.IndexOf(cells, CsvColumn.Volume) < 0) missing.Add("volume");
        if (missing.Count == 0) return;
        throw new ImportException($"{file}: no column for {string.Join(", ", missing)}; there are {(hasHeader ? string.Join(", ", texts) : $"{texts.Count} columns and no header")}; map them with --columns{(missing.Contains("volume") ? ", or say volume=none" : "")}");
    }

    private static char MostOften(ReadOnlySpan<byte> line)
    {
        var best = ',';
        foreach (var each in (ReadOnlySpan<char>)[';', '\t'])
        {
            if (line.Count((byte)each) > line.Count((byte)best)) best = each;
        }

        return best;
    }
}

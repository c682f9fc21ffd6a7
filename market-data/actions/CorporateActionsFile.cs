using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trading.MarketData.Instruments;

namespace Trading.MarketData.Actions;

/// <summary>Tables of corporate actions as people write them, for imports: CSV, or JSON as the store keeps it.</summary>
/// <remarks>
/// CSV has the header <c>symbol,ex_date,kind,from,to,cash</c>; a line is <c>AAPL,2020-08-31,split,1,4,</c> or <c>AAPL,2020-08-07,dividend,,,0.82</c>. JSON is an
/// object <c>{"symbol":…,"splits":[{"ex_date":…,"from":"1","to":"4"}],"dividends":[{"ex_date":…,"cash":"0.82"}]}</c>, or an array of such. Strict: one wrong value
/// refuses the whole table.
/// </remarks>
public static class CorporateActionsFile
{
    public const string Header = "symbol,ex_date,kind,from,to,cash";

    private const decimal Unit = 100_000_000m;

    /// <summary>Reads a table of any number of symbols; the answer is sorted by symbol.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="FormatException">The table is wrong; the message names file, place, value and rule.</exception>
    public static IReadOnlyList<CorporateActions> Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.TrimStart('\uFEFF');
        var first = text.TrimStart();
        var rows = first.StartsWith('{') || first.StartsWith('[') ? ParseJson(text, name) : ParseCsv(text, name);
        return [.. rows.GroupBy(row => row.Symbol, StringComparer.Ordinal).OrderBy(rowsOf => rowsOf.Key, StringComparer.Ordinal).Select(rowsOf => Table(rowsOf.Key, rowsOf, name))];
    }

    /// <summary>The two tables as one; of two actions of the same kind and ex date that of <paramref name="newer"/> counts.</summary>
    /// <exception cref="ArgumentException">They are of two symbols.</exception>
    public static CorporateActions Merge(CorporateActions older, CorporateActions newer)
    {
        ArgumentNullException.ThrowIfNull(older);
        ArgumentNullException.ThrowIfNull(newer);
        if (older.Symbol != newer.Symbol) throw new ArgumentException($"actions of {newer.Symbol} cannot be added to those of {older.Symbol}", nameof(newer));
        return new CorporateActions(older.Symbol, Join(older.Splits, newer.Splits, one => one.ExDate), Join(older.Dividends, newer.Dividends, one => one.ExDate));

        static IReadOnlyList<T> Join<T>(IReadOnlyList<T> old, IReadOnlyList<T> fresh, Func<T, DateOnly> date)
        {
            var byDate = new SortedDictionary<DateOnly, T>();
            foreach (var one in old) byDate[date(one)] = one;
            foreach (var one in fresh) byDate[date(one)] = one;
            return [.. byDate.Values];
        }
    }

    /// <summary>Units of 10⁻⁸ of a decimal above 0 with at most 8 places; null when the text is none.</summary>
    internal static long? UnitsOf(string? text)
    {
        var isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        if (!isNumber || value <= 0 || value > long.MaxValue / Unit) return null;
        var units = value * Unit;
        return units == decimal.Truncate(units) ? (long)units : null;
    }

    internal static string TextOf(long units) => (units / Unit).ToString("0.########", CultureInfo.InvariantCulture);

    internal static string TextOf(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static DateOnly? DateOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    private static CorporateActions Table(string symbol, IEnumerable<Row> rows, string name)
    {
        var splits = new SortedDictionary<DateOnly, Split>();
        var dividends = new SortedDictionary<DateOnly, Dividend>();
        foreach (var row in rows)
        {
            var isFirst = row.Kind switch
            {
                Kind.Split => splits.TryAdd(row.ExDate, new Split(row.ExDate, row.From, row.To)),
                // two dividends of one day, a regular and a special one, are one payment
                _ => dividends.TryAdd(row.ExDate, new Dividend(row.ExDate, row.Cash)) || AddTo(dividends, row),
            };
            if (!isFirst) throw new FormatException($"{name} {row.Place}: {symbol} has two splits on {TextOf(row.ExDate)}");
        }

        return new CorporateActions(symbol, [.. splits.Values], [.. dividends.Values]);
    }

    private static bool AddTo(SortedDictionary<DateOnly, Dividend> dividends, Row row)
    {
        var sum = dividends[row.ExDate].Cash + (Int128)row.Cash;
        if (sum > long.MaxValue) throw new FormatException($"the dividends of {row.Symbol} on {TextOf(row.ExDate)} are too large");
        dividends[row.ExDate] = new Dividend(row.ExDate, (long)sum);
        return true;
    }

    private static List<Row> ParseCsv(string text, string name)
    {
        var rows = new List<Row>();
        using var reader = new StringReader(text);
        var line = 1;
        if (reader.ReadLine()?.Trim() != Header) throw new FormatException($"{name} line 1: expected the header {Header}");
        while (reader.ReadLine() is { } content)
        {
            line++;
            if (string.IsNullOrWhiteSpace(content)) continue;
            var place = $"line {line}";
            var cells = Array.ConvertAll(content.Split(','), cell => cell.Trim());
            if (cells.Length != 6) throw new FormatException($"{name} {place}: expected 6 cells, found {cells.Length}");
            rows.Add(cells[2] switch
            {
                "split" when cells[5].Length == 0 => SplitRow(name, place, cells[0], cells[1], cells[3], cells[4]),
                "dividend" when cells[3].Length == 0 && cells[4].Length == 0 => DividendRow(name, place, cells[0], cells[1], cells[5]),
                "split" => throw new FormatException($"{name} {place}: a split has no cash, but here it is '{cells[5]}'"),
                "dividend" => throw new FormatException($"{name} {place}: a dividend has neither from nor to, but here they are '{cells[3]}' and '{cells[4]}'"),
                _ => throw new FormatException($"{name} {place}: kind is '{cells[2]}', but must be split or dividend"),
            });
        }

        return rows;
    }

    private static List<Row> ParseJson(string text, string name)
    {
        ActionTable[] tables;
        try
        {
            tables = text.TrimStart().StartsWith('[')
                ? JsonSerializer.Deserialize(text, ActionsJson.Default.ActionTableArray) ?? []
                : [JsonSerializer.Deserialize(text, ActionsJson.Default.ActionTable)!];
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"{name}: {wrong.Message}", wrong);
        }

        var rows = new List<Row>();
        foreach (var table in tables)
        {
            if (table?.Symbol is null) throw new FormatException($"{name}: a table without symbol");
            rows.AddRange((table.Splits ?? []).Select((one, at) => SplitRow(name, $"{table.Symbol} splits[{at}]", table.Symbol, one?.ExDate, one?.From, one?.To)));
            rows.AddRange((table.Dividends ?? []).Select((one, at) => DividendRow(name, $"{table.Symbol} dividends[{at}]", table.Symbol, one?.ExDate, one?.Cash)));
        }

        return rows;
    }

    private static Row SplitRow(string name, string place, string symbol, string? date, string? from, string? to) =>
        new(Kind.Split, Symbol(name, place, symbol), Date(name, place, date), Amount(name, place, "from", from), Amount(name, place, "to", to), 0, place);

    private static Row DividendRow(string name, string place, string symbol, string? date, string? cash) =>
        new(Kind.Dividend, Symbol(name, place, symbol), Date(name, place, date), 0, 0, Amount(name, place, "cash", cash), place);

    private static string Symbol(string name, string place, string symbol) =>
        SymbolName.IsValid(symbol, out var problem) ? symbol : throw new FormatException($"{name} {place}: symbol: {problem}");

    private static DateOnly Date(string name, string place, string? text) =>
        DateOf(text) ?? throw new FormatException($"{name} {place}: ex_date is '{Shown(text)}', but must be a date like 2020-08-31");

    private static long Amount(string name, string place, string column, string? text) =>
        UnitsOf(text) ?? throw new FormatException($"{name} {place}: {column} is '{Shown(text)}', but must be a decimal above 0 with at most 8 places");

    private static string Shown(string? text) => text is null ? "" : new string([.. text.Take(40).Select(character => char.IsControl(character) ? '?' : character)]);

    private enum Kind
    {
        Split = 0,
        Dividend = 1,
    }

    private readonly record struct Row(Kind Kind, string Symbol, DateOnly ExDate, long From, long To, long Cash, string Place);
}

/// <summary>A table as JSON, in imports and in the store.</summary>
internal sealed record ActionTable
{
    public const int CurrentSchema = 1;

    public int SchemaVersion { get; init; } = CurrentSchema;

    public string? Symbol { get; init; }

    /// <summary>Who told of the actions last.</summary>
    public string? Source { get; init; }

    /// <summary>Since when the table holds, microseconds since 1970-01-01Z.</summary>
    public long WrittenAt { get; init; }

    public ActionSplit[]? Splits { get; init; }

    public ActionDividend[]? Dividends { get; init; }
}

internal sealed record ActionSplit(string? ExDate, string? From, string? To);

internal sealed record ActionDividend(string? ExDate, string? Cash);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ActionTable))]
[JsonSerializable(typeof(ActionTable[]))]
internal sealed partial class ActionsJson : JsonSerializerContext;

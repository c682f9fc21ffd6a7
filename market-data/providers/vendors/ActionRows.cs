using System.Text.Json;
using Trading.MarketData.Actions;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>Collects splits and dividends of one answer: those out of range go silently, unreadable ones with a reason, dividends of one day are added up.</summary>
internal sealed class ActionRows(DateOnly first, DateOnly last)
{
    private const int MaxReasons = 100;
    private const long One = 100_000_000;
    private readonly SortedDictionary<DateOnly, Split> _splits = [];
    private readonly SortedDictionary<DateOnly, Dividend> _dividends = [];
    private readonly List<string> _reasons = [];

    public static ActionRows Empty => new(DateOnly.MinValue, DateOnly.MinValue);

    public void Drop(string reason)
    {
        if (_reasons.Count < MaxReasons) _reasons.Add(reason);
    }

    public void AddSplit(DateOnly date, long from, long to)
    {
        if (date < first || date > last || from == to) return;
        if (from <= 0 || to <= 0) Drop($"{date:yyyy-MM-dd}: a split has a count that is not above 0");
        else _splits[date] = new Split(date, from, to);
    }

    /// <summary>Adds a split given as new shares per old one; <c>0.333333</c> is meant as 1 for 3.</summary>
    public void AddSplitFactor(DateOnly date, long factor)
    {
        for (var old = 1; old <= 50 && factor > 0; old++)
        {
            var now = (((Int128)factor * old) + (One / 2)) / One;
            // vendors print five or more places
            if (now < 1 || Int128.Abs(((Int128)factor * old) - (now * One)) > 1000 * old) continue;
            AddSplit(date, old * One, (long)now * One);
            return;
        }

        AddSplit(date, One, factor);
    }

    public void AddDividend(DateOnly date, long cash)
    {
        if (date < first || date > last || cash == 0) return;
        if (cash < 0) Drop($"{date:yyyy-MM-dd}: a dividend is below 0");
        else _dividends[date] = new Dividend(date, checked((_dividends.GetValueOrDefault(date)?.Cash ?? 0) + cash));
    }

    public ActionsPage ToPage(string? continuation) => new([.. _splits.Values], [.. _dividends.Values], continuation) { RowsDropped = _reasons };

    /// <summary>Reads the next object of an array into its members' texts; false at the array's end.</summary>
    public static bool TryReadObject(ref Utf8JsonReader reader, out Dictionary<string, string> members)
    {
        members = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                return true;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (reader.TokenType == JsonTokenType.String) members[name] = reader.GetString()!;
                else if (reader.TokenType == JsonTokenType.Number) members[name] = System.Text.Encoding.ASCII.GetString(reader.ValueSpan);
                reader.Skip();
            }

            return true;
        }

        return false;
    }

    public static bool TryDate(Dictionary<string, string> members, string name, out DateOnly date)
    {
        date = default;
        return members.TryGetValue(name, out var text) && VendorTime.TryDate(System.Text.Encoding.UTF8.GetBytes(text), out date);
    }

    public static bool TryUnits(Dictionary<string, string> members, string name, out long units)
    {
        units = 0;
        return members.TryGetValue(name, out var text) && DecimalUnits.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out units);
    }
}

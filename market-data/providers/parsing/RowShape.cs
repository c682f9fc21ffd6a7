using System.Text.Json;

namespace Trading.MarketData.Providers.Parsing;

/// <summary>How a vendor writes an instant.</summary>
internal enum TimeForm : byte
{
    Milliseconds = 0,
    Rfc3339 = 1,
    NewYork = 2,
}

/// <summary>Names of a candle's members in a vendor's JSON, and the form of its time. Reads rows straight from the bytes into integers.</summary>
internal sealed class RowShape(TimeForm timeForm, string time, string open, string high, string low, string close, string volume)
{
    private readonly string[] _names = [time, open, high, low, close, volume];

    /// <summary>Reads an array of candles; the reader stands on its first bracket and is left on its last.</summary>
    public void ReadArray(ref Utf8JsonReader reader, CandleRows rows)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject) ReadRow(ref reader, rows);
            else
            {
                reader.Skip();
                rows.Drop("is no object");
            }
        }
    }

    private void ReadRow(ref Utf8JsonReader reader, CandleRows rows)
    {
        Span<long> values = stackalloc long[6];
        var found = 0;
        string? problem = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Member(ref reader);
            reader.Read();
            if (member >= 0 && reader.TokenType != JsonTokenType.Null)
            {
                found |= 1 << member;
                problem ??= Value(ref reader, member, out values[member]);
            }

            reader.Skip();
        }

        for (var member = 0; member < _names.Length && problem is null; member++)
        {
            if ((found & (1 << member)) == 0) problem = $"has no {_names[member]}";
        }

        if (problem is null) rows.Add(new(values[0], values[1], values[2], values[3], values[4], values[5]));
        else rows.Drop(problem);
    }

    private int Member(ref Utf8JsonReader reader)
    {
        for (var member = 0; member < _names.Length; member++)
        {
            if (reader.ValueTextEquals(_names[member])) return member;
        }

        return -1;
    }

    // numbers may come as strings (OHLCV-173); anything longer than a number or time is none
    private string? Value(ref Utf8JsonReader reader, int member, out long value)
    {
        value = 0;
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String)) return $"{_names[member]} is no {(member == 0 ? "time" : "number")}";
        Span<byte> copy = stackalloc byte[64];
        if (reader.ValueSpan.Length > copy.Length) return $"{_names[member]} is longer than {copy.Length} characters";
        var length = reader.TokenType == JsonTokenType.String ? reader.CopyString(copy) : Copy(reader.ValueSpan, copy);
        ReadOnlySpan<byte> text = copy[..length].Trim(" "u8);
        if (member == 0) return Time(text, out value);
        return DecimalUnits.TryParse(text, out value) ? null : $"{_names[member]} is no number that fits: {Show(text)}";
    }

    private static int Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        return from.Length;
    }

    private string? Time(ReadOnlySpan<byte> text, out long micros)
    {
        string? problem = null;
        var isTime = timeForm switch
        {
            TimeForm.Milliseconds => VendorTime.TryMilliseconds(text, out micros),
            TimeForm.Rfc3339 => VendorTime.TryRfc3339(text, out micros),
            _ => VendorTime.TryNewYork(text, out micros, out problem),
        };
        return isTime ? null : $"{_names[0]} {Show(text)} {problem ?? "is no time"}";
    }

    private static string Show(ReadOnlySpan<byte> text) =>
        string.Concat("'", string.Concat(System.Text.Encoding.UTF8.GetString(text).Where(character => !char.IsControl(character))), "'");
}

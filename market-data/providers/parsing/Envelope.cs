using System.Text;
using System.Text.Json;

namespace Trading.MarketData.Providers.Parsing;

/// <summary>What kind of text a body is.</summary>
internal enum BodyForm : byte
{
    /// <summary>Whole JSON.</summary>
    Json = 0,

    /// <summary>JSON that ends in the middle.</summary>
    Truncated = 1,

    /// <summary>Something else.</summary>
    Other = 2,
}

/// <summary>The outermost level of a JSON body: enough to tell an error from data before any data are read. Reading it proves that the body is whole.</summary>
internal sealed class Envelope
{
    private readonly Dictionary<string, string> _scalars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonTokenType> _kinds = new(StringComparer.Ordinal);

    /// <summary>What the body is at its outermost level.</summary>
    public JsonTokenType Root { get; private set; }

    public bool IsObject => Root == JsonTokenType.StartObject;

    public bool IsArray => Root == JsonTokenType.StartArray;

    /// <summary>Text of a string, number, true or false of the outermost object; null when absent, null or a structure.</summary>
    public string? this[string name] => _scalars.GetValueOrDefault(name);

    /// <summary>Whether the outermost object has the member, with any value.</summary>
    public bool Has(string name) => _kinds.ContainsKey(name);

    /// <summary>What the member's value begins with; <see cref="JsonTokenType.None"/> when absent.</summary>
    public JsonTokenType KindOf(string name) => _kinds.GetValueOrDefault(name);

    /// <summary>Reads a body.</summary>
    public static BodyForm Read(ReadOnlySpan<byte> body, out Envelope envelope)
    {
        envelope = new Envelope();
        try
        {
            var reader = new Utf8JsonReader(body);
            envelope.Fill(ref reader);
            return BodyForm.Json;
        }
        catch (InvalidOperationException)
        {
            // text that is no valid UTF-8
            return BodyForm.Other;
        }
        catch (JsonException)
        {
            return IsBeginningOfJson(body) ? BodyForm.Truncated : BodyForm.Other;
        }
    }

    private void Fill(ref Utf8JsonReader reader)
    {
        reader.Read();
        Root = reader.TokenType;
        if (!IsObject) reader.Skip();
        else
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                _kinds[name] = reader.TokenType;
                if (ScalarText(ref reader) is { } text) _scalars[name] = text;
                reader.Skip();
            }
        }

        // text after the end is an error of its own
        while (reader.Read())
        {
        }
    }

    private static string? ScalarText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };

    private static bool IsBeginningOfJson(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body[0] is not ((byte)'{' or (byte)'[')) return false;
        try
        {
            var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
            while (reader.Read())
            {
            }

            // nothing wrong so far, but whole it was not either
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

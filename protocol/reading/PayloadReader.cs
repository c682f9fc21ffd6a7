using System.Text;
using System.Text.Json;
using Trading.Protocol.Text;

namespace Trading.Protocol.Reading;

/// <summary>Walks one message token by token, remembers the first fault, and always leaves the token reader at the end of the value it was asked for.</summary>
internal ref struct PayloadReader
{
    /// <summary>Longest order, batch and session id in characters.</summary>
    internal const int MaximumIdLength = 128;

    private Utf8JsonReader _json;
    private uint _sessionIdSeen;

    internal PayloadReader(ReadOnlySpan<byte> utf8, bool fractionalQuantity, int maximumDepth)
    {
        _json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maximumDepth });
        FractionalQuantity = fractionalQuantity;
    }

    /// <summary>Whether quantities may be fractions (extension <c>fractional_quantity</c>).</summary>
    internal bool FractionalQuantity { get; }

    /// <summary>The first thing found wrong.</summary>
    internal MessageFault? Fault { get; private set; }

    /// <summary><c>session_id</c> where a payload carried one.</summary>
    internal string? SessionId { get; private set; }

    internal readonly JsonTokenType Token => _json.TokenType;

    /// <summary>Offset of the current token.</summary>
    internal readonly int Offset => (int)_json.TokenStartIndex;

    /// <summary>Offset behind the current token.</summary>
    internal readonly int Consumed => (int)_json.BytesConsumed;

    internal bool Read() => _json.Read();

    /// <summary>Moves to the next property's name; false at the end of the object.</summary>
    internal bool NextProperty()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    internal readonly bool Is(scoped ReadOnlySpan<byte> name) => _json.ValueTextEquals(name);

    /// <summary>Name of the current property.</summary>
    internal readonly string Name() => _json.GetString()!;

    /// <summary>Marks a known field as seen; twice is a fault, because two readers could disagree about its value.</summary>
    internal void Once(ref uint seen, int field, string name)
    {
        var bit = 1u << field;
        if ((seen & bit) != 0) Fail(ErrorCodes.InvalidMessage, $"{name} is given twice", name);
        seen |= bit;
    }

    internal void Fail(string code, string message, string? field) => Fault ??= new MessageFault(code, message, field);

    internal void Invalid(string field, string rule) => Fail(ErrorCodes.InvalidField, $"{field}: {rule}", field);

    /// <summary>Reads the payload's <c>session_id</c>.</summary>
    internal void ReadSessionId()
    {
        Once(ref _sessionIdSeen, 0, "session_id");
        SessionId = Id("session_id");
    }

    /// <summary>Moves to the value of the current property and over it.</summary>
    internal void SkipValue()
    {
        _json.Read();
        SkipCurrent();
    }

    /// <summary>Moves to the end of the current value.</summary>
    internal void SkipCurrent()
    {
        if (_json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) _json.Skip();
    }

    /// <summary>Moves to the value; true when it is an object, which the caller then walks.</summary>
    internal bool EnterObject(string field) => Enter(JsonTokenType.StartObject, field, "an object is expected");

    /// <summary>Moves to the value; true when it is an array.</summary>
    internal bool EnterArray(string field) => Enter(JsonTokenType.StartArray, field, "a list is expected");

    /// <summary>Moves to the next element of an array; false at its end.</summary>
    internal bool NextElement()
    {
        _json.Read();
        return _json.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>The current string token; null when it is none or has no valid text.</summary>
    internal readonly string? CurrentText()
    {
        if (_json.TokenType != JsonTokenType.String) return null;
        try
        {
            return _json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A required text of printable characters.</summary>
    internal string? Id(string field, int maximum = MaximumIdLength)
    {
        _json.Read();
        return CurrentId(field, maximum);
    }

    /// <summary>The current token as an id.</summary>
    internal string? CurrentId(string field, int maximum = MaximumIdLength)
    {
        var text = CurrentText();
        if (text is not null && IsPrintable(text, maximum)) return text;
        SkipCurrent();
        Invalid(field, $"a text of 1 to {maximum} printable characters is expected");
        return null;
    }

    /// <summary>An optional text; null when absent, <c>null</c> or at fault.</summary>
    internal string? OptionalText(string field, int maximum)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return null;
        var text = CurrentText();
        if (text is not null && text.Length <= maximum) return text;
        SkipCurrent();
        Invalid(field, $"a text of at most {maximum} characters is expected");
        return null;
    }

    /// <summary>A whole number in a range; null when it is <c>null</c> or at fault.</summary>
    internal long? Whole(string field, long minimum, long maximum)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType == JsonTokenType.Number && TryWhole(out var value) && value >= minimum && value <= maximum) return value;
        SkipCurrent();
        Invalid(field, $"a whole number from {minimum} to {maximum} is expected");
        return null;
    }

    internal bool? Boolean(string field)
    {
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.True: return true;
            case JsonTokenType.False: return false;
            case JsonTokenType.Null: return null;
            default:
                SkipCurrent();
                Invalid(field, "true or false is expected");
                return null;
        }
    }

    /// <summary>An instant with an offset, in microseconds UTC.</summary>
    internal long? Instant(string field)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType != JsonTokenType.String)
        {
            SkipCurrent();
            Invalid(field, "an ISO 8601 text with a UTC offset is expected");
            return null;
        }

        var fault = InstantText.TryParse(ValueBytes(stackalloc byte[64]), out var micros);
        if (fault == InstantFault.None) return micros;
        Invalid(field, fault == InstantFault.NoOffset ? "a UTC offset (Z or +hh:mm) is missing" : "an ISO 8601 date and time, no finer than microseconds, is expected");
        return null;
    }

    /// <summary>One of a few texts, case-insensitively; −1 when it is <c>null</c> or at fault.</summary>
    internal int Choice(string field, scoped ReadOnlySpan<string> values)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return -1;
        var index = CurrentChoice(values);
        if (index >= 0) return index;
        SkipCurrent();
        Invalid(field, $"one of {string.Join(", ", values!)} is expected");
        return -1;
    }

    /// <summary>The current token as one of a few texts; −1 when it is none.</summary>
    internal readonly int CurrentChoice(scoped ReadOnlySpan<string> values)
    {
        if (_json.TokenType != JsonTokenType.String) return -1;
        var text = ValueBytes(stackalloc byte[64]);
        for (var i = 0; i < values.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(text, values[i])) return i;
        }

        return -1;
    }

    /// <summary>A decimal, as a text or as a number's own digits (SIM-003), in units of 10^−<paramref name="scale"/>.</summary>
    internal Int128? Decimal(string field, int scale, Int128 minimum, Int128 maximum, string range)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return null;
        var fault = CurrentDecimal(scale, out var value);
        if (fault == DecimalFault.None && value >= minimum && value <= maximum) return value;
        SkipCurrent();
        Invalid(field, fault switch
        {
            DecimalFault.Exponent => "a decimal without an exponent is expected",
            DecimalFault.TooPrecise => $"at most {scale} decimals are possible",
            DecimalFault.Malformed => "a plain decimal is expected",
            _ => $"a decimal {range} is expected",
        });
        return null;
    }

    /// <summary>The current token as a decimal.</summary>
    internal readonly DecimalFault CurrentDecimal(int scale, out Int128 value)
    {
        value = 0;
        return _json.TokenType switch
        {
            JsonTokenType.Number => DecimalText.TryParse(_json.ValueSpan, scale, out value),
            JsonTokenType.String => DecimalText.TryParse(ValueBytes(stackalloc byte[64]), scale, out value),
            _ => DecimalFault.Malformed,
        };
    }

    /// <summary>What the client wrote as the current scalar value, cut at 64 characters.</summary>
    internal readonly string CurrentWritten()
    {
        var text = _json.TokenType switch
        {
            JsonTokenType.String => CurrentText() ?? "",
            JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(_json.ValueSpan),
            JsonTokenType.Null => "null",
            _ => "",
        };
        return text.Length <= 64 ? text : text[..64];
    }

    internal static bool IsPrintable(string text, int maximum)
    {
        if (text.Length is 0 || text.Length > maximum) return false;
        foreach (var character in text)
        {
            if (char.IsControl(character) || character is '\u2028' or '\u2029' or '\ufeff') return false;
        }

        return true;
    }

    private readonly bool TryWhole(out long value)
    {
        if (_json.TryGetInt64(out value)) return true;
        return DecimalText.TryParse(_json.ValueSpan, 0, out value) == DecimalFault.None;
    }

    /// <summary>The current string without escapes; empty when it does not fit 64 bytes, which no value that is looked for does not.</summary>
    private readonly ReadOnlySpan<byte> ValueBytes(Span<byte> scratch)
    {
        if (!_json.ValueIsEscaped) return _json.ValueSpan;
        if (_json.ValueSpan.Length > scratch.Length) return default;
        try
        {
            return scratch[.._json.CopyString(scratch)].ToArray();
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    private bool Enter(JsonTokenType wanted, string field, string rule)
    {
        _json.Read();
        if (_json.TokenType == wanted) return true;
        SkipCurrent();
        Invalid(field, rule);
        return false;
    }
}

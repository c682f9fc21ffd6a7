using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Trading.Gateway.Rest.Data;

/// <summary>The fields of a JSON body, read strictly: one object, every field known, once, and of its type. An empty body has no fields.</summary>
internal sealed class BodyReader
{
    /// <summary>Longest body in bytes.</summary>
    internal const int MaximumBytes = 256 * 1024;

    private const string InvalidJson = "INVALID_JSON";

    private readonly JsonElement? _body;

    private BodyReader(JsonElement? body) => _body = body;

    /// <exception cref="RefusedException">The body is too long, not JSON, or has an unknown field.</exception>
    internal static async Task<BodyReader> ReadAsync(HttpContext http, params string[] known)
    {
        var body = await BytesAsync(http).ConfigureAwait(false);
        if (body.Length == 0) return new(null);
        if (!http.Request.HasJsonContentType()) throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "A body must come with Content-Type: application/json");
        var root = Parse(body);
        if (root.ValueKind != JsonValueKind.Object) throw Malformed("the body must be one JSON object");
        foreach (var property in root.EnumerateObject())
        {
            if (!known.Contains(property.Name)) throw RefusedException.Field422(property.Name, null, $"is no field here; there are {string.Join(", ", known)}", "UNKNOWN_FIELD");
        }

        return new(root);
    }

    /// <summary>The fields of an object inside a body, by the same rules; names in refusals begin with its own.</summary>
    /// <exception cref="RefusedException">It is no object, or has an unknown field.</exception>
    internal static BodyReader Of(string name, JsonElement value, params string[] known)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Wrong(name, value, "must be an object");
        foreach (var property in value.EnumerateObject())
        {
            if (!known.Contains(property.Name)) throw RefusedException.Field422($"{name}.{property.Name}", null, $"is no field here; there are {string.Join(", ", known)}", "UNKNOWN_FIELD");
        }

        return new(value) { Prefix = name + "." };
    }

    /// <summary>What the names of the fields begin with in refusals; empty for the body itself.</summary>
    internal string Prefix { get; private init; } = "";

    /// <summary>The value of a field; null when it is absent.</summary>
    internal JsonElement? Field(string name) => Find(name);

    /// <summary>A list of texts; null when it is absent or null.</summary>
    internal IReadOnlyList<string>? Strings(string name, int most)
    {
        if (Find(name) is not { ValueKind: not JsonValueKind.Null } field) return null;
        if (field.ValueKind != JsonValueKind.Array) throw Wrong(name, field, "must be a list of strings");
        if (field.GetArrayLength() > most) throw RefusedException.Field422(name, null, string.Create(CultureInfo.InvariantCulture, $"must have at most {most} entries"));
        var texts = new List<string>(field.GetArrayLength());
        foreach (var item in field.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String) throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{name}[{texts.Count}]"), item, "must be a string");
            texts.Add(item.GetString()!);
        }

        return texts;
    }

    /// <summary>A date in days since 1970-01-01; null when it is absent or null.</summary>
    internal int? Date(string name)
    {
        if (Find(name) is not { ValueKind: not JsonValueKind.Null } field) return null;
        return field.ValueKind == JsonValueKind.String ? DataDates.Read(name, field.GetString()) : throw Wrong(name, field, $"must be a date as {DataDates.Form}");
    }

    /// <summary>True or false; null when it is absent.</summary>
    internal bool? Boolean(string name)
    {
        if (Find(name) is not { } field) return null;
        return field.ValueKind is JsonValueKind.True or JsonValueKind.False ? field.GetBoolean() : throw Wrong(Prefix + name, field, "must be true or false");
    }

    /// <summary>A whole number within bounds; null when it is absent.</summary>
    internal int? Number(string name, int least, int most)
    {
        if (Find(name) is not { } field) return null;
        if (field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var number) && number >= least && number <= most) return number;
        throw Wrong(Prefix + name, field, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
    }

    private JsonElement? Find(string name) => _body is { } body && body.TryGetProperty(name, out var field) ? field : null;

    /// <summary>The refusal of a field that breaks its rule.</summary>
    internal static RefusedException Wrong(string name, JsonElement field, string rule) => RefusedException.Field422(name, field.GetRawText(), rule);

    private static RefusedException Malformed(string message) => new(StatusCodes.Status422UnprocessableEntity, InvalidJson, message);

    private static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span)) throw Malformed("the body is not UTF-8");
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException problem)
        {
            throw Malformed($"the body is not JSON: {problem.Message}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaximumBytes) throw TooLong();
        using var bytes = new MemoryStream();
        var part = new byte[8192];
        while (await http.Request.Body.ReadAsync(part, http.RequestAborted).ConfigureAwait(false) is > 0 and var count)
        {
            if (bytes.Length + count > MaximumBytes) throw TooLong();
            bytes.Write(part, 0, count);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static RefusedException TooLong() =>
        new(StatusCodes.Status413PayloadTooLarge, "BODY_TOO_LARGE", string.Create(CultureInfo.InvariantCulture, $"The body must have at most {MaximumBytes} bytes"));
}

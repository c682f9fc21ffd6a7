using System.Text;
using System.Text.Json;
using Trading.Protocol.Text;

namespace Trading.Protocol.Tests;

/// <summary>Compares JSON by meaning, field by field.</summary>
internal static class JsonAssert
{
    /// <summary>The only frame that was written.</summary>
    internal static JsonElement Single(JsonText json)
    {
        Assert.Equal(1, json.FrameCount);
        return Parse(json.Frame(0).Span);
    }

    internal static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        using var document = JsonDocument.ParseValue(ref reader);
        Assert.Equal(utf8.Length, (int)reader.BytesConsumed);
        return document.RootElement.Clone();
    }

    internal static JsonElement Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>Equal to the sample in all the sample shows; null fields that the sample leaves out may be there.</summary>
    internal static void MatchesSample(string sample, JsonElement actual) => Matches(Parse(sample), actual, "$");

    /// <summary>Every path of the value with list elements folded into <c>[]</c>.</summary>
    internal static IEnumerable<string> Paths(JsonElement value, string path = "")
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    yield return path + "." + property.Name;
                    foreach (var inner in Paths(property.Value, path + "." + property.Name)) yield return inner;
                }

                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                {
                    foreach (var inner in Paths(element, path + "[]")) yield return inner;
                }

                break;
            default:
                break;
        }
    }

    private static void Matches(JsonElement expected, JsonElement actual, string path)
    {
        Assert.True(expected.ValueKind == actual.ValueKind, $"{path}: {expected.ValueKind} expected, {actual.ValueKind} found");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in expected.EnumerateObject())
                {
                    Assert.True(actual.TryGetProperty(property.Name, out var found), $"{path}.{property.Name} is missing");
                    Matches(property.Value, found, path + "." + property.Name);
                }

                foreach (var property in actual.EnumerateObject())
                {
                    if (property.Name == "sequence_id" && path == "$") continue;
                    Assert.True(expected.TryGetProperty(property.Name, out _) || property.Value.ValueKind == JsonValueKind.Null, $"{path}.{property.Name} is not in the sample");
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                for (var i = 0; i < expected.GetArrayLength(); i++) Matches(expected[i], actual[i], $"{path}[{i}]");
                break;
            default:
                Assert.True(expected.GetRawText() == actual.GetRawText(), $"{path}: {expected.GetRawText()} expected, {actual.GetRawText()} found");
                break;
        }
    }
}

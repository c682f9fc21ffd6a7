using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Trading.Gateway.Rest.OpenApi;

/// <summary>A parameter as the API's description tells it.</summary>
internal sealed record ApiParameter(string Name, bool IsPath, string Description, OpenApiSchema Schema, string? Sample = null)
{
    internal static ApiParameter Path(string name, string description, string example) => new(name, true, description, new() { Type = JsonSchemaType.String }, example);

    internal static ApiParameter Date(string name, string description) => new(name, false, description, new() { Type = JsonSchemaType.String, Format = "date" }, "2024-07-16");

    internal static ApiParameter Number(string name, string description, int least, int most, int standard) => new(name, false, description, new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = least.ToString(CultureInfo.InvariantCulture),
        Maximum = most.ToString(CultureInfo.InvariantCulture),
        Default = standard,
    });

    /// <summary>One of several words, the first by default.</summary>
    internal static ApiParameter Choice(string name, string description, params IReadOnlyList<string> words) => new(name, false, description, new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. words.Select(word => (JsonNode)word)],
        Default = words[0],
    });

    internal OpenApiParameter ToOpenApi() => new()
    {
        Name = Name,
        In = IsPath ? ParameterLocation.Path : ParameterLocation.Query,
        Required = IsPath,
        Description = Description,
        Schema = Schema,
        Example = Sample is null ? null : JsonValue.Create(Sample),
    };
}

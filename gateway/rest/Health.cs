using System.Text.Json.Serialization;

namespace Trading.Gateway.Rest;

/// <summary>Answer of <c>GET /health</c>.</summary>
/// <param name="Status"><c>ok</c> or <c>stopping</c>.</param>
/// <param name="Connections">Open simulation connections.</param>
public sealed record Health(string Status, int Connections);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthContext : JsonSerializerContext;

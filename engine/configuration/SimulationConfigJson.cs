using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trading.Engine.Configuration;

/// <summary>The canonical JSON form of a configuration: property names of <see cref="SimulationConfig"/>, enumerations by name, 128-bit numbers as strings.</summary>
public static class SimulationConfigJson
{
    /// <summary>Writes every property, defaults included.</summary>
    public static string Write(SimulationConfig config) => JsonSerializer.Serialize(config, SimulationConfigContext.Default.SimulationConfig);

    /// <summary>Reads what <see cref="Write"/> wrote; absent properties take their defaults.</summary>
    /// <exception cref="JsonException">The text is not a configuration.</exception>
    public static SimulationConfig Read(string json) =>
        JsonSerializer.Deserialize(json, SimulationConfigContext.Default.SimulationConfig) ?? throw new JsonException("a configuration is an object, not null");
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SimulationConfig))]
internal sealed partial class SimulationConfigContext : JsonSerializerContext;

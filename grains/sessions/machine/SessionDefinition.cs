using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>What a session is, fixed at its creation (SIM-304).</summary>
public sealed record SessionDefinition
{
    public required string Tenant { get; init; }

    public required string SessionId { get; init; }

    /// <summary>One per loaded symbol, in the order of the request; the position is the engine's symbol number.</summary>
    public required IReadOnlyList<SymbolRange> Loaded { get; init; }

    /// <summary>SHA-256 over the bars used, one per loaded symbol. A session goes on only with the bars it began with.</summary>
    public required IReadOnlyList<string> Fingerprints { get; init; }

    /// <summary>Where the bars used come from, one per loaded symbol; null for a session of a version that did not keep it.</summary>
    public IReadOnlyList<string>? Sources { get; init; }

    public required string DataProvider { get; init; }

    public required string DataVersion { get; init; }

    public required SimulationConfig Config { get; init; }

    public required IReadOnlyList<string> Extensions { get; init; }

    /// <summary>Id of the connection that asked for it, so that its repeated request is recognised; null for a session of a version that did not keep it.</summary>
    public string? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

using System.Text.Json.Serialization;

namespace Trading.Storage.Accounts;

/// <summary>One user as stored, <c>users/{user id}.json</c>.</summary>
internal sealed record AccountDocument
{
    public required int SchemaVersion { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    public required Plan Plan { get; init; }

    public required BillingTier Tier { get; init; }

    public required bool PayPerUse { get; init; }

    public required IReadOnlyDictionary<string, long> Limits { get; init; }

    public required IReadOnlyList<KeyDocument> Keys { get; init; }

    public required long Revision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Account ToAccount() => new(
        UserId, Name, Plan, Tier, PayPerUse, Limits, [.. Keys.Select(key => new ApiKeyInfo(key.KeyId, key.State, key.CreatedAt, key.StateChangedAt))], Revision, CreatedAt);
}

/// <summary>A key as stored: its id, and a salted hash in place of the key (SIM-050).</summary>
internal sealed record KeyDocument
{
    public required string KeyId { get; init; }

    public required ApiKeyState State { get; init; }

    public required byte[] Salt { get; init; }

    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset StateChangedAt { get; init; }
}

/// <summary><c>store.json</c>: the revision of the whole store, what changed last, and the limits of plans that differ from the defaults.</summary>
internal sealed record StoreDocument
{
    public required int SchemaVersion { get; init; }

    public required long Revision { get; init; }

    public required IReadOnlyDictionary<Plan, IReadOnlyDictionary<string, long>> PlanLimits { get; init; }

    public static StoreDocument Empty { get; } = new()
    {
        SchemaVersion = 1,
        Revision = 0,
        PlanLimits = new Dictionary<Plan, IReadOnlyDictionary<string, long>>(),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(AccountDocument))]
[JsonSerializable(typeof(StoreDocument))]
internal sealed partial class AccountJson : JsonSerializerContext;

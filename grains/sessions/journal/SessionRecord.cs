using System.Text.Json;
using System.Text.Json.Serialization;
using Trading.Diagnostics;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>What a journal record says happened.</summary>
public enum RecordKind
{
    Created = 1,
    Started,
    Batch,
    Cancel,
    Replace,
    Pause,
    Resume,

    /// <summary>The connection was lost; the session is preserved.</summary>
    Detached,

    /// <summary>Nothing but the time and the tick: a long run without orders shows that it is alive.</summary>
    Checkpoint,
    Completed,
    Discarded,
    Failed,

    /// <summary>Nobody resumed the session in time. Behind it only <see cref="Created"/> is kept.</summary>
    Expired,
}

/// <summary>
/// One input of a session as the journal holds it: what, when, and the tick at which it took effect. Ticks themselves are never written: replay
/// executes ticks until <see cref="Tick"/> is the current one, then applies the record.
/// </summary>
/// <remarks>JSON, see docs/determinism.md. A reader of <see cref="CurrentSchema"/> reads every older version; fields are added, never given another meaning.</remarks>
public sealed record SessionRecord
{
    public const int CurrentSchema = 1;

    public int SchemaVersion { get; init; } = CurrentSchema;

    public required RecordKind Kind { get; init; }

    /// <summary>The current tick, completed + 1, when the record took effect.</summary>
    public required int Tick { get; init; }

    /// <summary>Wall time, microseconds UTC.</summary>
    public required long At { get; init; }

    public CreatedBody? Created { get; init; }

    public StartedBody? Started { get; init; }

    public BatchBody? Batch { get; init; }

    /// <summary>Order numbers of the engine, in the order of the message.</summary>
    public IReadOnlyList<int>? Cancel { get; init; }

    public ReplaceBody? Replace { get; init; }

    public FailedBody? Failed { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SessionJson.Default.SessionRecord);

    /// <exception cref="JsonException">The bytes are no record, or one of a newer schema.</exception>
    public static SessionRecord Parse(ReadOnlySpan<byte> json)
    {
        var record = JsonSerializer.Deserialize(json, SessionJson.Default.SessionRecord) ?? throw new JsonException("a journal record is an object");
        if (record.SchemaVersion is < 1 or > CurrentSchema)
        {
            ApiRisk.VersionMismatch(ApiRisk.Journal);
            throw new JsonException($"journal record of schema {record.SchemaVersion}; this version reads 1 to {CurrentSchema}");
        }

        return record;
    }
}

public sealed record CreatedBody
{
    public required string SessionId { get; init; }

    public required IReadOnlyList<SymbolRange> Loaded { get; init; }

    public required IReadOnlyList<string> Fingerprints { get; init; }

    public IReadOnlyList<string>? Sources { get; init; }

    public required string DataProvider { get; init; }

    public required string DataVersion { get; init; }

    /// <summary>The engine's canonical JSON.</summary>
    public required string Config { get; init; }

    public required IReadOnlyList<string> Extensions { get; init; }

    /// <summary>Id of the connection that asked for the session.</summary>
    public string? CreatedBy { get; init; }
}

/// <param name="MaxDurationSec">Limit of the plan at the start; null = none.</param>
public sealed record StartedBody(int MaxPendingTicks, AccountUpdateFrequency AccountUpdates, bool FlowControl, int? MaxDurationSec);

public sealed record BatchBody(string BatchId, bool Atomic, string? ParentStrategy, IReadOnlyList<OrderBody> Orders);

public sealed record ReplaceBody(int OrderNumber, string NewOrderId, long? Quantity, long? Price, long? StopPrice, TimeInForce? TimeInForce);

/// <param name="Code">Error code that the client was given.</param>
/// <param name="Detail">What failed, for operators; never sent to a client.</param>
public sealed record FailedBody(string Code, string? Detail);

/// <summary>An order as the client wrote it; null and default values are left out of the JSON.</summary>
public sealed record OrderBody
{
    public required string OrderId { get; init; }

    public required string Symbol { get; init; }

    public OrderSide Side { get; init; }

    public OrderType Type { get; init; }

    public TimeInForce TimeInForce { get; init; }

    public long? Quantity { get; init; }

    public Int128? Notional { get; init; }

    public long? Price { get; init; }

    public long? StopPrice { get; init; }

    public long? TrailAmount { get; init; }

    public long? TrailRate { get; init; }

    public bool ExtendedHours { get; init; }

    public string? OcoGroup { get; init; }

    public string? ParentOrderId { get; init; }

    public Reason Fault { get; init; }

    public string? FaultText { get; init; }

    public static OrderBody Of(ClientOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return new OrderBody
        {
            OrderId = order.OrderId,
            Symbol = order.Symbol,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Quantity = order.Quantity,
            Notional = order.Notional,
            Price = order.Price,
            StopPrice = order.StopPrice,
            TrailAmount = order.TrailAmount,
            TrailRate = order.TrailRate,
            ExtendedHours = order.ExtendedHours,
            OcoGroup = order.OcoGroup,
            ParentOrderId = order.ParentOrderId,
            Fault = order.Fault,
            FaultText = order.FaultText,
        };
    }

    public ClientOrder ToOrder() => new()
    {
        OrderId = OrderId,
        Symbol = Symbol,
        Side = Side,
        Type = Type,
        TimeInForce = TimeInForce,
        Quantity = Quantity,
        Notional = Notional,
        Price = Price,
        StopPrice = StopPrice,
        TrailAmount = TrailAmount,
        TrailRate = TrailRate,
        ExtendedHours = ExtendedHours,
        OcoGroup = OcoGroup,
        ParentOrderId = ParentOrderId,
        Fault = Fault,
        FaultText = FaultText,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(BatchBody))]
[JsonSerializable(typeof(SnapshotBody))]
internal sealed partial class SessionJson : JsonSerializerContext;

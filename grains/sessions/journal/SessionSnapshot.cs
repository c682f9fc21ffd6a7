using System.Buffers.Binary;
using System.Text.Json;
using Trading.Diagnostics;
using Trading.Engine.Orders;
using Trading.Engine.Snapshot;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>
/// The state of a session at one journal version: a JSON document with what the session layer holds, then the engine's own snapshot.
/// Layout: "SES1", length of the document (32-bit little-endian), document, engine bytes.
/// </summary>
public static class SessionSnapshot
{
    private const int HeaderBytes = 8;

    private static ReadOnlySpan<byte> Magic => "SES1"u8;

    public static byte[] Write(SnapshotBody body, ReadOnlySpan<byte> engine)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, SessionJson.Default.SnapshotBody);
        var bytes = new byte[HeaderBytes + json.Length + engine.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), json.Length);
        json.CopyTo(bytes, HeaderBytes);
        engine.CopyTo(bytes.AsSpan(HeaderBytes + json.Length));
        return bytes;
    }

    /// <exception cref="SnapshotException">The bytes are no snapshot, or one of another schema.</exception>
    public static SnapshotBody Read(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> engine)
    {
        var span = bytes.Span;
        if (span.Length < HeaderBytes || !span[..4].SequenceEqual(Magic)) throw new SnapshotException("these bytes are no session snapshot");
        var length = BinaryPrimitives.ReadInt32LittleEndian(span[4..]);
        if (length < 2 || length > span.Length - HeaderBytes) throw new SnapshotException("the session snapshot is cut short");
        SnapshotBody body;
        try
        {
            body = JsonSerializer.Deserialize(span.Slice(HeaderBytes, length), SessionJson.Default.SnapshotBody) ?? throw new SnapshotException("a session snapshot is an object");
        }
        catch (JsonException foreign)
        {
            ApiRisk.VersionMismatch(ApiRisk.Journal);
            throw new SnapshotException($"the session snapshot is of another schema: {foreign.Message}", foreign);
        }

        if (body.SchemaVersion is < 1 or > SnapshotBody.CurrentSchema)
        {
            ApiRisk.VersionMismatch(ApiRisk.Journal);
            throw new SnapshotException($"session snapshot of schema {body.SchemaVersion}; this version reads 1 to {SnapshotBody.CurrentSchema}");
        }

        engine = bytes[(HeaderBytes + length)..];
        return body;
    }
}

/// <summary>What the session layer holds beside the engine.</summary>
public sealed record SnapshotBody
{
    public const int CurrentSchema = 1;

    public int SchemaVersion { get; init; } = CurrentSchema;

    public required CreatedBody Created { get; init; }

    public required long CreatedAt { get; init; }

    public SessionState Phase { get; init; }

    public bool ClientPaused { get; init; }

    public StartedBody? Start { get; init; }

    public long StartedAt { get; init; }

    public long EndedAt { get; init; }

    public long LastRecordAt { get; init; }

    /// <summary>Tick at which the last record took effect; the snapshot may be ahead of it. 0 in a snapshot of a version that did not keep it.</summary>
    public int RecordTick { get; init; }

    public int TicksSent { get; init; }

    public required IReadOnlyList<OrderSnapshot> Orders { get; init; }

    /// <summary>Five numbers per transition: previous, time, tick, state, reason.</summary>
    public required IReadOnlyList<long> Transitions { get; init; }

    public required IReadOnlyList<FillSnapshot> Fills { get; init; }

    public required IReadOnlyList<BatchSnapshot> Batches { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }
}

public sealed record OrderSnapshot(OrderBody Order, int Number, string? ParentStrategy, bool ReplacesAnother, OrderState State, Reason Reason, long Remaining, int LastTransition);

/// <param name="Order">Position in <see cref="SnapshotBody.Orders"/>.</param>
public sealed record FillSnapshot(int Execution, int Order, long Quantity, long Price, long ReferencePrice, long Time, Int128 Commission, Int128 Fees, long Remaining, FillReason Reason, int Tick);

public sealed record BatchSnapshot(string BatchId, int Tick, byte[] ContentHash, IReadOnlyList<AcceptedOrder> Accepted, IReadOnlyList<RejectedOrder> Rejected);

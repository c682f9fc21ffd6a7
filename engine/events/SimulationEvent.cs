using System.Buffers.Binary;
using Trading.Engine.Orders;

namespace Trading.Engine.Events;

/// <summary>What happened to an order.</summary>
public enum EventKind : byte
{
    Accepted = 1,
    Rejected = 2,

    /// <summary>The order is eligible and rests.</summary>
    Working = 3,
    Fill = 4,
    Cancelled = 5,
    Expired = 6,
    Replaced = 7,

    /// <summary>A stop was triggered and the order goes on as a market or limit order.</summary>
    Triggered = 8,
}

/// <summary>One entry of the canonical sequence of order events and fills (EXEC-063).</summary>
/// <remarks>
/// <see cref="Write"/> is the frozen binary form that the result hash covers: 128 bytes, little-endian, at the offsets given there.
/// Fields that a kind does not use are 0.
/// </remarks>
public readonly record struct SimulationEvent
{
    /// <summary>Size of the binary form in bytes.</summary>
    public const int Size = 128;

    public EventKind Kind { get; init; }

    /// <summary>State of the order after the event.</summary>
    public OrderState State { get; init; }

    public Reason Reason { get; init; }

    public FillReason FillReason { get; init; }

    public OrderSide Side { get; init; }

    public OrderType Type { get; init; }

    public TimeInForce TimeInForce { get; init; }

    /// <summary>1, 2, 3 … in order of arrival.</summary>
    public int OrderNumber { get; init; }

    /// <summary>Replaced: number of the order that takes over. Accepted bracket child: its parent.</summary>
    public int OtherOrder { get; init; }

    public int Symbol { get; init; }

    /// <summary>Sequence number of the tick the event belongs to, from 1.</summary>
    public int Tick { get; init; }

    /// <summary>Fill: 1, 2, 3 … over the whole simulation.</summary>
    public int FillNumber { get; init; }

    /// <summary>Simulated instant in microseconds UTC.</summary>
    public long Time { get; init; }

    /// <summary>Accepted, rejected: ordered quantity (10⁻⁸, 0 for notional). Fill: filled quantity.</summary>
    public long Quantity { get; init; }

    /// <summary>What is left open after the event, in 10⁻⁸.</summary>
    public long Remaining { get; init; }

    /// <summary>Accepted, rejected: limit price. Fill: fill price. 10⁻⁸.</summary>
    public long Price { get; init; }

    /// <summary>Accepted, rejected: stop price. Fill: reference price. 10⁻⁸.</summary>
    public long ReferencePrice { get; init; }

    /// <summary>Accepted, rejected: notional value. Fill: commission. 10⁻¹⁶.</summary>
    public Int128 Commission { get; init; }

    /// <summary>Fill: regulatory fees. 10⁻¹⁶.</summary>
    public Int128 Fees { get; init; }

    /// <summary>Writes the 128-byte binary form.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="Size"/>.</exception>
    public void Write(Span<byte> destination)
    {
        if (destination.Length < Size) throw new ArgumentException("an event takes 128 bytes", nameof(destination));
        destination[..Size].Clear();
        destination[0] = (byte)Kind;
        destination[1] = (byte)State;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)Reason);
        destination[4] = (byte)FillReason;
        destination[5] = (byte)Side;
        destination[6] = (byte)Type;
        destination[7] = (byte)TimeInForce;
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], OrderNumber);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], OtherOrder);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], Symbol);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], Tick);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], FillNumber);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], Time);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], Quantity);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], Remaining);
        BinaryPrimitives.WriteInt64LittleEndian(destination[56..], Price);
        BinaryPrimitives.WriteInt64LittleEndian(destination[64..], ReferencePrice);
        BinaryPrimitives.WriteInt128LittleEndian(destination[72..], Commission);
        BinaryPrimitives.WriteInt128LittleEndian(destination[88..], Fees);
    }
}

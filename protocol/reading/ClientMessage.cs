namespace Trading.Protocol.Reading;

/// <summary>What a client may send (simulation API sections 8 and 26).</summary>
public enum ClientMessageType : byte
{
    None = 0,
    CreateSession = 1,
    StartSimulation = 2,
    TickAck = 3,
    OrderBatch = 4,
    ResumeSession = 5,
    PauseSimulation = 6,
    QueryPositions = 7,
    ResumeSimulation = 8,
    Disconnect = 9,
    CancelOrders = 10,
    ReplaceOrder = 11,
    Advance = 12,
}

/// <summary>Why a message is refused for its form: the content of a validation error.</summary>
/// <param name="Code">An error code of section 20.4.</param>
/// <param name="Message">For people; names the rule, never an internal.</param>
/// <param name="Field">The field at fault; null when the whole message is.</param>
public sealed record MessageFault(string Code, string Message, string? Field);

/// <summary>One client message after its form was checked.</summary>
/// <remarks>With a <see cref="Fault"/>, only <see cref="Type"/> and <see cref="RequestId"/> mean anything, as far as they could be read.</remarks>
public readonly record struct ClientMessage
{
    public ClientMessageType Type { get; init; }

    public string? RequestId { get; init; }

    /// <summary><c>session_id</c> where the client added it; part of the payload for <c>create_session</c> and <c>resume_session</c>.</summary>
    public string? SessionId { get; init; }

    public MessageFault? Fault { get; init; }

    /// <summary>Payload of <c>tick_ack</c>, kept out of <see cref="Payload"/> so that the hot message allocates nothing.</summary>
    public TickAckData TickAck { get; init; }

    /// <summary>Payload of the other types; null where it is empty.</summary>
    public object? Payload { get; init; }
}

/// <summary>Values of <c>processing_status</c>.</summary>
public enum ProcessingStatusValue : byte
{
    Ready = 0,
    Processing = 1,
    NeedTime = 2,
}

/// <param name="SequenceId">Tick acknowledged.</param>
/// <param name="OrdersPending">Orders still to come for it, 0 when absent.</param>
public readonly record struct TickAckData(long SequenceId, ProcessingStatusValue Status, int OrdersPending);

/// <summary>Payload of <c>create_session</c>; defaults are those of section 11.1.</summary>
public sealed record CreateSessionData
{
    public required string SessionId { get; init; }

    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>Microseconds UTC.</summary>
    public required long Start { get; init; }

    /// <summary>Microseconds UTC.</summary>
    public required long End { get; init; }

    /// <summary>Lower case.</summary>
    public string DataProvider { get; init; } = "polygon";

    public string DataVersion { get; init; } = "adjusted";

    /// <summary>10⁻¹⁶, above 0.</summary>
    public required Int128 InitialCash { get; init; }

    /// <summary>10⁻¹⁶, not below 0; default 0.005.</summary>
    public Int128 CommissionPerShare { get; init; } = 50_000_000_000_000;

    /// <summary>0 to 10,000.</summary>
    public int SlippageBps { get; init; } = 5;

    /// <summary>Names the client listed, unknown ones left out.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Parameters of the execution model; null when the object is absent.</summary>
    public ExecutionData? Execution { get; init; }
}

/// <summary>Values of <c>account_update_frequency</c>.</summary>
public enum AccountUpdateValue : byte
{
    EveryFill = 0,
    EveryTick = 1,
    OnDemand = 2,
}

/// <summary>Payload of <c>start_simulation</c>.</summary>
public sealed record StartSimulationData(int MaxPendingTicks, AccountUpdateValue AccountUpdates, bool FlowControl);

/// <summary>Payload of <c>order_batch</c>.</summary>
public sealed record OrderBatchData(string BatchId, IReadOnlyList<OrderData> Orders, bool Atomic, string? ParentStrategy);

/// <summary>Values of <c>side</c>; numbers as in the engine.</summary>
public enum SideValue : byte
{
    Buy = 1,
    Sell = 2,
}

/// <summary>Values of an order's <c>type</c>; the last three are extensions.</summary>
public enum OrderTypeValue : byte
{
    Market = 1,
    Limit = 2,
    Stop = 3,
    StopLimit = 4,
    TrailingStop = 5,
    MarketOnOpen = 6,
    MarketOnClose = 7,
}

/// <summary>Values of <c>time_in_force</c>; <c>fok</c> is an extension.</summary>
public enum TimeInForceValue : byte
{
    Day = 1,
    GoodTilCancelled = 2,
    ImmediateOrCancel = 3,
    FillOrKill = 4,
}

/// <summary>What is wrong with the form of one order of a batch that is otherwise readable.</summary>
public enum OrderFault : byte
{
    None = 0,

    /// <summary>A field is missing, of the wrong type, or not one of its values; or not exactly one of quantity and notional.</summary>
    Invalid = 1,

    /// <summary>Not above 0, or no whole number.</summary>
    Quantity = 2,

    /// <summary>A price that the type needs is missing, unreadable, or not above 0.</summary>
    Price = 3,
}

/// <summary>One order as the client wrote it.</summary>
public sealed record OrderData
{
    public required string OrderId { get; init; }

    public string Symbol { get; init; } = "";

    public SideValue Side { get; init; }

    public OrderTypeValue Type { get; init; }

    public TimeInForceValue TimeInForce { get; init; } = TimeInForceValue.Day;

    /// <summary>10⁻⁸.</summary>
    public long? Quantity { get; init; }

    /// <summary>10⁻¹⁶.</summary>
    public Int128? Notional { get; init; }

    /// <summary>10⁻⁸; null also when the type does not use it (SIM-185).</summary>
    public long? Price { get; init; }

    /// <summary>10⁻⁸; null also when the type does not use it.</summary>
    public long? StopPrice { get; init; }

    /// <summary>10⁻⁸.</summary>
    public long? TrailAmount { get; init; }

    /// <summary>10⁻¹².</summary>
    public long? TrailRate { get; init; }

    public bool ExtendedHours { get; init; }

    public string? OcoGroup { get; init; }

    public string? ParentOrderId { get; init; }

    public OrderFault Fault { get; init; }

    /// <summary>The faulty field's text for a quantity or price as the client wrote it, or the faulty field's name; at most 64 characters.</summary>
    public string? FaultText { get; init; }
}

/// <summary>Payload of <c>resume_session</c>.</summary>
public sealed record ResumeSessionData(string SessionId, long LastProcessedSequenceId, string? ClientStateHash);

/// <summary>Payload of <c>disconnect</c>.</summary>
public sealed record DisconnectData(bool DiscardSession);

/// <summary>Payload of <c>cancel_orders</c>.</summary>
public sealed record CancelOrdersData(IReadOnlyList<string> OrderIds);

/// <summary>Payload of <c>replace_order</c>; null keeps.</summary>
public sealed record ReplaceOrderData(string OrderId, string NewOrderId, long? Quantity, long? Price, long? StopPrice, TimeInForceValue? TimeInForce);

/// <summary>Where an <c>advance</c> stops early.</summary>
[Flags]
public enum StopOnValues : byte
{
    None = 0,
    Fill = 1,
    OrderUpdate = 2,
    EndOfDay = 4,
}

/// <summary>Payload of <c>advance</c>.</summary>
/// <param name="Until">Microseconds UTC.</param>
/// <param name="Count">1 to 10,000,000.</param>
public sealed record AdvanceData(long? Until, int? Count, StopOnValues StopOn);

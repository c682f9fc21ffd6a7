using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.GrainInterfaces.Sessions;

/// <summary>One client message, checked for form by the gateway. What it means and whether it is allowed now is the session's business.</summary>
[GenerateSerializer, Immutable, Alias("trading.command")]
public abstract record SessionCommand
{
    /// <summary><c>request_id</c> of the message; repeated by its reply.</summary>
    [Id(0)]
    public string? RequestId { get; init; }
}

/// <summary>SIM 11.1. <see cref="Config"/> holds range, cash, costs and every model; the gateway has already checked each field's own rule.</summary>
[GenerateSerializer, Immutable, Alias("trading.create")]
public sealed record CreateCommand : SessionCommand
{
    [Id(0)] public required string SessionId { get; init; }

    [Id(1)] public required IReadOnlyList<string> Symbols { get; init; }

    [Id(2)] public required string DataProvider { get; init; }

    [Id(3)] public required string DataVersion { get; init; }

    [Id(4)] public required SessionConfig Config { get; init; }

    [Id(5)] public required IReadOnlyList<string> Extensions { get; init; }
}

/// <summary>SIM 12.1.</summary>
[GenerateSerializer, Immutable, Alias("trading.start")]
public sealed record StartCommand : SessionCommand
{
    [Id(0)] public int MaxPendingTicks { get; init; } = 1;

    [Id(1)] public AccountUpdateFrequency AccountUpdates { get; init; }

    [Id(2)] public bool FlowControl { get; init; } = true;
}

public enum AccountUpdateFrequency : byte
{
    EveryFill = 0,
    EveryTick = 1,
    OnDemand = 2,
}

/// <summary>SIM 13.2.</summary>
[GenerateSerializer, Immutable, Alias("trading.ack")]
public sealed record AckCommand : SessionCommand
{
    [Id(0)] public required long Sequence { get; init; }

    [Id(1)] public required ProcessingStatus Status { get; init; }

    [Id(2)] public int OrdersPending { get; init; }
}

public enum ProcessingStatus : byte
{
    Ready = 0,
    Processing = 1,
    NeedTime = 2,
}

/// <summary>SIM 14.1.</summary>
[GenerateSerializer, Immutable, Alias("trading.batch")]
public sealed record BatchCommand : SessionCommand
{
    [Id(0)] public required string BatchId { get; init; }

    [Id(1)] public required IReadOnlyList<ClientOrder> Orders { get; init; }

    [Id(2)] public bool Atomic { get; init; }

    [Id(3)] public string? ParentStrategy { get; init; }
}

/// <summary>One order as the client wrote it. <see cref="Fault"/> says what was wrong with its form; then the rest may be default.</summary>
[GenerateSerializer, Immutable, Alias("trading.client-order")]
public sealed record ClientOrder
{
    [Id(0)] public required string OrderId { get; init; }

    [Id(1)] public required string Symbol { get; init; }

    /// <summary><see cref="OrderIntent.Symbol"/> is filled in by the session.</summary>
    [Id(2)] public OrderSide Side { get; init; }

    [Id(3)] public OrderType Type { get; init; }

    [Id(4)] public TimeInForce TimeInForce { get; init; } = TimeInForce.Day;

    /// <summary>10⁻⁸; null = not given.</summary>
    [Id(5)] public long? Quantity { get; init; }

    /// <summary>10⁻¹⁶; null = not given.</summary>
    [Id(6)] public Int128? Notional { get; init; }

    /// <summary>10⁻⁸; null = not given.</summary>
    [Id(7)] public long? Price { get; init; }

    [Id(8)] public long? StopPrice { get; init; }

    [Id(9)] public long? TrailAmount { get; init; }

    /// <summary>Rate in 10⁻¹².</summary>
    [Id(10)] public long? TrailRate { get; init; }

    [Id(11)] public bool ExtendedHours { get; init; }

    /// <summary>One-cancels-other group chosen by the client.</summary>
    [Id(12)] public string? OcoGroup { get; init; }

    /// <summary>Bracket child: order id of the entry in the same batch.</summary>
    [Id(13)] public string? ParentOrderId { get; init; }

    /// <summary>Refused before the engine sees it (for instance a quantity that is no whole number); <see cref="Reason.None"/> = well-formed.</summary>
    [Id(14)] public Reason Fault { get; init; }

    /// <summary>What the client wrote in the faulty field, for the error's context.</summary>
    [Id(15)] public string? FaultText { get; init; }
}

/// <summary>Extension <c>cancel_orders</c>.</summary>
[GenerateSerializer, Immutable, Alias("trading.cancel-orders")]
public sealed record CancelOrdersCommand : SessionCommand
{
    [Id(0)] public required IReadOnlyList<string> OrderIds { get; init; }
}

/// <summary>Extension <c>replace_order</c>; null = keep.</summary>
[GenerateSerializer, Immutable, Alias("trading.replace-order")]
public sealed record ReplaceOrderCommand : SessionCommand
{
    [Id(0)] public required string OrderId { get; init; }

    [Id(1)] public required string NewOrderId { get; init; }

    [Id(2)] public long? Quantity { get; init; }

    [Id(3)] public long? Price { get; init; }

    [Id(4)] public long? StopPrice { get; init; }

    [Id(5)] public TimeInForce? TimeInForce { get; init; }
}

[GenerateSerializer, Immutable, Alias("trading.pause")]
public sealed record PauseCommand : SessionCommand;

[GenerateSerializer, Immutable, Alias("trading.resume")]
public sealed record ResumeCommand : SessionCommand;

[GenerateSerializer, Immutable, Alias("trading.query-positions")]
public sealed record QueryPositionsCommand : SessionCommand;

/// <summary>SIM 19.1; the first command on a connection that attached to an existing session.</summary>
[GenerateSerializer, Immutable, Alias("trading.resume-session")]
public sealed record ResumeSessionCommand : SessionCommand
{
    [Id(0)] public required long LastProcessedSequence { get; init; }

    [Id(1)] public string? ClientStateHash { get; init; }
}

/// <summary>Extension <c>fast_forward</c>: exactly one of until and count, or neither (then only <see cref="StopOn"/> or the end stops it).</summary>
[GenerateSerializer, Immutable, Alias("trading.advance")]
public sealed record AdvanceCommand : SessionCommand
{
    /// <summary>Microseconds UTC: ticks before it are completed.</summary>
    [Id(0)] public long? Until { get; init; }

    [Id(1)] public int? Count { get; init; }

    [Id(2)] public AdvanceStops StopOn { get; init; }
}

[Flags]
public enum AdvanceStops : byte
{
    None = 0,
    Fill = 1,
    OrderUpdate = 2,
    EndOfDay = 4,
}

/// <summary>Flow control off: the tick interval has passed (SIM-152, SIM-153).</summary>
[GenerateSerializer, Immutable, Alias("trading.interval-passed")]
public sealed record IntervalPassedCommand : SessionCommand
{
    [Id(0)] public int Ticks { get; init; } = 1;
}

/// <summary><c>disconnect</c> with <c>discard_session</c> (SIM-123).</summary>
[GenerateSerializer, Immutable, Alias("trading.discard")]
public sealed record DiscardCommand : SessionCommand;

/// <summary>The engine's configuration as it crosses grains; a copy of <see cref="SimulationConfig"/> with frozen ids.</summary>
/// <remarks>Carried as the engine's canonical JSON, so that new parameters need no new serializer id.</remarks>
/// <param name="Json">See <c>SimulationConfigJson</c>.</param>
[GenerateSerializer, Immutable, Alias("trading.session-config")]
public sealed record SessionConfig([property: Id(0)] string Json);

using Trading.Engine.Orders;

namespace Trading.GrainInterfaces.Sessions;

/// <summary>One thing the client must be told, in the order in which it must see it. The gateway writes it as one message.</summary>
[GenerateSerializer, Immutable, Alias("trading.output")]
public abstract record SessionOutput
{
    /// <summary><c>request_id</c> of the message this answers; null when unasked.</summary>
    [Id(0)]
    public string? RequestId { get; init; }
}

/// <summary>One or more ticks in a row, as columns; the gateway writes <c>tick</c> messages, or one <c>ticks</c> message with extension <c>batched_ticks</c>.</summary>
/// <param name="First">Sequence of the first tick.</param>
/// <param name="Times">Microseconds UTC, one per tick.</param>
/// <param name="Sessions">Market session and end of day per tick: low 4 bits = <c>MarketSession</c>, bit 7 = end of day.</param>
/// <param name="Trading">Symbols trading per tick: bit i of word (tick × words + i / 64), words = ⌈symbols / 64⌉.</param>
/// <param name="Symbols">Number of symbols of the session.</param>
[GenerateSerializer, Immutable, Alias("trading.ticks")]
public sealed record TicksOutput(
    [property: Id(0)] int First,
    [property: Id(1)] long[] Times,
    [property: Id(2)] byte[] Sessions,
    [property: Id(3)] ulong[] Trading,
    [property: Id(4)] int Symbols) : SessionOutput;

/// <summary>SIM 11.2.</summary>
[GenerateSerializer, Immutable, Alias("trading.created")]
public sealed record CreatedOutput(
    [property: Id(0)] string SessionId,
    [property: Id(1)] int EstimatedTicks,
    [property: Id(2)] IReadOnlyList<SymbolRange> Loaded) : SessionOutput;

/// <param name="Start">Open time of the first bar, microseconds UTC; 0 without bars.</param>
/// <param name="End">End of the last bar, microseconds UTC.</param>
[GenerateSerializer, Immutable, Alias("trading.symbol-range")]
public sealed record SymbolRange(
    [property: Id(0)] string Symbol,
    [property: Id(1)] long Start,
    [property: Id(2)] long End,
    [property: Id(3)] int Candles,
    [property: Id(4)] int MissingCandles);

/// <summary>SIM 12.2.</summary>
[GenerateSerializer, Immutable, Alias("trading.started")]
public sealed record StartedOutput(
    [property: Id(0)] string SessionId,
    [property: Id(1)] DateTimeOffset StartedAt,
    [property: Id(2)] int EstimatedDurationSec,
    [property: Id(3)] int TickIntervalMs,
    [property: Id(4)] bool FlowControl) : SessionOutput;

/// <summary>SIM 14.2. Rejections also come as <see cref="ErrorOutput"/>.</summary>
[GenerateSerializer, Immutable, Alias("trading.batch-ack")]
public sealed record BatchAckOutput(
    [property: Id(0)] string BatchId,
    [property: Id(1)] IReadOnlyList<AcceptedOrder> Accepted,
    [property: Id(2)] IReadOnlyList<RejectedOrder> Rejected) : SessionOutput;

/// <param name="Estimate">Price in 10⁻⁸.</param>
[GenerateSerializer, Immutable, Alias("trading.accepted-order")]
public sealed record AcceptedOrder([property: Id(0)] string OrderId, [property: Id(1)] long Estimate);

/// <param name="Code">Error code of section 20.</param>
[GenerateSerializer, Immutable, Alias("trading.rejected-order")]
public sealed record RejectedOrder([property: Id(0)] string OrderId, [property: Id(1)] string Code, [property: Id(2)] string? Text);

/// <summary>SIM 15.1.</summary>
/// <param name="Execution">Number of the fill in the session, from 1; written as <c>x-n</c>.</param>
/// <param name="ReferencePrice">Price before spread and slippage, 10⁻⁸.</param>
/// <param name="Fees">Regulatory fees, 10⁻¹⁶.</param>
[GenerateSerializer, Immutable, Alias("trading.fill")]
public sealed record FillOutput(
    [property: Id(0)] int Execution,
    [property: Id(1)] string OrderId,
    [property: Id(2)] string Symbol,
    [property: Id(3)] OrderSide Side,
    [property: Id(4)] long Quantity,
    [property: Id(5)] long Price,
    [property: Id(6)] long ReferencePrice,
    [property: Id(7)] long Time,
    [property: Id(8)] Int128 Commission,
    [property: Id(9)] Int128 Fees,
    [property: Id(10)] bool IsPartial,
    [property: Id(11)] long Remaining,
    [property: Id(12)] FillReason FillReason,
    [property: Id(13)] int Tick) : SessionOutput;

/// <summary>SIM 16; <see cref="Answer"/> tells <c>current_positions</c> from <c>account_snapshot</c>.</summary>
[GenerateSerializer, Immutable, Alias("trading.account")]
public sealed record AccountOutput([property: Id(0)] AccountState Account, [property: Id(1)] bool Answer) : SessionOutput;

/// <summary>Money in 10⁻¹⁶.</summary>
[GenerateSerializer, Immutable, Alias("trading.account-state")]
public sealed record AccountState(
    [property: Id(0)] Int128 Cash,
    [property: Id(1)] Int128 Equity,
    [property: Id(2)] Int128 BuyingPower,
    [property: Id(3)] Int128 DayPnl,
    [property: Id(4)] IReadOnlyList<PositionState> Positions,
    [property: Id(5)] int OpenOrders,
    [property: Id(6)] Int128 RealizedPnl);

/// <param name="Quantity">Signed, 10⁻⁸.</param>
/// <param name="Cost">Σ lot price × signed quantity in 10⁻¹⁶, without commission; average cost = cost / quantity.</param>
/// <param name="Mark">10⁻⁸.</param>
[GenerateSerializer, Immutable, Alias("trading.position-state")]
public sealed record PositionState(
    [property: Id(0)] string Symbol,
    [property: Id(1)] long Quantity,
    [property: Id(2)] Int128 Cost,
    [property: Id(3)] long Mark);

/// <summary>Extension <c>order_update</c>.</summary>
/// <param name="Reason">For instance <c>cancelled_by_client</c>, <c>expired</c>, <c>oco</c>; null when there is none.</param>
[GenerateSerializer, Immutable, Alias("trading.order-update")]
public sealed record OrderUpdateOutput(
    [property: Id(0)] string OrderId,
    [property: Id(1)] OrderState State,
    [property: Id(2)] string? Reason,
    [property: Id(3)] long Remaining,
    [property: Id(4)] long SimTime) : SessionOutput;

/// <summary>SIM 17: <c>simulation_paused</c>, or <c>simulation_resumed</c>.</summary>
[GenerateSerializer, Immutable, Alias("trading.status-output")]
public sealed record StatusOutput([property: Id(0)] SessionStatus Status, [property: Id(1)] bool Resumed) : SessionOutput;

/// <summary>SIM 19.2.</summary>
[GenerateSerializer, Immutable, Alias("trading.state-sync")]
public sealed record StateSyncOutput(
    [property: Id(0)] long CurrentSimTime,
    [property: Id(1)] int NextSequence,
    [property: Id(2)] AccountState Account,
    [property: Id(3)] IReadOnlyList<string> PendingOrders,
    [property: Id(4)] IReadOnlyList<FillOutput> MissedExecutions) : SessionOutput
{
    /// <summary>Milliseconds between ticks when the run goes on without flow control, so that the new connection keeps the pace; 0 otherwise. Not sent to the client.</summary>
    [Id(5)]
    public int TickIntervalMs { get; init; }
}

/// <summary>Extension <c>fast_forward</c>.</summary>
/// <param name="StoppedBy"><c>until</c>, <c>count</c>, <c>fill</c>, <c>order_update</c>, <c>eod</c>, <c>end</c> or <c>pause</c>.</param>
[GenerateSerializer, Immutable, Alias("trading.advanced")]
public sealed record AdvancedOutput([property: Id(0)] int Sequence, [property: Id(1)] long SimTime, [property: Id(2)] string StoppedBy) : SessionOutput;

/// <summary>Extension <c>report</c>: payload of <c>simulation_report</c> as JSON, made by the engine's report.</summary>
[GenerateSerializer, Immutable, Alias("trading.report-output")]
public sealed record ReportOutput([property: Id(0)] string Json) : SessionOutput;

/// <summary>SIM 21.1. Ratios are rounded to 6 decimals by the gateway.</summary>
[GenerateSerializer, Immutable, Alias("trading.complete")]
public sealed record CompleteOutput(
    [property: Id(0)] string SessionId,
    [property: Id(1)] Int128 InitialCash,
    [property: Id(2)] Int128 FinalEquity,
    [property: Id(3)] int TotalTrades,
    [property: Id(4)] int WinningTrades,
    [property: Id(5)] Int128 TotalCommission,
    [property: Id(6)] decimal MaxDrawdown,
    [property: Id(7)] double? Sharpe,
    [property: Id(8)] double? Sortino,
    [property: Id(9)] double? Calmar,
    [property: Id(10)] int DurationSec,
    [property: Id(11)] string ResultHash) : SessionOutput;

/// <summary>SIM 20.1.</summary>
/// <param name="Type"><c>validation</c>, <c>execution</c>, <c>connection</c>, <c>data</c> or <c>rate_limit</c>.</param>
[GenerateSerializer, Immutable, Alias("trading.error")]
public sealed record ErrorOutput(
    [property: Id(0)] string Code,
    [property: Id(1)] string Message,
    [property: Id(2)] string Type,
    [property: Id(3)] string Severity,
    [property: Id(4)] bool Recoverable,
    [property: Id(5)] long? RetryAfterMs,
    [property: Id(6)] IReadOnlyList<ContextEntry> Context) : SessionOutput;

/// <summary>One key of an error's context: a text (decimals and instants too), or a whole number.</summary>
[GenerateSerializer, Immutable, Alias("trading.context-entry")]
public sealed record ContextEntry([property: Id(0)] string Name, [property: Id(1)] string? Text, [property: Id(2)] long? Number);

/// <summary>SIM-070, SIM-112: 80 % of a limit is used.</summary>
[GenerateSerializer, Immutable, Alias("trading.limit-warning")]
public sealed record LimitWarningOutput([property: Id(0)] string Limit, [property: Id(1)] long Usage, [property: Id(2)] long Allowed, [property: Id(3)] DateTimeOffset ResetsAt) : SessionOutput;

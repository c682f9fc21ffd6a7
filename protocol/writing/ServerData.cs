namespace Trading.Protocol.Writing;

/// <summary>Payload of <c>connection_ready</c>. Times are microseconds UTC.</summary>
public readonly record struct ConnectionReadyData(
    string UserId,
    string Plan,
    long ServerTime,
    long ConnectionExpiresAt,
    int IdleTimeoutSec,
    int MaxSimulationDurationSec,
    int ConcurrentConnectionsLimit,
    IReadOnlyList<string> SupportedFeatures);

/// <summary>Payload of <c>connection_warning</c>.</summary>
/// <param name="ExpiresAt">Microseconds UTC.</param>
public readonly record struct ConnectionWarningData(string WarningType, string Message, long? ExpiresAt, string ActionRequired, int? SecondsRemaining);

/// <summary>Payload of <c>connection_closing</c>.</summary>
public readonly record struct ConnectionClosingData(string Reason, string Message, int CloseCode, bool ReconnectAllowed, string? SessionState);

/// <summary>SimulationStatusData of section 17.</summary>
/// <param name="SimTime">Microseconds UTC; 0 = no tick yet, written as null.</param>
public readonly record struct SimulationStatusData(string SessionId, string State, long SimTime, int SequenceId, int TicksCompleted, int EstimatedTicks);

/// <summary>Payload of <c>simulation_complete</c>. Money in 10⁻¹⁶.</summary>
/// <param name="MaxDrawdown">Part of the peak, not percent.</param>
public readonly record struct SimulationCompleteData(
    string SessionId,
    Int128 InitialCash,
    Int128 FinalEquity,
    int TotalTrades,
    int WinningTrades,
    Int128 TotalCommission,
    decimal MaxDrawdown,
    double? Sharpe,
    double? Sortino,
    double? Calmar,
    int DurationSec);

/// <summary>Payload of <c>execution_report</c>. Prices and quantities in 10⁻⁸, money in 10⁻¹⁶, time in microseconds UTC.</summary>
/// <param name="ReferencePrice">Price before spread and slippage; decides <c>slippage_bps</c>.</param>
public readonly record struct ExecutionReportData(
    int Execution,
    string OrderId,
    string Symbol,
    bool IsBuy,
    long Quantity,
    long Price,
    long ReferencePrice,
    long Time,
    Int128 Commission,
    bool IsPartial,
    long Remaining,
    string FillReason);

/// <summary>The six fields of an account snapshot but its positions. Money in 10⁻¹⁶.</summary>
public readonly record struct AccountData(Int128 Cash, Int128 Equity, Int128 BuyingPower, Int128 DayPnl, int OpenOrders);

/// <summary>Payload of <c>error</c> but its context.</summary>
public readonly record struct ErrorData(string Code, string Message, string Type, string Severity, bool Recoverable, long? RetryAfterMs)
{
    /// <summary>A recoverable validation error.</summary>
    public static ErrorData Validation(string code, string message) => new(code, message, ErrorTypes.Validation, "error", true, null);
}

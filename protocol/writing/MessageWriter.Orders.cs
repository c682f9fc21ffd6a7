using Trading.Protocol.Text;

namespace Trading.Protocol.Writing;

/// <summary>Messages about orders, fills, accounts and errors.</summary>
public sealed partial class MessageWriter
{
    public void BeginBatchAck(string batchId)
    {
        Json.Raw("{\"type\":\"batch_ack\",\"data\":{\"batch_id\":"u8);
        Json.String(batchId);
        Json.Raw(",\"accepted_orders\":["u8);
        _first = true;
    }

    public void AcceptedOrder(string orderId)
    {
        Comma();
        Json.String(orderId);
    }

    public void BeginRejectedOrders()
    {
        Json.Raw("],\"rejected_orders\":{"u8);
        _first = true;
    }

    /// <summary>The reason is the code, optionally followed by a colon and a text (SIM-203).</summary>
    public void RejectedOrder(string orderId, string code, string? text)
    {
        Comma();
        Json.String(orderId);
        Json.Raw((byte)':');
        Json.String(string.IsNullOrEmpty(text) ? code : code + ": " + text);
    }

    public void BeginEstimatedFills()
    {
        Json.Raw("},\"estimated_fills\":{"u8);
        _first = true;
    }

    public void EstimatedFill(string orderId, long price)
    {
        Comma();
        Json.String(orderId);
        Json.Raw((byte)':');
        Json.Price(price);
    }

    public void EndBatchAck(string? requestId)
    {
        Json.Raw((byte)'}');
        EndNumbered(requestId);
    }

    public void ExecutionReport(in ExecutionReportData data, string? requestId)
    {
        Json.Raw("{\"type\":\"execution_report\",\"data\":"u8);
        Execution(data);
        EndEnvelope(requestId, ++Sequence);
    }

    /// <param name="answer">True writes <c>current_positions</c>.</param>
    public void BeginAccount(bool answer, in AccountData data)
    {
        Json.Raw(answer ? "{\"type\":\"current_positions\",\"data\":"u8 : "{\"type\":\"account_snapshot\",\"data\":"u8);
        Account(data);
    }

    /// <summary>One position; quantity 0 is left out (SIM-242).</summary>
    /// <param name="cost">Σ entry price × signed quantity in 10⁻¹⁶.</param>
    /// <param name="mark">10⁻⁸.</param>
    public void Position(string symbol, long quantity, Int128 cost, long mark)
    {
        if (quantity == 0) return;
        Comma();
        Json.Raw("{\"symbol\":"u8);
        Json.String(symbol);
        Json.Raw(",\"quantity\":"u8);
        Quantity(quantity);
        Json.Raw(",\"avg_cost\":"u8);
        Json.Decimal(DecimalText.DivideHalfEven(cost, quantity), DecimalText.PriceScale, 2);
        var value = (Int128)quantity * mark;
        Json.Raw(",\"market_value\":"u8);
        Json.Money(value);
        Json.Raw(",\"unrealized_pnl\":"u8);
        Json.Money(value - cost);
        Json.Raw((byte)'}');
    }

    public void EndAccount(in AccountData data, string? requestId)
    {
        FinishAccount(data);
        EndEnvelope(requestId, ++Sequence);
    }

    public void BeginStateSync(long currentSimTime, int nextSequenceId, in AccountData account)
    {
        Json.Raw("{\"type\":\"state_sync\",\"data\":{\"current_sim_time\":"u8);
        InstantOrNull(currentSimTime);
        Json.Raw(",\"next_sequence_id\":"u8);
        Json.Number(nextSequenceId);
        Json.Raw(",\"account_snapshot\":"u8);
        Account(account);
    }

    /// <summary>Ends the positions of a <c>state_sync</c> and begins its missed executions.</summary>
    public void BeginMissedExecutions(in AccountData account, IEnumerable<string> pendingOrders)
    {
        FinishAccount(account);
        Json.Raw(",\"pending_orders\":"u8);
        Strings(pendingOrders);
        Json.Raw(",\"missed_executions\":["u8);
        _first = true;
    }

    public void MissedExecution(in ExecutionReportData data)
    {
        Comma();
        Execution(data);
    }

    public void EndStateSync(string? requestId)
    {
        Json.Raw((byte)']');
        EndNumbered(requestId);
    }

    public void OrderUpdate(string orderId, string status, string? reason, long remaining, long simTime, string? requestId)
    {
        Json.Raw("{\"type\":\"order_update\",\"data\":{\"order_id\":"u8);
        Json.String(orderId);
        Json.Raw(",\"status\":"u8);
        Json.String(status);
        Json.Raw(",\"reason\":"u8);
        Json.String(reason);
        Json.Raw(",\"remaining_quantity\":"u8);
        Quantity(remaining);
        Json.Raw(",\"sim_time\":"u8);
        InstantOrNull(simTime);
        EndNumbered(requestId);
    }

    /// <summary>Begins an <c>error</c>; the context's entries follow.</summary>
    /// <param name="requestId">Of the failed message, so that it is repeated in both places (SIM-272).</param>
    public void BeginError(in ErrorData data, string? requestId)
    {
        Json.Raw("{\"type\":\"error\",\"data\":"u8);
        BeginErrorPayload(data, requestId);
    }

    public void ContextText(string name, string? value)
    {
        Comma();
        Json.String(name);
        Json.Raw((byte)':');
        Json.String(value);
    }

    public void ContextNumber(string name, long value)
    {
        Comma();
        Json.String(name);
        Json.Raw((byte)':');
        Json.Number(value);
    }

    /// <param name="ofSession">Whether the session produced it; then it is numbered with the session's messages.</param>
    public void EndError(string? requestId, bool ofSession)
    {
        EndErrorPayload();
        EndEnvelope(requestId, ofSession ? ++Sequence : 0);
    }

    /// <summary>A whole error without context entries but its generic code.</summary>
    public void Error(in ErrorData data, string? field, string? requestId, bool ofSession = false)
    {
        BeginError(data, requestId);
        if (field is not null) ContextText("field", field);
        if (ErrorCodes.Generic(data.Code) is { } generic) ContextText("generic_code", generic);
        EndError(requestId, ofSession);
    }

    /// <summary>The payload alone, as REST answers carry it (SIM-032).</summary>
    public void BeginErrorPayload(in ErrorData data, string? failedRequestId)
    {
        Json.Raw("{\"error_code\":"u8);
        Json.String(data.Code);
        Json.Raw(",\"message\":"u8);
        Json.String(data.Message);
        Json.Raw(",\"error_type\":"u8);
        Json.String(CoreErrorTypes && data.Type == ErrorTypes.RateLimit ? ErrorTypes.Connection : data.Type);
        Json.Raw(",\"severity\":"u8);
        Json.String(data.Severity);
        Json.Raw(",\"recoverable\":"u8);
        Json.Boolean(data.Recoverable);
        Json.Raw(",\"retry_after_ms\":"u8);
        NumberOrNull(data.RetryAfterMs);
        Json.Raw(",\"failed_request_id\":"u8);
        Json.String(failedRequestId);
        Json.Raw(",\"context\":{"u8);
        _first = true;
    }

    public void EndErrorPayload() => Json.Raw("}}"u8);

    /// <summary>The account payload alone, as REST answers carry it; positions follow.</summary>
    public void BeginAccountPayload(in AccountData data) => Account(data);

    public void EndAccountPayload(in AccountData data) => FinishAccount(data);

    /// <summary>The execution payload alone, as REST answers carry it.</summary>
    public void ExecutionPayload(in ExecutionReportData data) => Execution(data);

    /// <summary>Whole basis points by which a fill is worse than its reference, half away from zero (SIM-214).</summary>
    internal static long SlippageBps(bool isBuy, long price, long reference)
    {
        if (reference <= 0) return 0;
        var worse = (Int128)(isBuy ? price - reference : reference - price) * 10_000;
        var magnitude = ((Int128.Abs(worse) * 2) + reference) / ((Int128)reference * 2);
        return (long)(worse < 0 ? -magnitude : magnitude);
    }

    private void Account(in AccountData data)
    {
        Json.Raw("{\"cash\":"u8);
        Json.Money(data.Cash);
        Json.Raw(",\"equity\":"u8);
        Json.Money(data.Equity);
        Json.Raw(",\"buying_power\":"u8);
        Json.Money(data.BuyingPower);
        Json.Raw(",\"day_pnl\":"u8);
        Json.Money(data.DayPnl);
        Json.Raw(",\"positions\":["u8);
        _first = true;
    }

    private void FinishAccount(in AccountData data)
    {
        Json.Raw("],\"open_orders\":"u8);
        Json.Number(data.OpenOrders);
        Json.Raw((byte)'}');
    }

    private void Execution(in ExecutionReportData data)
    {
        Json.Raw("{\"execution_id\":\"x-"u8);
        Json.Number(data.Execution);
        Json.Raw("\",\"order_id\":"u8);
        Json.String(data.OrderId);
        Json.Raw(",\"symbol\":"u8);
        Json.String(data.Symbol);
        Json.Raw(data.IsBuy ? ",\"side\":\"buy\",\"executed_quantity\":"u8 : ",\"side\":\"sell\",\"executed_quantity\":"u8);
        Quantity(data.Quantity);
        Json.Raw(",\"executed_price\":"u8);
        Json.Price(data.Price);
        Json.Raw(",\"execution_time\":"u8);
        Json.Instant(data.Time);
        Json.Raw(",\"commission\":"u8);
        Json.Money(data.Commission);
        Json.Raw(",\"slippage_bps\":"u8);
        Json.Number(SlippageBps(data.IsBuy, data.Price, data.ReferencePrice));
        Json.Raw(",\"is_partial\":"u8);
        Json.Boolean(data.IsPartial);
        Json.Raw(",\"remaining_quantity\":"u8);
        Quantity(data.Remaining);
        Json.Raw(",\"fill_reason\":"u8);
        Json.String(data.FillReason);
        Json.Raw((byte)'}');
    }
}

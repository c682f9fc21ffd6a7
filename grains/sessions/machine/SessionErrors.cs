using System.Globalization;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;

namespace Trading.Grains.Sessions;

/// <summary>The errors a session can report, with type, severity and context as section 20 of the session protocol fixes them.</summary>
public static class SessionErrors
{
    /// <summary>Time after which a new session may be tried when the data cannot be read (SIM-D12).</summary>
    public const long DataRetryAfterMs = 30_000;

    /// <summary>A message that is wrong in itself or in this situation; the session goes on unchanged.</summary>
    public static ErrorOutput Validation(string code, string message, string? requestId, params ContextEntry[] context) =>
        new(code, message, "validation", "error", true, null, context) { RequestId = requestId };

    public static ErrorOutput WrongState(string what, SessionState state, string? requestId) =>
        Validation("INVALID_SESSION_STATE", $"{what} is not accepted in state {Name(state)}", requestId, Entry("state", Name(state)));

    public static ErrorOutput InvalidField(string field, string message, string? requestId) =>
        Validation("INVALID_FIELD", message, requestId, Entry("field", field));

    public static ErrorOutput UnknownMessage(string type, string? requestId) =>
        Validation("UNKNOWN_MESSAGE_TYPE", $"{type} belongs to an extension that this session did not ask for", requestId, Entry("type", type));

    public static ErrorOutput InvalidSequence(long sequence, int lastSent, string? requestId) =>
        Validation("INVALID_SEQUENCE_ID", "That tick was not sent", requestId, Entry("sequence_id", sequence), Entry("last_sent", lastSent));

    /// <summary>SIM-267.</summary>
    public static ErrorOutput ResumeNotPossible(string why, string? requestId) =>
        new("RESUME_NOT_POSSIBLE", why, "connection", "error", true, null, []) { RequestId = requestId };

    /// <summary>A warning about data; the session goes on (SIM-140, SIM-145).</summary>
    public static ErrorOutput DataWarning(string code, string message, string? requestId, params ContextEntry[] context) =>
        new(code, message, "data", "warning", true, null, context) { RequestId = requestId };

    /// <summary>The data cannot be had, so there is no session; another one may be created (SIM-146).</summary>
    public static ErrorOutput NoData(string message, string? requestId, params ContextEntry[] context) =>
        new("NO_DATA_FOR_SYMBOL", message, "data", "error", true, null, context) { RequestId = requestId };

    public static ErrorOutput ProviderUnavailable(string provider, string? requestId) =>
        new("DATA_PROVIDER_UNAVAILABLE", "Candles for this session cannot be read", "data", "fatal", false, DataRetryAfterMs, new[] { Entry("data_provider", provider) }) { RequestId = requestId };

    /// <summary>SIM-227.</summary>
    public static ErrorOutput TickNotAcknowledged(int tick, int seconds) =>
        new("TICK_NOT_ACKNOWLEDGED", $"Tick {tick} has orders and was not acknowledged as ready for {seconds} s; none of them can fill before", "execution", "warning", true, null, new[] { Entry("sequence_id", tick) });

    /// <summary>SIM-055.</summary>
    public static ErrorOutput MaxDuration(int seconds) =>
        new("MAX_SIMULATION_DURATION_EXCEEDED", "The simulation reached the maximum duration of the plan", "connection", "fatal", false, null, new[] { Entry("max_simulation_duration_sec", seconds) });

    /// <summary>An invariant of ours is broken: this session ends, the journal holds what is needed to reproduce it.</summary>
    public static ErrorOutput Internal(string? requestId) =>
        new("INTERNAL_ERROR", "The simulation failed because of an error in the service", "connection", "fatal", false, null, []) { RequestId = requestId };

    /// <summary>SIM-066 to SIM-069, and <c>DAILY_QUOTA_EXCEEDED</c>, <c>TOO_MANY_SYMBOLS</c> when the verdict says so.</summary>
    public static ErrorOutput Limit(LimitVerdict verdict, DateTimeOffset now, string? requestId)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        var code = verdict.Code ?? "RATE_LIMIT_EXCEEDED";
        ContextEntry[] context = [Entry("limit", verdict.LimitText ?? ""), Entry("current_usage", verdict.CurrentUsage), Entry("reset_time", Instants.Text(verdict.ResetTime)), Entry("plan", verdict.Plan)];
        if (code == "TOO_MANY_SYMBOLS") return Validation(code, "The session has more symbols than the plan allows", requestId, context);
        var wait = Math.Max(0, (long)(verdict.ResetTime - now).TotalMilliseconds);
        return new(code, $"The limit of {verdict.LimitText} is used up", "rate_limit", "error", true, wait, context) { RequestId = requestId };
    }

    public static ContextEntry Entry(string name, string text) => new(name, text, null);

    public static ContextEntry Entry(string name, long number) => new(name, null, number);

    /// <summary>Wire name of a state.</summary>
    public static string Name(SessionState state) => state switch
    {
        SessionState.Initializing => "initializing",
        SessionState.Ready => "ready",
        SessionState.Running => "running",
        SessionState.Paused => "paused",
        SessionState.Completed => "completed",
        _ => "error",
    };
}

/// <summary>The errors about single orders, and the codes that <c>rejected_orders</c> names.</summary>
public static class OrderErrors
{
    /// <summary>Error code of a refusal (section 20).</summary>
    public static string Code(Reason reason) => reason switch
    {
        Reason.UnknownSymbol => "UNKNOWN_SYMBOL",
        Reason.InvalidQuantity => "INVALID_ORDER_QUANTITY",
        Reason.InvalidPrice => "INVALID_ORDER_PRICE",
        Reason.DuplicateOrderId => "DUPLICATE_ORDER_ID",
        Reason.SymbolNotTrading => "SYMBOL_NOT_TRADING",
        Reason.MaxOpenOrders => "MAX_OPEN_ORDERS_EXCEEDED",
        Reason.MaxOrdersPerMinute => "MAX_ORDERS_PER_MINUTE_EXCEEDED",
        Reason.MaxOrderValue => "MAX_ORDER_VALUE_EXCEEDED",
        Reason.MaxPositionSize => "MAX_POSITION_SIZE_EXCEEDED",
        Reason.MaxGrossExposure => "MAX_GROSS_EXPOSURE_EXCEEDED",
        Reason.MaxDrawdown => "MAX_DRAWDOWN_REACHED",
        Reason.InsufficientBuyingPower => "INSUFFICIENT_BUYING_POWER",
        Reason.ShortingNotAllowed => "SHORTING_NOT_ALLOWED",
        Reason.AtomicBatchRejected => "ATOMIC_BATCH_REJECTED",
        _ => "INVALID_ORDER",
    };

    /// <summary>Text beside the code in <c>rejected_orders</c>; null when the code says it all.</summary>
    public static string? Text(Reason reason) => reason switch
    {
        Reason.NotionalTooSmall => "notional_too_small",
        Reason.UnknownOrder => "unknown_order",
        Reason.OrderClosed => "order_closed",
        Reason.QuantityBelowFilled => "quantity_below_filled",
        _ => null,
    };

    /// <summary>The error that names one refused order in its context (SIM-205, SIM-276, SIM-277).</summary>
    public static ErrorOutput Refused(ClientOrder order, in SubmitOutcome outcome, string? requestId)
    {
        ArgumentNullException.ThrowIfNull(order);
        var code = Code(outcome.Reason);
        var context = new List<ContextEntry>(4) { SessionErrors.Entry("order_id", order.OrderId) };
        switch (outcome.Reason)
        {
            case Reason.InvalidQuantity:
                context.Add(Wrong("quantity", order.FaultText, order.Quantity));
                break;
            case Reason.NotionalTooSmall:
                context.Add(SessionErrors.Entry("notional", order.FaultText ?? Decimals.Money(order.Notional ?? 0)));
                break;
            case Reason.InvalidPrice:
                if (order.FaultText is { } written) context.Add(SessionErrors.Entry("written", written));
                if (order.Price is { } price) context.Add(SessionErrors.Entry("price", Decimals.Price(price)));
                if (order.StopPrice is { } stop) context.Add(SessionErrors.Entry("stop_price", Decimals.Price(stop)));
                break;
            case Reason.UnknownSymbol or Reason.SymbolNotTrading:
                context.Add(SessionErrors.Entry("symbol", order.Symbol));
                break;
            case Reason.InsufficientBuyingPower:
                context.Add(SessionErrors.Entry("required", Decimals.Cents(outcome.Required, up: true)));
                context.Add(SessionErrors.Entry("available", Decimals.Cents(outcome.Available, up: false)));
                break;
            default:
                if (Text(outcome.Reason) is { } text) context.Add(SessionErrors.Entry("reason", text));
                else if (order.FaultText is { } fault) context.Add(SessionErrors.Entry("reason", fault));
                break;
        }

        if (Generic(outcome.Reason) is { } generic) context.Add(SessionErrors.Entry("generic_code", generic));
        var isRule = (ushort)outcome.Reason is >= 200 and < 300;
        return new(code, Message(outcome.Reason), isRule ? "execution" : "validation", isRule ? "warning" : "error", true, null, context) { RequestId = requestId };
    }

    /// <summary>The error about an order that the client wants to cancel or replace and that is not open.</summary>
    public static ErrorOutput NotOpen(string orderId, Reason reason, string? requestId) =>
        SessionErrors.Validation("INVALID_ORDER", Message(reason), requestId, SessionErrors.Entry("order_id", orderId), SessionErrors.Entry("reason", Text(reason) ?? "unknown_order"));

    private static ContextEntry Wrong(string name, string? written, long? units)
    {
        if (written is not null)
        {
            return long.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? SessionErrors.Entry(name, whole) : SessionErrors.Entry(name, written);
        }

        var value = units ?? 0;
        return value % Decimals.Unit == 0 ? SessionErrors.Entry(name, value / Decimals.Unit) : SessionErrors.Entry(name, Decimals.Price(value));
    }

    /// <summary>SIM-279.</summary>
    private static string? Generic(Reason reason) => reason switch
    {
        Reason.InsufficientBuyingPower => "INSUFFICIENT_FUNDS",
        Reason.InvalidQuantity or Reason.InvalidPrice or Reason.DuplicateOrderId or Reason.UnknownSymbol or Reason.InvalidOrder or Reason.NotionalTooSmall => "INVALID_ORDER",
        _ => null,
    };

    private static string Message(Reason reason) => reason switch
    {
        Reason.UnknownSymbol => "The symbol is not one of the session's loaded symbols",
        Reason.InvalidQuantity => "The quantity has to be above zero and a whole number of the symbol's unit",
        Reason.InvalidPrice => "A price is missing, not above zero, or off the symbol's price step",
        Reason.NotionalTooSmall => "The notional value is too small for one unit",
        Reason.DuplicateOrderId => "The order id was used before in this session",
        Reason.UnknownOrder => "The session knows no such order",
        Reason.OrderClosed => "The order has ended",
        Reason.QuantityBelowFilled => "The new quantity is not above what has been filled",
        Reason.SymbolNotTrading => "The symbol does not trade now, and the order cannot wait",
        Reason.MaxOpenOrders => "The session has the largest number of open orders already",
        Reason.MaxOrdersPerMinute => "The session has accepted the largest number of orders in this simulated minute",
        Reason.MaxOrderValue => "The order's value is above the limit",
        Reason.MaxPositionSize => "The order would lead to a position above the limit",
        Reason.MaxGrossExposure => "The order would lead to a gross exposure above the limit",
        Reason.MaxDrawdown => "The drawdown limit was reached; only orders that reduce positions pass",
        Reason.InsufficientBuyingPower => "The order needs more buying power than is free",
        Reason.ShortingNotAllowed => "The account must not go short",
        Reason.AtomicBatchRejected => "Another order of the atomic batch was refused",
        _ => "The order's fields do not go together",
    };
}

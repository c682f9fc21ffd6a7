namespace Trading.Protocol;

/// <summary>Machine codes of the <c>error</c> message (simulation API sections 20.3 and 20.4) and what goes with each.</summary>
public static class ErrorCodes
{
    public const string RateLimitExceeded = "RATE_LIMIT_EXCEEDED";
    public const string InvalidOrderQuantity = "INVALID_ORDER_QUANTITY";
    public const string InsufficientBuyingPower = "INSUFFICIENT_BUYING_POWER";
    public const string DataProviderUnavailable = "DATA_PROVIDER_UNAVAILABLE";
    public const string InvalidOrder = "INVALID_ORDER";
    public const string InsufficientFunds = "INSUFFICIENT_FUNDS";
    public const string InvalidMessage = "INVALID_MESSAGE";
    public const string UnknownMessageType = "UNKNOWN_MESSAGE_TYPE";
    public const string InvalidField = "INVALID_FIELD";
    public const string InvalidSessionState = "INVALID_SESSION_STATE";
    public const string SessionNotFound = "SESSION_NOT_FOUND";
    public const string SessionAlreadyExists = "SESSION_ALREADY_EXISTS";
    public const string InvalidDateRange = "INVALID_DATE_RANGE";
    public const string UnknownSymbol = "UNKNOWN_SYMBOL";
    public const string DuplicateOrderId = "DUPLICATE_ORDER_ID";
    public const string InvalidOrderPrice = "INVALID_ORDER_PRICE";
    public const string AuthenticationFailed = "AUTHENTICATION_FAILED";
    public const string KeyDisabled = "KEY_DISABLED";
    public const string InternalError = "INTERNAL_ERROR";

    /// <summary>The generic form of a specific code, for <c>context.generic_code</c> (SIM-279); null when there is none.</summary>
    public static string? Generic(string code) => code switch
    {
        InvalidOrderQuantity or InvalidOrderPrice or UnknownSymbol or DuplicateOrderId => InvalidOrder,
        InsufficientBuyingPower => InsufficientFunds,
        _ => null,
    };
}

/// <summary>Values of <c>error_type</c>.</summary>
public static class ErrorTypes
{
    public const string Validation = "validation";
    public const string Execution = "execution";
    public const string Connection = "connection";
    public const string Data = "data";
    public const string RateLimit = "rate_limit";
}

/// <summary>Names of the protocol's extensions (simulation API section 26).</summary>
public static class Extensions
{
    public const string SimulationResumed = "simulation_resumed";
    public const string CancelOrders = "cancel_orders";
    public const string OrderUpdate = "order_update";
    public const string ExtendedHours = "extended_hours";
    public const string ReplaceOrder = "replace_order";
    public const string FractionalQuantity = "fractional_quantity";
    public const string BatchedTicks = "batched_ticks";
    public const string FastForward = "fast_forward";
    public const string Report = "report";
    public const string Execution = "execution";

    /// <summary>Order types and fields beyond section 14 (decision 006).</summary>
    public const string AdvancedOrders = "advanced_orders";

    /// <summary>Every extension this protocol version knows.</summary>
    public static IReadOnlyList<string> All { get; } =
        [SimulationResumed, CancelOrders, OrderUpdate, ExtendedHours, ReplaceOrder, FractionalQuantity, BatchedTicks, FastForward, Report, Execution, AdvancedOrders];
}

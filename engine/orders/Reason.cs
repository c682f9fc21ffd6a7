namespace Trading.Engine.Orders;

/// <summary>
/// Why an order was refused, ended, or did not fill. Numbers are frozen and grouped by stage: 1xx refused as malformed,
/// 2xx refused by a rule, 3xx ended after acceptance, 4xx not filled in a bar although still open (EXEC-028).
/// </summary>
public enum Reason : ushort
{
    None = 0,

    UnknownSymbol = 101,
    InvalidOrder = 102,
    InvalidQuantity = 103,
    InvalidPrice = 104,
    NotionalTooSmall = 105,
    DuplicateOrderId = 106,
    UnknownOrder = 107,
    OrderClosed = 108,
    QuantityBelowFilled = 109,

    SymbolNotTrading = 201,
    MaxOpenOrders = 202,
    MaxOrdersPerMinute = 203,
    MaxOrderValue = 204,
    MaxPositionSize = 205,
    MaxGrossExposure = 206,
    MaxDrawdown = 207,
    InsufficientBuyingPower = 208,
    ShortingNotAllowed = 209,
    AtomicBatchRejected = 210,

    CancelledByClient = 301,
    DayExpired = 302,
    ImmediateOrCancelRemainder = 303,
    FillOrKillNotFilled = 304,
    EndOfSimulation = 305,
    OneCancelsOther = 306,
    ParentEnded = 307,
    ReplacedByClient = 308,

    NotEligibleYet = 401,
    SessionClosed = 402,
    NoBar = 403,
    NotThrough = 404,
    NotTriggered = 405,
    VolumeExhausted = 406,
    SlippagePastLimit = 407,
    Held = 408,
}

/// <summary>What made a fill happen.</summary>
public enum FillReason : byte
{
    None = 0,
    MarketOpen = 1,
    Market = 2,
    LimitTouched = 3,
    StopTriggered = 4,
    StopLimitTouched = 5,
    MarketOnOpen = 6,
    MarketOnClose = 7,
}

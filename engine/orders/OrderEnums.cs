namespace Trading.Engine.Orders;

/// <summary>Direction of an order.</summary>
public enum OrderSide : byte
{
    Buy = 1,
    Sell = 2,
}

/// <summary>How an order turns into fills (EXEC-020 to EXEC-024).</summary>
public enum OrderType : byte
{
    Market = 1,
    Limit = 2,
    Stop = 3,
    StopLimit = 4,
    TrailingStop = 5,
    MarketOnOpen = 6,
    MarketOnClose = 7,
}

/// <summary>How long an order may wait (EXEC-025).</summary>
public enum TimeInForce : byte
{
    Day = 1,
    GoodTilCancelled = 2,
    ImmediateOrCancel = 3,
    FillOrKill = 4,
}

/// <summary>The canonical life of an order.</summary>
public enum OrderState : byte
{
    Pending = 0,
    Accepted = 1,
    Working = 2,
    PartiallyFilled = 3,
    Filled = 4,
    Rejected = 5,
    Cancelled = 6,
    Expired = 7,
    Replaced = 8,
}

/// <summary>The part an order plays in a group (EXEC-024).</summary>
public enum GroupRole : byte
{
    None = 0,

    /// <summary>One leg of a one-cancels-other group.</summary>
    OneCancelsOther = 1,

    /// <summary>Held until its parent order is filled; then one leg of a one-cancels-other pair.</summary>
    BracketChild = 2,
}

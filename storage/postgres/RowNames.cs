using Trading.Engine.Orders;
using Trading.Storage.ReadModels;

namespace Trading.Storage.Postgres;

/// <summary>Values of enumerations as the tables spell them, which is how the protocol spells them. Null for 0: an order that was refused for its form may lack anything.</summary>
internal static class RowNames
{
    public static string? Of(OrderSide side) => side switch
    {
        OrderSide.Buy => "buy",
        OrderSide.Sell => "sell",
        _ => null,
    };

    public static string? Of(OrderType type) => type switch
    {
        OrderType.Market => "market",
        OrderType.Limit => "limit",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stop_limit",
        OrderType.TrailingStop => "trailing_stop",
        OrderType.MarketOnOpen => "market_on_open",
        OrderType.MarketOnClose => "market_on_close",
        _ => null,
    };

    public static string? Of(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.Day => "day",
        TimeInForce.GoodTilCancelled => "gtc",
        TimeInForce.ImmediateOrCancel => "ioc",
        TimeInForce.FillOrKill => "fok",
        _ => null,
    };

    public static string? Of(OrderState state) => state switch
    {
        OrderState.Pending => "pending",
        OrderState.Accepted => "accepted",
        OrderState.Working => "working",
        OrderState.PartiallyFilled => "partially_filled",
        OrderState.Filled => "filled",
        OrderState.Rejected => "rejected",
        OrderState.Cancelled => "cancelled",
        OrderState.Expired => "expired",
        OrderState.Replaced => "replaced",
        _ => null,
    };

    public static string? Of(FillReason reason) => reason switch
    {
        FillReason.MarketOpen => "market_open",
        FillReason.Market => "market",
        FillReason.LimitTouched => "limit_touched",
        FillReason.StopTriggered => "stop_triggered",
        FillReason.StopLimitTouched => "stop_limit_touched",
        FillReason.MarketOnOpen => "market_on_open",
        FillReason.MarketOnClose => "market_on_close",
        _ => null,
    };

    public static string? Of(RunState state) => state switch
    {
        RunState.Ready => "ready",
        RunState.Running => "running",
        RunState.Paused => "paused",
        RunState.Completed => "completed",
        RunState.Error => "error",
        _ => null,
    };

    public static string? Of(RunEnd end) => end switch
    {
        RunEnd.Completed => "completed",
        RunEnd.Failed => "failed",
        RunEnd.MaxDuration => "max_duration",
        RunEnd.Discarded => "discarded",
        RunEnd.Expired => "expired",
        _ => null,
    };
}

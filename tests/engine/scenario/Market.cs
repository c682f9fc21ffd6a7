using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Scenario;

/// <summary>Small markets written down as tables. Prices and quantities are decimals here and fixed-point units in the engine.</summary>
internal static class Market
{
    public const long Minute = 60_000_000;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;

    /// <summary>2024-07-16, a Tuesday, 00:00 UTC.</summary>
    public const long Tuesday = 1_721_088_000_000_000;

    /// <summary>13:30 UTC, the open of US equities in summer.</summary>
    public const long Open = Tuesday + 13 * Hour + 30 * Minute;

    public static long U(decimal value) => (long)(value * 100_000_000m);

    public static Int128 M(decimal value) => (Int128)(value * 10_000_000_000_000_000m);

    /// <summary>Days with pre-market from 08:00, regular hours 13:30 to 20:00 and after-hours to 24:00 UTC, from Tuesday on.</summary>
    public static TradingDays Weekdays(int days = 5)
    {
        var index = Enumerable.Range(0, days).ToArray();
        return new TradingDays("us_equity", "test", [.. index.Select(day => 19_920 + day)], [.. index.Select(day => Tuesday + day * Day + 8 * Hour)],
            [.. index.Select(day => Open + day * Day)], [.. index.Select(day => Tuesday + day * Day + 20 * Hour)], [.. index.Select(day => Tuesday + day * Day + 24 * Hour)]);
    }

    /// <summary>One-minute bars from <paramref name="start"/> on, each (open, high, low, close, volume).</summary>
    public static BarSeries Minutes(string symbol, long start, params (decimal O, decimal H, decimal L, decimal C, decimal V)[] bars) =>
        At(symbol, AssetClass.Equity, [.. bars.Select((bar, index) => (start + index * Minute, bar))]);

    /// <summary>One-minute bars with their own open times.</summary>
    public static BarSeries At(string symbol, AssetClass kind, params (long Time, (decimal O, decimal H, decimal L, decimal C, decimal V) Bar)[] bars) => new(
        Instrument.Default(symbol, kind), Weekdays(), Minute, "test", "raw", [.. bars.Select(bar => bar.Time)], [.. bars.Select(bar => U(bar.Bar.O))],
        [.. bars.Select(bar => U(bar.Bar.H))], [.. bars.Select(bar => U(bar.Bar.L))], [.. bars.Select(bar => U(bar.Bar.C))], [.. bars.Select(bar => U(bar.Bar.V))]);

    /// <summary>No spread, slippage or commission, 100,000 of cash: only what a test sets changes a price.</summary>
    public static SimulationConfig Plain { get; } = new()
    {
        Start = Tuesday,
        End = Tuesday + 5 * Day,
        InitialCash = M(100_000),
        Slippage = SlippageModel.None,
        Commission = CommissionModel.None,
    };

    public static OrderIntent Buy(decimal quantity, OrderType type = OrderType.Market, decimal limit = 0, decimal stop = 0, TimeInForce tif = TimeInForce.GoodTilCancelled, int symbol = 0) =>
        Order(OrderSide.Buy, quantity, type, limit, stop, tif, symbol);

    public static OrderIntent Sell(decimal quantity, OrderType type = OrderType.Market, decimal limit = 0, decimal stop = 0, TimeInForce tif = TimeInForce.GoodTilCancelled, int symbol = 0) =>
        Order(OrderSide.Sell, quantity, type, limit, stop, tif, symbol);

    private static OrderIntent Order(OrderSide side, decimal quantity, OrderType type, decimal limit, decimal stop, TimeInForce tif, int symbol) => new()
    {
        Symbol = symbol,
        Side = side,
        Type = type,
        TimeInForce = tif,
        HasQuantity = true,
        Quantity = U(quantity),
        LimitPrice = U(limit),
        StopPrice = U(stop),
    };
}

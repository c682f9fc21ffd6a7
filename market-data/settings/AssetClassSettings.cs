namespace Trading.MarketData.Settings;

/// <summary>What one asset class does otherwise than by default (OHLCV-084). <see cref="Markets.MarketRules"/> says what is wrong with a setting.</summary>
public sealed class AssetClassSettings
{
    /// <summary>Whether extended-hours minutes are stored and enter resampled candles (OHLCV-075, OHLCV-D17). They never count for completeness.</summary>
    public bool ExtendedHours { get; set; }

    /// <summary>
    /// Where <c>5min</c>, <c>15min</c>, <c>30min</c> are counted from: <c>default</c> (session open for US equities, 00:00 UTC for crypto, 08:00 London for forex),
    /// <c>session_open</c>, <c>clock</c>, or a time of day and an IANA zone, e.g. <c>08:00 Europe/London</c>.
    /// </summary>
    public string MinuteAlignment { get; set; } = "default";

    /// <summary>
    /// Where <c>1h</c>, <c>2h</c>, <c>4h</c> are counted from (OHLCV-072): <c>default</c> (session open for US equities, 00:00 UTC otherwise),
    /// <c>session_open</c>, <c>clock</c> (midnight of the exchange's clock, so full hours), or a time of day and an IANA zone.
    /// </summary>
    public string HourAlignment { get; set; } = "default";

    /// <summary>
    /// Where a day ends (OHLCV-D09): <c>default</c> or <c>session_close</c> for US equities; <c>default</c>, <c>utc</c> (midnight) or <c>new_york_close</c> (17:00 New York) for crypto and forex.
    /// </summary>
    public string DailyBoundary { get; set; } = "default";
}

namespace Trading.MarketData.Synthetic;

/// <summary>How invented prices of one ticker behave.</summary>
/// <param name="Symbol">A real ticker, so that examples read naturally; the prices are invented.</param>
/// <param name="StartCents">Price at the start in cents.</param>
/// <param name="MarketBetaPercent">How much of the market's move it takes, in percent.</param>
/// <param name="OwnDailyVolatility">Standard deviation of its own part of a regular session's return, in 10⁻⁹.</param>
/// <param name="SharesPerMinute">Typical volume of a minute at midday.</param>
/// <param name="ExtendedActivityPercent">How likely a trade outside the regular session is, compared with a busy stock.</param>
internal sealed record SyntheticEquity(string Symbol, long StartCents, long MarketBetaPercent, long OwnDailyVolatility, long SharesPerMinute, long ExtendedActivityPercent)
{
    public static readonly IReadOnlyList<SyntheticEquity> All =
    [
        new("AAPL", 185_64, 110, 9_000_000, 110_000, 100),
        new("KO", 59_80, 40, 6_500_000, 30_000, 35),
        new("MSFT", 370_90, 95, 8_000_000, 45_000, 75),
        new("NVDA", 48_20, 180, 19_000_000, 900_000, 130),
        new("SPY", 472_70, 100, 300_000, 130_000, 140),
        new("TSLA", 248_40, 170, 23_000_000, 220_000, 130),
    ];
}

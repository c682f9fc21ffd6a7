namespace Trading.Engine.Bars;

/// <summary>What kind of market an instrument trades on; decides its calendar, price step and lot.</summary>
public enum AssetClass : byte
{
    Equity = 0,
    Crypto = 1,
    Forex = 2,
}

/// <summary>A tradeable symbol and the granularity of its prices and quantities.</summary>
/// <param name="Symbol">Canonical upper-case symbol, 1 to 32 characters.</param>
/// <param name="AssetClass">The market it trades on.</param>
/// <param name="PriceStep">Smallest price increment at or above 1 unit of currency, in 10⁻⁸ units; equities 0.01, forex 0.00001, crypto 0.01 (EXEC-034).</param>
/// <param name="PriceStepBelowOne">Smallest price increment below 1 unit of currency, in 10⁻⁸ units; US equities 0.0001, otherwise the same as <paramref name="PriceStep"/>.</param>
/// <param name="Lot">Smallest quantity increment, in 10⁻⁸ units; equities and forex 1 unit, crypto 10⁻⁸ (EXEC-026).</param>
public sealed record Instrument(string Symbol, AssetClass AssetClass, long PriceStep, long PriceStepBelowOne, long Lot)
{
    /// <summary>Fixed-point units in one whole share, coin, currency unit or unit of price.</summary>
    public const long Unit = 100_000_000;

    /// <summary>The price step that applies at <paramref name="price"/> (10⁻⁸ units).</summary>
    public long StepAt(long price) => price < Unit ? PriceStepBelowOne : PriceStep;

    /// <summary>The instrument with the default steps and lot of its asset class (EXEC-026, EXEC-034).</summary>
    public static Instrument Default(string symbol, AssetClass assetClass) => assetClass switch
    {
        AssetClass.Equity => new(symbol, assetClass, 1_000_000, 10_000, Unit),
        AssetClass.Crypto => new(symbol, assetClass, 1_000_000, 1_000_000, 1),
        AssetClass.Forex => new(symbol, assetClass, 1_000, 1_000, Unit),
        _ => throw new ArgumentOutOfRangeException(nameof(assetClass), assetClass, "unknown asset class"),
    };
}

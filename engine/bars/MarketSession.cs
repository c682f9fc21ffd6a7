namespace Trading.Engine.Bars;

/// <summary>The part of an exchange's day that an instant lies in. Crypto and forex are <see cref="Regular"/> while they trade.</summary>
public enum MarketSession : byte
{
    Closed = 0,
    PreMarket = 1,
    Regular = 2,
    AfterHours = 3,
}

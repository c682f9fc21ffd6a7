namespace Trading.MarketData.Markets;

/// <summary>A stretch of a trading day in which candles of one timeframe are counted from one origin. Instants are microseconds since 1970-01-01Z.</summary>
/// <param name="Date">Trading day that the candles belong to, in days since 1970-01-01.</param>
/// <param name="From">First instant.</param>
/// <param name="To">First instant after it; the last interval is cut by it.</param>
/// <param name="Origin">An instant at which an interval begins; for a whole-day part the stamp of its one candle.</param>
/// <param name="Length">Length of an interval in microseconds; 0 for a part that is one candle.</param>
/// <param name="EarliestStamp">No candle is stamped before this: the first instant of the date.</param>
internal readonly record struct SessionPart(int Date, long From, long To, long Origin, long Length, long EarliestStamp);

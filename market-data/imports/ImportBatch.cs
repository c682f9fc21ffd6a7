using Trading.MarketData.Candles;

namespace Trading.MarketData.Imports;

/// <summary>Rows of an input, in their order.</summary>
/// <param name="Candles">The rows that could be read. Of daily bars the times are midnight UTC of the bar's date.</param>
/// <param name="Symbols">The symbol of each row as written; null when the input has no such column. Equal symbols are one object.</param>
public sealed record ImportBatch(CandleColumns Candles, string[]? Symbols);

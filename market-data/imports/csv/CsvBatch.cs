using Trading.MarketData.Candles;

namespace Trading.MarketData.Imports.Csv;

/// <summary>Rows of a CSV file, in their order.</summary>
/// <param name="Candles">The rows that could be read.</param>
/// <param name="Symbols">The symbol of each row as written; null when the file has no such column. Equal symbols are one object.</param>
public sealed record CsvBatch(CandleColumns Candles, string[]? Symbols);

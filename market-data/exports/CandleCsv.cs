using Trading.MarketData.Candles;
using Trading.MarketData.Sources;
using Trading.MarketData.Synthetic;

namespace Trading.MarketData.Exports;

/// <summary>Candles as CSV in the house's format: <c>timestamp_utc,open,high,low,close,volume</c>, start of the candle in UTC, exact decimals without needless zeros.</summary>
public static class CandleCsv
{
    /// <summary>Writes all candles, after the header when <paramref name="withHeader"/>.</summary>
    public static void Write(Stream output, CandleColumns candles, bool withHeader)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(candles);
        const int rows = 8192;
        if (withHeader)
        {
            output.Write(CsvBarParser.Header);
            output.WriteByte((byte)'\n');
        }

        var block = new byte[rows * BarCsvWriter.MaxRowBytes];
        for (var from = 0; from < candles.Count; from += rows)
        {
            var length = 0;
            for (var row = from; row < Math.Min(from + rows, candles.Count); row++)
            {
                length += BarCsvWriter.WriteRow(block.AsSpan(length), candles.Time[row], candles.Open[row], candles.High[row], candles.Low[row], candles.Close[row], candles.Volume[row]);
            }

            output.Write(block.AsSpan(0, length));
        }
    }
}

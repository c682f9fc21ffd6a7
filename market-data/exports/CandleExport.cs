using System.Runtime.CompilerServices;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;

namespace Trading.MarketData.Exports;

/// <summary>Reads stored candles of any number of days with bounded memory, adjusted as wanted, and writes them as one file.</summary>
/// <param name="store">The candles.</param>
/// <param name="adjuster">Makes <c>split</c> and <c>adjusted</c> of raw candles.</param>
/// <param name="symbol">Canonical symbol.</param>
/// <param name="timeframe">Timeframe.</param>
/// <param name="dataVersion"><c>raw</c>, <c>split</c> or <c>adjusted</c>.</param>
public sealed class CandleExport(ICandleStore store, CandleAdjuster adjuster, string symbol, Timeframe timeframe, string dataVersion)
{
    /// <summary>Days read at a time.</summary>
    private const int MostDays = 64;

    /// <summary>The candles of the stored days, in order.</summary>
    /// <exception cref="CandleStoreException">The store cannot be read.</exception>
    /// <exception cref="Sources.BarSourceException">The wanted version cannot be made of what is stored.</exception>
    public async IAsyncEnumerable<CandleColumns> ReadAsync(IReadOnlyList<DateOnly> days, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(days);
        var step = timeframe == Timeframe.Daily ? Math.Max(days.Count, 1) : MostDays;
        for (var at = 0; at < days.Count; at += step)
        {
            var stored = await store.ReadAsync(symbol, timeframe, days[at], days[Math.Min(at + step, days.Count) - 1], null, CandleFields.All, cancellationToken).ConfigureAwait(false);
            yield return await adjuster.AdjustAsync(symbol, stored, dataVersion, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the candles of the stored days as CSV or Parquet.</summary>
    /// <param name="days">The days.</param>
    /// <param name="output">Not closed.</param>
    /// <param name="asParquet">Parquet instead of CSV.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Candles written.</returns>
    public async Task<long> WriteAsync(IReadOnlyList<DateOnly> days, Stream output, bool asParquet, Action<double> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(days);
        ArgumentNullException.ThrowIfNull(progress);
        var parquet = asParquet ? Parquet(output) : null;
        var waiting = new List<CandleColumns>();
        var count = 0L;
        var done = 0;
        await foreach (var candles in ReadAsync(days, cancellationToken).ConfigureAwait(false))
        {
            if (parquet is null) CandleCsv.Write(output, candles, withHeader: count == 0);
            else waiting.Add(candles);
            count += candles.Count;
            done += MostDays;
            if (waiting.Sum(part => part.Count) >= ParquetWriter.GoodRowGroupRows) Flush(parquet!, waiting);
            progress(Math.Min(1, (double)done / days.Count));
        }

        if (parquet is null) return count;
        Flush(parquet, waiting);
        parquet.Finish();
        return count;
    }

    /// <summary>Writes candles that are in memory as a Parquet file of their own.</summary>
    public static void WriteParquet(Stream output, CandleColumns candles)
    {
        var parquet = Parquet(output);
        Flush(parquet, [candles]);
        parquet.Finish();
    }

    private static ParquetWriter Parquet(Stream output) => new(
        output,
        [ParquetWriteColumn.Timestamp("date"), ParquetWriteColumn.Units("open"), ParquetWriteColumn.Units("high"), ParquetWriteColumn.Units("low"), ParquetWriteColumn.Units("close"), ParquetWriteColumn.Units("volume")]);

    private static void Flush(ParquetWriter parquet, List<CandleColumns> waiting)
    {
        if (waiting.Count == 0) return;
        var all = CandleColumns.Concat(waiting);
        waiting.Clear();
        for (var from = 0; from < all.Count; from += ParquetWriter.GoodRowGroupRows)
        {
            var count = Math.Min(ParquetWriter.GoodRowGroupRows, all.Count - from);
            long[][] columns = [all.Time, all.Open, all.High, all.Low, all.Close, all.Volume];
            parquet.Write([.. columns.Select(column => ParquetValues.Of(column.AsMemory(from, count)))]);
        }
    }
}

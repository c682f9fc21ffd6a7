using NodaTime;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;
using Trading.MarketData.Markets;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;

namespace Trading.MarketData.Synthetic;

/// <summary>The demo's bars in the candle store: the same bars as in the client's CSV files of <see cref="DemoData"/>.</summary>
public static class DemoStore
{
    /// <summary>Where the stored days say they come from: invented, and complete since the year was over.</summary>
    private static readonly PartitionInfo Info = new(
        SyntheticUsEquities.SourceName,
        SyntheticUsEquities.SourceName,
        DataVersions.Raw,
        Finality.Final,
        DemoData.LastDate.PlusDays(1).AtStartOfDayInZone(DateTimeZone.Utc).ToInstant().ToUnixTimeTicks() / 10,
        []);

    /// <summary>
    /// Stores the days that are missing, from the CSV files in <paramref name="directory"/>. A store with anything else in it is left alone: nobody wants invented
    /// prices among his own.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="markets">The days of each market.</param>
    /// <param name="directory">Where <see cref="DemoData.EnsureAsync"/> made its files.</param>
    /// <param name="cancellationToken">Stops between tickers.</param>
    /// <returns>Number of tickers of which days were stored.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CandleStoreException">The store cannot be written.</exception>
    public static async Task<int> EnsureAsync(ICandleStore store, MarketTable markets, string directory, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(markets);
        if (!await IsForDemoAsync(store, cancellationToken).ConfigureAwait(false)) return 0;
        var expected = new UsEquityCalendar().Days(DemoData.FirstDate, DemoData.LastDate).Count;
        var stored = 0;
        foreach (var symbol in SyntheticUsEquities.Symbols)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var days = (await store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false)).ToHashSet();
            if (days.Count >= expected) continue;
            var path = Path.Combine(directory, "minute", symbol + ".csv");
            if (!File.Exists(path) || !IsSynthetic(path)) continue;
            var bars = CsvBarParser.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), Path.GetFileName(path), CsvDirectoryBarSource.MinuteMicros);
            var missing = Without(bars, days, markets[symbol]);
            if (missing.Count == 0) continue;
            var writer = await store.OpenWriterAsync(symbol, cancellationToken).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                await writer.WriteAsync(Timeframe.OneMinute, missing, Info, WriteMode.Merge, cancellationToken).ConfigureAwait(false);
            }

            stored++;
        }

        return stored;
    }

    /// <summary>Makes all longer candles of the stored demo days; files that are right already stay as they are.</summary>
    /// <param name="store">The store.</param>
    /// <param name="markets">The days of each market.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <exception cref="CandleStoreException">The store cannot be written, or somebody else writes a symbol.</exception>
    public static async Task ResampleAsync(ICandleStore store, MarketTable markets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var resampling = new StoredResampling(store, markets);
        foreach (var symbol in SyntheticUsEquities.Symbols)
        {
            var days = await store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false);
            if (days.Count > 0) await resampling.ResampleAsync(symbol, days, Timeframes.All.Skip(1), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a store has nothing in it but the demo's bars, or nothing at all.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<bool> IsForDemoAsync(ICandleStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);

        // whoever imports daily candles may have no minutes
        return await HoldsDemoOnly(store, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false) && await HoldsDemoOnly(store, Timeframe.Daily, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsSynthetic(string path)
    {
        var marker = Path.ChangeExtension(path, CsvDirectoryBarSource.MarkerExtension);
        return File.Exists(marker) && File.ReadAllText(marker).Trim() == SyntheticUsEquities.SourceName;
    }

    private static async Task<bool> HoldsDemoOnly(ICandleStore store, Timeframe timeframe, CancellationToken cancellationToken)
    {
        foreach (var symbol in await store.SymbolsAsync(timeframe, cancellationToken).ConfigureAwait(false))
        {
            if (!SyntheticUsEquities.Symbols.Contains(symbol)) return false;
            var days = await store.DaysAsync(symbol, timeframe, cancellationToken).ConfigureAwait(false);
            // whoever fetches or imports a symbol begins or ends it
            foreach (var day in days.Count == 0 ? [] : new[] { days[0], days[^1] })
            {
                var parts = await store.DescribeAsync(symbol, timeframe, day, day, cancellationToken).ConfigureAwait(false);
                if (parts.Any(part => part.Summary.Info.Source != SyntheticUsEquities.SourceName)) return false;
            }
        }

        return true;
    }

    private static CandleColumns Without(BarColumns bars, HashSet<DateOnly> days, MarketRules rules)
    {
        var all = new CandleColumns(bars.OpenTime, bars.Open, bars.High, bars.Low, bars.Close, bars.Volume);
        if (days.Count == 0) return all;
        var parts = new List<CandleColumns>();
        for (var from = 0; from < all.Count;)
        {
            var day = rules.DayOf(all.Time[from]);
            var to = all.FirstAtOrAfter(rules.BoundsOf(day).End);
            if (!days.Contains(day)) parts.Add(all.Slice(from, to - from));
            from = to;
        }

        return CandleColumns.Concat(parts);
    }
}

using Trading.Engine.Metrics;
using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Sources;

public sealed class StoredRealBarsTests
{
    [SharedDataFact]
    [Trait("req", "SIM-303")]
    [Trait("req", "OHLCV-196")]
    public async Task Real_bars_have_the_fingerprint_of_their_files_once_they_are_stored()
    {
        using var directory = new TemporaryDirectory();
        var files = new DiskFiles(directory.Path);
        var store = new CandleStore(files, new ParquetCandleFormat(), MemoryCandleStore.Markets, new StorageSettings());
        var csv = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(SharedData.Directory!), MemoryCandleStore.Instruments, new TradingCalendars());
        var stored = new StoreBarSource(store, new FileCorporateActionStore(files, TimeProvider.System, TimeSpan.FromDays(30)), MemoryCandleStore.Instruments, MemoryCandleStore.Markets, ["polygon"]);
        foreach (var symbol in new[] { "BTCUSD", "ETHUSD", "EURUSD", "NZDUSD" })
        {
            var bars = (await csv.LoadAsync(new(symbol, "polygon")))!;
            await using (var writer = await store.OpenWriterAsync(symbol, default))
            {
                var candles = new CandleColumns(bars.OpenTime, bars.Open, bars.High, bars.Low, bars.Close, bars.Volume);
                await writer.WriteAsync(Timeframe.OneMinute, candles, new PartitionInfo("import", "csv", "raw", Finality.Final, 0, []), WriteMode.Merge, default);
            }

            foreach (var version in new[] { "raw", "split", "adjusted" })
            {
                var again = (await stored.LoadAsync(new(symbol, "polygon", version)))!;
                Assert.Equal((bars.Count, "csv", version), (again.Count, again.Source, again.DataVersion));
                Assert.Equal(DataFingerprint.Of(bars, 0, long.MaxValue, true, out _), DataFingerprint.Of(again, 0, long.MaxValue, true, out _));
                Assert.Equal(bars.Session, again.Session);
            }
        }
    }
}

using Trading.Engine.Metrics;
using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;
using Trading.MarketData.Synthetic;
using Trading.MarketData.Tests.Sources;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Synthetic;

public sealed class DemoStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Csv => Path.Combine(_directory.Path, "bars");

    private string Stored => Path.Combine(_directory.Path, "storage");

    private CandleStore Store => new(new DiskFiles(Stored), new ParquetCandleFormat(), MemoryCandleStore.Markets, new StorageSettings());

    public void Dispose() => _directory.Dispose();

    [Fact]
    [Trait("req", "SIM-303")]
    [Trait("req", "OHLCV-196")]
    public async Task The_store_serves_the_bars_of_the_clients_files_and_calls_them_synthetic()
    {
        await DemoData.EnsureAsync(Csv, 7);
        Assert.Equal(SyntheticUsEquities.Symbols.Count, await DemoStore.EnsureAsync(Store, MemoryCandleStore.Markets, Csv));
        var files = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(Csv), MemoryCandleStore.Instruments, new TradingCalendars());
        var store = new StoreBarSource(Store, new FileCorporateActionStore(new DiskFiles(Stored), TimeProvider.System, TimeSpan.FromDays(30)), MemoryCandleStore.Instruments, MemoryCandleStore.Markets, ["polygon"]);
        foreach (var symbol in SyntheticUsEquities.Symbols)
        {
            var (csv, stored) = ((await files.LoadAsync(new(symbol, "polygon")))!, (await store.LoadAsync(new(symbol, "polygon")))!);
            Assert.Equal(csv.Count, stored.Count);
            Assert.Equal(DataFingerprint.Of(csv, 0, long.MaxValue, true, out _), DataFingerprint.Of(stored, 0, long.MaxValue, true, out _));
            Assert.Equal("synthetic", stored.Source);
        }

        // again: nothing to do; a day that is missing comes back; the files are as they were
        var before = Listing();
        Assert.Equal(0, await DemoStore.EnsureAsync(Store, MemoryCandleStore.Markets, Csv));
        File.Delete(Path.Combine(Stored, "candles", "1min", "AAPL", "2024-07-16.parquet"));
        Assert.Equal(1, await DemoStore.EnsureAsync(Store, MemoryCandleStore.Markets, Csv));
        Assert.Equal(before, Listing());
    }

    [Theory]
    [InlineData("PEP", "csv", Timeframe.OneMinute)]
    [InlineData("AAPL", "vendor_history", Timeframe.OneMinute)]
    [InlineData("AAPL", "csv", Timeframe.Daily)]
    public async Task A_store_with_anything_else_in_it_gets_no_invented_prices(string symbol, string source, Timeframe timeframe)
    {
        Small("MSFT", "synthetic");
        await using (var writer = await Store.OpenWriterAsync(symbol, default))
        {
            var minute = new CandleColumns([TestTime.At("2024-07-16 13:30")], [1], [1], [1], [1], [1]);
            await writer.WriteAsync(timeframe, minute, new PartitionInfo("polygon", source, "raw", Finality.Final, 1, []), WriteMode.Merge, default);
        }

        Assert.Equal(0, await DemoStore.EnsureAsync(Store, MemoryCandleStore.Markets, Csv));
        Assert.Equal([symbol], await Store.SymbolsAsync(timeframe, default));
        Assert.Single(Listing());
    }

    [Fact]
    public async Task The_demo_has_candles_of_every_timeframe()
    {
        Small("KO", "synthetic");
        await DemoStore.EnsureAsync(Store, MemoryCandleStore.Markets, Csv);
        await DemoStore.ResampleAsync(Store, MemoryCandleStore.Markets);
        foreach (var timeframe in Timeframes.All) Assert.Equal(["KO"], await Store.SymbolsAsync(timeframe, default));
        Assert.True(await DemoStore.IsForDemoAsync(Store));
    }

    [Fact]
    public async Task Files_that_are_not_the_demos_are_not_taken()
    {
        Small("AAPL", null);
        Small("KO", "csv");
        Small("MSFT", "synthetic");
        Assert.Equal(1, await DemoStore.EnsureAsync(Store, MemoryCandleStore.Markets, Csv));
        Assert.Equal(["MSFT"], await Store.SymbolsAsync(Timeframe.OneMinute, default));
    }

    private void Small(string symbol, string? source)
    {
        _directory.Write($"bars/minute/{symbol}.csv", "timestamp_utc,open,high,low,close,volume\n2024-07-16T13:30:00Z,60.00,60.10,59.90,60.05,1000\n");
        if (source is not null) _directory.Write($"bars/minute/{symbol}.source", source + "\n");
    }

    private List<string> Listing() =>
        [.. Directory.EnumerateFiles(Path.Combine(Stored, "candles"), "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}")];
}

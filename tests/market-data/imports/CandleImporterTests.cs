using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Imports;

public sealed class CandleImporterTests : IDisposable
{
    private static readonly MarketTable Markets = new(new InstrumentTable(), new TradingCalendars(), new MarketDataOptions());
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait("req", "OHLCV-037")]
    [InlineData(100)]
    [InlineData(1_500)]
    [InlineData(1_000_000)]
    public async Task However_many_rows_are_kept_in_memory_the_stored_bytes_are_the_same(int bufferRows)
    {
        var expected = await ImportAsync("expected", 1_000_000);
        Assert.Equal(expected, await ImportAsync("tried", bufferRows));
    }

    [Fact]
    public async Task A_refused_input_leaves_the_store_untouched_though_its_rows_did_not_fit_into_memory()
    {
        var report = await RunAsync("store", 100, input => input with { Read = (issues, ct) => input.Read(issues, ct).Concat(Failing(issues)) });
        Assert.NotNull(report.Files[0].Refused);
        Assert.Empty(report.Symbols);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "store", "candles")));

        static IEnumerable<ImportBatch> Failing(ImportIssues issues)
        {
            issues.Add(99, "time", "x"u8, "a time");
            yield break;
        }
    }

    [Theory]
    [Trait("req", "OHLCV-088")]
    [InlineData("AAPL", "1985-07-16 14:00", "on a day without trading")]
    [InlineData("AAPL", "2051-07-18 14:00", "on a day without trading")]
    [InlineData("BTC-USD", "1989-12-31 23:59", "outside the years that the calendars know (1990 to 2050)")]
    [InlineData("EURUSD", "2051-01-02 00:00", "outside the years that the calendars know (1990 to 2050)")]
    public async Task Years_without_a_calendar_are_left_out_and_told(string symbol, string time, string reason)
    {
        var candles = TestMarkets.Candles([TestTime.At("2024-07-16 14:00"), TestTime.At(time)], new Random(88));
        var input = new ImportInput($"{symbol}.csv", 1, symbol, TestTime.At("2024-08-01 00:00"), (_, _) => [new ImportBatch(candles, null)]);
        var store = new CandleStore(new DiskFiles(Path.Combine(_folder.Path, "years")), new ParquetCandleFormat(), Markets, new StorageSettings());
        var report = await new CandleImporter(store, Markets, new ImportOptions(), TimeProvider.System).RunAsync([input], null, default);
        Assert.Equal(new KeyValuePair<string, long>(reason, 1), Assert.Single(report.Files[0].LeftOut));
        Assert.Equal([new DateOnly(2024, 7, 16)], await store.DaysAsync(symbol, Timeframe.OneMinute, default));
    }

    private async Task<Dictionary<string, string>> ImportAsync(string name, int bufferRows)
    {
        var report = await RunAsync(name, bufferRows, input => input);
        Assert.True(report.IsWhole);
        var root = Path.Combine(_folder.Path, name, "candles");
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(root, file), file => Convert.ToHexString(File.ReadAllBytes(file)));
    }

    private async Task<ImportReport> RunAsync(string name, int bufferRows, Func<ImportInput, ImportInput> change)
    {
        var candles = TestMarkets.Minutes(TestMarkets.Crypto, "2024-07-01", "2024-07-05");
        var input = change(new ImportInput("BTCUSD.csv", 1, "BTCUSD", TestTime.At("2024-08-01 00:00"), (_, _) => Enumerable.Range(0, candles.Count / 400).Select(at => new ImportBatch(candles.Slice(at * 400, 400), null))));
        var store = new CandleStore(new DiskFiles(Path.Combine(_folder.Path, name)), new ParquetCandleFormat(), Markets, new StorageSettings());
        return await new CandleImporter(store, Markets, new ImportOptions { BufferRows = bufferRows, Resample = true }, TimeProvider.System).RunAsync([input], null, default);
    }
}

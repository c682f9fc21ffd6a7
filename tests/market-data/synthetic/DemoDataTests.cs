using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Sources;
using Trading.MarketData.Synthetic;

namespace Trading.MarketData.Tests.Synthetic;

public sealed class DemoDataTests : IDisposable
{
    private const string OwnBars = "timestamp_utc,open,high,low,close,volume\n2024-07-16T13:30:00Z,10,12,9,11,100\n";
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Missing_files_are_made_marked_and_read_back_bar_by_bar_and_existing_ones_stay()
    {
        _directory.Write("minute/KO.csv", OwnBars);
        var told = new Told();
        Assert.Equal(SyntheticUsEquities.Symbols.Count - 1, await DemoData.EnsureAsync(_directory.Path, seed: 7, told));
        Assert.Equal(SyntheticUsEquities.Symbols.Select((symbol, index) => new DemoDataProgress(symbol, symbol != "KO", index + 1, SyntheticUsEquities.Symbols.Count)), told.Reports);

        var source = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(_directory.Path), new InstrumentTable(), new TradingCalendars());
        var read = await source.LoadAsync(new("TSLA", "polygon"));
        var made = new SyntheticUsEquities(7, new UsEquityCalendar()).Series("TSLA", DemoData.FirstDate, DemoData.LastDate);
        Assert.Equal("synthetic", read!.Source);
        Assert.Equal(Columns(made), Columns(read));
        Assert.Equal(("csv", 1), ((await source.LoadAsync(new("KO", "polygon")))!.Source, (await source.LoadAsync(new("KO", "polygon")))!.Count));
        Assert.DoesNotContain(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));

        var before = Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.GetLastWriteTimeUtc);
        Assert.Equal(0, await DemoData.EnsureAsync(_directory.Path, seed: 8));
        Assert.Equal(before, Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.GetLastWriteTimeUtc));
    }

    public void Dispose() => _directory.Dispose();

    private static long[][] Columns(BarSeries series) => [series.OpenTime, series.Open, series.High, series.Low, series.Close, series.Volume];

    private sealed class Told : IProgress<DemoDataProgress>
    {
        public List<DemoDataProgress> Reports { get; } = [];

        public void Report(DemoDataProgress value) => Reports.Add(value);
    }
}

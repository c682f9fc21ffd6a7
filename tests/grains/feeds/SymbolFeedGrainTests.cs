using Microsoft.Extensions.DependencyInjection;
using Trading.Engine.Metrics;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Feeds;
using Trading.Grains.Tests.Support;
using Trading.MarketData.Cache;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Sources;

namespace Trading.Grains.Tests.Feeds;

public class SymbolFeedGrainTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bars-").FullName;
    private GrainHost _host = null!;
    private IBarSource _bars = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "minute"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "minute", "KO.csv"), """
            timestamp_utc,open,high,low,close,volume
            2024-07-16T13:30:00Z,60.00,60.10,59.90,60.05,1000
            2024-07-16T13:31:00Z,60.05,60.20,60.00,60.10,900
            2024-07-16T13:34:00Z,60.10,60.15,60.05,60.05,800
            2024-07-16T20:05:00Z,60.00,60.00,60.00,60.00,10

            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "minute", "BAD.csv"), "timestamp_utc,open\nnonsense\n");
        _bars = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(_folder), new InstrumentTable(), new TradingCalendars());
        _host = await GrainHost.StartAsync(services => services.AddSingleton(_bars).AddSingleton<BarFingerprints>());
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Availability_counts_the_range_and_names_its_data()
    {
        var (start, end) = (Micros("2024-07-16T13:30:00Z"), Micros("2024-07-16T13:40:00Z"));
        var found = (await Ask("polygon", "KO", start, end))!;
        Assert.Equal(("KO", start, Micros("2024-07-16T13:35:00Z"), 3, 7), (found.Range.Symbol, found.Range.Start, found.Range.End, found.Range.Candles, found.Range.MissingCandles));
        var series = (await _bars.LoadAsync(new BarSeriesKey("KO", "polygon")))!;
        Assert.Equal(DataFingerprint.Of(series, start, end, extendedHours: false, out _), found.Fingerprint);
        Assert.Equal("csv", found.Source);
    }

    [Fact]
    public async Task A_range_without_bars_is_empty_but_known()
    {
        var found = (await Ask("polygon", "KO", Micros("2024-07-17T13:30:00Z"), Micros("2024-07-17T13:40:00Z")))!;
        Assert.Equal((0, 0, 0, 10), (found.Range.Start, found.Range.End, found.Range.Candles, found.Range.MissingCandles));
    }

    [Theory]
    [InlineData("polygon", "NONE")]
    [InlineData("polygon", "../etc/passwd")]
    [InlineData("alpaca", "KO")]
    [InlineData("nobody", "KO")]
    public async Task What_cannot_have_bars_has_none(string provider, string symbol) => Assert.Null(await Ask(provider, symbol, 0, 1));

    [Fact]
    public async Task Damaged_data_are_an_error_and_not_an_absence()
    {
        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => Ask("polygon", "BAD", 0, 1));
        Assert.Contains("BAD.csv", problem.Message, StringComparison.Ordinal);
    }

    private Task<FeedAvailability?> Ask(string provider, string symbol, long start, long end) =>
        _host.Client.GetGrain<ISymbolFeedGrain>(GrainKeys.Feed(provider, symbol)).GetAvailability(start, end, extendedHours: false, "adjusted", CancellationToken.None);

    private static long Micros(string time) => (DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / 10;
}

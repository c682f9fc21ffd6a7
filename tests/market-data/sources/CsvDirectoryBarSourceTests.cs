using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Tests.Sources;

public sealed class CsvDirectoryBarSourceTests : IDisposable
{
    private const string Bars = "timestamp_utc,open,high,low,close,volume\n2024-07-16T13:29:00Z,10,12,9,11,100\n2024-07-16T13:30:00Z,11,12,9,11,200\n";
    private static readonly TradingCalendars Calendars = new();
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    [Trait("req", "EXEC-001")]
    [Trait("req", "SIM-303")]
    public async Task A_series_is_read_by_symbol_provider_and_version_and_keeps_its_open_times()
    {
        _directory.Write("minute/KO.csv", Bars);
        var series = await Source().LoadAsync(new BarSeriesKey("KO", "polygon"));
        Assert.NotNull(series);
        Assert.Equal(("KO", "csv", "adjusted", TestTime.Minute), (series.Instrument.Symbol, series.Source, series.DataVersion, series.BarMicros));
        Assert.Equal(["2024-07-16 13:29", "2024-07-16 13:30"], series.OpenTime.Select(TestTime.Show));
        Assert.Equal([MarketSession.PreMarket, MarketSession.Regular], series.Session);
        Assert.Same(Calendars.UsEquity.All, series.Days);
    }

    [Fact]
    [Trait("req", "SIM-304")]
    public async Task Providers_and_data_versions_do_not_mix()
    {
        _directory.Write("a/minute/KO.csv", Bars);
        _directory.Write("a/minute_raw/KO.csv", Bars.Replace("11,200", "11,201", StringComparison.Ordinal));
        _directory.Write("b/minute/KO.csv", Bars.Replace("11,200", "11,202", StringComparison.Ordinal));
        var source = Source(("polygon", "a"), ("tiingo", "b"));
        Assert.Equal(200, await LastVolume(source, new("KO", "polygon")));
        Assert.Equal(201, await LastVolume(source, new("KO", "polygon", "raw")));
        Assert.Equal(202, await LastVolume(source, new("KO", "tiingo")));
        Assert.Null(await source.LoadAsync(new("KO", "tiingo", "raw")));
        Assert.Equal(BarSourceProblem.UnknownDataVersion, await ProblemOf(source, new("KO", "polygon", "dividends")));
    }

    [Fact]
    [Trait("req", "SIM-138")]
    public void The_five_providers_of_the_protocol_are_known_and_no_others()
    {
        var source = Source();
        Assert.All(new[] { "polygon", "alpaca", "iex", "financial_modeling_prep", "tiingo" }, provider => Assert.True(source.IsKnownProvider(provider)));
        Assert.All(new[] { "", "Polygon", "yahoo", "../polygon" }, provider => Assert.False(source.IsKnownProvider(provider)));
    }

    [Fact]
    [Trait("req", "SIM-139")]
    public async Task A_known_provider_without_a_directory_is_not_configured_and_refuses_to_load()
    {
        var source = Source();
        Assert.True(source.IsConfigured("polygon"));
        foreach (var provider in new[] { "alpaca", "iex", "financial_modeling_prep", "tiingo" })
        {
            Assert.False(source.IsConfigured(provider));
            Assert.Equal(BarSourceProblem.ProviderNotConfigured, await ProblemOf(source, new("KO", provider)));
        }

        Assert.Equal(BarSourceProblem.UnknownProvider, await ProblemOf(source, new("KO", "yahoo")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../KO")]
    [InlineData("..\\KO")]
    [InlineData("/etc/passwd")]
    [InlineData("C:KO")]
    [InlineData("K/O")]
    [InlineData("KO\0")]
    [InlineData("KO\n")]
    [InlineData("ko")]
    [InlineData("KO ")]
    [InlineData(".KO")]
    [InlineData("KO.")]
    [InlineData("K..O")]
    [InlineData("K*")]
    [InlineData("ÄÖÜ")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456")] // 33 characters
    public async Task A_bad_symbol_is_refused_even_if_a_file_of_that_name_exists(string symbol)
    {
        _directory.Write("KO.csv", Bars);
        _directory.Write("minute/ko.csv", Bars);
        Assert.Equal(BarSourceProblem.BadSymbol, await ProblemOf(Source(), new(symbol, "polygon")));
    }

    [Fact]
    public async Task A_symbol_without_a_file_has_no_series()
    {
        Assert.Null(await Source().LoadAsync(new("KO", "polygon")));
        Assert.Empty(await Source().ListAsync());
    }

    [Fact]
    public async Task A_malformed_file_says_where_and_keeps_the_directory_to_itself()
    {
        _directory.Write("minute/KO.csv", Bars + "2024-07-16T13:31:00Z,11,12,9,x,200\n");
        var failure = await Assert.ThrowsAsync<BarFormatException>(() => Source().LoadAsync(new("KO", "polygon")));
        Assert.StartsWith("KO.csv line 4, column close: 'x'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_directory.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "SIM-305")]
    public async Task The_list_tells_what_there_is_and_what_is_wrong_with_it()
    {
        _directory.Write("a/minute/KO.csv", Bars);
        _directory.Write("a/minute/KO.source", "synthetic\n");
        _directory.Write("a/minute/BRK.B.csv", Bars.TrimEnd());
        _directory.Write("a/minute/EMPTY.csv", "timestamp_utc,open,high,low,close,volume\n");
        _directory.Write("a/minute/BAD.csv", "time,price\n");
        _directory.Write("a/minute/notes.csv", "not a symbol");
        _directory.Write("b/minute_raw/KO.csv", Bars);
        var (first, last) = (TestTime.At("2024-07-16 13:29"), TestTime.At("2024-07-16 13:30"));
        AvailableSeries[] expected =
        [
            new(new("BAD", "iex"), "csv", 0, null, null, "BAD.csv does not begin with the header of a bar file"),
            new(new("BRK.B", "iex"), "csv", 2, first, last),
            new(new("EMPTY", "iex"), "csv", 0, null, null),
            new(new("KO", "iex"), "synthetic", 2, first, last),
            new(new("KO", "polygon", "raw"), "csv", 2, first, last),
        ];
        var source = Source(("polygon", "b"), ("iex", "a"));
        Assert.Equal(expected, await source.ListAsync());
        _directory.Write("a/minute/KO.csv", Bars + "2024-07-17T13:30:00Z,11,12,9,11,200\n");
        Assert.Equal(3, (await source.ListAsync()).Single(series => series.Key == new BarSeriesKey("KO", "iex")).Bars);
    }

    [Fact]
    public async Task The_marker_beside_a_file_names_the_source()
    {
        _directory.Write("minute/KO.csv", Bars);
        _directory.Write("minute/KO.source", "synthetic\n");
        Assert.Equal("synthetic", (await Source().LoadAsync(new("KO", "polygon")))!.Source);
        _directory.Write("minute/KO.source", "two words");
        Assert.Equal(BarSourceProblem.MalformedData, await ProblemOf(Source(), new("KO", "polygon")));
    }

    [Fact]
    public void Wrong_options_name_the_setting_and_its_value()
    {
        var unknown = Assert.Throws<ArgumentException>(() => Source(("yahoo", "a")));
        Assert.Contains("ProviderDirectories names 'yahoo'", unknown.Message, StringComparison.Ordinal);
        var options = CsvBarSourceOptions.ForDefaultProvider(" ");
        Assert.Contains("ProviderDirectories['polygon'] is ' '", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [SharedDataFact]
    public async Task The_real_files_have_their_rows_and_read_as_the_naive_reader_reads_them()
    {
        var source = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(SharedData.Directory!), new InstrumentTable(), Calendars);
        (string Symbol, int Rows, AssetClass AssetClass)[] files =
            [("BTCUSD", 12_423, AssetClass.Crypto), ("ETHUSD", 5_329, AssetClass.Crypto), ("EURUSD", 18_184, AssetClass.Forex), ("NZDUSD", 15_543, AssetClass.Forex)];
        foreach (var (symbol, rows, assetClass) in files)
        {
            var series = await source.LoadAsync(new(symbol, "polygon"));
            Assert.Equal((rows, assetClass), (series!.Count, series.Instrument.AssetClass));
            var naive = NaiveCsv.Rows(await File.ReadAllTextAsync(Path.Combine(SharedData.Directory!, "minute", symbol + ".csv")));
            for (var bar = 0; bar < rows; bar++)
            {
                Assert.Equal(naive[bar], new[] { series.OpenTime[bar], series.Open[bar], series.High[bar], series.Low[bar], series.Close[bar], series.Volume[bar] });
            }

            Assert.All(series.Session, session => Assert.Equal(MarketSession.Regular, session));
        }

        Assert.Equal(files.Select(file => ((long)file.Rows, file.Symbol)), (await source.ListAsync()).Select(series => (series.Bars, series.Key.Symbol)));
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<long> LastVolume(CsvDirectoryBarSource source, BarSeriesKey key) =>
        (await source.LoadAsync(key))!.Volume[^1] / Instrument.Unit;

    private static async Task<BarSourceProblem> ProblemOf(CsvDirectoryBarSource source, BarSeriesKey key) =>
        (await Assert.ThrowsAnyAsync<BarSourceException>(() => source.LoadAsync(key))).Problem;

    private CsvDirectoryBarSource Source() => Source(("polygon", ""));

    private CsvDirectoryBarSource Source(params (string Provider, string Folder)[] providers) => new(
        new CsvBarSourceOptions { ProviderDirectories = providers.ToDictionary(entry => entry.Provider, entry => Path.Combine(_directory.Path, entry.Folder)) },
        new InstrumentTable(),
        Calendars);
}

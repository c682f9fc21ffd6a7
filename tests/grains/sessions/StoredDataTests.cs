using System.Text.Json;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Grains.Tests.Support;
using Trading.MarketData.Actions;
using Trading.MarketData.Cache;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;
using Trading.MarketData.Tests.Sources;
using Trading.Storage.Files;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Sessions over the candle store: equal to sessions over files, undisturbed by updates, and outspoken about changed data.</summary>
public class StoredDataTests
{
    private const long Unit = Instrument.Unit;
    private const int Ticks = 20;

    private readonly MemoryCandleStore _store = new();
    private readonly MemoryActions _actions = new();

    [Fact]
    [Trait("req", "SIM-303")]
    [Trait("req", "OHLCV-196")]
    [Trait("req", "OHLCV-013")]
    public async Task A_session_over_the_store_equals_one_over_files_of_the_same_bars_and_names_where_they_come_from()
    {
        WriteBars(0);
        var folder = Directory.CreateTempSubdirectory("bars-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "minute"));
            await File.WriteAllLinesAsync(Path.Combine(folder.FullName, "minute", "ACME.csv"), CsvOf(Bars(0)));
            var files = new CsvDirectoryBarSource(CsvBarSourceOptions.ForDefaultProvider(folder.FullName), MemoryCandleStore.Instruments, new MarketData.Calendars.TradingCalendars());
            await using var overFiles = await SessionHost.StartAsync(bars: files);
            await using var overStore = await SessionHost.StartAsync(bars: StoreBars());
            var expected = await Run(overFiles.Connect());
            var actual = await Run(overStore.Connect());
            Assert.Equal((expected.ResultHash, expected.FinalEquity), (actual.ResultHash, actual.FinalEquity));
            var (csv, stored) = (await Manifest(overFiles), await Manifest(overStore));
            Assert.Equal(csv.GetProperty("fingerprint").GetString(), stored.GetProperty("fingerprint").GetString());
            Assert.Equal(("csv", "polygon"), (csv.GetProperty("source").GetString(), stored.GetProperty("source").GetString()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-013")]
    public async Task A_run_over_days_of_two_providers_names_both_whatever_name_was_asked_for()
    {
        var bars = Bars(0);
        _store.Write("ACME", bars.Slice(0, 10), provider: "polygon");
        _store.Write("ACME", bars.Slice(10, 10), provider: "financial_modeling_prep");
        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        await Run(host.Connect(), SessionHost.Create() with { DataProvider = "tiingo" });
        Assert.Equal("financial_modeling_prep+polygon", (await Manifest(host)).GetProperty("source").GetString());
    }

    public static TheoryData<int, bool> Moments
    {
        get
        {
            var moments = new TheoryData<int, bool>();
            foreach (var tick in new[] { 1, 5, 10, 11, 19 })
            {
                moments.Add(tick, false);
                moments.Add(tick, true);
            }

            return moments;
        }
    }

    [Theory]
    [Trait("req", "OHLCV-200")]
    [Trait("req", "SIM-304")]
    [Trait("req", "SIM-130")]
    [MemberData(nameof(Moments))]
    public async Task A_session_that_runs_while_its_symbol_is_updated_has_the_results_of_before_also_after_a_crash(int tick, bool crash)
    {
        WriteBars(0);
        await using var undisturbed = await SessionHost.StartAsync(bars: StoreBars());
        var expected = await Run(undisturbed.Connect());

        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        var client = host.Connect();
        var actual = await Run(client, between: async at =>
        {
            if (at != tick) return;
            host.Grains.Time.Now += TimeSpan.FromHours(1);
            WriteBars(Micros(host.Grains.Time.Now), shift: 5, provider: "tiingo");
            _actions.Set(new("ACME", [new(new(2024, 7, 17), Unit, 2 * Unit)], []), Micros(host.Grains.Time.Now));
            if (!crash) return;
            await client.Detach();
            await host.Grains.DeactivateAllAsync();
            await client.Resume(at - 1);
        });
        Assert.Equal((expected.ResultHash, expected.FinalEquity, expected.WinningTrades), (actual.ResultHash, actual.FinalEquity, actual.WinningTrades));
        Assert.Equal(await undisturbed.Session().GetReport(CancellationToken.None), await host.Session().GetReport(CancellationToken.None));

        // a new session sees the new data
        var next = host.Connect("s-2", "c-2");
        Assert.NotEqual(expected.FinalEquity, (await Run(next, SessionHost.Create("s-2"))).FinalEquity);
    }

    [Theory]
    [Trait("req", "OHLCV-200")]
    [InlineData(1)]
    [InlineData(11)]
    public async Task A_session_over_files_of_candles_goes_on_with_the_files_that_were_replaced_since(int tick)
    {
        var folder = Directory.CreateTempSubdirectory("candles-");
        try
        {
            var time = new ManualTime(new DateTimeOffset(2026, 2, 3, 9, 0, 0, TimeSpan.Zero));
            var files = new DiskFiles(folder.FullName);
            var store = new CandleStore(files, new ParquetCandleFormat(), MemoryCandleStore.Markets, new StorageSettings(), time);
            var actions = new FileCorporateActionStore(files, time, TimeSpan.FromDays(30));
            await Write(0, "polygon");
            time.Now += TimeSpan.FromMinutes(15);
            await using var undisturbed = await SessionHost.StartAsync(bars: Cache());
            var expected = await Run(undisturbed.Connect());

            await using var host = await SessionHost.StartAsync(bars: Cache());
            var client = host.Connect();
            var actual = await Run(client, between: async at =>
            {
                if (at != tick) return;
                time.Now += TimeSpan.FromHours(1);
                await Write(5, "tiingo");
                await actions.MergeAsync(new("ACME", [new(new(2024, 7, 17), Unit, 2 * Unit)], []), "tiingo", CancellationToken.None);
                await client.Detach();
                await host.Grains.DeactivateAllAsync();
                var outputs = await client.Resume(at - 1);
                Assert.Equal("2024-07-16,2024-07-17", Text(Changed(outputs.OfType<ErrorOutput>().Single()), "changed_days"));
            });
            Assert.Equal((expected.ResultHash, expected.FinalEquity), (actual.ResultHash, actual.FinalEquity));
            Assert.Equal(await undisturbed.Session().GetReport(CancellationToken.None), await host.Session().GetReport(CancellationToken.None));
            Assert.Equal("polygon", (await Manifest(host)).GetProperty("source").GetString());

            BarCache Cache() => new(new StoreBarSource(store, actions, MemoryCandleStore.Instruments, MemoryCandleStore.Markets, ["polygon"]), long.MaxValue);

            async Task Write(decimal shift, string provider)
            {
                await using var writer = await store.OpenWriterAsync("ACME", CancellationToken.None);
                var info = new PartitionInfo(provider, "vendor_history", "raw", Finality.Final, Micros(time.Now), []);
                await writer.WriteAsync(Timeframe.OneMinute, Bars(shift), info, WriteMode.Replace, CancellationToken.None);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_resumed_session_says_that_its_data_changed_and_that_it_goes_on_with_those_it_began_with()
    {
        WriteBars(0);
        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        var client = host.Connect();
        await client.Start();
        await client.Detach();
        Assert.DoesNotContain(await client.Resume(0), output => output is ErrorOutput);

        host.Grains.Time.Now += TimeSpan.FromHours(1);
        _store.Write("ACME", Bars(5).Slice(10, 10), Micros(host.Grains.Time.Now));
        foreach (var crash in new[] { false, true })
        {
            await client.Detach();
            if (crash) await host.Grains.DeactivateAllAsync();
            var outputs = await client.Resume(0);
            Assert.IsType<StateSyncOutput>(outputs[0]);
            var warning = Changed(Assert.IsType<ErrorOutput>(outputs[1]));
            Assert.Contains("it goes on with those it began with", warning.Message, StringComparison.Ordinal);
            Assert.Equal(("ACME", "s-1", "2024-07-17", 1L, "r-20"), (Text(warning, "symbol"), Text(warning, "earlier_session_id"), Text(warning, "changed_days"), Number(warning, "changed_day_count"), warning.RequestId));
            Assert.NotEqual(Text(warning, "earlier_fingerprint"), Text(warning, "fingerprint"));
            Assert.Equal(64, Text(warning, "fingerprint")!.Length);
        }

        // data outside the session's range are none of its
        _store.Write("ACME", Bars(0).Slice(10, 10), Micros(host.Grains.Time.Now) + 1);
        await client.Detach();
        Assert.DoesNotContain(await client.Resume(0), output => output is ErrorOutput);
    }

    [Fact]
    public async Task A_new_session_says_that_its_data_changed_since_an_earlier_run()
    {
        WriteBars(0);
        _store.Write("BETA", Bars(0));
        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        Assert.Null(await Create("s-1", "ACME", "BETA"));
        Assert.Null(await Create("s-2", "ACME"));
        host.Grains.Time.Now += TimeSpan.FromHours(1);
        WriteBars(Micros(host.Grains.Time.Now), shift: 5);

        // remembered over a restart
        await host.Grains.DeactivateAllAsync();
        var warning = Changed((await Create("s-3", "ACME", "BETA"))!);
        Assert.Contains("The data of ACME have changed since session s-2 used them", warning.Message, StringComparison.Ordinal);
        Assert.Equal(("ACME", "s-2", "2024-07-16,2024-07-17", 2L, "r-1"), (Text(warning, "symbol"), Text(warning, "earlier_session_id"), Text(warning, "changed_days"), Number(warning, "changed_day_count"), warning.RequestId));
        Assert.NotEqual(Text(warning, "earlier_fingerprint"), Text(warning, "fingerprint"));

        // told once; and what differs was not the same
        Assert.Null(await Create("s-4", "ACME", "BETA"));
        host.Grains.Time.Now += TimeSpan.FromHours(1);
        WriteBars(Micros(host.Grains.Time.Now), shift: 6);
        Assert.Null(await Offer(SessionHost.Create("s-5") with { DataProvider = "tiingo" }));
        Assert.Null(await Offer(SessionHost.Create("s-6") with { DataVersion = "raw" }));
        Assert.Null(await Offer(SessionHost.Create("s-7") with { Extensions = ["extended_hours"] }));
        Assert.Null(await Offer(SessionHost.Create("s-8") with { Config = new SessionConfig(SimulationConfigJson.Write(SmallBars.Config(29))) }));
        Assert.NotNull(await Create("s-9", "ACME"));

        Task<ErrorOutput?> Create(string id, params string[] symbols) => Offer(SessionHost.Create(id, symbols));

        async Task<ErrorOutput?> Offer(CreateCommand create)
        {
            var outputs = await host.Connect(create.SessionId, "c-" + create.SessionId).Create(create);
            Assert.IsType<CreatedOutput>(outputs[0]);
            return outputs.OfType<ErrorOutput>().SingleOrDefault();
        }
    }

    [Fact]
    public async Task Other_users_runs_are_none_of_ones_business_and_the_memory_is_bounded()
    {
        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        var memory = host.Grains.Client.GetGrain<IDataMemoryGrain>("user_1");
        Assert.Empty(await memory.Remember([Use(0, "a")]));
        Assert.Empty(await host.Grains.Client.GetGrain<IDataMemoryGrain>("user_2").Remember([Use(0, "b")]));
        Assert.Equal("a", Assert.Single(await memory.Remember([Use(0, "b")])).Fingerprint);
        Assert.Empty(await memory.Remember([Use(0, "b")]));
        for (var start = 1; start < DataMemoryGrain.Capacity; start++) await memory.Remember([Use(start, "a")]);
        Assert.Single(await memory.Remember([Use(0, "c")]));
        // number 1 was used longest ago
        await memory.Remember([Use(DataMemoryGrain.Capacity, "a")]);
        Assert.Empty(await memory.Remember([Use(1, "c")]));
        Assert.Single(await memory.Remember([Use(3, "c")]));

        static DataUse Use(long start, string fingerprint) => new("polygon", "adjusted", "KO", start, start + 1, false, fingerprint, "s-1", 5);
    }

    [Fact]
    [Trait("req", "OHLCV-200")]
    public async Task Data_that_were_read_a_moment_after_the_creation_are_found_again()
    {
        WriteBars(0);
        var created = new DateTimeOffset(2026, 2, 3, 9, 15, 0, TimeSpan.Zero);
        WriteBars(Micros(created.AddSeconds(10)), shift: 1);
        var loader = new SessionLoader(StoreBars(), new BarFingerprints(), new SimulationRunFactory());
        var definition = (await loader.Prepare("user", SessionHost.Create(), created, CancellationToken.None)).Definition!;
        WriteBars(Micros(created.AddHours(1)), shift: 2);
        Assert.Equal(SmallBars.Units(101), (await loader.Data.Again(definition, 0, CancellationToken.None)).Open[0]);
        // equal bars that now come from elsewhere are good enough only when nothing better is left
        WriteBars(Micros(created.AddHours(2)), shift: 1, provider: "tiingo");
        Assert.Equal("polygon", (await loader.Data.Again(definition, 0, CancellationToken.None)).Source);
        Assert.Equal("tiingo", (await loader.Data.Again(definition with { CreatedAt = created.AddHours(3) }, 0, CancellationToken.None)).Source);
        WriteBars(Micros(created.AddHours(4)), shift: 3);
        await Assert.ThrowsAsync<SessionDataException>(() => loader.Data.Again(definition with { CreatedAt = created.AddHours(5) }, 0, CancellationToken.None));
    }

    [Fact]
    [Trait("req", "SIM-304")]
    public async Task Raw_split_and_adjusted_sessions_run_on_their_own_prices()
    {
        WriteBars(0);
        _store.Write("BETA", Bars(0), dataVersion: "adjusted");
        _actions.Set(new("ACME", [new(new(2024, 7, 17), Unit, 2 * Unit)], [new(new(2024, 7, 17), Unit)]));
        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        var prices = new List<long>();
        foreach (var version in new[] { "raw", "split", "adjusted" })
        {
            var client = host.Connect("s-" + version, "c-" + version);
            await Run(client, SessionHost.Create("s-" + version) with { DataVersion = version });
            prices.Add(client.All.OfType<FillOutput>().First().ReferencePrice);
        }

        Assert.Equal(SmallBars.Units(100.00m), prices[0]);
        Assert.Equal(SmallBars.Units(50.00m), prices[1]);
        // the close before is 100.10 of the old shares: 1 − 1 × 2 / 100.10
        Assert.Equal(SmallBars.Units(49.000_999_00m), prices[2]);

        var refused = Assert.IsType<ErrorOutput>(Assert.Single(await host.Connect("s-4", "c-4").Create(SessionHost.Create("s-4", "BETA") with { DataVersion = "raw" })));
        Assert.Equal(("INVALID_FIELD", "data_version"), (refused.Code, Text(refused, "field")));
        Assert.Contains("BETA came adjusted", refused.Message, StringComparison.Ordinal);
        refused = Assert.IsType<ErrorOutput>(Assert.Single(await host.Connect("s-5", "c-5").Create(SessionHost.Create("s-5") with { DataVersion = "unadjusted" })));
        Assert.Equal(("INVALID_FIELD", "data_version"), (refused.Code, Text(refused, "field")));
    }

    [Fact]
    [Trait("req", "SIM-306")]
    public async Task A_minute_that_is_not_stored_is_one_tick_without_the_symbol()
    {
        WriteBars(0);
        var bars = Bars(0);
        _store.Write("BETA", CandleColumns.Concat([bars.Slice(0, 4), bars.Slice(5, 15)]));
        await using var host = await SessionHost.StartAsync(bars: StoreBars());
        var client = host.Connect();
        await client.Create(SessionHost.Create("s-1", "ACME", "BETA"));
        await client.Send(new StartCommand { MaxPendingTicks = Ticks });
        var ticks = client.All.OfType<TicksOutput>().Single();
        Assert.Equal([.. Enumerable.Range(0, Ticks).Select(tick => tick == 4 ? 1UL : 3UL)], ticks.Trading);
    }

    private BarCache StoreBars() => new(new StoreBarSource(_store, _actions, MemoryCandleStore.Instruments, MemoryCandleStore.Markets, ["polygon", "tiingo"]), long.MaxValue);

    private void WriteBars(long at, decimal shift = 0, string provider = "polygon") => _store.Write("ACME", Bars(shift), at, provider);

    /// <summary>The first ten minutes of 2024-07-16 and of the day after; minute n opens at 100 + shift × n + n cents.</summary>
    private static CandleColumns Bars(decimal shift)
    {
        var series = SmallBars.Series("ACME", 2, 10);
        return new(series.OpenTime, Moved(series.Open), Moved(series.High), Moved(series.Low), Moved(series.Close), series.Volume);

        long[] Moved(long[] prices) => [.. prices.Select((price, bar) => price + SmallBars.Units(shift * (1 + bar % 3)))];
    }

    private static IEnumerable<string> CsvOf(CandleColumns bars) => Enumerable.Range(0, bars.Count)
        .Select(bar => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddMicroseconds(bars.Time[bar]):yyyy-MM-dd'T'HH:mm:ss'Z'},{bars.Open[bar] / 1e8m},{bars.High[bar] / 1e8m},{bars.Low[bar] / 1e8m},{bars.Close[bar] / 1e8m},{bars.Volume[bar] / 1e8m}"))
        .Prepend("timestamp_utc,open,high,low,close,volume");

    private static async Task<CompleteOutput> Run(SessionClient client, CreateCommand? create = null, Func<int, Task>? between = null)
    {
        await client.Create(create ?? SessionHost.Create() with { Extensions = ["report"] });
        await client.Send(new StartCommand { MaxPendingTicks = 1, AccountUpdates = AccountUpdateFrequency.OnDemand });
        for (var tick = 1; tick <= Ticks; tick++)
        {
            if (between is not null) await between(tick);
            await client.Send(Batch($"b-{tick}", Market($"o-{tick}", tick, tick % 2 == 0 ? OrderSide.Sell : OrderSide.Buy)));
            await client.Acknowledge(tick);
        }

        return client.Complete!;
    }

    private static async Task<JsonElement> Manifest(SessionHost host) =>
        JsonDocument.Parse((await host.Session().GetReport(CancellationToken.None))!).RootElement.GetProperty("manifest").GetProperty("symbols")[0].Clone();

    private static ErrorOutput Changed(ErrorOutput warning)
    {
        Assert.Equal(("DATA_CHANGED", "data", "warning", true), (warning.Code, warning.Type, warning.Severity, warning.Recoverable));
        return warning;
    }

    private static string? Text(ErrorOutput error, string name) => OrderTests.Context(error, name);

    private static long? Number(ErrorOutput error, string name) => error.Context.SingleOrDefault(entry => entry.Name == name)?.Number;

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;
}

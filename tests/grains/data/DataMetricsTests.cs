using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Providers;
using Trading.MarketData.Store;

namespace Trading.Grains.Tests.Data;

public class DataMetricsTests
{
    private const string Monday = "2024-07-15";

    [Fact]
    [Trait("req", "OHLCV-186")]
    [Trait("req", "OHLCV-187")]
    [Trait("req", "OHLCV-188")]
    [Trait("req", "OHLCV-189")]
    public async Task An_update_and_a_query_move_their_metrics_and_leave_their_times_in_the_log()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Providers.Others["first"].RequestsPerMinute = 1);
        using var seen = new Seen(host);
        var (from, to) = (host.At("AAPL", Monday, 0), host.At("AAPL", Monday, 39));
        host.Vendor.Lacks = (symbol, minute) => symbol == "AAPL" && minute >= from && minute < to;
        await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL", "KO"));
        await host.Client.GetGrain<ICandlesGrain>("KO").GetPage(new("KO", "1min", null, null, true, 1, 100, "raw"), default);
        seen.Observe();

        Assert.True(seen["trading.data.update.duration"] >= 60);
        Assert.InRange(seen["trading.data.update.throughput"], 0.1, 741 / 60.0);
        Assert.Equal(2, seen["trading.data.update.symbols"]);
        Assert.Equal(351 + 390, seen["trading.data.candles", "kind=downloaded"]);
        Assert.True(seen["trading.data.candles", "kind=resampled"] > 200);
        Assert.Equal(2, seen["trading.data.provider.requests", "outcome=ok"]);
        Assert.True(seen["trading.data.provider.wait"] >= 1);
        Assert.True(seen.Has("trading.data.provider.remaining"));
        Assert.Equal(0, seen["trading.data.provider.remaining", "provider=first"]);
        Assert.Equal(90, seen["trading.data.completeness", "symbol=AAPL"]);
        Assert.Equal(100, seen["trading.data.completeness", "symbol=KO"]);
        Assert.Equal(100, seen["trading.data.query.candles"]);
        Assert.All(
            ["trading.data.query.duration", "trading.data.resample.duration", "trading.data.slice.duration"],
            name => Assert.True(seen.Has(name), name));
        Assert.Contains(host.Log.Entries, entry => entry.Number == 3403 && Regex.IsMatch(entry.Text, "741 candles downloaded, [0-9]+ resampled in 00:0[1-9]:"));
        Assert.Equal(2, host.Log.Entries.Count(entry => entry.Number == 3412 && Regex.IsMatch(entry.Text, "^Resampling of (AAPL|KO): 1 days gave [0-9]{2,} candles in 00:0")));
        Assert.Contains(host.Log.Entries, entry => entry.Number == 3460 && Regex.IsMatch(entry.Text, "^Page of KO 1min: 100 of 390 candles in 00:0"));
    }

    [Fact]
    [Trait("req", "OHLCV-190")]
    public async Task The_stores_size_and_its_growth_are_measured()
    {
        await using var host = await DataHost.StartAsync();
        using var seen = new Seen(host);
        await host.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default);
        seen.Observe();
        Assert.Equal((0, 0), (seen["trading.data.store.size"], seen["trading.data.store.growth"]));
        await host.PutAsync("AAPL", Monday);
        host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromDays(2));
        var health = await host.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default);
        seen.Observe();
        Assert.True(health.StoreBytes > 1000);
        Assert.Equal((health.StoreBytes, health.StoreBytes / 2.0), (seen["trading.data.store.size"], seen["trading.data.store.growth"]));
        Assert.Equal(50, seen["trading.data.store.free_share"]);
    }

    [Fact]
    [Trait("req", "OHLCV-189")]
    public async Task The_quota_falls_with_every_request_and_comes_back_after_a_minute()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Providers.Others["first"].RequestsPerMinute = 5);
        using var seen = new Seen(host);
        var grain = host.Client.GetGrain<IProviderGrain>("first");
        for (var left = 4; left >= 2; left--)
        {
            Assert.True((await grain.Take(default)).Granted);
            await grain.Report(default, default);
            Assert.Equal(left, Remaining());
        }

        // looking whether the provider is there is a request, too
        host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromSeconds(61));
        await grain.GetHealth(default);
        Assert.Equal(4, Remaining());
        Assert.Equal(1, seen["trading.data.provider.requests", "outcome=ok"]);

        double Remaining()
        {
            seen.Observe();
            return seen["trading.data.provider.remaining", "provider=first"];
        }
    }

    [Theory]
    [InlineData("2024-07-15", "2024-07-17 03:59", false)] // the night of the 16th began at 01:00 in UTC and may take three hours
    [InlineData("2024-07-15", "2024-07-17 04:00", true)]
    [InlineData("2024-07-16", "2024-07-17 04:00", false)]
    [InlineData("2024-07-12", "2024-07-16 03:59", false)] // a weekend leaves no night out
    [InlineData("2024-07-12", "2024-07-16 04:00", true)]
    [InlineData("2024-07-03", "2024-07-06 03:59", false)] // the fourth is a holiday, the fifth a trading day
    [InlineData("2024-07-03", "2024-07-06 04:00", true)]
    [InlineData("2024-12-02", "2024-12-04 04:59", false)] // in winter all is an hour later
    [InlineData("2024-12-02", "2024-12-04 05:00", true)]
    [InlineData(null, "2024-07-17 04:00", true)]
    [Trait("req", "OHLCV-191")]
    public async Task A_symbol_is_stale_when_its_last_night_was_left_out_and_has_had_its_time(string? last, string now, bool isStale)
    {
        var time = DateTimeOffset.Parse(now + "Z", System.Globalization.CultureInfo.InvariantCulture);
        await using var host = await DataHost.StartAsync(now: time);
        if (last is not null) await host.PutAsync("AAPL", last);
        var health = await host.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default);
        var symbol = Assert.Single(health.Symbols);
        Assert.Equal(("AAPL", last is null ? null : DataHost.Day(last), last is null ? null : 1L, isStale), (symbol.Symbol, symbol.LastDay, symbol.LastUpdate, symbol.IsStale));
        Assert.Equal(isStale ? 1 : 0, health.StaleCount);
    }

    [Theory]
    [InlineData(9.9, 1)]
    [InlineData(10.1, 0)]
    [Trait("req", "OHLCV-168")]
    public async Task An_alert_is_raised_before_writing_fails(double freePercent, int alerts)
    {
        await using var host = await DataHost.StartAsync(store: store => Space.Of(store, freePercent));
        using var seen = new Seen(host);
        Assert.Equal(UpdateState.Completed, (await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"))).State);
        Assert.Equal(alerts, seen.Has("trading.data.store.alerts") ? seen["trading.data.store.alerts"] : 0);
        Assert.Equal(alerts, host.Log.Entries.Count(entry => entry.Number == 3440));
        Assert.Equal(alerts == 0, (await host.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default)).FileSystemProblem is null);
    }

    [Fact]
    [Trait("req", "OHLCV-176")]
    public async Task Failures_are_counted_by_step_and_kind_and_health_shows_stale_symbols_and_silent_providers()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Fault = _ => new ProviderFailure(FailureKind.Temporary, "first", "no route"));
        using var seen = new Seen(host);
        await host.PutAsync("AAPL", "2024-07-12");
        await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        Assert.Equal(6, seen["trading.data.failures", "kind=temporary"]);
        Assert.Equal(6, host.Log.Entries.Count(entry => entry == (3420, "download of AAPL, 2024-07-15, from first: temporary: no route")));
        host.Vendor.Health = new ProviderFailure(FailureKind.Temporary, "first", "no route");
        var health = await host.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default);
        Assert.True(Assert.Single(health.Symbols).IsStale);
        Assert.Equal((1, false, "no route"), (health.StaleCount, Assert.Single(health.Providers).IsReachable, health.Providers[0].Problem));
        host.Vendor.Fault = _ => null;
        await host.RunAsync(new UpdateRequest(["AAPL"], null, null));
        Assert.Equal(0, (await host.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default)).StaleCount);
    }

    /// <summary>What one host's instruments said: sums of counters and histograms, last values of gauges.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<(string Name, string Tags), double> _values = new();

        public Seen(DataHost host)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, host.Metrics.Meter)) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public double this[string name, string tag = ""] =>
            _values.Where(pair => pair.Key.Name == name && pair.Key.Tags.Contains(tag, StringComparison.Ordinal)).Sum(pair => pair.Value);

        public bool Has(string name) => _values.Keys.Any(key => key.Name == name);

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = string.Join(",", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
            _values.AddOrUpdate((instrument.Name, text), value, (_, sum) => instrument.IsObservable ? value : sum + value);
        }
    }

    /// <summary>A store whose device is as full as the test says.</summary>
    public class Space : DispatchProxy
    {
        private ICandleStore _store = null!;
        private double _freePercent;

        public static ICandleStore Of(ICandleStore store, double freePercent)
        {
            var proxy = Create<ICandleStore, Space>();
            (((Space)(object)proxy)._store, ((Space)(object)proxy)._freePercent) = (store, freePercent);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(ICandleStore.SpaceAsync)
            ? Task.FromResult(new StoreSpace(1, (long)(_freePercent * 1000), 100_000))
            : targetMethod.Invoke(_store, args);
    }
}

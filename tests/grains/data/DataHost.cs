using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Trading.GrainInterfaces.Data;
using Trading.Grains.Data;
using Trading.Grains.Tests.Support;
using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.Grains.Tests.Data;

/// <summary>A clock that moves when somebody waits by it, and only then: a wait of an hour takes no time.</summary>
internal sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public void MoveTo(DateTimeOffset instant)
    {
        for (var now = GetTimestamp(); now < instant.UtcTicks; now = GetTimestamp())
        {
            if (Interlocked.CompareExchange(ref _ticks, instant.UtcTicks, now) == now) return;
        }
    }
}

internal sealed class VirtualClock(VirtualTime time) : DataClock(time)
{
    public List<TimeSpan> Waits { get; } = [];

    public override TimeSpan Timer(TimeSpan wait)
    {
        lock (Waits) Waits.Add(wait);
        time.MoveTo(time.GetUtcNow() + wait);
        return TimeSpan.Zero;
    }
}

internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Number, string Text)> _entries = new();

    public IReadOnlyList<(int Number, string Text)> Entries => [.. _entries];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }
}

/// <summary>A silo with the data manager's grains over the real store, on files in memory.</summary>
internal sealed class DataHost : IAsyncDisposable
{
    /// <summary>Tuesday 2024-07-16, 22:00 in New York.</summary>
    public static readonly DateTimeOffset Tuesday = new(2024, 7, 17, 2, 0, 0, TimeSpan.Zero);

    private readonly GrainHost _host;

    private DataHost(GrainHost host, DataStates states, VirtualTime time, VirtualClock clock, MarketTable markets, CandleStore store, IStorageFiles files, DataMetrics metrics, FakeVendor[] vendors)
    {
        (_host, States, Time, Clock, Markets, Store, Files, Metrics, Vendors) = (host, states, time, clock, markets, store, files, metrics, vendors);
    }

    public DataStates States { get; }

    public VirtualTime Time { get; }

    public VirtualClock Clock { get; }

    public MarketTable Markets { get; }

    public CandleStore Store { get; }

    public IStorageFiles Files { get; }

    public DataMetrics Metrics { get; }

    public FakeVendor[] Vendors { get; }

    public FakeVendor Vendor => Vendors[0];

    /// <summary>Numbers and texts of what was logged.</summary>
    public CapturedLog Log { get; private init; } = new();

    public IClusterClient Client => _host.Client;

    public IServiceProvider Services => _host.Services;

    public IDataUpdatesGrain Updates => Client.GetGrain<IDataUpdatesGrain>(0);

    /// <param name="beside">A host whose files, states and time this one shares, as the silos of one cluster do.</param>
    /// <param name="cluster">As of <see cref="GrainHost.StartAsync"/>.</param>
    public static async Task<DataHost> StartAsync(
        IStorageFiles? files = null,
        DataStates? states = null,
        Action<MarketDataOptions>? settings = null,
        string[]? vendors = null,
        DateTimeOffset? now = null,
        Action<FakeVendor>? vendor = null,
        Func<ICandleStore, ICandleStore>? store = null,
        DataHost? beside = null,
        Action<ISiloBuilder>? cluster = null,
        Func<VirtualTime, IIncomingGrainCallFilter>? filter = null)
    {
        var names = vendors ?? ["first"];
        var options = new MarketDataOptions();
        options.Providers.Priority = [.. names];
        foreach (var name in names) options.Providers.Others[name] = new ProviderAccount { BaseUrl = "http://localhost", ApiKey = "key", RequestsPerMinute = 10_000 };
        options.Nightly.DefaultSymbols = ["AAPL"];
        settings?.Invoke(options);
        var time = beside?.Time ?? new VirtualTime(now ?? Tuesday);
        var clock = new VirtualClock(time);
        var instruments = new InstrumentTable();
        var markets = new MarketTable(instruments, new TradingCalendars(), options);
        files ??= beside?.Files ?? new FaultFiles(new Random(1));
        states ??= beside?.States ?? new DataStates();
        var candles = new CandleStore(files, new ParquetCandleFormat(), markets, options.Storage, time);
        FakeVendor[] fakes = [.. names.Select(name => new FakeVendor(name, markets, time.GetUtcNow))];
        foreach (var fake in fakes) vendor?.Invoke(fake);
        var metrics = new DataMetrics();
        var seen = store?.Invoke(candles) ?? candles;
        var table = ProviderTable.Create(options, markets, time, [.. fakes.Where(fake => !IsBuiltIn(fake.Name)).Select(fake => ProviderRegistration.Other(fake.Name, _ => fake))]);
        var log = new CapturedLog();
        var host = await GrainHost.StartAsync(services =>
        {
            services.AddSingleton<ILoggerProvider>(log);
            services.AddLogging(logging => logging.AddFilter("Trading.Grains.Data", LogLevel.Debug));
            services.AddSingleton(Options.Create(options));
            services.AddSingleton(markets);
            services.AddSingleton(seen);
            services.AddSingleton<ICorporateActionStore>(new FileCorporateActionStore(files, time, TimeSpan.FromDays(30)));
            services.AddSingleton<CandleAdjuster>();
            services.AddSingleton(table);
            services.AddSingleton(metrics);
            services.AddSingleton<DataClock>(clock);
            services.AddKeyedSingleton<IGrainStorage>("trading", states);
            services.AddDataGrains();
            if (filter is not null) services.AddSingleton(filter(time));
        }, cluster);
        return new DataHost(host, states, time, clock, markets, candles, files, metrics, fakes) { Log = log };
    }

    public static int Day(string date) => MarketRules.DayNumber(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture));

    public static DateOnly Date(string date) => DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture);

    public static UpdateRequest Request(string first, string last, params string[] symbols) => new(symbols, Day(first), Day(last));

    /// <summary>Starts an update and returns its results when it has ended.</summary>
    public async Task<UpdateDetails> RunAsync(UpdateRequest request)
    {
        var started = await Updates.Start(request, default);
        Assert.Null(started.Problem);
        return await EndAsync(started.RequestId);
    }

    public async Task<UpdateDetails> EndAsync(string update)
    {
        await States.Ended(update).WaitAsync(TimeSpan.FromMinutes(2));
        return (await Client.GetGrain<IDataUpdateGrain>(update).GetDetails(default))!;
    }

    /// <summary>The result of an analysis; asks again as clients do.</summary>
    public async Task<CompletenessAnswer> AnalyseAsync(CompletenessRequest request)
    {
        var grain = Client.GetGrain<ICompletenessGrain>(Guid.NewGuid().ToString());
        Assert.Null(await grain.Start(request, default));
        while (true)
        {
            if (await grain.GetResult(default) is { } answer) return answer;
        }
    }

    public async Task<CandleColumns> ReadAsync(string symbol, Timeframe timeframe, string first, string last) =>
        (await Store.ReadAsync(symbol, timeframe, Date(first), Date(last), null, CandleFields.All, default)).Columns;

    /// <summary>Stores a vendor's candles as if they had been fetched earlier.</summary>
    public async Task PutAsync(string symbol, string day, Func<long, bool>? without = null, string? provider = null, string source = "vendor_history")
    {
        var (start, end) = Markets[symbol].BoundsOf(Date(day));
        var all = Vendor.Candles(symbol, start, end);
        int[] kept = [.. Enumerable.Range(0, all.Count).Where(row => without?.Invoke(all.Time[row]) != true)];
        CandleColumns some = new([.. kept.Select(row => all.Time[row])], [.. kept.Select(row => all.Open[row])], [.. kept.Select(row => all.High[row])], [.. kept.Select(row => all.Low[row])], [.. kept.Select(row => all.Close[row])], [.. kept.Select(row => all.Volume[row])]);
        await using var writer = await Store.OpenWriterAsync(symbol, default);
        await writer.WriteAsync(Timeframe.OneMinute, some, new(provider ?? Vendor.Name, source, "raw", Finality.Final, 1, []), WriteMode.Replace, default);
    }

    /// <summary>First instant of the regular session of a day, plus so many minutes.</summary>
    public long At(string symbol, string day, int minutes = 0)
    {
        var market = Markets[symbol];
        return market.Days.RegularOpen(market.IndexOf(Date(day))) + (minutes * 60_000_000L);
    }

    /// <summary>All candle files with their bytes.</summary>
    public static SortedDictionary<string, byte[]> FilesOf(FaultFiles files)
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var path in files.Paths.Where(path => path.StartsWith("candles/", StringComparison.Ordinal) && path.EndsWith(".parquet", StringComparison.Ordinal))) found.Add(path, files.Content(path));
        return found;
    }

    public ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        return _host.DisposeAsync();
    }

    private static bool IsBuiltIn(string name) => ProviderTable.Registrations.Any(registration => registration.Name == name);
}

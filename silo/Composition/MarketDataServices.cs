using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Trading.Grains.Data;
using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.Silo.Composition;

/// <summary>The data manager: its settings (section <c>Data</c>), the store, the providers, and what its grains share. Keys of providers are settings and go nowhere else.</summary>
internal static class MarketDataServices
{
    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static void AddMarketData(this IServiceCollection services, IConfiguration configuration, DataFolder data)
    {
        services.AddChecked<MarketDataOptions>(configuration.GetSection(MarketDataOptions.Section), options => MarketDataRules.Problems(options));
        services.AddSingleton(provider => new TradingCalendars(Settings(provider)));
        services.AddSingleton(provider => new MarketTable(provider.GetRequiredService<InstrumentTable>(), provider.GetRequiredService<TradingCalendars>(), Settings(provider)));
        services.AddSingleton<ICandleStore>(provider => OpenStore(provider, data));
        services.AddSingleton<ICorporateActionStore>(provider => new FileCorporateActionStore(
            StoreFiles(provider, data),
            provider.GetRequiredService<TimeProvider>(),
            TimeSpan.FromDays(Settings(provider).Storage.KeepSupersededDays)));
        services.AddSingleton<CandleAdjuster>();
        services.AddSingleton(provider => ProviderTable.Create(Settings(provider), provider.GetRequiredService<MarketTable>(), provider.GetRequiredService<TimeProvider>()));
        services.AddDataGrains();
        services.AddHostedService<ScheduleStart>();
    }

    /// <summary>Makes the store's folder, so that one that cannot be written is known at the start and not in the first night.</summary>
    /// <exception cref="StartException">It cannot be made.</exception>
    public static void PrepareStore(IServiceProvider services, DataFolder data)
    {
        var folder = StoreFolder(services, data);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{MarketDataOptions.Section}:Storage:BasePath is '{folder}', but this folder cannot be made: {problem.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static CandleStore OpenStore(IServiceProvider provider, DataFolder data)
    {
        var log = new StoreLog(provider.GetRequiredService<ILogger<CandleStore>>());
        return new CandleStore(
            StoreFiles(provider, data),
            new ParquetCandleFormat(),
            provider.GetRequiredService<MarketTable>(),
            Settings(provider).Storage,
            provider.GetRequiredService<TimeProvider>(),
            log.Tell);
    }

    private static DiskFiles StoreFiles(IServiceProvider provider, DataFolder data) => new(StoreFolder(provider, data));

    private static string StoreFolder(IServiceProvider provider, DataFolder data) => Path.GetFullPath(Settings(provider).Storage.BasePath, data.Path);

    private static MarketDataOptions Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<MarketDataOptions>>().Value;
}

using Microsoft.Extensions.Options;
using Trading.MarketData.Actions;
using Trading.MarketData.Cache;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;

namespace Trading.Silo.Composition;

/// <summary>
/// Where sessions get their bars: from the candle store, for every provider that <c>Data:Providers:Priority</c> lists, and from a folder of CSV files for each
/// provider that <c>--bars</c> gives one.
/// </summary>
internal static class BarServices
{
    /// <summary>Columns of bars to keep in memory; a year of minutes of one symbol is about 10 MB.</summary>
    private const long BarCacheBytes = 2L << 30;

    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static void AddBars(this IServiceCollection services, ServiceSettings settings, DataFolder data)
    {
        var folders = new CsvBarSourceOptions { ProviderDirectories = settings.Bars };
        try
        {
            folders.Validate();
        }
        catch (ArgumentException problem)
        {
            throw new StartException($"{nameof(ServiceSettings.Bars)}: {problem.Message}");
        }

        services.AddSingleton(provider => InstrumentsOf(folders, provider.GetRequiredService<IOptions<MarketDataOptions>>().Value, data));
        services.AddSingleton<BarFingerprints>();
        services.AddSingleton<IBarSource>(provider => new BarCache(SourceOf(provider, folders), BarCacheBytes));
    }

    private static CompositeBarSource SourceOf(IServiceProvider provider, CsvBarSourceOptions folders)
    {
        var instruments = provider.GetRequiredService<InstrumentTable>();
        return new CompositeBarSource(
            new CsvDirectoryBarSource(folders, instruments, provider.GetRequiredService<TradingCalendars>()),
            new StoreBarSource(
                provider.GetRequiredService<ICandleStore>(),
                provider.GetRequiredService<ICorporateActionStore>(),
                instruments,
                provider.GetRequiredService<MarketTable>(),
                provider.GetRequiredService<IOptions<MarketDataOptions>>().Value.Providers.PriorityInForce.Where(DataProviders.Known.Contains)));
    }

    /// <summary>The overrides lie beside the CSV files of the default provider where it has some, else in the store's folder, else beside the demo's CSV files.</summary>
    /// <exception cref="StartException">The file is wrong.</exception>
    private static InstrumentTable InstrumentsOf(CsvBarSourceOptions folders, MarketDataOptions options, DataFolder data)
    {
        string[] places = folders.ProviderDirectories.TryGetValue(DataProviders.Default, out var folder) ? [folder] : [Path.GetFullPath(options.Storage.BasePath, data.Path), data.Bars];
        try
        {
            var place = Array.Find(places, one => File.Exists(Path.Combine(one, InstrumentTable.FileName)));
            return InstrumentTable.Load(place ?? places[0], options.CryptoQuotesInForce);
        }
        catch (InvalidDataException problem)
        {
            throw new StartException(problem.Message);
        }
    }
}

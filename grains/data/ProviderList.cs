using Microsoft.Extensions.Options;
using Trading.Engine.Bars;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;

namespace Trading.Grains.Data;

/// <summary>The configured providers in the order in which they are asked (OHLCV-007). Immutable and safe for concurrent use.</summary>
public sealed class ProviderList
{
    private readonly ProviderSettings _settings;

    public ProviderList(IEnumerable<IMarketDataProvider> configured, IOptions<MarketDataOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _settings = options.Value.Providers;
        var byName = configured.ToDictionary(provider => provider.Name, StringComparer.Ordinal);
        All = [.. _settings.PriorityInForce.Where(byName.ContainsKey).Select(name => byName[name])];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<IMarketDataProvider> All { get; }

    /// <summary>Those that have data of the class.</summary>
    public IReadOnlyList<IMarketDataProvider> For(AssetClass assetClass) => [.. All.Where(provider => provider.Serves(assetClass))];

    public IMarketDataProvider? Find(string name) => All.FirstOrDefault(provider => provider.Name == name);

    /// <summary>Requests per minute over the whole cluster.</summary>
    public int RequestsPerMinute(string name) => name switch
    {
        "polygon" => _settings.PolygonRequestsPerMinute,
        "financial_modeling_prep" => _settings.FinancialModelingPrep.RequestsPerMinute ?? 250,
        "tiingo" => _settings.Tiingo.RequestsPerMinute ?? 1,
        "alpaca" => _settings.Alpaca.RequestsPerMinute ?? 200,
        _ => 5,
    };
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Trading.MarketData.Diagnostics;

namespace Trading.Grains.Data;

/// <summary>What the grains of the data manager share in one process.</summary>
public static class DataServices
{
    /// <summary>
    /// Adds it. The store, the market table, the corporate actions and their adjuster, the provider table, the settings and the clock come from the
    /// composition root.
    /// </summary>
    public static IServiceCollection AddDataGrains(this IServiceCollection services)
    {
        services.TryAddSingleton<DataMetrics>();
        services.TryAddSingleton<StoreWatch>();
        services.TryAddSingleton<DataClock>();
        services.TryAddSingleton<SymbolTools>();
        services.AddHostedService<StoreWatchService>();
        return services;
    }
}

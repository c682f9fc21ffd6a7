using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Trading.Grains.Runs;

/// <summary>What the grains of server-side runs share in one process, and the threads that compute them.</summary>
public static class RunServices
{
    /// <summary>Adds it. The settings, the session loader, the usage store and the clock come from the composition root.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.TryAddSingleton<RunPool>();
        services.TryAddSingleton<RunBars>();
        services.AddHostedService<RunWorkerService>();
        return services;
    }
}

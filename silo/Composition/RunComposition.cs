using Microsoft.Extensions.Configuration;
using Trading.Grains.Runs;
using Trading.Hosting;

namespace Trading.Silo.Composition;

/// <summary>Server-side runs: their settings (section <c>Runs</c>), and this process's share in computing them.</summary>
internal static class RunComposition
{
    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static void AddServerRuns(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<RunOptions>(configuration.GetSection(RunOptions.Section), options => options.Problems());
        services.AddRuns();
    }
}

using Trading.Gateway;
using Trading.Grains.Sessions;
using Trading.Grains.Tenants;
using SessionOptions = Trading.Grains.Sessions.SessionOptions;

namespace Trading.Silo.Composition;

/// <summary>What the service is made of. Everything that has a life of its own is made here and nowhere else.</summary>
internal static class TradingServices
{
    /// <summary>Everything in one process.</summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="settings">What the host itself needs to know.</param>
    /// <param name="data">The folder of bars and, without a database, of everything.</param>
    /// <param name="database">Connection string of PostgreSQL; null keeps everything in files.</param>
    public static void AddTrading(this WebApplicationBuilder builder, ServiceSettings settings, DataFolder data, string? database)
    {
        builder.AddGrains(settings, data, database);
        builder.AddGateway(data);
        builder.AddActors(data, database);
    }

    /// <summary>A silo of a cluster.</summary>
    public static void AddTradingSilo(this WebApplicationBuilder builder, ServiceSettings settings, DataFolder data, string database, ClusterSettings cluster, bool hasDashboard)
    {
        builder.AddGrains(settings, data, database);
        builder.AddClusterActors(database, cluster, hasDashboard);
    }

    private static void AddGrains(this WebApplicationBuilder builder, ServiceSettings settings, DataFolder data, string? database)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        if (database is null) builder.Services.AddFileStorage(data);
        else builder.Services.AddDatabaseStorage(database);
        builder.Services.AddMarketData(builder.Configuration, data);
        builder.Services.AddBars(settings, data);
        builder.Services.AddTenants(builder.Configuration);
        builder.Services.AddSessions(builder.Configuration);
        builder.Services.AddServerRuns(builder.Configuration);
    }

    /// <summary>Tokens are signed with a key of the data folder, unless the settings bring keys, as they do where several gateways share them.</summary>
    private static void AddGateway(this WebApplicationBuilder builder, DataFolder data)
    {
        var keys = ConfigurationPath.Combine(GatewayOptions.Section, nameof(GatewayOptions.SigningKeys));
        if (!builder.Configuration.GetSection(keys).GetChildren().Any())
        {
            builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>(ConfigurationPath.Combine(keys, "local"), data.SigningKey())]);
        }

        // its rules are its own; what cannot even be read is told like every other wrong setting
        _ = builder.Configuration.GetSection(GatewayOptions.Section).Read<GatewayOptions>();
        builder.Services.AddTradingGateway(builder.Configuration);
    }

    private static void AddTenants(this IServiceCollection services, ConfigurationManager configuration)
    {
        services.AddSingleton<ActiveTenants>();
        services.AddHostedService<AccountWatcher>();
        services.AddChecked<PlanOptions>(configuration.GetSection(PlanOptions.Section), options => options.Problems());
    }

    private static void AddSessions(this IServiceCollection services, ConfigurationManager configuration)
    {
        services.AddSingleton<ISimulationRunFactory, SimulationRunFactory>();
        services.AddSingleton<SessionLoader>();
        services.AddChecked<SessionOptions>(configuration.GetSection(SessionOptions.Section), options => options.Problems());
        services.AddHostedService<RetentionService>();
    }
}

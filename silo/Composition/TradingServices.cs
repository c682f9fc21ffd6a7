using Microsoft.Extensions.Options;
using Orleans.Storage;
using Trading.Gateway;
using Trading.Grains.Sessions;
using Trading.Grains.Tenants;
using Trading.Storage.Accounts;
using Trading.Storage.Documents;
using Trading.Storage.Journal;
using Trading.Storage.Results;
using Trading.Storage.Usage;
using SessionOptions = Trading.Grains.Sessions.SessionOptions;

namespace Trading.Silo.Composition;

/// <summary>What the service is made of. Everything that has a life of its own is made here and nowhere else.</summary>
internal static class TradingServices
{
    public static void AddTrading(this WebApplicationBuilder builder, ServiceSettings settings, DataFolder data)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage(data);
        builder.Services.AddMarketData(builder.Configuration, data);
        builder.Services.AddBars(settings, data);
        builder.Services.AddTenants(builder.Configuration);
        builder.Services.AddSessions(builder.Configuration);
        builder.AddGateway(data);
        builder.AddActors(data);
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

    private static void AddStorage(this IServiceCollection services, DataFolder data)
    {
        services.AddSingleton<IAccountStore>(provider => new FileAccountStore(data.Accounts, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IUsageStore>(_ => new FileUsageStore(data.Usage));
        services.AddSingleton<IResultStore>(provider => new FileResultStore(
            data.Results,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<SessionOptions>>().Value.RetainedFor));
        services.AddSingleton<IDocumentStore>(_ => new FileDocumentStore(data.GrainStates));
        services.AddSingleton<ISessionJournal>(provider => OpenJournal(data, provider.GetRequiredService<ILoggerFactory>()));
        services.AddKeyedSingleton<IGrainStorage>(ActorHosting.GrainStorage, (provider, _) => new DocumentGrainStorage(provider.GetRequiredService<IDocumentStore>()));
    }

    private static FileSessionJournal OpenJournal(DataFolder data, ILoggerFactory loggers)
    {
        var log = new JournalLog(loggers.CreateLogger<FileSessionJournal>());
        try
        {
            return FileSessionJournal.Open(data.Journal, new FileJournalOptions { Observer = log.Tell });
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JournalDamagedException)
        {
            throw new StartException($"the journal in {data.Journal} cannot be opened: {problem.Message.ReplaceLineEndings(" ")}");
        }
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

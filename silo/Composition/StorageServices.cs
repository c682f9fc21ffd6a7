using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Storage;
using Trading.Storage.Accounts;
using Trading.Storage.Documents;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Results;
using Trading.Storage.Usage;
using SessionOptions = Trading.Grains.Sessions.SessionOptions;

namespace Trading.Silo.Composition;

/// <summary>Where everything but bars is kept: in the files of a data folder, or in PostgreSQL.</summary>
internal static class StorageServices
{
    public static void AddFileStorage(this IServiceCollection services, DataFolder data)
    {
        services.AddSingleton<IAccountStore>(provider => new FileAccountStore(data.Accounts, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IUsageStore>(_ => new FileUsageStore(data.Usage));
        services.AddSingleton<IResultStore>(provider => new FileResultStore(data.Results, provider.GetRequiredService<TimeProvider>(), RetainedFor(provider)));
        services.AddSingleton<IDocumentStore>(_ => new FileDocumentStore(data.GrainStates));
        services.AddSingleton<ISessionJournal>(provider => OpenJournal(data, provider.GetRequiredService<ILoggerFactory>()));
        services.AddGrainStates();
    }

    /// <param name="services">Where they go.</param>
    /// <param name="connectionString">With the password; nothing may log it.</param>
    public static void AddDatabaseStorage(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "trading" }.ConnectionString) { Name = "stores" }.Build());
        services.AddSingleton(provider => new PostgresCalls(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAccountStore>(provider => new PostgresAccountStore(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IUsageStore>(provider => new PostgresUsageStore(provider.GetRequiredService<PostgresCalls>()));
        services.AddSingleton<IResultStore>(provider => new PostgresResultStore(provider.GetRequiredService<PostgresCalls>(), provider.GetRequiredService<TimeProvider>(), RetainedFor(provider)));
        services.AddSingleton<IDocumentStore>(provider => new PostgresDocumentStore(provider.GetRequiredService<PostgresCalls>()));
        services.AddSingleton<ISessionJournal>(provider =>
        {
            var log = new PostgresJournalLog(provider.GetRequiredService<ILogger<PostgresSessionJournal>>());
            return new PostgresSessionJournal(connectionString, new PostgresJournalOptions { Observer = log.Tell });
        });
        services.AddGrainStates();
    }

    private static void AddGrainStates(this IServiceCollection services) =>
        services.AddKeyedSingleton<IGrainStorage>(ActorHosting.GrainStorage, (provider, _) => new DocumentGrainStorage(provider.GetRequiredService<IDocumentStore>()));

    private static TimeSpan RetainedFor(IServiceProvider provider) => provider.GetRequiredService<IOptions<SessionOptions>>().Value.RetainedFor;

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
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Embedded;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Configures the silo. In one process its services are the host's services.</summary>
public interface ISiloBuilder
{
    IServiceCollection Services { get; }

    IConfiguration Configuration { get; }
}

internal sealed record SiloBuilder(IServiceCollection Services, IConfiguration Configuration) : ISiloBuilder;

public static class SiloBuilderExtensions
{
    public static ISiloBuilder ConfigureServices(this ISiloBuilder builder, Action<IServiceCollection> configureDelegate)
    {
        configureDelegate(builder.Services);
        return builder;
    }

    public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, Action<TOptions> configureOptions)
        where TOptions : class
    {
        builder.Services.Configure(configureOptions);
        return builder;
    }

    public static ISiloBuilder Configure<TOptions>(this ISiloBuilder builder, IConfiguration configuration)
        where TOptions : class
    {
        builder.Services.Configure<TOptions>(configuration);
        return builder;
    }

    public static ISiloBuilder ConfigureLogging(this ISiloBuilder builder, Action<ILoggingBuilder> configureLogging)
    {
        builder.Services.AddLogging(configureLogging);
        return builder;
    }
}

/// <summary>What Orleans needs and one process does not: accepted so that one composition serves both.</summary>
public static class CoreHostingExtensions
{
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = 11111,
        int gatewayPort = 30000,
        System.Net.IPEndPoint? primarySiloEndpoint = null,
        string serviceId = "dev",
        string clusterId = "dev") => builder;

    /// <summary>Nothing to do: activities of one process follow the calls by themselves.</summary>
    public static ISiloBuilder AddActivityPropagation(this ISiloBuilder builder) => builder;
}

/// <summary>Call filters; they run in the order in which they were added.</summary>
public static class GrainCallFilterSiloBuilderExtensions
{
    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IIncomingGrainCallFilter filter) =>
        builder.ConfigureServices(services => services.AddSingleton(filter));

    public static ISiloBuilder AddIncomingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
        where TImplementation : class, IIncomingGrainCallFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter, TImplementation>());

    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IncomingGrainCallFilterDelegate filter) =>
        builder.AddIncomingGrainCallFilter(new DelegateIncomingFilter(filter));

    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, IOutgoingGrainCallFilter filter) =>
        builder.ConfigureServices(services => services.AddSingleton(filter));

    public static ISiloBuilder AddOutgoingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
        where TImplementation : class, IOutgoingGrainCallFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IOutgoingGrainCallFilter, TImplementation>());

    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, OutgoingGrainCallFilterDelegate filter) =>
        builder.AddOutgoingGrainCallFilter(new DelegateOutgoingFilter(filter));

    private sealed class DelegateIncomingFilter(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => filter(context);
    }

    private sealed class DelegateOutgoingFilter(OutgoingGrainCallFilterDelegate filter) : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context) => filter(context);
    }
}

/// <summary>Grain storages by name.</summary>
public static class GrainStorageSiloBuilderExtensions
{
    /// <summary>States in memory, gone with the process.</summary>
    public static ISiloBuilder AddMemoryGrainStorage(this ISiloBuilder builder, string name) =>
        builder.AddGrainStorage(name, static (_, _) => new MemoryGrainStorage());

    public static ISiloBuilder AddMemoryGrainStorageAsDefault(this ISiloBuilder builder) =>
        builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);

    /// <summary>One JSON document per state under <paramref name="folder"/>, replaced atomically. One process may use the folder at a time.</summary>
    public static ISiloBuilder AddFileGrainStorage(this ISiloBuilder builder, string name, string folder) =>
        builder.AddGrainStorage(name, (_, _) => new FileGrainStorage(folder));

    public static ISiloBuilder AddFileGrainStorageAsDefault(this ISiloBuilder builder, string folder) =>
        builder.AddFileGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, folder);

    /// <summary>A storage of one's own.</summary>
    public static ISiloBuilder AddGrainStorage(this ISiloBuilder builder, string name, Func<IServiceProvider, string, IGrainStorage> create)
    {
        builder.Services.AddKeyedSingleton(name, (services, _) => create(services, name));
        if (name == ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
        {
            builder.Services.AddSingleton(services => services.GetRequiredKeyedService<IGrainStorage>(name));
        }

        return builder;
    }
}

public static class SiloBuilderMemoryStreamExtensions
{
    /// <summary>Streams within the process: bounded queues, nothing durable.</summary>
    public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name)
    {
        builder.Services.AddKeyedSingleton<Streams.IStreamProvider>(name, (services, _) => ActivatorUtilities.CreateInstance<MemoryStreamProvider>(services, name));
        return builder;
    }
}

public static class SiloBuilderReminderExtensions
{
    /// <summary>Reminders that end with the process.</summary>
    public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder) =>
        builder.ConfigureServices(services => services.AddSingleton<IReminderStore, MemoryReminderStore>());

    /// <summary>Reminders kept in one JSON file per reminder under <paramref name="folder"/>; they survive the process.</summary>
    public static ISiloBuilder UseFileReminderService(this ISiloBuilder builder, string folder) =>
        builder.ConfigureServices(services => services.AddSingleton<IReminderStore>(_ => new FileReminderStore(folder)));

    public static ISiloBuilder AddReminders(this ISiloBuilder builder) => builder;
}

public static class SiloBuilderStartupExtensions
{
    /// <summary>Runs once when the silo starts; the host fails to start if it throws. The stage is ignored: tasks run in the order added.</summary>
    public static ISiloBuilder AddStartupTask(
        this ISiloBuilder builder, Func<IServiceProvider, CancellationToken, Task> startupTask, int stage = 20000) =>
        builder.ConfigureServices(services => services.AddSingleton(new StartupDelegate(startupTask)));

    public static ISiloBuilder AddStartupTask<TStartup>(this ISiloBuilder builder, int stage = 20000)
        where TStartup : class, Runtime.IStartupTask =>
        builder.AddStartupTask(static (services, token) => ActivatorUtilities.GetServiceOrCreateInstance<TStartup>(services).Execute(token), stage);
}

internal sealed record StartupDelegate(Func<IServiceProvider, CancellationToken, Task> Run);

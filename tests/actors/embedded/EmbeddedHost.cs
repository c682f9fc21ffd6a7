using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace Trading.Actors.Tests.Embedded;

/// <summary>A host of the embedded runtime on a clock that stands still.</summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly IHost _host;

    private EmbeddedHost(IHost host, ManualTime time) => (_host, Time) = (host, time);

    public ManualTime Time { get; }

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public Signals Signals => _host.Services.GetRequiredService<Signals>();

    public static async Task<EmbeddedHost> Start(Action<ISiloBuilder> configure, ManualTime? time = null)
    {
        time ??= new ManualTime();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Signals>();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.UseOrleans(configure);
        var host = builder.Build();
        await host.StartAsync();
        return new EmbeddedHost(host, time);
    }

    public T Grain<T>(string? key = null)
        where T : IGrainWithStringKey => Client.GetGrain<T>(key ?? Guid.NewGuid().ToString("N"));

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

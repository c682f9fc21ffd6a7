using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Trading.Gateway.Host.Composition;

/// <summary>One gateway of a cluster: everything that clients reach, and nothing that they must not: no grain, no journal.</summary>
internal static class GatewayProcess
{
    /// <summary>Warnings to the clients, their closes, and the calls under way.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    private const string DefaultUrls = "http://127.0.0.1:8080";

    private const string Help = """
        usage: Trading.Gateway.Host [--urls ADDRESS] [--set NAME=VALUE]...

        One gateway of a cluster (docs/operations.md). Settings are appsettings.json beside the program, files in the folder TRADING_Secrets, the environment
        (TRADING_Cluster__ClusterId) and the command line, the later winning. It needs Database:ConnectionString, with rights on the membership tables alone,
        and Gateway:SigningKeys:ID, the same for every gateway.
        """;

    /// <returns>0 after a clean end, 1 after a failed start.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (args is ["help" or "--help" or "-h", ..])
            {
                await Console.Out.WriteLineAsync(Help);
                return 0;
            }

            return await ServeAsync(Arguments.Parse(args));
        }
        catch (StartException problem)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return 1;
        }
    }

    private static async Task<int> ServeAsync(Dictionary<string, string?> options)
    {
        var hasStarted = false;
        var builder = HostBuilding.Create(options, ShutdownTimeout);
        builder.ExportTelemetry("trading-gateway");
        builder.QuietUntilStarted(() => hasStarted);
        var urls = HostBuilding.CheckedUrls("Urls", builder.Configuration["Urls"] ?? DefaultUrls);
        var cluster = ClusterSettings.From(builder.Configuration);
        _ = builder.Configuration.GetSection(GatewayOptions.Section).Read<GatewayOptions>();
        builder.WebHost.UseUrls(urls);
        // connections never block a thread, so their code may run where the socket's bytes arrive: two changes of thread less per message
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddTradingGateway(builder.Configuration);
        builder.AddClusterClient(cluster);

        await using var app = builder.Build();
        app.MapTradingGateway();
        app.MapHealthProbes();
        await app.BeginAsync(urls);
        hasStarted = true;
        await Console.Out.WriteLineAsync($"ready {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}");
        await Console.Out.FlushAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }
}

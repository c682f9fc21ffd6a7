using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Trading.Silo.Composition;

/// <summary>One silo of a cluster: grains, no public surface. Its own HTTP address is for orchestrators and operators: health, and the dashboard behind a password.</summary>
internal static class ClusterSilo
{
    /// <summary>Snapshots of every session that this silo holds, and their hand-over, must fit; an orchestrator waits longer (docs/operations.md).</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(120);

    private const string OpsUrls = "Ops:Urls";
    private const string DefaultOpsUrls = "http://127.0.0.1:8081";
    private const string DashboardPassword = "Dashboard:Password";
    private const string DashboardPath = "/dashboard";

    /// <param name="options">Settings from the command line.</param>
    /// <returns>0 when the silo was asked to stop and did.</returns>
    /// <exception cref="StartException">It cannot start.</exception>
    public static async Task<int> RunAsync(Dictionary<string, string?> options)
    {
        var hasStarted = false;
        var builder = HostBuilding.Create(options, ShutdownTimeout);
        builder.ExportTelemetry("trading-silo");
        builder.QuietUntilStarted(() => hasStarted);
        var settings = ServiceSettings.From(builder.Configuration);
        var cluster = ClusterSettings.From(builder.Configuration);
        var urls = HostBuilding.CheckedUrls(OpsUrls, builder.Configuration[OpsUrls] ?? DefaultOpsUrls);
        var password = builder.Configuration[DashboardPassword]?.Trim();
        var database = ActorHosting.HasCluster ? DatabaseSettings.Required(builder.Configuration, "a silo of a cluster") : "";
        using var data = DataFolder.Locate(settings.Data);
        builder.WebHost.UseUrls(urls);
        builder.AddTradingSilo(settings, data, database, cluster, hasDashboard: !string.IsNullOrEmpty(password));
        await Database.MigrateAsync(database, CancellationToken.None);

        await using var app = builder.Build();
        if (!string.IsNullOrEmpty(password)) app.RequireOperator(DashboardPath, password);
        app.MapHealthProbes();
        if (!string.IsNullOrEmpty(password)) app.MapDashboard(DashboardPath);
        MarketDataServices.PrepareStore(app.Services, data);
        FirstStart.CheckInstruments(app.Services);
        await app.BeginAsync(urls);
        hasStarted = true;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready silo {cluster.Address()}:{cluster.SiloPort} ops {address}"));
        await Console.Out.FlushAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }
}

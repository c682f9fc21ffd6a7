using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Trading.Gateway;
using Trading.Storage.Journal;

namespace Trading.Silo.Composition;

/// <summary>The whole service in one process, from settings to the line <c>ready</c> and from SIGTERM to a clean end.</summary>
internal static class Service
{
    /// <summary>Sessions in the middle of a slice, their snapshots and the goodbyes to the clients fit well into it.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    private const string ExampleProgram = "examples/python/sma_cross.py";

    /// <param name="options">Settings from the command line; they win over the environment and appsettings.json.</param>
    /// <returns>0 when the service was asked to stop and did.</returns>
    /// <exception cref="StartException">It cannot start.</exception>
    public static async Task<int> RunAsync(Dictionary<string, string?> options)
    {
        var hasStarted = false;
        var builder = HostBuilding.Create(options, ShutdownTimeout);
        builder.ExportTelemetry("trading");

        // a failed start is told in one line, not in the host's forty
        builder.QuietUntilStarted(() => hasStarted);
        var settings = ServiceSettings.From(builder.Configuration);
        using var data = DataFolder.Open(settings.Data);
        builder.WebHost.UseUrls(settings.Urls);
        // connections never block a thread, so their code may run where the socket's bytes arrive: two changes of thread less per message
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        var database = DatabaseSettings.From(builder.Configuration);
        builder.AddTrading(settings, data, database);
        if (database is not null) await Database.MigrateAsync(database, CancellationToken.None);

        await using var app = builder.Build();
        app.MapTradingGateway();
        app.MapHealthProbes();

        // recovery happens before anyone may connect, and a damaged journal is a failed start
        app.Services.GetRequiredService<ISessionJournal>();
        MarketDataServices.PrepareStore(app.Services, data);
        var demo = await FirstStart.PrepareAsync(app.Services, settings, data, CancellationToken.None);
        var bars = settings.Bars.Count == 0 ? await DemoBars.PrepareAsync(app.Services, data, CancellationToken.None) : null;
        await app.BeginAsync(settings.Urls);
        hasStarted = true;
        Announce(app, data, demo, hasDemoBars: bars is not null);
        var finishing = bars?.FinishAsync(app.Lifetime.ApplicationStopping) ?? Task.CompletedTask;
        await app.WaitForShutdownAsync();
        await finishing;
        return 0;
    }

    private static void Announce(WebApplication app, DataFolder data, DemoAccount demo, bool hasDemoBars)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var output = Console.Out;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Orleans Trading, actor runtime {ActorHosting.Runtime}, data in {data.Path}"));
        if (demo.NewKey is not null) output.WriteLine($"demo API key (shown once, kept in {data.DemoKeyFile}): {demo.NewKey}");
        if (demo.Exists) output.WriteLine($"next: {NextCommand(address, data, hasDemoBars)}");
        output.WriteLine($"ready {address}");
        output.Flush();
    }

    /// <summary>From the project's folder and over the demo bars that is a whole simulation; otherwise a token, which needs nothing but curl.</summary>
    private static string NextCommand(string address, DataFolder data, bool hasDemoBars)
    {
        var key = $"$(cat {data.DemoKeyFile})";
        return hasDemoBars && File.Exists(ExampleProgram)
            ? $"python3 {ExampleProgram} --url {address} --key {key} --bars {Path.Combine(data.Bars, "minute", "AAPL.csv")} --start 2024-07-16 --end 2024-07-20"
            : $"curl -s -X POST -H \"X-API-Key: {key}\" {address}/auth/token";
    }
}

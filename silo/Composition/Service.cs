using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
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
        var builder = CreateBuilder(options);

        // a failed start is told in one line below, not in the host's forty
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => hasStarted && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Orleans", level => hasStarted && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.Silo", level => hasStarted && level >= LogLevel.Error);
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", level => hasStarted && level >= LogLevel.Error);
        var settings = ServiceSettings.From(builder.Configuration);
        using var data = DataFolder.Open(settings.Data);
        builder.WebHost.UseUrls(settings.Urls);
        // connections never block a thread, so their code may run where the socket's bytes arrive: two changes of thread less per message
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.AddTrading(settings, data);

        await using var app = builder.Build();
        app.MapTradingGateway();

        // recovery happens before anyone may connect, and a damaged journal is a failed start
        app.Services.GetRequiredService<ISessionJournal>();
        MarketDataServices.PrepareStore(app.Services, data);
        var demo = await FirstStart.PrepareAsync(app.Services, settings, data, CancellationToken.None);
        var bars = settings.Bars.Count == 0 ? await DemoBars.PrepareAsync(app.Services, data, CancellationToken.None) : null;
        await StartAsync(app, settings);
        hasStarted = true;
        Announce(app, data, demo, hasDemoBars: bars is not null);
        var finishing = bars?.FinishAsync(app.Lifetime.ApplicationStopping) ?? Task.CompletedTask;
        await app.WaitForShutdownAsync();
        await finishing;
        return 0;
    }

    private static WebApplicationBuilder CreateBuilder(Dictionary<string, string?> options)
    {
        // The folder one starts the program from is the user's; settings and web files lie beside the program.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("TRADING_");
        builder.Configuration.AddInMemoryCollection(options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        builder.AddLog();

        // These log the query string, and a query string may hold a token (SIM-025): no setting may switch them on.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.HttpLogging", LogLevel.None);
        return builder;
    }

    private static async Task StartAsync(WebApplication app, ServiceSettings settings)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            throw new StartException($"the service cannot listen on {settings.Urls}: {OneLine(problem)} (choose another address with --urls)");
        }
        catch (OptionsValidationException problem)
        {
            throw new StartException($"wrong settings: {string.Join("; ", problem.Failures)}");
        }
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

    private static string OneLine(Exception problem) => problem.Message.ReplaceLineEndings(" ");
}

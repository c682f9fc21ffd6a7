using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Trading.Bench.Session;
using Trading.Postgres.Tests.Support;

namespace Trading.Bench.Cluster;

/// <summary>One silo and one gateway as processes of their own over a database of their own.</summary>
internal sealed class ClusterProcesses : IDisposable
{
    private ClusterProcesses(ServiceProcess silo, ServiceProcess gateway)
    {
        Silo = silo;
        Gateway = gateway;
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } =
        typeof(ClusterProcesses).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ActorRuntime").Value != "orleans" ? "it needs several processes, and this build has the embedded actor runtime"
        : File.Exists("/usr/lib/postgresql/15/bin/initdb") ? null
        : "there is no PostgreSQL 15 here (Debian: apt-get install postgresql-15)";

    public ServiceProcess Silo { get; }

    /// <summary>Its key belongs to an account without limits.</summary>
    public ServiceProcess Gateway { get; }

    /// <param name="server">Where its database is made.</param>
    /// <param name="data">Folder with the candle store.</param>
    public static ClusterProcesses Start(PostgresServer server, string data)
    {
        KeyValuePair<string, string>[] settings =
        [
            new("TRADING_Database__ConnectionString", server.NewDatabase()),
            new("TRADING_Cluster__ClusterId", "bench"),
            new("TRADING_Cluster__AdvertisedAddress", "127.0.0.1"),
            new("TRADING_Cluster__SiloPort", FreePort()),
            new("TRADING_Cluster__GatewayPort", FreePort()),
            new("TRADING_Ops__Urls", "http://127.0.0.1:0"),
            new("TRADING_Urls", "http://127.0.0.1:0"),
            new("TRADING_Gateway__SigningKeys__bench", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            new("TRADING_Data", data),
        ];
        var program = Path.Combine(AppContext.BaseDirectory, "Trading.Silo.dll");
        Run(program, settings, "migrate");
        var user = Run(program, settings, "admin", "tenant", "create", "--plan", "enterprise", "--unlimited").Trim();
        var key = Run(program, settings, "admin", "key", "issue", user).Trim();
        var silo = ServiceProcess.StartProgram(program, "", settings, "silo");
        try
        {
            return new ClusterProcesses(silo, ServiceProcess.StartProgram(GatewayProgram(), key, settings));
        }
        catch
        {
            silo.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Gateway.Dispose();
        Silo.Dispose();
    }

    /// <summary>artifacts/RUNTIME/bin/PROJECT/CONFIGURATION, beside the folder of the benchmarks.</summary>
    private static string GatewayProgram()
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own, "..", "..", "Trading.Gateway.Host", Path.GetFileName(own), "Trading.Gateway.Host.dll"));
    }

    private static string Run(string program, KeyValuePair<string, string>[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? printed : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

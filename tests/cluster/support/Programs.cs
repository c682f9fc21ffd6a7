using System.Reflection;

namespace Trading.Cluster.Tests.Support;

/// <summary>The programs as the build left them, and what else a test needs on this machine.</summary>
internal static class Programs
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary><c>orleans</c> or <c>embedded</c>.</summary>
    public static string ActorRuntime { get; } =
        typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ActorRuntime").Value!;

    public static string Silo => Built("Trading.Silo", "Trading.Silo.dll");

    public static string Gateway => Built("Trading.Gateway.Host", "Trading.Gateway.Host.dll");

    public static string Sim => Built("Trading.Cli", "sim.dll");

    /// <summary>Real minutes, <c>SYMBOL.csv</c>.</summary>
    public static string Bars => Path.Combine(Root, "..", "shared", "data", "minute");

    /// <summary>Where figures are written to, for docs/performance.md.</summary>
    public static string Figures => Path.Combine(Root, "artifacts", "cluster");

    /// <summary>What a test of one process with files lacks; null = nothing.</summary>
    public static string? MissingForFiles { get; } = File.Exists(Path.Combine(Bars, "EURUSD.csv")) ? null : "the real bars are not beside the project (../shared/data)";

    /// <summary>What a test with PostgreSQL lacks; null = nothing.</summary>
    public static string? MissingForPostgres { get; } = MissingForFiles ?? (HasPostgres() ? null : "PostgreSQL is not installed here (apt-get install postgresql-15)");

    /// <summary>What a test of several processes lacks; null = nothing.</summary>
    public static string? MissingForCluster { get; } =
        ActorRuntime != "orleans" ? "needs several processes: Microsoft Orleans packages do not restore here"
        : Environment.GetEnvironmentVariable("TRADING_CLUSTER_TESTS") != "1" ? "takes a quarter of an hour and a machine with nothing else at work: ./test cluster runs it"
        : MissingForPostgres;

    private static bool HasPostgres() =>
        Directory.Exists("/usr/lib/postgresql") && Directory.GetDirectories("/usr/lib/postgresql").Any(version => File.Exists(Path.Combine(version, "bin", "initdb")));

    /// <summary>artifacts/RUNTIME/bin/PROJECT/CONFIGURATION, beside the folder of these tests.</summary>
    private static string Built(string project, string file)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own), file));
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orleans.Trading.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}

using System.Net;
using System.Net.Sockets;

namespace Trading.Deployment.Tests.Support;

/// <summary>What a deployment runs: a program of an image with its environment and its secrets, as the compose file or an overlay says it.</summary>
/// <param name="Image">The Dockerfile.</param>
/// <param name="Line">Entry point and command.</param>
/// <param name="Environment">Of the image, then of the deployment.</param>
/// <param name="Secrets">Files below the folder of secrets, with where their text comes from, as paths from the root.</param>
internal sealed record Deployed(Dockerfile Image, IReadOnlyList<string> Line, Dictionary<string, string> Environment, Dictionary<string, string> Secrets)
{
    public static Deployed OfCompose(string name)
    {
        var (service, image) = Compose.Ours.Single(one => one.Service.Name == name);
        var secrets = service.Secrets.ToDictionary(secret => secret.File, secret => Compose.File["secrets"][secret.Secret]["file"].Text, StringComparer.Ordinal);
        return new(image, service.CommandLine(image), Over(image, service.Environment), secrets);
    }

    public static Deployed OfOverlay(Overlay overlay, string workload, string dockerfile)
    {
        var image = Dockerfile.Load(dockerfile);
        var from = overlay.WorkloadOf(workload);
        var container = from.Containers[0];
        var secret = from.Pod["volumes"].Items.Single(volume => volume["name"].Is("secrets")).At("secret.secretName").Text;
        string[] line = [.. image.Final.Exec("ENTRYPOINT")!, .. container["args"].Exists ? container["args"].Words : image.Final.Exec("CMD") ?? []];
        return new(image, line, Over(image, from.EnvironmentOf(container)), overlay.Secrets[secret]);
    }

    /// <summary>The account commands of the silo's image, with the silo's environment.</summary>
    public Deployed AsAdmin(params string[] arguments) => this with { Line = [.. Image.Final.Exec("ENTRYPOINT")!, "admin", .. arguments] };

    /// <summary>
    /// Starts it on this machine: the image's folder is the build's, paths are folders of the test, names and addresses are this machine's, fixed ports are free ones.
    /// Nothing else differs from the image.
    /// </summary>
    /// <param name="files">Where the secrets are.</param>
    /// <param name="database">Its database.</param>
    /// <param name="data">The candle store's folder.</param>
    /// <param name="telemetry">A collector that understands OTLP over HTTP only, so the protocol is another; null: there is none, and it has to do without.</param>
    public DeployedProcess Start(DeploymentCopy files, DatabaseServer database, string data, string? telemetry = null)
    {
        var secrets = Directory.CreateDirectory(files.At($"run/{Guid.NewGuid():N}")).FullName;
        foreach (var (name, file) in Secrets) File.Copy(files.At(file), Path.Combine(secrets, name));
        var host = Environment["TRADING_Database__ConnectionString"].Split(';')[0];
        var local = Environment.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        local["TRADING_Secrets"] = secrets;
        local["TRADING_Database__ConnectionString"] = local["TRADING_Database__ConnectionString"]
            .Replace(host, $"Host=localhost;Port={database.Port};GSS Encryption Mode=Disable", StringComparison.Ordinal)
            .Replace("/run/database/", files.At("run/database/"), StringComparison.Ordinal);
        Replace(local, "TRADING_Data", data);
        Replace(local, "TRADING_Cluster__AdvertisedAddress", "127.0.0.1");
        Replace(local, "TRADING_Cluster__SiloPort", FreePort());
        Replace(local, "TRADING_Cluster__GatewayPort", FreePort());
        Replace(local, "TRADING_Ops__Urls", "http://127.0.0.1:0");
        Replace(local, "TRADING_Urls", "http://127.0.0.1:0");

        Replace(local, "OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort()}");
        if (telemetry is not null)
        {
            local["OTEL_EXPORTER_OTLP_ENDPOINT"] = telemetry;
            local["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            local["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        }

        return DeployedProcess.Start(Line, FolderOf(Path.GetFileNameWithoutExtension(Line[1])), local);
    }

    /// <summary>Where the build has put the program that the image has in its working folder.</summary>
    public static string FolderOf(string program)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, program, own.Name);
    }

    private static Dictionary<string, string> Over(Dockerfile image, Dictionary<string, string> deployment)
    {
        var environment = image.Final.Environment;
        foreach (var (name, value) in deployment) environment[name] = value;
        return environment;
    }

    private static void Replace(Dictionary<string, string> environment, string name, string value)
    {
        if (environment.ContainsKey(name)) environment[name] = value;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Reflection;
using Trading.Gateway;
using Trading.Grains.Sessions;
using Trading.Grains.Tenants;
using Trading.Hosting;
using Trading.MarketData.Settings;

namespace Trading.Deployment.Tests.Support;

/// <summary>The settings that the programs know, from the classes that they read them into.</summary>
internal static class KnownSettings
{
    private static readonly Dictionary<string, Type> Sections = new(StringComparer.Ordinal)
    {
        [ClusterSettings.Section] = typeof(ClusterSettings),
        [DatabaseSettings.Section] = typeof(DatabaseSettings),
        [GatewayOptions.Section] = typeof(GatewayOptions),
        [MarketDataOptions.Section] = typeof(MarketDataOptions),
        [SessionOptions.Section] = typeof(SessionOptions),
        [PlanOptions.Section] = typeof(PlanOptions),
    };

    /// <summary>Settings that the programs read one by one.</summary>
    private static readonly HashSet<string> Single =
    [
        HostBuilding.Secrets, "Data", "Demo", "Urls",
        ConstantOf("Trading.Silo.Composition.ClusterSilo", "OpsUrls"), ConstantOf("Trading.Silo.Composition.ClusterSilo", "DashboardPassword"),
        "Logging:LogLevel:Default", "Logging:Console:FormatterName",
    ];

    /// <summary>Of the OpenTelemetry specification, environment variables of SDK and OTLP exporter.</summary>
    private static readonly HashSet<string> Telemetry =
        ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_METRIC_EXPORT_INTERVAL"];

    /// <summary>Variables of the base image.</summary>
    private static readonly HashSet<string> Runtime = ["ASPNETCORE_HTTP_PORTS"];

    /// <summary>Whether a program looks at this variable of its environment.</summary>
    public static bool IsVariable(string name) => Telemetry.Contains(name) || Runtime.Contains(name)
        || (name.StartsWith(HostBuilding.Prefix, StringComparison.Ordinal) && IsFile(name[HostBuilding.Prefix.Length..]));

    /// <summary>Whether a program looks at a file of this name in its folder of secrets.</summary>
    public static bool IsFile(string name)
    {
        var path = name.Split("__");
        return Single.Contains(string.Join(':', path)) || (path.Length > 1 && Sections.TryGetValue(path[0], out var type) && Has(type, path.AsSpan(1)));
    }

    private static bool Has(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty) return true;
        if (type.IsGenericType && type != typeof(string))
        {
            // lists by number, dictionaries by any name
            var arguments = type.GetGenericArguments();
            return Nullable.GetUnderlyingType(type) is null && (arguments.Length == 2 || int.TryParse(path[0], out _)) && Has(arguments[^1], path[1..]);
        }

        var name = path[0];
        var property = Array.Find(type.GetProperties(), one => one.CanWrite && one.Name == name);
        return property is not null && Has(property.PropertyType, path[1..]);
    }

    private static string ConstantOf(string type, string name) =>
        (string)Assembly.Load("Trading.Silo").GetType(type, throwOnError: true)!.GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
}

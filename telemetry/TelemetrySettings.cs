using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Trading.Telemetry;

/// <summary>
/// What is exported: read from the variables that the OpenTelemetry specification defines ("OpenTelemetry Environment Variable Specification", "OpenTelemetry Protocol
/// Exporter"), wherever the host's settings come from. What is not listed here the exporter reads itself.
/// </summary>
/// <param name="Traces">Spans are exported: there is an address for them, and <c>OTEL_TRACES_EXPORTER</c> is not <c>none</c>.</param>
/// <param name="Metrics">The same for metrics, <c>OTEL_METRICS_EXPORTER</c>.</param>
/// <param name="Logs">The same for the log, <c>OTEL_LOGS_EXPORTER</c>.</param>
/// <param name="ChoosesSampler">Whether <c>OTEL_TRACES_SAMPLER</c> is set; without it one trace in a hundred is sampled, because every tick of a lock-step client is one.</param>
public sealed record TelemetrySettings(bool Traces, bool Metrics, bool Logs, bool ChoosesSampler)
{
    /// <summary>The share of traces that is sampled unless the settings say otherwise.</summary>
    public const double DefaultRatio = 0.01;

    private const string Endpoint = "OTEL_EXPORTER_OTLP_{0}ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_{0}PROTOCOL";
    private const string Sampler = "OTEL_TRACES_SAMPLER";

    private static readonly string[] Signals = ["TRACES", "METRICS", "LOGS"];

    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    /// <summary>Whether anything is exported at all.</summary>
    public bool Any => Traces || Metrics || Logs;

    /// <summary>Reads and checks the settings. Without an address nothing is exported.</summary>
    /// <exception cref="TelemetrySettingsException">One of them is wrong.</exception>
    public static TelemetrySettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)) return new(false, false, false, false);
        foreach (var signal in Signals.Select(name => name + "_").Prepend(""))
        {
            CheckAddress(configuration, Name(Endpoint, signal));
            CheckOneOf(configuration, Name(Protocol, signal), "grpc", "http/protobuf");
        }

        foreach (var signal in Signals) CheckOneOf(configuration, $"OTEL_{signal}_EXPORTER", "otlp", "none");
        CheckOneOf(configuration, Sampler, Samplers);
        CheckRatio(configuration, Sampler + "_ARG");
        return new(Exports(configuration, "TRACES"), Exports(configuration, "METRICS"), Exports(configuration, "LOGS"), Value(configuration, Sampler) is not null);
    }

    private static bool Exports(IConfiguration configuration, string signal) =>
        (Value(configuration, Name(Endpoint, signal + "_")) ?? Value(configuration, Name(Endpoint, ""))) is not null && Value(configuration, $"OTEL_{signal}_EXPORTER") != "none";

    private static void CheckAddress(IConfiguration configuration, string name)
    {
        if (Value(configuration, name) is not { } value) return;
        if (Uri.TryCreate(value, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)) return;
        throw Wrong(name, value, "an address like http://collector:4317");
    }

    private static void CheckOneOf(IConfiguration configuration, string name, params string[] values)
    {
        if (Value(configuration, name) is { } value && !values.Contains(value)) throw Wrong(name, value, $"one of {string.Join(", ", values)}");
    }

    private static void CheckRatio(IConfiguration configuration, string name)
    {
        if (Value(configuration, name) is not { } value) return;
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1) return;
        throw Wrong(name, value, "a share from 0 to 1");
    }

    private static TelemetrySettingsException Wrong(string name, string value, string rule) => new($"{name} is '{value}', but must be {rule}");

    private static string Name(string pattern, string signal) => string.Format(CultureInfo.InvariantCulture, pattern, signal);

    /// <summary>An empty variable counts as none (specification, "Parsing empty value").</summary>
    private static string? Value(IConfiguration configuration, string name) => configuration[name] is { Length: > 0 } value ? value : null;
}

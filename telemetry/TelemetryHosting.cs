using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Trading.Diagnostics;

namespace Trading.Telemetry;

/// <summary>Puts the export of traces, metrics and the log into a host: over OTLP, as the standard variables say (docs/telemetry.md).</summary>
public static class TelemetryHosting
{
    /// <summary>
    /// Exports what the process measures. Listening begins at once, so that what happens before the host has started is counted, too; what is waiting to be sent goes out when the
    /// host has stopped. A collector that does not answer costs memory for at most 2,048 spans and as many log records, and nothing else.
    /// </summary>
    /// <param name="builder">The host being made.</param>
    /// <param name="service">Name of the service, unless <c>OTEL_SERVICE_NAME</c> or the resource attributes give another one.</param>
    /// <returns>What is exported.</returns>
    /// <exception cref="TelemetrySettingsException">A setting is wrong.</exception>
    public static TelemetrySettings AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = TelemetrySettings.From(builder.Configuration);
        if (!settings.Any) return settings;
        if (settings.Logs) builder.Logging.AddLogExport(service);
        var export = new TelemetryExport(settings.Traces ? Tracer(builder.Configuration, service, settings) : null, settings.Metrics ? Meter(builder.Configuration, service) : null);
        builder.Services.AddSingleton(_ => export);
        builder.Services.AddHostedService(provider => provider.GetRequiredService<TelemetryExport>());
        return settings;
    }

    private static void AddLogExport(this ILoggingBuilder logging, string service) => logging.AddOpenTelemetry(options =>
    {
        options.SetResourceBuilder(Resource(service));
        options.IncludeFormattedMessage = true;
        options.ParseStateValues = true;
        options.AddProcessor(new LogScrubber());
        options.AddOtlpExporter();
    });

    private static TracerProvider Tracer(IConfiguration configuration, string service, TelemetrySettings settings)
    {
        var traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Resource(service))
            .AddSource(TelemetrySources.Spans)
            .AddProcessor(new SpanScrubber())
            .AddOtlpExporter();
        if (!settings.ChoosesSampler) traces.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(TelemetrySettings.DefaultRatio)));
        return traces.Build()!;
    }

    private static MeterProvider Meter(IConfiguration configuration, string service)
    {
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Resource(service))
            .AddMeter(TelemetrySources.Meters)
            .AddOtlpExporter();
        foreach (var (instrument, most) in TelemetrySources.LargeInstruments) metrics.AddView(instrument, new MetricStreamConfiguration { CardinalityLimit = most });
        return metrics.Build()!;
    }

    /// <summary>Who is measured. What the environment says comes last, and so wins.</summary>
    private static ResourceBuilder Resource(string service)
    {
        var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return ResourceBuilder.CreateEmpty()
            .AddService(service, serviceNamespace: "trading", version, autoGenerateServiceInstanceId: false, serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
            .AddAttributes([KeyValuePair.Create<string, object>(DeploymentEnvironment.Attribute, DeploymentEnvironment.Name)])
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
    }
}

using Microsoft.Extensions.Configuration;
using Trading.Diagnostics;

namespace Trading.Telemetry.Tests.Settings;

public sealed class TelemetrySettingsTests
{
    private const string Address = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317";

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData(Address, true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector:4318/v1/metrics", false, true, false)]
    [InlineData(Address + ";OTEL_LOGS_EXPORTER=none", true, true, false)]
    [InlineData(Address + ";OTEL_TRACES_EXPORTER=none;OTEL_METRICS_EXPORTER=otlp", false, true, true)]
    [InlineData(Address + ";OTEL_SDK_DISABLED=true", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", false, false, false)]
    public void What_has_an_address_is_exported(string settings, bool traces, bool metrics, bool logs)
    {
        var read = TelemetrySettings.From(Configuration(settings));
        Assert.Equal((traces, metrics, logs), (read.Traces, read.Metrics, read.Logs));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=ftp://collector", "OTEL_EXPORTER_OTLP_ENDPOINT is 'ftp://collector', but must be an address like http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=4317", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is '4317', but must be an address like http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is 'http', but must be one of grpc, http/protobuf")]
    [InlineData("OTEL_METRICS_EXPORTER=prometheus", "OTEL_METRICS_EXPORTER is 'prometheus', but must be one of otlp, none")]
    [InlineData("OTEL_TRACES_SAMPLER=sometimes", "OTEL_TRACES_SAMPLER is 'sometimes', but must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG=2", "OTEL_TRACES_SAMPLER_ARG is '2', but must be a share from 0 to 1")]
    public void A_wrong_setting_names_itself_its_value_and_the_rule(string settings, string message) =>
        Assert.Equal(message, Assert.Throws<TelemetrySettingsException>(() => TelemetrySettings.From(Configuration(settings))).Message);

    [Theory]
    [InlineData("", "production")]
    [InlineData("DOTNET_ENVIRONMENT=Staging", "staging")]
    [InlineData("DOTNET_ENVIRONMENT=Staging;ASPNETCORE_ENVIRONMENT=Development", "development")]
    [InlineData("ASPNETCORE_ENVIRONMENT=Development;OTEL_RESOURCE_ATTRIBUTES=service.version=1,deployment.environment.name=live", "live")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=dry%20run", "dry run")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=", "production")]
    [Trait("req", "API-093")]
    public void The_environment_is_the_resources_or_else_the_hosts(string settings, string name) =>
        Assert.Equal(name, DeploymentEnvironment.From(variable => Configuration(settings)[variable]));

    private static IConfiguration Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]))).Build();
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Trading.Deployment.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>Collector, Prometheus and Grafana find each other; alerts are explained; dashboards show what they must.</summary>
public sealed partial class TelemetryTests
{
    private const string Dashboards = "deploy/grafana/dashboards";

    private static readonly string[] Categories =
    [
        "apirisk_data_gaps_total", "apirisk_temporal_duplicates_total", "apirisk_schema_validation_failures_total", "apirisk_session_auth_renewals_total",
        "apirisk_throughput_request_rejections_total", "apirisk_execution_order_rejects_total", "apirisk_governance_version_mismatches_total",
    ];

    private static readonly Node Rules = Node.Load("deploy/telemetry/rules.yaml");

    [Fact]
    public void Telemetry_goes_from_the_programs_through_the_collector_to_prometheus_and_grafana()
    {
        var collector = Node.Load("deploy/telemetry/collector.yaml");
        var endpoint = new Uri(Compose.Service("silo-1").Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal($"0.0.0.0:{endpoint.Port}", collector.At("receivers.otlp.protocols.grpc.endpoint").Text);
        Assert.Equal(("collector", "grpc"), (endpoint.Host, Compose.Service("silo-1").Environment["OTEL_EXPORTER_OTLP_PROTOCOL"]));
        Assert.Equal("true", collector.At("exporters.prometheus.resource_to_telemetry_conversion.enabled").Text);
        foreach (var (name, pipeline) in collector.At("service.pipelines").Map)
        {
            Assert.Contains(name, new[] { "metrics", "traces", "logs" });
            foreach (var part in new[] { "receivers", "processors", "exporters" }) Assert.All(pipeline[part].Words, word => Assert.Contains(word, collector[part].Map.Keys));
        }

        var scraped = Node.Load("deploy/telemetry/prometheus.yaml");
        var targets = scraped["scrape_configs"].Items.SelectMany(job => job["static_configs"].Items).SelectMany(one => one["targets"].Words).ToList();
        var metrics = collector.At("exporters.prometheus.endpoint").Text.Split(':')[1];
        var own = collector.At("service.telemetry.metrics.readers").Items[0].At("pull.exporter.prometheus.port").Text;
        Assert.Equal([$"collector:{metrics}", $"collector:{own}"], targets);
        Assert.Equal(["rules.yaml"], scraped["rule_files"].Words);
        var source = Assert.Single(Node.Load("deploy/grafana/provisioning/datasources/prometheus.yaml")["datasources"].Items);
        Assert.Equal("http://prometheus:9090", source["url"].Text);
        foreach (var (one, other) in new[] { ("silo-1", "collector"), ("gateway-2", "collector"), ("prometheus", "collector"), ("grafana", "prometheus") })
        {
            Assert.NotEmpty(Compose.Service(one).Networks.Keys.Intersect(Compose.Service(other).Networks.Keys));
        }
    }

    [Fact]
    public void Every_alert_says_how_urgent_it_is_and_what_it_means_and_the_page_says_what_to_do()
    {
        var page = Repository.Read("docs/operations.md");
        var alerts = Rules["groups"].Items.SelectMany(group => group["rules"].Items).Where(rule => rule["alert"].Exists).ToList();
        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert =>
        {
            Assert.Contains(alert.At("labels.severity").Text, new[] { "page", "ticket" });
            Assert.True(alert.At("annotations.summary").Exists && alert.At("annotations.description").Exists);
            Assert.Contains($"| `{alert["alert"].Text}` |", page, StringComparison.Ordinal);
        });
        var named = AlertName().Matches(page).Select(match => match.Groups[1].Value);
        Assert.Empty(named.Except(alerts.Select(alert => alert["alert"].Text)));
    }

    [Fact]
    public void Dashboards_are_provisioned_and_ask_the_provisioned_source()
    {
        var source = Node.Load("deploy/grafana/provisioning/datasources/prometheus.yaml")["datasources"].Items[0]["uid"].Text;
        var path = Node.Load("deploy/grafana/provisioning/dashboards/dashboards.yaml")["providers"].Items[0].At("options.path").Text;
        Assert.Contains($"./{Dashboards}:{path}:ro", Compose.Service("grafana").Node["volumes"].Words);
        foreach (var file in Repository.Files(Dashboards))
        {
            var dashboard = Read(file);
            var panels = Panels(dashboard).ToList();
            Assert.Equal(panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count(), panels.Count);
            Assert.All(panels.Where(panel => panel.TryGetProperty("targets", out _)), panel => Assert.Equal(source, panel.GetProperty("datasource").GetProperty("uid").GetString()));
            Assert.NotEmpty(dashboard.GetProperty("uid").GetString()!);
        }

        Assert.Equal($"{path}/service.json", Compose.Service("grafana").Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]);
    }

    [Fact]
    [Trait("req", "API-095")]
    public void One_page_shows_the_seven_categories_of_API_risk_with_current_value_and_trend()
    {
        var panels = Panels(Read($"{Dashboards}/api-risk.json")).ToList();
        foreach (var category in Categories)
        {
            foreach (var kind in new[] { "stat", "timeseries" })
            {
                var shown = Assert.Single(panels, panel => panel.GetProperty("type").GetString() == kind && Expressions(panel).Any(text => text.Contains(category, StringComparison.Ordinal)));
                Assert.Contains("source=~\"$source\",environment=~\"$environment\"", Assert.Single(Expressions(shown)), StringComparison.Ordinal);
            }
        }

        var recorded = Rules["groups"].Items.SelectMany(group => group["rules"].Items).Where(rule => rule["record"].Is("apirisk:category:rate5m")).ToList();
        Assert.Equal(Categories, recorded.Select(rule => Categories.Single(category => rule["expr"].Text.Contains(category, StringComparison.Ordinal))));
        Assert.All(recorded, rule => Assert.Contains($"apirisk_{rule.At("labels.category").Text}_", rule["expr"].Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_and_dashboards_ask_for_metrics_that_are_exported()
    {
        // the tables of docs/telemetry.md are held to the instruments by a test of their own
        var exported = ExportedName().Matches(Repository.Read("docs/telemetry.md")).Select(match => match.Groups[1].Value).Concat(BuiltInMetrics.Names).ToHashSet(StringComparer.Ordinal);
        var asked = Rules["groups"].Items.SelectMany(group => group["rules"].Items).Select(rule => rule["expr"].Text)
            .Concat(Repository.Files(Dashboards).SelectMany(file => Panels(Read(file))).SelectMany(Expressions));
        var names = asked.SelectMany(text => AskedName().Matches(text).Select(match => match.Value)).ToHashSet(StringComparer.Ordinal);
        Assert.True(names.Count > 40);
        Assert.DoesNotContain(names, name => !exported.Contains(name) && !exported.Contains(HistogramPart().Replace(name, "")));
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(Repository.Read(file)).RootElement;

    private static IEnumerable<JsonElement> Panels(JsonElement dashboard) => dashboard.GetProperty("panels").EnumerateArray();

    private static IEnumerable<string> Expressions(JsonElement panel) =>
        panel.TryGetProperty("targets", out var targets) ? targets.EnumerateArray().Select(target => target.GetProperty("expr").GetString()!) : [];

    [GeneratedRegex(@"^\| `[a-z_.]+` \| `([a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex ExportedName();

    [GeneratedRegex(@"\b(?:trading|apirisk|dotnet|orleans|http_server)_[a-z0-9_]+\b")]
    private static partial Regex AskedName();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex HistogramPart();

    [GeneratedRegex(@"^\| `(Trading[A-Z]\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex AlertName();
}

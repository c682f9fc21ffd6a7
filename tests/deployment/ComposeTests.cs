using System.Text.RegularExpressions;
using Trading.Deployment.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>docker-compose.yml: what its services are, and that everything it names exists.</summary>
public sealed partial class ComposeTests
{
    [Fact]
    public void The_cluster_on_one_machine_is_all_there() => Assert.Equal(
        ["admin", "balancer", "collector", "gateway-1", "gateway-2", "grafana", "grants", "migrate", "postgres", "prometheus", "silo-1", "silo-2"],
        Compose.Services.Select(service => service.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_container_is_without_rights_and_writes_nowhere_but_where_it_must()
    {
        foreach (var service in Compose.Services)
        {
            Assert.True(service.Node["read_only"].Is("true"), service.Name);
            Assert.Equal(["ALL"], service.Node["cap_drop"].Words);
            Assert.Equal(["no-new-privileges:true"], service.Node["security_opt"].Words);
            Assert.False(service.Node["privileged"].Exists || service.Node["network_mode"].Exists || service.Node["pid"].Exists);
            Assert.DoesNotContain("docker.sock", service.Node["volumes"].Walk().Select(one => one.Node.Value as string ?? ""), StringComparer.Ordinal);
        }

        Assert.All(Compose.Ours, one => Assert.Equal("1654:1654", one.Service.Node["user"].Text));
        Assert.All(Compose.Ours, one => Assert.Equal(["/tmp"], one.Service.Node["tmpfs"].Words));
    }

    [Fact]
    public void Everything_that_a_service_names_exists()
    {
        var file = Compose.File;
        foreach (var service in Compose.Services)
        {
            Assert.Subset(file["networks"].Map.Keys.ToHashSet(StringComparer.Ordinal), service.Networks.Keys.ToHashSet(StringComparer.Ordinal));
            Assert.NotEmpty(service.Networks);
            Assert.All(service.Secrets, secret => Assert.Contains(secret.Secret, file["secrets"].Map.Keys));
            var needed = service.Node["depends_on"].Value is List<Node> list ? list.Select(item => item.Text) : service.Node["depends_on"].Map.Keys;
            Assert.Subset(Compose.Services.Select(other => other.Name).ToHashSet(StringComparer.Ordinal), needed.ToHashSet(StringComparer.Ordinal));
            foreach (var volume in service.Node["volumes"].Words.Select(text => text.Split(':')))
            {
                if (volume[0].StartsWith('.')) Assert.True((File.Exists(Repository.At(volume[0])) || Directory.Exists(Repository.At(volume[0]))) && volume[^1] == "ro", volume[0]);
                else Assert.Contains(volume[0], file["volumes"].Map.Keys);
            }
        }

        Assert.All(Compose.Ours, one => Assert.True(Directory.Exists(Repository.At(one.Service.Node.At("build.context").Text))));
    }

    [Fact]
    public void The_schema_comes_first_and_gateways_may_read_before_they_start()
    {
        Assert.Equal("service_healthy", Compose.Service("migrate").Node.At("depends_on.postgres.condition").Text);
        Assert.Equal("service_completed_successfully", Compose.Service("grants").Node.At("depends_on.migrate.condition").Text);
        foreach (var silo in new[] { "silo-1", "silo-2" }) Assert.Equal("service_completed_successfully", Compose.Service(silo).Node.At("depends_on.grants.condition").Text);
        Assert.Equal(("no", "no"), (Compose.Service("migrate").Node["restart"].Text, Compose.Service("grants").Node["restart"].Text));
        Assert.All(Compose.Ours.Where(one => one.Service.Name[^1] is '1' or '2'), one => Assert.Equal("150s", one.Service.Node["stop_grace_period"].Text));
    }

    [Fact]
    public void Commands_are_those_that_the_programs_have()
    {
        Assert.Equal(["dotnet", "Trading.Silo.dll", "migrate"], LineOf("migrate"));
        Assert.Equal(["dotnet", "Trading.Silo.dll", "silo"], LineOf("silo-1"));
        Assert.Equal(["dotnet", "Trading.Gateway.Host.dll"], LineOf("gateway-2"));
        Assert.Equal(["dotnet", "Trading.Silo.dll", "admin", "--help"], LineOf("admin"));
        var job = Overlays.Of(Overlays.Production).WorkloadOf("migration").Pod["initContainers"].Items[0];
        Assert.Equal(["migrate"], job["args"].Words);
        Assert.Equal(["silo"], Overlays.Of(Overlays.Production).WorkloadOf("silo").Containers[0]["args"].Words);
    }

    [Fact]
    public void The_balancer_knows_the_gateways_and_logs_no_query()
    {
        var settings = Repository.Read("deploy/nginx/gateway.conf");
        Assert.Equal(["gateway-1:8080", "gateway-2:8080"], Server().Matches(settings).Select(match => match.Groups[1].Value));
        var port = Assert.Single(Compose.Service("balancer").Node["ports"].Words).Split(':')[^1];
        Assert.Contains($"listen {port};", settings, StringComparison.Ordinal);
        foreach (var needed in new[] { "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;", "proxy_buffering off;", "error_log /dev/stderr crit;" }) Assert.Contains(needed, settings, StringComparison.Ordinal);
        var format = settings[settings.IndexOf("log_format", StringComparison.Ordinal)..].Split(';')[0];
        Assert.DoesNotMatch(@"\$request\b|\$request_uri|\$args|\$query_string|\$http_referer", format);
    }

    private static IReadOnlyList<string> LineOf(string service)
    {
        var (node, image) = Compose.Ours.Single(one => one.Service.Name == service);
        return node.CommandLine(image);
    }

    [GeneratedRegex(@"^\s*server (\S+) ", RegexOptions.Multiline)]
    private static partial Regex Server();
}

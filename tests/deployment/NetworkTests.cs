using Trading.Deployment.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>Who can connect to whom, by the policies and by the networks of compose: the public side reaches gateways' public port and nothing behind it.</summary>
public sealed class NetworkTests
{
    private const string Space = "trading";
    private static readonly int[] Ports = [53, 80, 443, 4317, 5432, 8080, 8081, 11_111, 30_000];

    private static readonly Peer Silo = Peer.Pod("silo", Space, ("app.kubernetes.io/name", "trading"), ("app.kubernetes.io/component", "silo"));
    private static readonly Peer Gateway = Peer.Pod("gateway", Space, ("app.kubernetes.io/name", "trading"), ("app.kubernetes.io/component", "gateway"));
    private static readonly Peer Migration = Peer.Pod("migration", Space, ("app.kubernetes.io/name", "trading"), ("app.kubernetes.io/component", "migration"));
    private static readonly Peer Postgres = Peer.Pod("postgres", Space, ("app.kubernetes.io/name", "postgres"), ("app.kubernetes.io/component", "database"));
    private static readonly Peer Stranger = Peer.Pod("stranger", Space, ("app.kubernetes.io/name", "something-else"));
    private static readonly Peer Ingress = Peer.Pod("ingress", "ingress-nginx", ("app.kubernetes.io/name", "ingress-nginx"));
    private static readonly Peer Neighbour = Peer.Pod("neighbour", "another", ("app.kubernetes.io/name", "trading"), ("app.kubernetes.io/component", "silo"));
    private static readonly Peer Collector = Peer.Pod("collector", "observability", ("app.kubernetes.io/name", "collector"));
    private static readonly Peer Names = Peer.Pod("names", "kube-system", ("k8s-app", "kube-dns"));
    private static readonly Peer Database = Peer.Outside("database", "10.20.0.7");
    private static readonly Peer Internet = Peer.Outside("internet", "203.0.113.10");
    private static readonly Peer Metadata = Peer.Outside("metadata", "169.254.169.254");

    private static readonly Peer[] Peers = [Silo, Gateway, Migration, Postgres, Stranger, Ingress, Neighbour, Collector, Names, Database, Internet, Metadata];

    private static readonly string[] Everywhere =
    [
        "ingress > gateway 8080",
        "gateway > silo 30000",
        "silo > silo 11111",
        "silo > names 53", "gateway > names 53", "migration > names 53", "postgres > names 53", "stranger > names 53",
    ];

    [Fact]
    public void In_production_exactly_these_connections_pass() => Assert.Equal(
        Sorted([.. Everywhere, "silo > database 5432", "gateway > database 5432", "migration > database 5432", "silo > collector 4317", "gateway > collector 4317", "silo > internet 443"]),
        Allowed(Overlays.Production));

    [Fact]
    public void In_development_exactly_these_connections_pass() => Assert.Equal(
        Sorted([.. Everywhere, "silo > postgres 5432", "gateway > postgres 5432", "migration > postgres 5432"]),
        Allowed(Overlays.Development));

    [Theory]
    [InlineData(Overlays.Development)]
    [InlineData(Overlays.Production)]
    public void The_pods_of_the_table_are_those_of_the_manifests(string name)
    {
        var overlay = Overlays.Of(name);
        foreach (var workload in overlay.Workloads) Assert.Contains(Peers, peer => peer.Name == workload.Name && peer.Labels.All(label => workload.Labels.GetValueOrDefault(label.Key) == label.Value));
        var open = overlay.Workloads.SelectMany(workload => workload.Ports.Values);
        Assert.Empty(open.Except(Ports));
        Assert.Equal(["Egress", "Ingress"], overlay.Find("NetworkPolicy", "default-deny").At("spec.policyTypes").Words.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_the_policy_of_silos_the_table_would_notice()
    {
        // the model itself: one policy less for ingress and the port is open to whoever may send
        var overlay = Overlay.Load(Overlays.Production);
        var policies = (List<Node>)overlay.Resources;
        policies.RemoveAll(resource => resource["kind"].Is("NetworkPolicy") && (resource.At("metadata.name").Is("silo") || resource.At("metadata.name").Is("default-deny")));
        Assert.True(new Network(overlay).Allows(Ingress, Silo, 11_111));
    }

    [Fact]
    public void In_compose_the_public_network_holds_the_balancer_and_the_gateways_alone()
    {
        Assert.Equal(["balancer", "gateway-1", "gateway-2"], On("edge"));
        Assert.Equal(["admin", "gateway-1", "gateway-2", "grants", "migrate", "postgres", "silo-1", "silo-2"], On("cluster"));
        Assert.Equal("true", Compose.File.At("networks.cluster.internal").Text);
        Assert.Equal("true", Compose.File.At("networks.telemetry.internal").Text);
        Assert.Equal(["silo-1", "silo-2"], On("vendors"));
        Assert.Equal(["grafana", "prometheus"], On("operators"));
        Assert.Equal(["balancer"], Compose.Services.Where(service => service.Networks.ContainsKey("edge") && service.Networks.Count == 1).Select(service => service.Name));
    }

    [Fact]
    public void In_compose_silos_and_the_database_publish_nothing_and_the_rest_only_to_this_machine()
    {
        var published = Compose.Services.Where(service => service.Node["ports"].Exists).ToDictionary(service => service.Name, service => service.Node["ports"].Words, StringComparer.Ordinal);
        Assert.Equal(["balancer", "grafana", "prometheus"], published.Keys.Order(StringComparer.Ordinal));
        Assert.All(published.Values.SelectMany(ports => ports), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    private static IEnumerable<string> On(string network) => Compose.Services.Where(service => service.Networks.ContainsKey(network)).Select(service => service.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Allowed(string name)
    {
        var network = new Network(Overlays.Of(name));

        // what neither end is ours is not ours to say; UDP is for names only
        var ours = Peers.SelectMany(from => Peers.Where(to => from.Namespace == Space || to.Namespace == Space).SelectMany(to => Ports.Select(port => (From: from, To: to, Port: port))));
        return Sorted(ours.Where(one => network.Allows(one.From, one.To, one.Port) || (one.Port == 53 && network.Allows(one.From, one.To, 53, "UDP"))).Select(one => $"{one.From.Name} > {one.To.Name} {one.Port}"));
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> lines) => lines.Order(StringComparer.Ordinal);
}

using System.Net;

namespace Trading.Deployment.Tests.Support;

/// <summary>Somebody on the network: a pod with its namespace and labels, or an address outside of the cluster.</summary>
internal sealed record Peer(string Name, string Namespace, IReadOnlyDictionary<string, string> Labels, string Address)
{
    public static Peer Outside(string name, string address) => new(name, "", new Dictionary<string, string>(), address);

    public static Peer Pod(string name, string space, params (string Key, string Value)[] labels) =>
        new(name, space, labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal), "10.244.0.9");

    public bool IsPod => Namespace.Length > 0;
}

/// <summary>What NetworkPolicies mean: a pod that some policy selects for a direction may do there only what one of those policies allows; other pods may do everything.</summary>
internal sealed class Network(Overlay overlay)
{
    /// <summary>Whether a connection passes the policies of both ends.</summary>
    public bool Allows(Peer from, Peer to, int port, string protocol = "TCP") =>
        Passes("Egress", "egress", "to", from, to, port, protocol) && Passes("Ingress", "ingress", "from", to, from, port, protocol);

    private bool Passes(string type, string direction, string end, Peer self, Peer other, int port, string protocol)
    {
        if (self.Namespace != overlay.Namespace) return true;
        var policies = overlay.OfKind("NetworkPolicy").Where(policy => Workload.Selects(policy.At("spec.podSelector"), self.Labels) && policy.At("spec.policyTypes").Words.Contains(type)).ToList();
        return policies.Count == 0 || policies.SelectMany(policy => policy["spec"][direction].Items).Any(rule => Matches(rule, end, other, port, protocol));
    }

    private bool Matches(Node rule, string end, Peer other, int port, string protocol)
    {
        var byPort = !rule["ports"].Exists || rule["ports"].Items.Exists(one => one["protocol"].Is(protocol) && one["port"].Number == port);
        return byPort && (!rule[end].Exists || rule[end].Items.Exists(peer => IsPeer(peer, other)));
    }

    private bool IsPeer(Node peer, Peer other)
    {
        if (peer["ipBlock"].Exists) return !other.IsPod && IsIn(other.Address, peer.At("ipBlock.cidr").Text) && !peer.At("ipBlock.except").Words.Any(range => IsIn(other.Address, range));
        if (!other.IsPod) return false;
        var inNamespace = peer.Map.ContainsKey("namespaceSelector")
            ? Workload.Selects(peer["namespaceSelector"], new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = other.Namespace })
            : other.Namespace == overlay.Namespace;
        return inNamespace && Workload.Selects(peer["podSelector"], other.Labels);
    }

    private static bool IsIn(string address, string range) => IPNetwork.Parse(range).Contains(IPAddress.Parse(address));
}

namespace Trading.Deployment.Tests.Support;

/// <summary>A resource that makes pods, and what its pods are like.</summary>
internal sealed record Workload(Overlay Overlay, Node Resource)
{
    public string Name => Resource.At("metadata.name").Text;

    public string Kind => Resource["kind"].Text;

    public Node Pod => Resource.At("spec.template.spec");

    public Dictionary<string, string> Labels => Resource.At("spec.template.metadata.labels").Texts;

    /// <summary>Containers, those that run before the others included.</summary>
    public IReadOnlyList<Node> Containers => [.. Pod["initContainers"].Items, .. Pod["containers"].Items];

    /// <summary>Named ports of all containers.</summary>
    public Dictionary<string, int> Ports => Pod["containers"].Items.SelectMany(container => container["ports"].Items).ToDictionary(port => port["name"].Text, port => port["containerPort"].Number, StringComparer.Ordinal);

    /// <summary>The environment of a container; what only the cluster knows is the path of the field, in braces.</summary>
    public Dictionary<string, string> EnvironmentOf(Node container)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container["envFrom"].Items)
        {
            foreach (var (name, value) in Overlay.ConfigMaps[source.At("configMapRef.name").Text]) environment[name] = value;
        }

        foreach (var variable in container["env"].Items)
        {
            var field = variable.At("valueFrom.fieldRef.fieldPath");
            var value = field.Exists ? $"{{{field.Text}}}" : variable["value"].Text;
            environment[variable["name"].Text] = environment.Aggregate(value, (text, known) => text.Replace($"$({known.Key})", known.Value, StringComparison.Ordinal));
        }

        return environment;
    }

    /// <summary>Whether a label selector, absent or with labels and expressions, takes these pods.</summary>
    public bool IsSelectedBy(Node selector) => Selects(selector, Labels);

    /// <summary>Kubernetes' label selector: an empty one takes everything.</summary>
    public static bool Selects(Node selector, IReadOnlyDictionary<string, string> labels)
    {
        var byLabels = selector["matchLabels"].Texts.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value);
        return byLabels && selector["matchExpressions"].Items.TrueForAll(expression =>
        {
            Assert.Equal("In", expression["operator"].Text);
            return labels.TryGetValue(expression["key"].Text, out var value) && expression["values"].Words.Contains(value);
        });
    }
}

using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Trading.Deployment.Tests.Support;

/// <summary>A value of a YAML document: a map, a list, a text, or nothing. Asking an absent value for something gives nothing again.</summary>
internal readonly record struct Node(object? Value)
{
    public static Node None => default;

    public bool Exists => Value is not null;

    public Dictionary<string, Node> Map => Value as Dictionary<string, Node> ?? [];

    public List<Node> Items => Value as List<Node> ?? [];

    public string Text => Value as string ?? throw new InvalidOperationException(Value is null ? "a value is missing" : "a text was expected");

    public int Number => int.Parse(Text, CultureInfo.InvariantCulture);

    public Node this[string name] => Map.GetValueOrDefault(name);

    /// <summary>The value at a path like <c>spec.template.spec</c>.</summary>
    public Node At(string path) => path.Split('.').Aggregate(this, (node, name) => node[name]);

    /// <summary>A map of texts.</summary>
    public Dictionary<string, string> Texts => Map.ToDictionary(pair => pair.Key, pair => pair.Value.Text, StringComparer.Ordinal);

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Words => [.. Items.Select(item => item.Text)];

    public bool Is(string text) => Value is string own && own == text;

    /// <summary>Everything below, with its path.</summary>
    public IEnumerable<(string Path, Node Node)> Walk(string path = "")
    {
        var own = (path, this);
        var below = Value switch
        {
            Dictionary<string, Node> map => map.SelectMany(pair => pair.Value.Walk($"{path}.{pair.Key}")),
            List<Node> list => list.SelectMany((item, index) => item.Walk(string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"))),
            _ => [],
        };
        return below.Prepend(own);
    }

    /// <summary>Every document of a text, with anchors and merged keys resolved.</summary>
    public static IReadOnlyList<Node> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Of(document.RootNode))];
    }

    /// <summary>The only document of a file of the repository.</summary>
    public static Node Load(string path) => Assert.Single(Parse(Repository.Read(path)));

    private static Node Of(YamlNode node) => node switch
    {
        YamlMappingNode map => new(Merged(map)),
        YamlSequenceNode list => new(list.Children.Select(Of).ToList()),
        YamlScalarNode { Value: null or "" or "~" or "null", Style: ScalarStyle.Plain } => None,
        YamlScalarNode scalar => new(scalar.Value),
        _ => throw new InvalidOperationException($"unexpected YAML node {node.NodeType}"),
    };

    /// <summary>What is merged under the key <c>&lt;&lt;</c> counts where the map has no value of its own.</summary>
    private static Dictionary<string, Node> Merged(YamlMappingNode map)
    {
        var values = map.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => Of(pair.Value), StringComparer.Ordinal);
        if (!values.Remove("<<", out var merged)) return values;
        foreach (var (name, value) in merged.Map) values.TryAdd(name, value);
        return values;
    }
}

namespace Trading.Deployment.Tests.Support;

/// <summary>A service of docker-compose.yml.</summary>
internal sealed record ComposeService(string Name, Node Node)
{
    public Dictionary<string, string> Environment => Node["environment"].Texts;

    public string Image => Node["image"].Text;

    /// <summary>Networks, with what the service wants of each.</summary>
    public Dictionary<string, Node> Networks => Node["networks"].Value is List<Node> list ? list.ToDictionary(item => item.Text, _ => Support.Node.None, StringComparer.Ordinal) : Node["networks"].Map;

    /// <summary>Secrets: the file below /run/secrets and the secret's name.</summary>
    public IReadOnlyList<(string File, string Secret)> Secrets =>
        [.. Node["secrets"].Items.Select(secret => secret.Value is string name ? (name, name) : (secret["target"].Text, secret["source"].Text))];

    /// <summary>What runs: the entry point, else that of the image, and the command, else the image's.</summary>
    public IReadOnlyList<string> CommandLine(Dockerfile image) =>
        [.. Node["entrypoint"].Exists ? Node["entrypoint"].Words : image.Final.Exec("ENTRYPOINT") ?? [], .. Node["command"].Exists ? Node["command"].Words : image.Final.Exec("CMD") ?? []];
}

/// <summary>docker-compose.yml.</summary>
internal static class Compose
{
    public const string Path = "docker-compose.yml";

    public static Node File { get; } = Node.Load(Path);

    public static IReadOnlyList<ComposeService> Services { get; } = [.. File["services"].Map.Select(pair => new ComposeService(pair.Key, pair.Value))];

    public static ComposeService Service(string name) => Services.Single(service => service.Name == name);

    /// <summary>The services that run programs of this repository, with their Dockerfiles.</summary>
    public static IEnumerable<(ComposeService Service, Dockerfile Image)> Ours =>
        Services.Where(service => service.Node["build"].Exists).Select(service => (service, Dockerfile.Load(service.Node.At("build.dockerfile").Text)));
}

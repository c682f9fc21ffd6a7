namespace Trading.Deployment.Tests.Support;

/// <summary>What kustomize makes of a folder, as far as our manifests use kustomize: resources, merge patches, generators, images. Names keep no hash.</summary>
internal sealed class Overlay
{
    private readonly List<Node> _resources = [];
    private readonly Dictionary<string, string> _images = new(StringComparer.Ordinal);

    private Overlay()
    {
    }

    /// <summary>ConfigMaps and their entries; for those made of files the entries are the files' texts.</summary>
    public Dictionary<string, Dictionary<string, string>> ConfigMaps { get; } = new(StringComparer.Ordinal);

    /// <summary>Secrets and the files, as paths from the root of the repository, that their entries are made of.</summary>
    public Dictionary<string, Dictionary<string, string>> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Every file that was read, as paths from the root of the repository.</summary>
    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    public string Namespace { get; private set; } = "";

    public IReadOnlyList<Node> Resources => _resources;

    public static Overlay Load(string folder)
    {
        var overlay = new Overlay();
        overlay.Add(folder);
        return overlay;
    }

    public IEnumerable<Node> OfKind(string kind) => _resources.Where(resource => resource["kind"].Is(kind));

    public Node Find(string kind, string name) => _resources.SingleOrDefault(resource => resource["kind"].Is(kind) && resource.At("metadata.name").Is(name));

    /// <summary>Everything that makes pods.</summary>
    public IReadOnlyList<Workload> Workloads =>
        [.. _resources.Where(resource => resource.At("spec.template.spec").Exists).Select(resource => new Workload(this, resource))];

    public Workload WorkloadOf(string name) => Workloads.Single(workload => workload.Name == name);

    /// <summary>The image that a container gets, after <c>images</c> of the kustomization.</summary>
    public string ImageOf(string name) => _images.GetValueOrDefault(name, name);

    private void Add(string folder)
    {
        var kustomization = Node.Load(Read(folder, "kustomization.yaml"));
        foreach (var resource in kustomization["resources"].Words)
        {
            if (Directory.Exists(Repository.At(Combine(folder, resource)))) Add(Combine(folder, resource));
            else _resources.AddRange(Node.Parse(Repository.Read(Read(folder, resource))));
        }

        foreach (var generator in kustomization["configMapGenerator"].Items) Generate(folder, generator);
        foreach (var generator in kustomization["secretGenerator"].Items)
        {
            Secrets.Add(generator["name"].Text, generator["files"].Words.ToDictionary(file => Path.GetFileName(file), file => Combine(folder, file), StringComparer.Ordinal));
        }

        foreach (var patch in kustomization["patches"].Items.SelectMany(patch => Node.Parse(Repository.Read(Read(folder, patch["path"].Text))))) Patch(patch);
        foreach (var image in kustomization["images"].Items)
        {
            var name = image["name"].Text;
            _images[name] = (image["newName"].Exists ? image["newName"].Text : name) + ":" + image["newTag"].Text;
        }

        if (kustomization["namespace"].Exists) Namespace = kustomization["namespace"].Text;
    }

    private void Generate(string folder, Node generator)
    {
        var name = generator["name"].Text;
        var merges = generator["behavior"].Exists;
        Assert.True(!merges || generator["behavior"].Is("merge"), $"{name}: only 'merge' is modelled");
        Assert.Equal(merges, ConfigMaps.ContainsKey(name));
        if (!merges) ConfigMaps.Add(name, new(StringComparer.Ordinal));
        foreach (var file in generator["envs"].Words)
        {
            foreach (var line in File.ReadLines(Repository.At(Read(folder, file))).Where(line => line.Length > 0 && line[0] != '#'))
            {
                var at = line.IndexOf('=', StringComparison.Ordinal);
                ConfigMaps[name][line[..at]] = line[(at + 1)..];
            }
        }

        foreach (var file in generator["files"].Words) ConfigMaps[name][Path.GetFileName(file)] = Repository.Read(Read(folder, file));
    }

    private void Patch(Node patch)
    {
        var at = _resources.FindIndex(resource => resource["kind"] == patch["kind"] && resource.At("metadata.name") == patch.At("metadata.name"));
        Assert.True(at >= 0, $"a patch is for {patch["kind"].Text} {patch.At("metadata.name").Text}, which does not exist");
        _resources[at] = Merge(_resources[at], patch);
    }

    /// <summary>Kubernetes' strategic merge: maps merge, lists of named things merge by name, other lists are replaced.</summary>
    private static Node Merge(Node old, Node patch) => (old.Value, patch.Value) switch
    {
        (Dictionary<string, Node> map, Dictionary<string, Node> changes) => new(MergeMaps(map, changes)),
        (List<Node> list, List<Node> changes) when KeyOf(list.Concat(changes)) is { } key => new(MergeLists(list, changes, key)),
        _ => patch,
    };

    private static Dictionary<string, Node> MergeMaps(Dictionary<string, Node> map, Dictionary<string, Node> changes)
    {
        var merged = new Dictionary<string, Node>(map, StringComparer.Ordinal);
        foreach (var (name, value) in changes) merged[name] = merged.TryGetValue(name, out var before) ? Merge(before, value) : value;
        return merged;
    }

    private static List<Node> MergeLists(List<Node> list, List<Node> changes, string key)
    {
        var merged = list.ToList();
        foreach (var change in changes)
        {
            var at = merged.FindIndex(item => item[key] == change[key]);
            if (at < 0) merged.Add(change);
            else merged[at] = Merge(merged[at], change);
        }

        return merged;
    }

    private static string? KeyOf(IEnumerable<Node> items)
    {
        var all = items.ToList();
        return new[] { "mountPath", "name" }.FirstOrDefault(key => all.TrueForAll(item => item[key].Exists));
    }

    /// <summary>Notes that a file was read.</summary>
    private string Read(string folder, string file)
    {
        var path = Combine(folder, file);
        Files.Add(path);
        return path;
    }

    private static string Combine(string folder, string path) => Path.GetRelativePath(Repository.Root, Path.GetFullPath(path, Repository.At(folder))).Replace('\\', '/');
}

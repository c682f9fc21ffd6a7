namespace Trading.Deployment.Tests.Support;

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string At(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    /// <summary>All files below a folder, as paths from the root; what deploy/make-secrets makes is no part of the repository.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(At(folder), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Where(file => !file.Contains("/secrets/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Everything that a deployment is made of.</summary>
    public static IReadOnlyList<string> DeploymentFiles { get; } = [.. Files("deploy"), .. Files("k8s"), "docker-compose.yml", ".dockerignore"];

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Orleans.Trading.sln"))) at = at.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        return at.FullName;
    }
}

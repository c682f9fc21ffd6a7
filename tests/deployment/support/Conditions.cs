namespace Trading.Deployment.Tests.Support;

/// <summary>What this machine has to test with.</summary>
internal static class Machine
{
    public static string? Psql => Postgres("psql");

    public static string? Postgres(string program) => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", program)).FirstOrDefault(File.Exists)
        : null;

    public static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Whether this build runs as a cluster.</summary>
    public static bool HasOrleans => File.Exists(Path.Combine(AppContext.BaseDirectory, "Orleans.Runtime.dll"));
}

/// <summary>Needs kubectl, whose kustomize works without a cluster.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute()
    {
        if (!Machine.Has("kubectl")) Skip = "kubectl is not installed here; the manifests are checked by the other tests all the same";
    }
}

/// <summary>Needs PostgreSQL's programs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (Machine.Postgres("initdb") is null || Machine.Psql is null) Skip = "PostgreSQL is not installed here (apt-get install postgresql-15; ./test does it where it may)";
    }
}

/// <summary>Needs PostgreSQL's programs and a build that runs as a cluster.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClusterTheoryAttribute : TheoryAttribute
{
    public ClusterTheoryAttribute()
    {
        if (!Machine.HasOrleans) Skip = "this is the build for one process: silos and gateways of their own need the Orleans packages (docs/actor-runtimes.md)";
        else if (Machine.Postgres("initdb") is null || Machine.Psql is null) Skip = "PostgreSQL is not installed here (apt-get install postgresql-15; ./test does it where it may)";
    }
}

/// <summary>The tests that start servers run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServerTests
{
    public const string Name = "servers";
}

namespace Trading.Cluster.Tests.Support;

/// <summary>A test of the all-in-one process on files over real bars.</summary>
public sealed class FilesFactAttribute : FactAttribute
{
    public FilesFactAttribute() => Skip = Programs.MissingForFiles;
}

/// <summary>A test of the all-in-one process on a private PostgreSQL server over real bars.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = Programs.MissingForPostgres;
}

/// <summary>A test of silos and gateways as processes of their own; where the cluster's runtime is not built it is skipped and says so.</summary>
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = Programs.MissingForCluster;
}

/// <inheritdoc cref="ClusterFactAttribute"/>
public sealed class ClusterTheoryAttribute : TheoryAttribute
{
    public ClusterTheoryAttribute() => Skip = Programs.MissingForCluster;
}

namespace Trading.Cluster.Tests.Deployments;

/// <summary>A running service, of one process or of many, as its clients and its operator see it.</summary>
internal interface IDeployment : IAsyncDisposable
{
    /// <summary>Addresses that clients may connect to at this moment; read anew at every attempt.</summary>
    IReadOnlyList<Uri> Gateways { get; }

    /// <summary>Connection string of its database; null when it keeps its data in files.</summary>
    string? Database { get; }

    /// <summary>Runs an administrative command beside the running service and returns what it printed.</summary>
    Task<string> AdminAsync(params string[] command);

    /// <summary>What all processes have logged, for a test that failed.</summary>
    string Log { get; }
}

namespace Trading.EndToEnd.Tests.Support;

/// <summary>A folder that goes when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("trading-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

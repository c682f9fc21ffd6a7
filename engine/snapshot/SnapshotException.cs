namespace Trading.Engine.Snapshot;

/// <summary>A snapshot that cannot be used: of another version, of another run, or damaged. The run can still be rebuilt from its commands.</summary>
public sealed class SnapshotException : Exception
{
    public SnapshotException()
    {
    }

    public SnapshotException(string message)
        : base(message)
    {
    }

    public SnapshotException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

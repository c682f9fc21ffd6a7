namespace Trading.Storage.Journal;

/// <summary>The outcome of a write is unknown: it may be durable or not. Read the session again before serving it.</summary>
public sealed class UncertainAppendException : Exception
{
    public UncertainAppendException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The journal refuses to work at the moment and nothing was written. It recovers by itself; try again later.</summary>
public sealed class JournalUnavailableException : Exception
{
    public JournalUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>Stored bytes fail their check where no crash can explain it. Nothing is skipped: an operator must look.</summary>
public sealed class JournalDamagedException : Exception
{
    public JournalDamagedException(string file, long offset, string what)
        : base($"Journal file {file} is damaged at byte {offset}: {what}")
    {
        File = file;
        Offset = offset;
    }

    public string File { get; }

    /// <summary>Where the damaged unit begins, in bytes from the start of the file.</summary>
    public long Offset { get; }
}

/// <summary>Records below <see cref="FirstVersion"/> were dropped because snapshots cover them.</summary>
public sealed class RecordsDroppedException : Exception
{
    public RecordsDroppedException(SessionKey key, long firstVersion)
        : base($"Records of session {key} before version {firstVersion} were dropped; start from a snapshot.") => FirstVersion = firstVersion;

    /// <summary>The oldest version that can still be read.</summary>
    public long FirstVersion { get; }
}

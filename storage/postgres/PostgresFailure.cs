using Npgsql;

namespace Trading.Storage.Postgres;

/// <summary>What a failed statement means for its transaction.</summary>
internal enum PostgresFailure
{
    /// <summary>Rolled back for a passing reason (deadlock, serialization): repeat at once.</summary>
    Transient,

    /// <summary>Rolled back, or never sent: nothing was written.</summary>
    NotWritten,

    /// <summary>The connection was lost or the server went away in between: committed or not.</summary>
    Unknown,
}

internal static class PostgresFailures
{
    private const string DeadlockDetected = "40P01", SerializationFailure = "40001", LockNotAvailable = "55P03";

    /// <summary>
    /// Classifies the failure of a statement that may have reached the server. An error that the server reports for the statement means that its
    /// transaction was rolled back; errors that end the connection (classes 08 and 57P) may come after the commit (PostgreSQL manual, appendix A and section 53.2.6).
    /// </summary>
    public static PostgresFailure Of(Exception problem) => problem switch
    {
        PostgresException { SqlState: DeadlockDetected or SerializationFailure or LockNotAvailable } => PostgresFailure.Transient,
        PostgresException { SqlState: var state } when state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal) => PostgresFailure.Unknown,
        PostgresException => PostgresFailure.NotWritten,
        _ => PostgresFailure.Unknown,
    };

    /// <summary>True for what a database that is away, restarting or overloaded makes of a call; false for mistakes of ours.</summary>
    public static bool IsOutage(Exception problem) => problem is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException;

    /// <summary>True when the server objects to the values of a statement (classes 21 to 23): one of many may have been the cause.</summary>
    public static bool IsAboutData(Exception problem) => problem is PostgresException { SqlState: ['2', '1' or '2' or '3', ..] };

    public static string OneLine(Exception problem) => problem.Message.ReplaceLineEndings(" ");
}

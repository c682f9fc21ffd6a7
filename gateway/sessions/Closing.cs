namespace Trading.Gateway.Sessions;

/// <summary>Why and how the server closes a connection: one row of the table in section 10.3.</summary>
/// <param name="SessionState">What is said of the session when the connection has one.</param>
/// <param name="WithoutSession">The same when it has none.</param>
internal sealed record Closing(string Reason, string Message, int Code, bool ReconnectAllowed, string? SessionState, string? WithoutSession)
{
    private const string Preserved = "preserved_for_resume";

    internal static Closing ConnectionLimit { get; } = new("rate_limit", "Too many connections at the same time", 4003, true, Preserved, null);

    internal static Closing Refusals { get; } = new("rate_limit", "Too many requests after rate limits were reached", 4003, true, Preserved, null);

    internal static Closing KeyRevoked { get; } = new("api_key_revoked", "The API key of this connection was disabled", 4002, false, Preserved, Preserved);

    internal static Closing MaximumDuration { get; } = new("max_duration", "The longest duration of a connection is reached", 4001, true, Preserved, Preserved);

    internal static Closing SimulationLost { get; } = new("max_duration", "The longest duration of a simulation is reached", 4001, true, "lost", "lost");

    internal static Closing Completed { get; } = new("simulation_complete", "The simulation is complete", 1000, true, "completed", "completed");

    internal static Closing Maintenance { get; } = new("server_maintenance", "The server goes into planned maintenance", 4005, true, Preserved, Preserved);

    /// <summary>States the user's own idle time (SIM-116).</summary>
    internal static Closing Idle(int idleSeconds) =>
        new("idle_timeout", idleSeconds % 60 == 0 ? $"No activity for {idleSeconds / 60} minutes" : $"No activity for {idleSeconds} seconds", 4000, true, Preserved, Preserved);
}

/// <summary>Which of the two warnings before a closure are due (SIM-105 to SIM-110). Told the time; owns no clock.</summary>
internal struct ClosureWatch(long timeoutMicros)
{
    private const long FirstMicros = 300_000_000;
    private const long SecondMicros = 60_000_000;
    private int _warned;

    internal enum Due : byte
    {
        Nothing = 0,
        FirstWarning = 1,
        SecondWarning = 2,
        Closure = 3,
    }

    /// <summary>Starts again: activity after a warning cancels the closure.</summary>
    internal void Reset() => _warned = 0;

    /// <param name="elapsedMicros">Since the beginning of the period that ends with the closure.</param>
    internal Due Look(long elapsedMicros)
    {
        var remaining = timeoutMicros - elapsedMicros;
        if (remaining <= 0) return Due.Closure;
        // a timeout no longer than the warning has no such warning (SIM-O26)
        if (remaining <= SecondMicros)
        {
            if (_warned >= 2 || timeoutMicros <= SecondMicros) return Due.Nothing;
            _warned = 2;
            return Due.SecondWarning;
        }

        if (remaining > FirstMicros || _warned >= 1 || timeoutMicros <= FirstMicros) return Due.Nothing;
        _warned = 1;
        return Due.FirstWarning;
    }
}

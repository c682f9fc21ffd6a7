using System.Diagnostics;

namespace Trading.Cluster.Tests.Clients;

/// <summary>How long a client that had done its part waited for the next tick it had not seen: what an interruption is for a user. The client's own pace is no part of it.</summary>
internal sealed class Starvation
{
    private long _since;

    public TimeSpan Longest { get; private set; }

    /// <summary>Number of the tick that came after the longest wait.</summary>
    public int LongestBefore { get; private set; }

    /// <summary>The client has acknowledged what it knows and waits.</summary>
    public void Waits()
    {
        if (_since == 0) _since = Stopwatch.GetTimestamp();
    }

    /// <summary>A new tick, or the end, has come.</summary>
    public void Served(int tick)
    {
        if (_since == 0) return;
        var waited = Stopwatch.GetElapsedTime(_since);
        _since = 0;
        if (waited <= Longest) return;
        Longest = waited;
        LongestBefore = tick;
    }
}

namespace Trading.Gateway.Host.Composition;

/// <summary>Whether any silo can be reached: without one this gateway can serve nobody and asks for no new connections; those that it has wait.</summary>
internal sealed partial class SilosInReach(ILogger<SilosInReach> logger) : IReadinessCheck
{
    private int _count = -1;

    public string? WhyNotReady => Volatile.Read(ref _count) == 0 ? "no silo can be reached" : null;

    /// <summary>Told when connections to silos come and go.</summary>
    public void Changed(int count)
    {
        if (Interlocked.Exchange(ref _count, count) != count) LogChanged(count);
    }

    [LoggerMessage(4301, LogLevel.Information, "Silos in reach: {Count}")]
    private partial void LogChanged(int count);
}

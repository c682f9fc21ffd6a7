namespace Trading.Gateway.Host.Composition;

/// <summary>A gateway that comes up before the first silo, or before the database, waits for it: an orchestrator starts everything at once.</summary>
internal sealed partial class WaitForSilos(ILogger<WaitForSilos> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private int _attempts;

    /// <summary>Waits a moment and says whether to try again: until the start is called off.</summary>
    public async Task<bool> AgainAsync(Exception problem, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return false;

        // one line every half minute is enough for whoever watches
        if (_attempts++ % 60 == 0) LogWaiting(problem.Message.ReplaceLineEndings(" "));
        await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    [LoggerMessage(4302, LogLevel.Warning, "Waiting for the cluster: {Reason}")]
    private partial void LogWaiting(string reason);
}

using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Portfolios;

/// <summary>
/// The latest account of one session and its curve, for dashboards. Fed by the session; what it holds is a copy, so it stores nothing and asks the
/// session after a restart. Publishes what changed to <c>positions/{session}</c>, many updates in one item.
/// </summary>
public sealed partial class PortfolioGrain(IGrainFactory grains, ILogger<PortfolioGrain> logger) : Grain, IPortfolioGrain
{
    /// <summary>The longest that a change waits for others before it is published: dashboards draw less often than this.</summary>
    private static readonly TimeSpan PublishDelay = TimeSpan.FromMilliseconds(50);

    private readonly EquityCurve _curve = new();
    private readonly List<EquityPoint> _unpublished = [];
    private PortfolioUpdate? _latest;
    private IGrainTimer? _publish;

    public Task Apply(PortfolioUpdate update)
    {
        if (update.Sequence <= _latest?.Sequence) return Task.CompletedTask;
        _latest = update;
        foreach (var point in update.Curve)
        {
            _curve.Add(point);
            _unpublished.Add(point);
        }

        // a watcher that needs the whole curve asks for it; a stream item stays small
        if (_unpublished.Count > EquityCurve.MaxPoints) _unpublished.RemoveRange(0, _unpublished.Count - EquityCurve.MaxPoints);
        _publish ??= this.RegisterGrainTimer(Publish, new GrainTimerCreationOptions { DueTime = PublishDelay, Period = Timeout.InfiniteTimeSpan, Interleave = true });
        return Task.CompletedTask;
    }

    public async Task<PortfolioView?> Get(CancellationToken cancellationToken)
    {
        if (_latest is null)
        {
            var key = GrainKeys.Split(this.GetPrimaryKeyString());
            if (key.Length == 2 && await grains.GetGrain<ISessionGrain>(this.GetPrimaryKeyString()).GetPortfolio(cancellationToken) is { } update) await Apply(update);
        }

        return _latest is { } latest ? new(latest.Sequence, latest.SimTime, latest.Account, _curve.ToList()) : null;
    }

    private async Task Publish(CancellationToken cancellationToken)
    {
        _publish?.Dispose();
        _publish = null;
        if (_latest is not { } latest) return;
        var item = latest with { Curve = [.. _unpublished] };
        _unpublished.Clear();
        try
        {
            await this.GetStreamProvider(StreamNames.Provider).GetStream<PortfolioUpdate>(StreamId.Create(StreamNames.Positions, this.GetPrimaryKeyString())).OnNextAsync(item);
        }
#pragma warning disable CA1031 // a hint that is lost shows as a gap in the sequence, and the watcher asks again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogLostHint(exception, latest.Sequence);
        }
    }

    [LoggerMessage(3300, LogLevel.Debug, "The hint with sequence {Sequence} was not published")]
    private partial void LogLostHint(Exception exception, long sequence);
}

using System.Diagnostics;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>What is measured of a session, around what it does.</summary>
public sealed partial class SessionGrain
{
    private bool _isCounted;

    public async Task<ExchangeReply> Exchange(ExchangeRequest request, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var span = SessionTracing.Begin("session.exchange", _key.Session);
        try
        {
            var reply = await Answer(request, cancellationToken);
            SessionMetrics.Exchanged(start, isAnswered: true);
            span.Answered(reply);
            return reply;
        }
        catch (Exception failure)
        {
            SessionMetrics.Exchanged(start, isAnswered: false);
            span.Failed(failure);
            throw;
        }
    }

    /// <exception cref="SessionInterruptedException">The journal cannot be read now.</exception>
    private Task EnsureLoaded(CancellationToken cancellationToken) => _isLoaded ? Task.CompletedTask : LoadMeasured(cancellationToken);

    private async Task LoadMeasured(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var span = SessionTracing.Begin("session.recover", _key.Session);
        try
        {
            await Load(cancellationToken);
        }
        catch (Exception failure)
        {
            SessionMetrics.Recovered(start, "failed", 0);
            span.Failed(failure);
            if (!IsAway(failure)) throw;
            Forget();
            throw Unreadable(failure);
        }

        CountInMemory();
        // a session that nobody has created yet is nothing to recover
        if (_version == 0) return;
        var outcome = _machine is null ? "ended" : "recovered";
        SessionMetrics.Recovered(start, outcome, _recordsSinceSnapshot);
        span.Recovered(outcome, _recordsSinceSnapshot);
    }

    /// <summary>Keeps the number of sessions in memory in step with this one.</summary>
    /// <param name="isLeaving">The activation is over.</param>
    private void CountInMemory(bool isLeaving = false)
    {
        var isHere = _machine is not null && !isLeaving;
        if (isHere == _isCounted) return;
        _isCounted = isHere;
        SessionMetrics.InMemory(isHere ? 1 : -1);
    }
}

using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>How a session goes on for a connection whose machine was lost with its process (decision 018).</summary>
public sealed partial class SessionMachine
{
    /// <summary>Records that wait to be appended.</summary>
    public int RecordCount => _outbox.RecordCount;

    /// <summary>Nothing is being executed and nothing waits, so that <see cref="Mark"/> and the journal are all there is to know.</summary>
    public bool IsAtRest => _connected && End == SessionEnd.No && _waiting.Count == 0 && _advance is null && _resume is null && _intervals == 0;

    /// <summary>What the journal up to <paramref name="version"/> does not say about a session at rest.</summary>
    public SessionMark Mark(long version, long attachedAt) => new(
        version,
        _run.CompletedTicks,
        _window.Sent,
        _window.Acknowledged,
        _sentEver,
        _warnedTick,
        _ordersWaitingSince is { } since ? Instants.Micros(since) : 0,
        attachedAt,
        _window.Outstanding());

    /// <summary>Becomes what <paramref name="mark"/> was taken of; the records up to its version have been replayed.</summary>
    public void Continue(in SessionMark mark)
    {
        _outbox.Quiet = true;
        try
        {
            while (_run.CompletedTicks < mark.Completed) CompleteTick();
        }
        finally
        {
            _outbox.Quiet = false;
        }

        _connected = true;
        _sentEver = mark.SentEver;
        _sentIsKnown = true;
        _warnedTick = mark.WarnedTick;
        _ordersWaitingSince = mark.OrdersWaitingSince == 0 ? null : Instants.FromMicros(mark.OrdersWaitingSince);
        _window.Restore(mark.Sent, mark.Acknowledged, mark.Announced);
    }
}

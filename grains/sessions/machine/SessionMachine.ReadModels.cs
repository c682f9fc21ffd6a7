using Trading.GrainInterfaces.Sessions;
using Trading.Storage.ReadModels;

namespace Trading.Grains.Sessions;

/// <summary>What the session's appends change of the read models. Nothing is kept for it before somebody asks for the first time.</summary>
public sealed partial class SessionMachine
{
    /// <summary>Symbols of the positions in the change before; null before the first one.</summary>
    private HashSet<string>? _held;

    private int _fillsTaken;

    /// <summary>Tick of the last record, written or replayed. What happened before it was in a change, whatever became of the activation that made it.</summary>
    private int _recordTick;

    /// <summary>The same for the records that the session came back from.</summary>
    private int _replayedTick;

    /// <summary>
    /// What has changed since the change before, as of now; it belongs to the append of <see cref="TakeRecords"/>. The first one of a session that comes from its
    /// journal holds what is open and what has happened since the last of its records, because what the activation before it had in memory is not known.
    /// </summary>
    /// <param name="isNew">The journal holds nothing of the session yet.</param>
    public SessionChange TakeChange(bool isNew)
    {
        var isFirst = _held is null;
        var orders = _orders.TakeChanged(_replayedTick);
        if (isFirst) _fillsTaken = _orders.Fills.Count - _orders.FillsFrom(_replayedTick).Count;
        var fills = new FillRow[_orders.Fills.Count - _fillsTaken];
        for (var at = 0; at < fills.Length; at++) fills[at] = ReadModelRows.Of(_orders.Fills[_fillsTaken + at]);
        _fillsTaken = _orders.Fills.Count;
        return new SessionChange
        {
            Run = RunNow(),
            // an engine that has failed is not asked any more
            Account = End == SessionEnd.Failed ? null : AccountNow(),
            Orders = [.. orders.Select(entry => ReadModelRows.Of(entry, _orders))],
            Fills = fills,
            Rewind = isFirst && !isNew,
        };
    }

    /// <summary>A change was taken and will not be written: the next one holds everything.</summary>
    public void ForgetChanges()
    {
        _held = null;
        _replayedTick = 0;
        _orders.ForgetChanged();
    }

    private AccountRow AccountNow()
    {
        var account = _run.Account();
        var held = account.Positions.Select(position => position.Symbol).ToHashSet(StringComparer.Ordinal);
        var hasClosed = _held is null || !_held.IsSubsetOf(held);
        _held = held;
        return ReadModelRows.Of(account, hasClosed);
    }

    private RunRow RunNow() => new()
    {
        State = ReadModelRows.Of(State),
        EndedBy = ReadModelRows.Of(End),
        Symbols = _symbols,
        DataProvider = Definition.DataProvider,
        DataVersion = Definition.DataVersion,
        InitialCash = Definition.Config.InitialCash,
        CreatedAt = Definition.CreatedAt,
        StartedAt = _startedAt == default ? null : _startedAt,
        EndedAt = End == SessionEnd.No ? null : _endedAt,
        UpdatedAt = _lastRecordAt,
        SimTime = SimTime(),
        Tick = _run.CompletedTicks,
        Ticks = _run.TickCount,
        Orders = _orders.Count,
        Fills = _orders.Fills.Count,
        ResultHash = _phase == SessionState.Completed ? _run.Results().ResultHash : null,
    };
}

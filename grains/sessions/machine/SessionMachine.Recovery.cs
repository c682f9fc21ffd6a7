using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Snapshot;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>How a session comes back: the latest snapshot, then the records after it (DESIGN idea 2).</summary>
public sealed partial class SessionMachine
{
    /// <summary>The record a new session begins its journal with.</summary>
    public static SessionRecord CreatedRecord(SessionDefinition definition) => new()
    {
        Kind = RecordKind.Created,
        Tick = 1,
        At = Instants.Micros(definition.CreatedAt),
        Created = BodyOf(definition),
    };

    /// <summary>The definition that a <see cref="RecordKind.Created"/> record or a snapshot holds.</summary>
    public static SessionDefinition DefinitionOf(string tenant, CreatedBody body, long createdAt) => new()
    {
        Tenant = tenant,
        SessionId = body.SessionId,
        Loaded = body.Loaded,
        Fingerprints = body.Fingerprints,
        Sources = body.Sources,
        DataProvider = body.DataProvider,
        DataVersion = body.DataVersion,
        Config = SimulationConfigJson.Read(body.Config),
        Extensions = body.Extensions,
        CreatedBy = body.CreatedBy,
        CreatedAt = Instants.FromMicros(createdAt),
    };

    /// <summary>Executes ticks until the record's tick is the current one, then applies the record, without saying or writing anything.</summary>
    /// <remarks>Ticks that were executed after the last record are not known; they are executed again when the client resumes, with the same outcome.</remarks>
    /// <exception cref="SnapshotException">The run is past the record's tick: the snapshot it began with is of an activation that executed ticks nobody was told of.</exception>
    public void Replay(SessionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Tick <= _run.CompletedTicks) throw new SnapshotException($"{_run.CompletedTicks} ticks are complete, the next record belongs to tick {record.Tick}");
        var at = Instants.FromMicros(record.At);
        _outbox.Quiet = true;
        try
        {
            while (_run.CompletedTicks < record.Tick - 1) CompleteTick();
            Reapply(record, at);
        }
        finally
        {
            _outbox.Quiet = false;
        }

        _lastRecordAt = at;
        _recordTick = _replayedTick = record.Tick;
        _sentIsKnown = false;
    }

    /// <summary>The session's part of a snapshot and the engine's.</summary>
    public byte[] Snapshot() => SessionSnapshot.Write(Body(), _run.Save());

    /// <summary>Puts back what a snapshot held; the run was restored from the engine's part.</summary>
    /// <exception cref="SnapshotException">The parts of the snapshot contradict each other.</exception>
    public void Restore(SnapshotBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            PutBack(body);
        }
        catch (Exception contradiction) when (contradiction is ArgumentException or IndexOutOfRangeException or InvalidOperationException or OverflowException)
        {
            throw new SnapshotException($"the session snapshot contradicts itself: {contradiction.Message}", contradiction);
        }
    }

    private void PutBack(SnapshotBody body)
    {
        _phase = body.Phase;
        if (_phase == SessionState.Completed) End = SessionEnd.Completed;
        if (_phase == SessionState.Error) End = SessionEnd.Failed;
        _clientPaused = body.ClientPaused;
        if (body.Start is { } start)
        {
            Begin(start, Instants.FromMicros(body.StartedAt));
            _phase = body.Phase;
        }

        _endedAt = Instants.FromMicros(body.EndedAt);
        _lastRecordAt = Instants.FromMicros(body.LastRecordAt);
        _recordTick = _replayedTick = body.RecordTick;
        _sentEver = body.TicksSent;
        _sentIsKnown = false;
        RestoreOrders(body);
        foreach (var batch in body.Batches) _batches.Add(new BatchEntry(batch.Tick, batch.ContentHash, new BatchAckOutput(batch.BatchId, batch.Accepted, batch.Rejected)));
        _desk.RestoreGroups(body.Groups);
    }

    private void Reapply(SessionRecord record, DateTimeOffset at)
    {
        switch (record.Kind)
        {
            case RecordKind.Started:
                Begin(record.Started!, at);
                break;
            case RecordKind.Batch:
                Submit(record.Batch!, OrderDesk.HashOf(record.Batch!), null, at);
                break;
            case RecordKind.Cancel:
                Cancel(record.Cancel!, null);
                break;
            case RecordKind.Replace:
                Replace(record.Replace!, null);
                break;
            case RecordKind.Pause:
                _clientPaused = true;
                break;
            case RecordKind.Resume:
                _clientPaused = false;
                break;
            case RecordKind.Completed:
                Finish(at);
                break;
            case RecordKind.Discarded or RecordKind.Failed or RecordKind.Expired:
                _phase = SessionState.Error;
                _endedAt = at;
                End = record.Kind == RecordKind.Failed ? SessionEnd.Failed : SessionEnd.Discarded;
                break;
        }

        _ordersWaitingSince = null;
    }

    private static CreatedBody BodyOf(SessionDefinition definition) => new()
    {
        SessionId = definition.SessionId,
        Loaded = definition.Loaded,
        Fingerprints = definition.Fingerprints,
        Sources = definition.Sources,
        DataProvider = definition.DataProvider,
        DataVersion = definition.DataVersion,
        Config = SimulationConfigJson.Write(definition.Config),
        Extensions = definition.Extensions,
        CreatedBy = definition.CreatedBy,
    };

    private SnapshotBody Body()
    {
        var places = new Dictionary<string, int>(_orders.Count, StringComparer.Ordinal);
        for (var at = 0; at < _orders.Count; at++) places[_orders.Entries[at].Intent.OrderId] = at;
        return new SnapshotBody
        {
            Created = BodyOf(Definition),
            CreatedAt = Instants.Micros(Definition.CreatedAt),
            Phase = _phase,
            ClientPaused = _clientPaused,
            Start = IsStarted ? _start : null,
            StartedAt = IsStarted ? Instants.Micros(_startedAt) : 0,
            EndedAt = End == SessionEnd.No ? 0 : Instants.Micros(_endedAt),
            LastRecordAt = Instants.Micros(_lastRecordAt),
            RecordTick = _recordTick,
            TicksSent = _sentEver,
            Orders = [.. _orders.Entries.Select(entry => new OrderSnapshot(OrderBody.Of(entry.Intent), entry.Number, entry.ParentStrategy, entry.ReplacesAnother, entry.State, entry.Reason, entry.Remaining, entry.LastTransition))],
            Transitions = [.. _orders.Transitions.SelectMany(one => new[] { one.Previous, one.Time, one.Tick, (long)one.State, (long)one.Reason })],
            Fills = [.. _orders.Fills.Select(fill => new FillSnapshot(fill.Execution, places[fill.OrderId], fill.Quantity, fill.Price, fill.ReferencePrice, fill.Time, fill.Commission, fill.Fees, fill.Remaining, fill.FillReason, fill.Tick))],
            Batches = [.. _batches.Entries.Select(batch => new BatchSnapshot(batch.Acknowledgement.BatchId, batch.Tick, batch.ContentHash, batch.Acknowledgement.Accepted, batch.Acknowledgement.Rejected))],
            Groups = _desk.Groups,
        };
    }

    private void RestoreOrders(SnapshotBody body)
    {
        var entries = body.Orders.Select(order => new OrderEntry
        {
            Intent = order.Order.ToOrder(),
            ParentStrategy = order.ParentStrategy,
            Number = order.Number,
            ReplacesAnother = order.ReplacesAnother,
            State = order.State,
            Reason = order.Reason,
            Remaining = order.Remaining,
            LastTransition = order.LastTransition,
        }).ToList();
        var transitions = body.Transitions.Chunk(5).Select(one => new TransitionEntry((int)one[0], one[1], (int)one[2], (OrderState)one[3], (Reason)one[4]));
        var fills = body.Fills.Select(fill => FillOf(fill, entries[fill.Order].Intent));
        _orders.Restore(entries, transitions, fills);
    }

    private static FillOutput FillOf(FillSnapshot fill, ClientOrder order) => new(
        fill.Execution,
        order.OrderId,
        order.Symbol,
        order.Side,
        fill.Quantity,
        fill.Price,
        fill.ReferencePrice,
        fill.Time,
        fill.Commission,
        fill.Fees,
        fill.Remaining > 0,
        fill.Remaining,
        fill.Reason,
        fill.Tick);
}

using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>Turns the engine's events into what the client is told and what the order records keep.</summary>
internal sealed class EventRelay(ISimulationRun run, SessionDefinition definition, SessionExtensions extensions, SessionOrders orders, SessionOutbox outbox)
{
    private readonly bool _updates = (extensions & SessionExtensions.AnyOrderUpdate) != 0;

    /// <summary>True with <c>every_fill</c>: one snapshot follows each report (SIM-243).</summary>
    public bool SnapshotPerFill { get; set; }

    /// <summary>Fills relayed so far.</summary>
    public int Fills { get; private set; }

    /// <summary>Orders that ended other than by a fill, relayed so far.</summary>
    public int Endings { get; private set; }

    /// <summary>Relays everything the engine did since the last call; replies carry <paramref name="requestId"/>.</summary>
    public void Drain(string? requestId = null)
    {
        var events = run.Events;
        if (events.IsEmpty) return;
        foreach (ref readonly var one in events) Relay(in one, requestId);
        run.ClearEvents();
    }

    private void Relay(in SimulationEvent one, string? requestId)
    {
        var entry = orders.ByNumber(one.OrderNumber) ?? throw new InvalidOperationException($"the engine speaks of order {one.OrderNumber}, which the session never submitted");
        var before = entry.State;
        if (one.Kind == EventKind.Fill || one.State != before || one.Reason != entry.Reason) orders.Log(entry, one.State, one.Reason, one.Remaining, one.Time, one.Tick);
        switch (one.Kind)
        {
            case EventKind.Fill:
                RelayFill(in one, entry);
                break;
            case EventKind.Cancelled or EventKind.Expired or EventKind.Replaced:
                Endings++;
                Update(in one, entry, requestId);
                break;
            case EventKind.Accepted or EventKind.Rejected when entry.ReplacesAnother:
                Update(in one, entry, requestId);
                break;
        }
    }

    private void RelayFill(in SimulationEvent one, OrderEntry entry)
    {
        Fills++;
        var fill = new FillOutput(
            one.FillNumber,
            entry.Intent.OrderId,
            definition.Loaded[one.Symbol].Symbol,
            one.Side,
            one.Quantity,
            one.Price,
            one.ReferencePrice,
            one.Time,
            one.Commission,
            one.Fees,
            one.Remaining > 0,
            one.Remaining,
            one.FillReason,
            one.Tick);
        orders.Add(fill);
        if (outbox.Tally is not { } tally) return;
        tally.Fills++;
        outbox.Say(fill);
        if (SnapshotPerFill) outbox.Say(new AccountOutput(run.AccountAfterFill(one.FillNumber), false));
        Update(in one, entry, null);
    }

    private void Update(in SimulationEvent one, OrderEntry entry, string? requestId)
    {
        if (!_updates || outbox.Quiet) return;
        outbox.Say(new OrderUpdateOutput(entry.Intent.OrderId, one.State, ReasonNames.Of(one.Reason), one.Remaining, one.Time) { RequestId = requestId });
    }
}

/// <summary>Reasons as text, for <c>order_update</c>.</summary>
public static class ReasonNames
{
    /// <summary>Null for <see cref="Reason.None"/>.</summary>
    public static string? Of(Reason reason) => reason switch
    {
        Reason.None => null,
        Reason.CancelledByClient => "cancelled_by_client",
        Reason.DayExpired => "expired",
        Reason.ImmediateOrCancelRemainder => "ioc_remainder",
        Reason.FillOrKillNotFilled => "fok_not_filled",
        Reason.EndOfSimulation => "end_of_simulation",
        Reason.OneCancelsOther => "oco",
        Reason.ParentEnded => "parent_ended",
        Reason.ReplacedByClient => "replaced",
        Reason.InsufficientBuyingPower => "insufficient_buying_power",
        Reason.ShortingNotAllowed => "shorting_not_allowed",
        Reason.MaxDrawdown => "max_drawdown",
        Reason.NotionalTooSmall => "notional_too_small",
        Reason.OrderClosed => "order_closed",
        _ => OrderErrors.Code(reason),
    };
}

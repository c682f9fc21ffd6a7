using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>Which ticks the client has been sent, which it has acknowledged as ready, and which of those still wait for announced orders.</summary>
/// <remarks>The oldest incomplete tick is the engine's business; it is passed in.</remarks>
internal sealed class TickWindow
{
    private readonly Queue<OrdersAnnounced> _announced = new();
    private OrdersAnnounced _next;

    /// <summary>Most ticks that may be sent and not complete (SIM-151).</summary>
    public int Capacity { get; set; } = 1;

    /// <summary>Last tick sent on this connection.</summary>
    public int Sent { get; set; }

    /// <summary>Highest tick acknowledged as ready on this connection.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>True when nothing keeps <paramref name="tick"/> from being executed.</summary>
    public bool IsReady(int tick) => tick <= Acknowledged && _next.Tick != tick;

    /// <summary>The last tick that may be out while <paramref name="completed"/> ticks are complete.</summary>
    public int Limit(int completed) => Math.Min(completed, Acknowledged) + Capacity;

    /// <summary><c>ready</c> for <paramref name="tick"/> and all before it; announcements for earlier ticks stand (SIM-155, SIM-176, SIM-177).</summary>
    public void Acknowledge(int tick, int ordersPending, int completed)
    {
        if (tick <= completed)
        {
            Acknowledged = Math.Max(Acknowledged, tick);
        }
        else if (tick > Acknowledged)
        {
            Acknowledged = tick;
            if (ordersPending > 0) Announce(new OrdersAnnounced(tick, ordersPending));
        }
        else
        {
            Restate(tick, ordersPending);
        }
    }

    /// <summary>Orders for <paramref name="tick"/> came in: they count against its announcement.</summary>
    public void OrdersArrived(int tick, int orders)
    {
        if (_next.Tick != tick || orders == 0) return;
        _next = _next with { Orders = _next.Orders - orders };
        if (_next.Orders <= 0) Advance();
    }

    /// <summary><paramref name="tick"/> was executed, whatever it still waited for.</summary>
    public void Completed(int tick)
    {
        while (_next.Tick != 0 && _next.Tick <= tick) Advance();
    }

    /// <summary>A new connection has processed everything up to <paramref name="tick"/>.</summary>
    public void Restart(int tick)
    {
        _announced.Clear();
        _next = default;
        Sent = tick;
        Acknowledged = tick;
    }

    /// <summary>What was announced and is still to come, by tick; null when it is nothing.</summary>
    public OrdersAnnounced[]? Outstanding()
    {
        if (_next.Tick == 0) return null;
        return [_next, .. _announced];
    }

    /// <summary>Puts back where a connection stood.</summary>
    public void Restore(int sent, int acknowledged, OrdersAnnounced[]? outstanding)
    {
        Restart(sent);
        Acknowledged = acknowledged;
        foreach (var one in outstanding ?? []) Announce(one);
    }

    private void Announce(OrdersAnnounced announcement)
    {
        if (_next.Tick == 0) _next = announcement;
        else _announced.Enqueue(announcement);
    }

    private void Restate(int tick, int ordersPending)
    {
        if (_next.Tick == 0) return;
        var all = new List<OrdersAnnounced>(_announced.Count + 1) { _next };
        all.AddRange(_announced);
        var at = all.FindIndex(one => one.Tick == tick);
        if (at < 0) return;
        if (ordersPending > 0) all[at] = all[at] with { Orders = ordersPending };
        else all.RemoveAt(at);
        _announced.Clear();
        _next = default;
        foreach (var one in all) Announce(one);
    }

    private void Advance() => _next = _announced.TryDequeue(out var announcement) ? announcement : default;
}

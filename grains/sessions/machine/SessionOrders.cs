using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>Every order the session ever saw: what the client asked for, how the simulated broker's state evolved, and what was filled, kept apart (EXEC-055).</summary>
internal sealed class SessionOrders
{
    private readonly List<OrderEntry> _entries = [];
    private readonly Dictionary<string, OrderEntry> _byId = new(StringComparer.Ordinal);
    private readonly List<OrderEntry?> _byNumber = [null];
    private readonly List<TransitionEntry> _transitions = [];
    private readonly List<FillOutput> _fills = [];

    /// <summary>Orders that are new or have another state since they were taken; null while nobody wants to know.</summary>
    private List<OrderEntry>? _changed;

    public int Count => _entries.Count;

    public IReadOnlyList<OrderEntry> Entries => _entries;

    public IReadOnlyList<TransitionEntry> Transitions => _transitions;

    /// <summary>All fills in order of execution.</summary>
    public IReadOnlyList<FillOutput> Fills => _fills;

    public bool Knows(string orderId) => _byId.ContainsKey(orderId);

    public OrderEntry? ById(string orderId) => _byId.GetValueOrDefault(orderId);

    public OrderEntry? ByNumber(int number) => number < _byNumber.Count ? _byNumber[number] : null;

    /// <summary>Registers an order; number 0 = the engine never saw it. A second one with the same id is kept out of the lookup: the first stays.</summary>
    public OrderEntry Add(ClientOrder intent, string? parentStrategy, int number, bool replacesAnother = false)
    {
        var entry = new OrderEntry { Intent = intent, ParentStrategy = parentStrategy, Number = number, ReplacesAnother = replacesAnother, Place = _entries.Count + 1 };
        _entries.Add(entry);
        if (_changed is not null) Mark(entry);
        _byId.TryAdd(intent.OrderId, entry);
        if (number == 0) return entry;
        while (_byNumber.Count <= number) _byNumber.Add(null);
        _byNumber[number] = entry;
        return entry;
    }

    /// <summary>Appends a transition of the broker's state.</summary>
    public void Log(OrderEntry entry, OrderState state, Reason reason, long remaining, long time, int tick)
    {
        entry.State = state;
        entry.Reason = reason;
        entry.Remaining = remaining;
        _transitions.Add(new TransitionEntry(entry.LastTransition, time, tick, state, reason));
        entry.LastTransition = _transitions.Count - 1;
        if (_changed is not null) Mark(entry);
    }

    public void Add(FillOutput fill) => _fills.Add(fill);

    /// <summary>The fills of the bars of ticks from <paramref name="tick"/> on, in order of execution (SIM-260).</summary>
    public IReadOnlyList<FillOutput> FillsFrom(int tick)
    {
        var first = _fills.Count;
        while (first > 0 && _fills[first - 1].Tick >= tick) first--;
        return first == _fills.Count ? [] : _fills.GetRange(first, _fills.Count - first);
    }

    /// <summary>
    /// The orders that are new or have another state since the call before. The first call gives those that are open or have changed in tick <paramref name="since"/> or later.
    /// </summary>
    public IReadOnlyList<OrderEntry> TakeChanged(int since)
    {
        var taken = _changed ?? _entries.FindAll(entry => entry.IsOpen || entry.LastTransition < 0 || _transitions[entry.LastTransition].Tick >= since);
        foreach (var entry in taken) entry.IsMarked = false;
        _changed = [];
        return taken;
    }

    /// <summary>The next <see cref="TakeChanged"/> is a first one.</summary>
    public void ForgetChanged()
    {
        if (_changed is null) return;
        foreach (var entry in _changed) entry.IsMarked = false;
        _changed = null;
    }

    /// <summary>The first and the latest transition of an order.</summary>
    public (TransitionEntry? First, TransitionEntry? Last) Changes(OrderEntry entry)
    {
        if (entry.LastTransition < 0) return (null, null);
        var first = entry.LastTransition;
        while (_transitions[first].Previous >= 0) first = _transitions[first].Previous;
        return (_transitions[first], _transitions[entry.LastTransition]);
    }

    private void Mark(OrderEntry entry)
    {
        if (entry.IsMarked) return;
        entry.IsMarked = true;
        _changed!.Add(entry);
    }

    /// <summary>Ids of the orders that are accepted or partially filled, in order of arrival (SIM-261).</summary>
    public IReadOnlyList<string> Open()
    {
        List<string>? open = null;
        foreach (var entry in _entries)
        {
            if (entry.IsOpen) (open ??= []).Add(entry.Intent.OrderId);
        }

        return open is null ? [] : open;
    }

    /// <summary>The order's three records.</summary>
    public OrderRecord Record(OrderEntry entry, Reason currentReason)
    {
        var transitions = new List<OrderTransition>();
        for (var at = entry.LastTransition; at >= 0; at = _transitions[at].Previous)
        {
            var one = _transitions[at];
            transitions.Add(new OrderTransition(one.State, one.Reason, one.Time, one.Tick));
        }

        transitions.Reverse();
        var fills = _fills.FindAll(fill => string.Equals(fill.OrderId, entry.Intent.OrderId, StringComparison.Ordinal));
        return new OrderRecord(entry.Intent.OrderId, entry.Number, entry.Intent, entry.ParentStrategy, entry.State, currentReason, entry.Remaining, transitions, fills);
    }

    /// <summary>Puts back what a snapshot held.</summary>
    public void Restore(IEnumerable<OrderEntry> entries, IEnumerable<TransitionEntry> transitions, IEnumerable<FillOutput> fills)
    {
        foreach (var entry in entries)
        {
            var restored = Add(entry.Intent, entry.ParentStrategy, entry.Number, entry.ReplacesAnother);
            restored.State = entry.State;
            restored.Reason = entry.Reason;
            restored.Remaining = entry.Remaining;
            restored.LastTransition = entry.LastTransition;
        }

        _transitions.AddRange(transitions);
        _fills.AddRange(fills);
    }
}

/// <summary>One order: the client's intent and the broker's latest word on it.</summary>
internal sealed class OrderEntry
{
    public required ClientOrder Intent { get; init; }

    public string? ParentStrategy { get; init; }

    /// <summary>The engine's number; 0 when the order was refused before it.</summary>
    public required int Number { get; init; }

    /// <summary>It took over from another order (extension <c>replace_order</c>).</summary>
    public bool ReplacesAnother { get; init; }

    public OrderState State { get; set; }

    public Reason Reason { get; set; }

    /// <summary>10⁻⁸.</summary>
    public long Remaining { get; set; }

    /// <summary>In order of arrival, from 1.</summary>
    public int Place { get; init; }

    /// <summary>It is among the changed orders that wait to be taken.</summary>
    public bool IsMarked { get; set; }

    /// <summary>Index of the latest transition; −1 before the first.</summary>
    public int LastTransition { get; set; } = -1;

    public bool IsOpen => State is OrderState.Accepted or OrderState.Working or OrderState.PartiallyFilled;
}

/// <param name="Previous">Index of the order's transition before this one; −1 = none.</param>
internal readonly record struct TransitionEntry(int Previous, long Time, int Tick, OrderState State, Reason Reason);

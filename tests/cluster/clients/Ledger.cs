namespace Trading.Cluster.Tests.Clients;

/// <summary>
/// Everything that the service told one client, kept apart from the service: ticks, acknowledgements, fills, results. A second telling must be word for word the first;
/// whatever contradicts it, or an order of things that may not be, is a violation.
/// </summary>
internal sealed class Ledger
{
    private readonly List<string> _ticks = [];
    private readonly Dictionary<string, string> _batches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _fills = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _orders = new(StringComparer.Ordinal);
    private readonly List<string> _violations = [];

    /// <summary>Simulated time of each tick, the first has number 1.</summary>
    public IReadOnlyList<string> Ticks => _ticks;

    /// <summary>Payload of each <c>batch_ack</c> by batch id.</summary>
    public IReadOnlyDictionary<string, string> Batches => _batches;

    /// <summary>Payload of each execution by its id.</summary>
    public IReadOnlyDictionary<string, string> Fills => _fills;

    /// <summary>Every acknowledged order, and whether it was accepted.</summary>
    public IReadOnlyDictionary<string, bool> Orders => _orders;

    public IReadOnlyList<string> Violations => _violations;

    public string? ResultHash { get; set; }

    public string? FinalEquity { get; set; }

    /// <summary>Connections that were lost.</summary>
    public int Reconnects { get; set; }

    /// <summary>Fills that were told again, with the same words.</summary>
    public int RepeatedFills { get; private set; }

    /// <summary>Why connections were lost, in order.</summary>
    public List<string> Losses { get; } = [];

    /// <returns>Whether the tick is new.</returns>
    public bool Tick(int number, string simTime)
    {
        if (number <= _ticks.Count)
        {
            if (number < 1 || _ticks[number - 1] != simTime) Violate($"tick {number} was {(number < 1 ? "no tick" : _ticks[number - 1])} and is now {simTime}");
            return false;
        }

        if (number != _ticks.Count + 1) Violate($"tick {number} came after tick {_ticks.Count}");
        _ticks.Add(simTime);
        return true;
    }

    public void Batch(string id, string payload, IEnumerable<string> accepted, IEnumerable<string> rejected)
    {
        if (_batches.TryGetValue(id, out var first))
        {
            if (first != payload) Violate($"batch {id} was answered by {first} and now by {payload}");
            return;
        }

        _batches[id] = payload;
        foreach (var order in accepted)
        {
            if (!_orders.TryAdd(order, true)) Violate($"order {order} was acknowledged twice");
        }

        foreach (var order in rejected)
        {
            if (!_orders.TryAdd(order, false)) Violate($"order {order} was acknowledged twice");
        }
    }

    public void Fill(string id, string payload)
    {
        if (_fills.TryAdd(id, payload)) return;
        RepeatedFills++;
        if (_fills[id] != payload) Violate($"execution {id} was {_fills[id]} and is now {payload}");
    }

    public void Violate(string what) => _violations.Add(what);
}

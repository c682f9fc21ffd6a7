using Trading.Engine.Orders;

namespace Trading.Grains.Sessions;

/// <summary>What happened in a session since somebody last took the numbers: for whoever measures. What a replay does again is not in it.</summary>
public sealed class SessionTally
{
    private readonly Dictionary<string, int> _rejected = new(StringComparer.Ordinal);

    /// <summary>Ticks executed.</summary>
    public int Ticks { get; set; }

    public int Fills { get; set; }

    public int AcceptedOrders { get; set; }

    /// <summary>Rejected orders by the public code of the reason.</summary>
    public IReadOnlyDictionary<string, int> RejectedOrders => _rejected;

    /// <summary>Batches and acknowledgements that came a second time.</summary>
    public int Duplicates { get; set; }

    /// <summary>Messages refused because too many wait in line.</summary>
    public int Refusals { get; set; }

    /// <summary>One order was accepted or rejected.</summary>
    public void Count(in SubmitOutcome outcome)
    {
        if (outcome.Accepted)
        {
            AcceptedOrders++;
            return;
        }

        var code = OrderErrors.Code(outcome.Reason);
        _rejected[code] = _rejected.GetValueOrDefault(code) + 1;
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        (Ticks, Fills, AcceptedOrders, Duplicates, Refusals) = (0, 0, 0, 0, 0);
        if (_rejected.Count > 0) _rejected.Clear();
    }
}

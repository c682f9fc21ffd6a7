using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>Which batches were taken and how they were answered, so that one that comes again is answered again and not executed again (SIM-189).</summary>
internal sealed class BatchLedger
{
    private readonly Dictionary<string, BatchEntry> _byId = new(StringComparer.Ordinal);
    private int _lastTickWithOrders;

    public IEnumerable<BatchEntry> Entries => _byId.Values;

    public BatchEntry? Find(string batchId) => _byId.GetValueOrDefault(batchId);

    public void Add(BatchEntry entry)
    {
        _byId.Add(entry.Acknowledgement.BatchId, entry);
        if (entry.Acknowledgement.Accepted.Count > 0) _lastTickWithOrders = Math.Max(_lastTickWithOrders, entry.Tick);
    }

    /// <summary>True when orders of <paramref name="tick"/>, which is the current one or a later one, were accepted.</summary>
    public bool HasAccepted(int tick) => _lastTickWithOrders >= tick;
}

/// <param name="Tick">The tick its orders belong to.</param>
/// <param name="ContentHash">SHA-256 of the canonical content.</param>
/// <param name="Acknowledgement">The first answer.</param>
internal sealed record BatchEntry(int Tick, byte[] ContentHash, BatchAckOutput Acknowledgement)
{
    public int Orders => Acknowledgement.Accepted.Count + Acknowledgement.Rejected.Count;
}

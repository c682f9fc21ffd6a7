using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>
/// The records that the journal holds beyond the point from which a session is executed again. The machine must write exactly these once more; they are compared
/// and not appended (decision 018).
/// </summary>
internal sealed class RecordsAhead(IReadOnlyList<ReadOnlyMemory<byte>> records)
{
    private int _next;
    private SessionRecord? _first;

    /// <summary>How many are left.</summary>
    public int Count => records.Count - _next;

    /// <summary>The exchange that is executed now was answered: nothing that it wrote can be missing.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Wall time of the first one that is left, microseconds UTC: that of the exchange that wrote it.</summary>
    public long At => First.At;

    private SessionRecord First => _first ??= SessionRecord.Parse(records[_next].Span);

    /// <summary>Whether the exchange executed now took this batch; null when the journal does not say it.</summary>
    /// <param name="batch">The batch whose turn it is.</param>
    /// <param name="written">Records that the exchange has written before it.</param>
    public bool? Took(BatchCommand batch, int written)
    {
        if (written >= Count) return IsAnswered || Count > 0 ? false : null;
        var record = SessionRecord.Parse(records[_next + written].Span);
        return record.Kind == RecordKind.Batch && string.Equals(record.Batch!.BatchId, batch.BatchId, StringComparison.Ordinal);
    }

    /// <summary>Takes what one exchange has written. False when the journal holds something else.</summary>
    public bool TryTake(IReadOnlyList<ReadOnlyMemory<byte>> written)
    {
        if (written.Count > Count) return false;
        for (var at = 0; at < written.Count; at++)
        {
            if (!IsSame(written[at].Span, records[_next + at].Span)) return false;
        }

        _next += written.Count;
        _first = null;
        return true;
    }

    /// <summary>Equal bytes, or equal content in the form of this version.</summary>
    private static bool IsSame(ReadOnlySpan<byte> written, ReadOnlySpan<byte> held) =>
        written.SequenceEqual(held) || written.SequenceEqual(SessionRecord.Parse(held).ToJson());
}

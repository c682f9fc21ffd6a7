using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>What one call of the session has to say and to write: the outputs in order, and the records that must be durable before anybody sees them.</summary>
internal sealed class SessionOutbox
{
    private List<SessionOutput> _outputs = [];
    private List<ReadOnlyMemory<byte>> _records = [];
    private readonly SessionTally _tally = new();

    /// <summary>During replay nothing is said and nothing is written.</summary>
    public bool Quiet { get; set; }

    /// <summary>Where what happens is counted; null while something is done once more.</summary>
    public SessionTally? Tally => Quiet ? null : _tally;

    public int OutputCount => _outputs.Count;

    public int RecordCount => _records.Count;

    /// <summary>Bytes of the records that wait to be appended.</summary>
    public long RecordBytes { get; private set; }

    public void Say(SessionOutput output)
    {
        if (!Quiet) _outputs.Add(output);
    }

    public void Write(ReadOnlyMemory<byte> record)
    {
        if (Quiet) return;
        _records.Add(record);
        RecordBytes += record.Length;
    }

    public IReadOnlyList<SessionOutput> TakeOutputs()
    {
        if (_outputs.Count == 0) return [];
        var taken = _outputs;
        _outputs = [];
        return taken;
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> TakeRecords()
    {
        if (_records.Count == 0) return [];
        var taken = _records;
        _records = [];
        RecordBytes = 0;
        return taken;
    }
}

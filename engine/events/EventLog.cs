using System.Security.Cryptography;

namespace Trading.Engine.Events;

/// <summary>The events nobody has fetched yet, and the chained hash over all events so far (docs/execution.md section 14).</summary>
internal sealed class EventLog
{
    private const int BlockRecords = 64;
    private const int HashSize = SHA256.HashSizeInBytes;

    private SimulationEvent[] _events = [];
    private int _count;

    /// <summary>The last hash, followed by the records of the running block.</summary>
    private byte[] _block = new byte[HashSize];
    private int _records;

    public ReadOnlySpan<SimulationEvent> Events => _events.AsSpan(0, _count);

    /// <summary>Chain and running block, for a snapshot.</summary>
    public ReadOnlySpan<byte> Chain => _block.AsSpan(0, HashSize + _records * SimulationEvent.Size);

    public string ResultHash
    {
        get
        {
            Span<byte> hash = stackalloc byte[HashSize];
            if (_records == 0) _block.AsSpan(0, HashSize).CopyTo(hash);
            else SHA256.HashData(Chain, hash);
            return Convert.ToHexStringLower(hash);
        }
    }

    public void Clear() => _count = 0;

    /// <summary>Makes room for that many events between two clears.</summary>
    public void Reserve(int events)
    {
        if (_events.Length < events) Array.Resize(ref _events, events);
        if (_block.Length < HashSize + BlockRecords * SimulationEvent.Size) Array.Resize(ref _block, HashSize + BlockRecords * SimulationEvent.Size);
    }

    public void Append(in SimulationEvent entry)
    {
        if (_count == _events.Length) Array.Resize(ref _events, Math.Max(4, _count * 2));
        _events[_count++] = entry;
        var start = HashSize + _records * SimulationEvent.Size;
        if (start + SimulationEvent.Size > _block.Length) Array.Resize(ref _block, HashSize + Math.Max(4, _records * 2) * SimulationEvent.Size);
        entry.Write(_block.AsSpan(start, SimulationEvent.Size));
        if (++_records == BlockRecords) CloseBlock();
    }

    public void Restore(ReadOnlySpan<SimulationEvent> events, ReadOnlySpan<byte> chain)
    {
        _events = events.ToArray();
        _count = events.Length;
        _block = chain.ToArray();
        _records = (chain.Length - HashSize) / SimulationEvent.Size;
    }

    private void CloseBlock()
    {
        Span<byte> hash = stackalloc byte[HashSize];
        SHA256.HashData(_block.AsSpan(0, HashSize + BlockRecords * SimulationEvent.Size), hash);
        hash.CopyTo(_block);
        _records = 0;
    }
}

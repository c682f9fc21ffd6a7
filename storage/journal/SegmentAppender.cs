using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>The end of the journal: where the next block goes. Used by the writer only.</summary>
/// <remarks>
/// Three outcomes matter. <see cref="Reserve"/> fails: nothing of the block was written, and all is well otherwise.
/// <see cref="Commit"/> fails: the block may be durable or not; nothing may be said about its sessions until <see cref="Reopen"/> has succeeded.
/// Reopening never trusts the file that failed: it verifies what was durable before and begins a new segment whose header says where
/// the failed one ends. From then on the uncertain block does not exist, also for a recovery after a crash.
/// </remarks>
internal sealed class SegmentAppender(IStorageFiles files, JournalIndex index, FileJournalOptions options, RecoveredTail tail)
{
    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly ulong _salt = tail.Salt;
    private long _position = tail.Position;
    private long _reserved = tail.FileLength;

    /// <summary>A segment may exist that says where this one ends, so nothing more may go into this one.</summary>
    private bool _mustRoll;

    /// <summary>Sequence of the next block.</summary>
    public long NextSequence { get; private set; } = tail.NextSequence;

    /// <summary>Where the next block will begin, after a successful <see cref="Reserve"/>.</summary>
    public long Position => _position;

    public Segment Active => index.Segments[^1];

    public ulong Salt => _salt;

    /// <summary>Makes sure that a block of this length fits: closes the segment if it is full and writes zeros ahead.</summary>
    public void Reserve(int bytes)
    {
        if (_mustRoll || (_position + bytes > options.SegmentBytes && _position > JournalFormat.SegmentHeaderBytes))
            Roll();
        if (_position + bytes <= _reserved)
            return;
        var target = Math.Max(_position + bytes, Math.Min(_reserved + options.GrowBytes, options.SegmentBytes));
        for (var offset = _reserved; offset < target; offset += Zeros.Length)
            Active.File.Write(offset, Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, target - offset)));
        _reserved = target;
    }

    /// <summary>Writes the block and returns when it is durable.</summary>
    public void Commit(ReadOnlySpan<byte> block)
    {
        Active.File.Write(_position, block);
        Active.File.Sync();
        _position += block.Length;
        NextSequence++;
    }

    /// <summary>After a failed commit: verifies every durable block of the segment and begins the next segment.</summary>
    public void Reopen()
    {
        var reader = new SegmentReader();
        reader.Begin(Active.File, _position);
        Span<byte> start = stackalloc byte[JournalFormat.SegmentHeaderBytes];
        if (Active.File.Read(0, start) != start.Length || !JournalFormat.TryReadSegmentHeader(start, out var segment))
            throw new JournalDamagedException(Active.Path, 0, "the segment header fails its checksum.");
        var sequence = segment.FirstSequence;
        long offset = JournalFormat.SegmentHeaderBytes;
        while (offset < _position && reader.TryReadBlock(offset, _salt, out var header) && header.Sequence == sequence)
        {
            sequence++;
            offset += JournalFormat.BlockHeaderBytes + header.BodyBytes;
        }
        if (offset != _position || sequence != NextSequence)
            throw new JournalDamagedException(Active.Path, offset, $"block {sequence} was durable and fails its checks.");
        Roll();
    }

    private void Roll()
    {
        _mustRoll = true;
        var header = new SegmentHeader(_salt, Active.Number + 1, NextSequence, _position);
        var segment = JournalRecovery.CreateSegment(files, header);
        lock (index.Gate)
            index.Segments.Add(segment);
        _position = _reserved = JournalFormat.SegmentHeaderBytes;
        _mustRoll = false;
    }
}

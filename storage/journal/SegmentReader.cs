using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>Reads a segment block by block through one buffer.</summary>
internal sealed class SegmentReader
{
    private const int ChunkBytes = 4 << 20;

    private byte[] _buffer = [];
    private int _filled;
    private long _start;
    private IStorageFile? _file;
    private long _limit;

    /// <summary>Bytes read from files so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The block that <see cref="TryReadBlock"/> found, header included; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Block { get; private set; }

    /// <param name="file">The segment.</param>
    /// <param name="limit">Nothing at or after this offset counts.</param>
    public void Begin(IStorageFile file, long limit)
    {
        _file = file;
        _limit = limit;
        _start = 0;
        _filled = 0;
    }

    /// <summary>True when a block with intact header and frames begins at the offset.</summary>
    public bool TryReadBlock(long offset, ulong salt, out BlockHeader header)
    {
        if (!JournalFormat.TryReadBlockHeader(Fill(offset, JournalFormat.BlockHeaderBytes).Span, salt, out header))
            return false;
        var length = JournalFormat.BlockHeaderBytes + header.BodyBytes;
        Block = Fill(offset, length);
        return Block.Length == length && JournalFormat.IsBodyValid(Block.Span[JournalFormat.BlockHeaderBytes..], header.Frames);
    }

    /// <summary>The bytes at the offset, fewer at the limit.</summary>
    public ReadOnlyMemory<byte> Fill(long offset, int count)
    {
        count = (int)Math.Clamp(_limit - offset, 0, count);
        if (offset < _start || offset + count > _start + _filled)
        {
            var wanted = (int)Math.Min(Math.Max(count, ChunkBytes), Math.Max(0, _limit - offset));
            if (_buffer.Length < wanted)
                _buffer = GC.AllocateUninitializedArray<byte>(wanted);
            _start = offset;
            _filled = _file!.Read(offset, _buffer.AsSpan(0, wanted));
            BytesRead += _filled;
        }
        return _buffer.AsMemory((int)(offset - _start), Math.Min(count, _filled - (int)(offset - _start)));
    }
}

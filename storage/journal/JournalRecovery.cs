using System.Buffers.Binary;
using System.Security.Cryptography;
using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>What the writer continues with after recovery.</summary>
internal readonly record struct RecoveredTail(ulong Salt, long NextSequence, long Position, long FileLength);

/// <summary>Builds the index from the segment files, cuts an unfinished commit off the end, and refuses everything else that is not as it was written.</summary>
internal sealed class JournalRecovery(IStorageFiles files, JournalIndex index, Action<JournalEvent>? observer)
{
    public const string SegmentFolder = "segments";

    private readonly SegmentReader _reader = new();
    private ulong _salt;
    private long _nextSequence;

    public RecoveredTail Run()
    {
        files.CreateFolder(SegmentFolder);
        var headers = OpenSegments();
        if (headers.Count == 0)
            return Begin();
        _salt = headers[0].Salt;
        _nextSequence = headers[0].FirstSequence;
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].FirstSequence != _nextSequence || headers[i].Salt != _salt)
                throw new JournalDamagedException(index.Segments[i].Path, 0, $"it continues at block {headers[i].FirstSequence}, expected {_nextSequence}; segments are missing or from another journal.");
            if (i + 1 < headers.Count)
                _ = Scan(index.Segments[i], headers[i + 1].PreviousLength, isLast: false);
        }
        return FinishTail(index.Segments[^1], headers[^1]);
    }

    /// <summary>Makes a segment whose header is durable, in place of a leftover with the same number.</summary>
    public static Segment CreateSegment(IStorageFiles files, in SegmentHeader header)
    {
        var path = $"{SegmentFolder}/{JournalFormat.SegmentName(header.Number)}";
        // A leftover may carry bytes of a sync that failed; only a new file can be trusted.
        files.Delete(path);
        var file = files.Open(path, create: true);
        try
        {
            Span<byte> bytes = stackalloc byte[JournalFormat.SegmentHeaderBytes];
            JournalFormat.WriteSegmentHeader(bytes, header);
            file.Write(0, bytes);
            file.Sync();
            files.SyncFolder(SegmentFolder);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        return new Segment((int)header.Number, file, path);
    }

    private RecoveredTail Begin()
    {
        _salt = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        index.Segments.Add(CreateSegment(files, new SegmentHeader(_salt, 1, 1, 0)));
        return new RecoveredTail(_salt, 1, JournalFormat.SegmentHeaderBytes, JournalFormat.SegmentHeaderBytes);
    }

    private List<SegmentHeader> OpenSegments()
    {
        var names = files.List(SegmentFolder).Where(name => JournalFormat.TryParseSegmentName(name, out _)).ToList();
        var headers = new List<SegmentHeader>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var path = $"{SegmentFolder}/{names[i]}";
            _ = JournalFormat.TryParseSegmentName(names[i], out var number);
            var file = files.Open(path, create: false);
            var start = new byte[JournalFormat.SegmentHeaderBytes];
            _ = file.Read(0, start);
            if (!JournalFormat.TryReadSegmentHeader(start, out var header) || header.Number != number)
            {
                RemoveUnfinishedSegment(file, path, isLast: i == names.Count - 1);
                break;
            }
            index.Segments.Add(new Segment((int)number, file, path));
            headers.Add(header);
            if (i > 0 && number != headers[i - 1].Number + 1)
                throw new JournalDamagedException(path, 0, $"the segment after number {headers[i - 1].Number} is missing.");
        }
        return headers;
    }

    /// <summary>A segment is used only once its header is durable, so a last file without one was never used, unless blocks in it prove the opposite.</summary>
    private void RemoveUnfinishedSegment(IStorageFile file, string path, bool isLast)
    {
        using (file)
        {
            if (!isLast || FindBlock(file, 0, salt: null) is not null)
                throw new JournalDamagedException(path, 0, "the segment header fails its checksum.");
        }
        files.Delete(path);
        files.SyncFolder(SegmentFolder);
    }

    /// <summary>Reads all blocks into the index; returns where the last one begins, or 0 without any, and where they end.</summary>
    private (long LastBlock, long End) Scan(Segment segment, long limit, bool isLast)
    {
        _reader.Begin(segment.File, limit);
        long last = 0;
        long offset = JournalFormat.SegmentHeaderBytes;
        while (offset < limit && _reader.TryReadBlock(offset, _salt, out var header) && header.Sequence == _nextSequence)
        {
            Replay(segment, offset, header);
            _nextSequence++;
            last = offset;
            offset += JournalFormat.BlockHeaderBytes + header.BodyBytes;
        }
        if (!isLast && offset != limit)
            throw new JournalDamagedException(segment.Path, offset, $"block {_nextSequence} fails its checks and later segments follow.");
        return (last, offset);
    }

    private RecoveredTail FinishTail(Segment segment, SegmentHeader header)
    {
        var length = segment.File.Length;
        var (lastBlock, end) = Scan(segment, length, isLast: true);
        if (FindBlock(segment.File, end, _salt) is { } later)
            throw new JournalDamagedException(segment.Path, end, $"block {_nextSequence} fails its checks, but an intact block follows at byte {later}.");
        var torn = UsedBytes(segment.File, end, length);
        segment.File.SetLength(end);
        RewriteLast(segment, header, lastBlock, end);
        files.SyncFolder(SegmentFolder);
        if (torn > 0)
            observer?.Invoke(new JournalEvent(JournalEventKind.TornTailCut, segment.Path, end, torn));
        observer?.Invoke(new JournalEvent(JournalEventKind.Recovered, segment.Path, end, _reader.BytesRead));
        return new RecoveredTail(_salt, _nextSequence, end, end);
    }

    /// <summary>
    /// The last block may have been read from the page cache and never have reached the device, even if a sync succeeds now: after a
    /// failed sync the kernel marks pages clean. Writing the same bytes again makes them dirty again. Blocks before it were
    /// durable before it was written.
    /// </summary>
    private void RewriteLast(Segment segment, SegmentHeader header, long lastBlock, long end)
    {
        if (lastBlock > 0)
        {
            var bytes = new byte[end - lastBlock];
            if (segment.File.Read(lastBlock, bytes) != bytes.Length)
                throw new IOException($"{segment.Path} became shorter during recovery.");
            segment.File.Write(lastBlock, bytes);
        }
        else
        {
            Span<byte> bytes = stackalloc byte[JournalFormat.SegmentHeaderBytes];
            JournalFormat.WriteSegmentHeader(bytes, header);
            segment.File.Write(0, bytes);
        }
        segment.File.Sync();
    }

    private void Replay(Segment segment, long offset, BlockHeader header)
    {
        var block = _reader.Block;
        var position = JournalFormat.BlockHeaderBytes;
        for (var i = 0; i < header.Frames; i++)
        {
            var bytes = block.Span[position..];
            // Checked a moment ago with the block; false only if memory itself fails.
            if (!JournalFormat.TryReadFrame(bytes, out var frame))
                throw new JournalDamagedException(segment.Path, offset + position, "a frame changed while it was read.");
            ReplayFrame(segment, (int)offset + position, header.Sequence, frame, JournalFormat.FrameKey(bytes, frame));
            position += frame.Length;
        }
    }

    private void ReplayFrame(Segment segment, int offset, long sequence, in FrameHeader frame, SessionKey key)
    {
        // Segments are only ever removed from the front, so only then may a session begin in the middle.
        var frontIsComplete = index.Segments[0].Number == 1;
        var known = index.TryGet(key, out var entry);
        if (frame.Kind == JournalFormat.KindDelete && (known || !frontIsComplete))
        {
            if (known)
                index.Remove(entry!);
            return;
        }
        var follows = known
            ? frame.Incarnation == entry!.Incarnation && frame.FirstVersion == entry.Version + 1
            : (frame.FirstVersion == 1 && frame.Incarnation == sequence) || (!frontIsComplete && frame.FirstVersion > 1);
        if (frame.Kind != JournalFormat.KindAppend || !follows)
            throw new JournalDamagedException(segment.Path, offset, $"version {frame.FirstVersion} of session {key} does not follow version {(known ? entry!.Version : 0)}.");
        entry ??= index.Add(key, frame.Incarnation);
        index.AddFrame(entry, new FrameLocation((uint)frame.FirstVersion, segment.Number, offset, frame.Length), frame.Records);
    }

    /// <summary>The offset of the first intact block at or after <paramref name="from"/> (any salt when null), or null.</summary>
    private static long? FindBlock(IStorageFile file, long from, ulong? salt)
    {
        var rest = new byte[Math.Max(0, file.Length - from)];
        var bytes = rest.AsSpan(0, file.Read(from, rest));
        for (var offset = 0; offset + JournalFormat.BlockHeaderBytes <= bytes.Length; offset += 8)
        {
            var candidate = bytes[offset..];
            if (candidate[0] == 0)
                continue;
            if (JournalFormat.TryReadBlockHeader(candidate, salt ?? BinaryPrimitives.ReadUInt64LittleEndian(candidate[8..]), out var header)
                && header.BodyBytes <= candidate.Length - JournalFormat.BlockHeaderBytes
                && JournalFormat.IsBodyValid(candidate.Slice(JournalFormat.BlockHeaderBytes, header.BodyBytes), header.Frames))
                return from + offset;
        }
        return null;
    }

    /// <summary>Bytes from <paramref name="from"/> to the last one that is not zero.</summary>
    private static long UsedBytes(IStorageFile file, long from, long length)
    {
        var rest = new byte[Math.Max(0, length - from)];
        return rest.AsSpan(0, file.Read(from, rest)).LastIndexOfAnyExcept((byte)0) + 1;
    }
}

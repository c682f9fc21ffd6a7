using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>
/// The bytes of a segment file: one segment header, then blocks. A block is what one commit writes: a header and the frames of all
/// sessions that share the commit. A frame is one append call (or one deletion) of one session. Everything is little-endian and padded to 8 bytes.
/// </summary>
/// <remarks>
/// <code>
/// segment header (64)  magic u64 | format u32 | 0 u32 | salt u64 | number u64 | first sequence u64 | length of the previous segment u64 | 0 (12) | crc u32
/// block header (32)    magic u32 | crc u32 of the rest of the header | salt u64 | sequence u64 | bytes of frames u32 | number of frames u32
/// frame header (40)    length u32 | crc u32 of the rest of the frame | incarnation u64 | first version u64 | records u32 | tenant bytes u16 | session bytes u16 | kind u32 | unpadded length u32
/// frame                header | tenant | session | length of each record u32 | records | zeros to a multiple of 8
/// </code>
/// A commit is written only after the one before it is durable, so a block that fails its checks while a later block passes
/// cannot come from a crash: that is how a damaged middle is told from a torn tail. Sequences grow by one per block across segments,
/// which shows lost blocks and lost files. The salt is random per journal, so that no payload can pose as a block.
/// </remarks>
internal static class JournalFormat
{
    public const int SegmentHeaderBytes = 64;
    public const int BlockHeaderBytes = 32;
    public const int FrameHeaderBytes = 40;
    public const uint FormatVersion = 1;
    public const uint KindAppend = 1;
    public const uint KindDelete = 2;

    /// <summary>No block is longer; a longer length is damage. One append of the largest size fits with its overhead.</summary>
    public const int MaxBlockBytes = 16 << 20;

    private const ulong SegmentMagic = 0x31304745534A544F; // "OTJSEG01"
    private const uint BlockMagic = 0x424A544F; // "OTJB"

    public static string SegmentName(long number) => $"{number:D10}.journal";

    public static bool TryParseSegmentName(string name, out long number)
    {
        number = 0;
        return name.EndsWith(".journal", StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(0, name.Length - ".journal".Length), System.Globalization.NumberStyles.None, null, out number);
    }

    public static void WriteSegmentHeader(Span<byte> target, in SegmentHeader header)
    {
        target = target[..SegmentHeaderBytes];
        target.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target, SegmentMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], FormatVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], header.Salt);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], header.Number);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], header.FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], header.PreviousLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], Crc32C.Of(target[..60]));
    }

    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> source, out SegmentHeader header)
    {
        header = default;
        if (source.Length < SegmentHeaderBytes
            || BinaryPrimitives.ReadUInt64LittleEndian(source) != SegmentMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Crc32C.Of(source[..60])
            || BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != FormatVersion)
            return false;
        header = new SegmentHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]));
        return true;
    }

    public static void WriteBlockHeader(Span<byte> target, in BlockHeader header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, BlockMagic);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], header.Salt);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], header.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], header.BodyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], header.Frames);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Of(target[8..BlockHeaderBytes]));
    }

    public static bool TryReadBlockHeader(ReadOnlySpan<byte> source, ulong salt, out BlockHeader header)
    {
        header = default;
        if (source.Length < BlockHeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != BlockMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Crc32C.Of(source[8..BlockHeaderBytes])
            || BinaryPrimitives.ReadUInt64LittleEndian(source[8..]) != salt)
            return false;
        header = new BlockHeader(
            salt,
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]));
        return header.BodyBytes is > 0 and <= MaxBlockBytes && header.Frames > 0;
    }

    /// <summary>True when the frames fill the body exactly and every one has the right checksum.</summary>
    public static bool IsBodyValid(ReadOnlySpan<byte> body, int frames)
    {
        for (; frames > 0; frames--)
        {
            if (!TryReadFrame(body, out var frame))
                return false;
            body = body[frame.Length..];
        }
        return body.IsEmpty;
    }

    /// <summary>Bytes that a frame of this session and these payloads takes, with padding.</summary>
    public static int FrameBytes(SessionKey key, IReadOnlyList<ReadOnlyMemory<byte>>? payloads)
    {
        var bytes = FrameHeaderBytes + Encoding.UTF8.GetByteCount(key.Tenant) + Encoding.UTF8.GetByteCount(key.Session);
        for (var i = 0; payloads is not null && i < payloads.Count; i++)
            bytes += sizeof(int) + payloads[i].Length;
        return (bytes + 7) & ~7;
    }

    /// <summary>Writes a frame into <paramref name="target"/>, which has exactly its size.</summary>
    public static void WriteFrame(Span<byte> target, uint kind, SessionKey key, long incarnation, long firstVersion, IReadOnlyList<ReadOnlyMemory<byte>>? payloads)
    {
        _ = Utf8.FromUtf16(key.Tenant, target[FrameHeaderBytes..], out _, out var tenantBytes);
        _ = Utf8.FromUtf16(key.Session, target[(FrameHeaderBytes + tenantBytes)..], out _, out var sessionBytes);
        var count = payloads?.Count ?? 0;
        var lengths = FrameHeaderBytes + tenantBytes + sessionBytes;
        var position = lengths + (count * sizeof(int));
        for (var i = 0; i < count; i++)
        {
            var payload = payloads![i].Span;
            BinaryPrimitives.WriteInt32LittleEndian(target[(lengths + (i * sizeof(int)))..], payload.Length);
            payload.CopyTo(target[position..]);
            position += payload.Length;
        }
        target[position..].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target, target.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], firstVersion);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(target[28..], (ushort)tenantBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(target[30..], (ushort)sessionBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], kind);
        BinaryPrimitives.WriteInt32LittleEndian(target[36..], position);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Of(target[8..]));
    }

    /// <summary>Reads the frame at the start of <paramref name="source"/> and checks it in full.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> source, out FrameHeader frame)
    {
        frame = default;
        if (source.Length < FrameHeaderBytes)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(source);
        if (length < FrameHeaderBytes || length > source.Length || (length & 7) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Crc32C.Of(source[8..length]))
            return false;
        frame = new FrameHeader(
            length,
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[28..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[30..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[32..]));
        return true;
    }

    public static SessionKey FrameKey(ReadOnlySpan<byte> source, in FrameHeader frame) => new(
        Encoding.UTF8.GetString(source.Slice(FrameHeaderBytes, frame.TenantBytes)),
        Encoding.UTF8.GetString(source.Slice(FrameHeaderBytes + frame.TenantBytes, frame.SessionBytes)));

    /// <summary>The records of a checked frame, as slices of <paramref name="source"/>.</summary>
    public static void ReadRecords(ReadOnlyMemory<byte> source, in FrameHeader frame, List<JournalRecord> target, long afterVersion)
    {
        var lengths = FrameHeaderBytes + frame.TenantBytes + frame.SessionBytes;
        var position = lengths + (frame.Records * sizeof(int));
        for (var i = 0; i < frame.Records; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(source.Span[(lengths + (i * sizeof(int)))..]);
            if (frame.FirstVersion + i > afterVersion)
                target.Add(new JournalRecord(frame.FirstVersion + i, source.Slice(position, length)));
            position += length;
        }
    }
}

/// <summary>What a segment says about itself and about where the one before it ends.</summary>
internal readonly record struct SegmentHeader(ulong Salt, long Number, long FirstSequence, long PreviousLength);

internal readonly record struct BlockHeader(ulong Salt, long Sequence, int BodyBytes, int Frames);

internal readonly record struct FrameHeader(int Length, long Incarnation, long FirstVersion, int Records, int TenantBytes, int SessionBytes, uint Kind);

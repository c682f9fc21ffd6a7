using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Trading.MarketData.Parquet;

/// <summary>Decompresses raw Snappy blocks (format_description.txt of google/snappy). Every copy and literal is checked against both ends.</summary>
internal static class SnappyDecoder
{
    /// <summary>Far from both ends the fast loop copies sixteen bytes at a time, also beyond what an element takes: a longest tag with a short literal…</summary>
    private const int InputMargin = 24;

    /// <summary>… and a longest copy, rounded up.</summary>
    private const int OutputMargin = 80;

    /// <exception cref="ParquetException">The block is damaged or does not hold exactly <paramref name="output"/>.Length bytes.</exception>
    public static void Decode(ReadOnlySpan<byte> block, Span<byte> output)
    {
        var from = Length(block, out var length);
        if (length != output.Length) throw Damaged($"it says {length} bytes, the page {output.Length}");
        var to = 0;
        while (from < block.Length)
        {
            if (from <= block.Length - InputMargin && to <= output.Length - OutputMargin && Fast(block, ref from, output, ref to)) continue;
            var tag = block[from++];
            if ((tag & 3) == 0)
            {
                Literal(block, ref from, output, ref to, tag >> 2);
                continue;
            }

            var (count, distance) = Copy(block, ref from, tag);
            if (distance == 0 || distance > (uint)to) throw Damaged($"a copy from {distance} bytes back at byte {to}");
            if (count > output.Length - to) throw Damaged("a copy beyond the end");
            CopyBack(output, to, (int)distance, count);
            to += count;
        }

        if (to != output.Length) throw Damaged($"{to} instead of {output.Length} bytes");
    }

    /// <summary>Short literals and copies, as long as both ends are far; the rare rest goes the careful way.</summary>
    /// <returns>Whether anything was done.</returns>
    private static bool Fast(ReadOnlySpan<byte> block, ref int from, Span<byte> output, ref int to)
    {
        ref var source = ref MemoryMarshal.GetReference(block);
        ref var target = ref MemoryMarshal.GetReference(output);
        var start = from;
        var at = from;
        var done = to;
        while (at <= block.Length - InputMargin && done <= output.Length - OutputMargin)
        {
            var tag = Unsafe.Add(ref source, at);
            int count, distance;
            switch (tag & 3)
            {
                case 0:
                    count = (tag >> 2) + 1;
                    if (count > 16) goto default;
                    Copy16(ref Unsafe.Add(ref source, at + 1), ref Unsafe.Add(ref target, done));
                    at += 1 + count;
                    done += count;
                    continue;
                case 1:
                    count = ((tag >> 2) & 7) + 4;
                    distance = ((tag >> 5) << 8) | Unsafe.Add(ref source, at + 1);
                    at += 2;
                    break;
                case 2:
                    count = (tag >> 2) + 1;
                    distance = Unsafe.Add(ref source, at + 1) | (Unsafe.Add(ref source, at + 2) << 8);
                    at += 3;
                    break;
                default:
                    (from, to) = (at, done);
                    return at > start;
            }

            if (distance == 0 || distance > done) throw Damaged($"a copy from {distance} bytes back at byte {done}");
            if (distance >= 16)
            {
                for (var copied = 0; copied < count; copied += 16) Copy16(ref Unsafe.Add(ref target, done - distance + copied), ref Unsafe.Add(ref target, done + copied));
            }
            else
            {
                CopyBack(output, done, distance, count);
            }

            done += count;
        }

        (from, to) = (at, done);
        return true;
    }

    private static void Copy16(ref byte from, ref byte to) => Vector128.LoadUnsafe(ref from).StoreUnsafe(ref to);

    private static int Length(ReadOnlySpan<byte> block, out uint length)
    {
        length = 0;
        for (var at = 0; at < 5 && at < block.Length; at++)
        {
            length |= (uint)(block[at] & 127) << (7 * at);
            if (block[at] < 128) return at + 1;
        }

        throw Damaged("no length");
    }

    private static void Literal(ReadOnlySpan<byte> block, ref int from, Span<byte> output, ref int to, int code)
    {
        var count = (uint)code;
        if (code >= 60)
        {
            var bytes = code - 59;
            if (block.Length - from < bytes) throw Damaged("the end inside a literal's length");
            count = 0;
            for (var at = 0; at < bytes; at++) count |= (uint)block[from + at] << (8 * at);
            from += bytes;
        }

        if (count >= (uint)(block.Length - from) || count >= (uint)(output.Length - to)) throw Damaged("a literal beyond the end");
        var length = (int)count + 1;
        block.Slice(from, length).CopyTo(output[to..]);
        from += length;
        to += length;
    }

    private static (int Count, uint Distance) Copy(ReadOnlySpan<byte> block, ref int from, byte tag)
    {
        var rest = block[from..];
        switch (tag & 3)
        {
            case 1 when rest.Length >= 1:
                from++;
                return (((tag >> 2) & 7) + 4, (uint)((tag >> 5) << 8) | rest[0]);
            case 2 when rest.Length >= 2:
                from += 2;
                return ((tag >> 2) + 1, BinaryPrimitives.ReadUInt16LittleEndian(rest));
            case 3 when rest.Length >= 4:
                from += 4;
                return ((tag >> 2) + 1, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            default:
                throw Damaged("the end inside a copy");
        }
    }

    private static void CopyBack(Span<byte> output, int to, int distance, int count)
    {
        var source = to - distance;
        if (distance >= count)
        {
            output.Slice(source, count).CopyTo(output[to..]);
            return;
        }

        // the copy reads what it writes: a pattern of the last bytes, repeated
        for (var at = 0; at < count; at++) output[to + at] = output[source + at];
    }

    private static ParquetException Damaged(string what) => new($"snappy block damaged: {what}");
}

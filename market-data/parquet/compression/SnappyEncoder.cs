using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Trading.MarketData.Parquet;

/// <summary>
/// Compresses to raw Snappy blocks: fragments of 64 KiB, matches of four bytes found through a hash table, ever longer steps through what does
/// not compress. Equal input gives equal output on every machine.
/// </summary>
internal static class SnappyEncoder
{
    private const int FragmentBytes = 1 << 16;
    private const int MaxHashBits = 14;
    private const int MinHashBits = 8;
    private const int TailBytes = 15;

    public static void Encode(ReadOnlySpan<byte> input, ByteBuffer output)
    {
        output.Varint((ulong)input.Length);
        var bits = Math.Clamp(BitOperations.Log2((uint)input.Length | 1) + 1, MinHashBits, MaxHashBits);
        var rented = ArrayPool<ushort>.Shared.Rent(1 << bits);
        var table = rented.AsSpan(0, 1 << bits);
        for (var from = 0; from < input.Length; from += FragmentBytes)
        {
            table.Clear();
            Fragment(input.Slice(from, Math.Min(FragmentBytes, input.Length - from)), table, 32 - bits, output);
        }

        ArrayPool<ushort>.Shared.Return(rented);
    }

    private static void Fragment(ReadOnlySpan<byte> input, Span<ushort> table, int shift, ByteBuffer output)
    {
        // a copy takes three bytes for four or more of the input, so literals of one byte between copies are the worst there is
        var room = output.Reserve(input.Length + (input.Length / 6) + 64);
        var to = 0;
        var written = 0;
        var at = 1;
        var limit = input.Length - TailBytes;
        while (at < limit)
        {
            var match = Find(input, table, shift, ref at, limit);
            if (match < 0) break;
            var length = 4 + input[(match + 4)..].CommonPrefixLength(input[(at + 4)..]);
            to = Literal(input, written, at - written, room, to);
            to = Copy(at - match, length, room, to);
            at += length;
            written = at;
            if (at < limit) table[(int)(Hash(Word(input, at - 1)) >> shift)] = (ushort)(at - 1);
        }

        output.Advance(Literal(input, written, input.Length - written, room, to));
    }

    /// <summary>Moves on to the next position whose four bytes occurred before; −1 when there is none.</summary>
    private static int Find(ReadOnlySpan<byte> input, Span<ushort> table, int shift, ref int at, int limit)
    {
        ref var bytes = ref MemoryMarshal.GetReference(input);
        for (var skip = 32; at < limit; at += skip++ >> 5)
        {
            // at + 4 and every candidate before it lie within the input, whose last bytes are left out by the limit
            var word = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, at));
            ref var entry = ref table[(int)(Hash(BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) >> shift)];
            int candidate = entry;
            entry = (ushort)at;
            if (candidate < at && Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, candidate)) == word) return candidate;
        }

        return -1;
    }

    /// <returns>Where the output goes on.</returns>
    private static int Literal(ReadOnlySpan<byte> input, int from, int count, Span<byte> room, int to)
    {
        if (count == 0) return to;
        var code = count - 1;
        if (code < 60)
        {
            room[to++] = (byte)(code << 2);
            if (count <= 16 && input.Length - from >= 16 && room.Length - to >= 16)
            {
                // sixteen bytes at once, whatever is needed of them
                Vector128.Create(input.Slice(from, 16)).CopyTo(room.Slice(to, 16));
                return to + count;
            }
        }
        else if (code < 256)
        {
            room[to++] = 60 << 2;
            room[to++] = (byte)code;
        }
        else
        {
            room[to++] = 61 << 2;
            room[to++] = (byte)code;
            room[to++] = (byte)(code >> 8);
        }

        input.Slice(from, count).CopyTo(room[to..]);
        return to + count;
    }

    /// <inheritdoc cref="Literal"/>
    private static int Copy(int distance, int length, Span<byte> room, int to)
    {
        for (; length >= 68; length -= 64) to = Copy2(distance, 64, room, to);
        if (length > 64)
        {
            to = Copy2(distance, 60, room, to);
            length -= 60;
        }

        if (length >= 12 || distance >= 2048) return Copy2(distance, length, room, to);
        room[to] = (byte)(1 | ((length - 4) << 2) | ((distance >> 8) << 5));
        room[to + 1] = (byte)distance;
        return to + 2;
    }

    private static int Copy2(int distance, int length, Span<byte> room, int to)
    {
        room[to] = (byte)(2 | ((length - 1) << 2));
        room[to + 1] = (byte)distance;
        room[to + 2] = (byte)(distance >> 8);
        return to + 3;
    }

    private static uint Hash(uint word) => word * 0x1E35A7BD;

    private static uint Word(ReadOnlySpan<byte> input, int at) => BinaryPrimitives.ReadUInt32LittleEndian(input[at..]);
}

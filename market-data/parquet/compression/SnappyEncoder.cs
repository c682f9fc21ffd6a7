using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
        var written = 0;
        var at = 1;
        var limit = input.Length - TailBytes;
        while (at < limit)
        {
            var match = Find(input, table, shift, ref at, limit);
            if (match < 0) break;
            var length = 4 + input[(match + 4)..].CommonPrefixLength(input[(at + 4)..]);
            Literal(input[written..at], output);
            Copy(at - match, length, output);
            at += length;
            written = at;
            if (at < limit) table[(int)(Hash(Word(input, at - 1)) >> shift)] = (ushort)(at - 1);
        }

        Literal(input[written..], output);
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

    private static void Literal(ReadOnlySpan<byte> bytes, ByteBuffer output)
    {
        if (bytes.IsEmpty) return;
        var code = bytes.Length - 1;
        if (code < 60)
        {
            output.Write((byte)(code << 2));
        }
        else if (code < 256)
        {
            output.Write(60 << 2);
            output.Write((byte)code);
        }
        else
        {
            output.Write(61 << 2);
            output.Write((byte)code);
            output.Write((byte)(code >> 8));
        }

        output.Write(bytes);
    }

    private static void Copy(int distance, int length, ByteBuffer output)
    {
        for (; length >= 68; length -= 64) Copy2(distance, 64, output);
        if (length > 64)
        {
            Copy2(distance, 60, output);
            length -= 60;
        }

        if (length is >= 4 and < 12 && distance < 2048)
        {
            output.Write((byte)(1 | ((length - 4) << 2) | ((distance >> 8) << 5)));
            output.Write((byte)distance);
            return;
        }

        Copy2(distance, length, output);
    }

    private static void Copy2(int distance, int length, ByteBuffer output)
    {
        output.Write((byte)(2 | ((length - 1) << 2)));
        output.Write((byte)distance);
        output.Write((byte)(distance >> 8));
    }

    private static uint Hash(uint word) => word * 0x1E35A7BD;

    private static uint Word(ReadOnlySpan<byte> input, int at) => BinaryPrimitives.ReadUInt32LittleEndian(input[at..]);
}

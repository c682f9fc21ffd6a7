using System.Buffers.Binary;

namespace Trading.MarketData.Parquet;

/// <summary>
/// Compresses to raw Snappy blocks: fragments of 64 KiB, matches of four bytes found through a hash table, ever longer steps through what does
/// not compress. Equal input gives equal output on every machine.
/// </summary>
internal static class SnappyEncoder
{
    private const int FragmentBytes = 1 << 16;
    private const int HashBits = 14;
    private const int TailBytes = 15;

    public static void Encode(ReadOnlySpan<byte> input, ByteBuffer output)
    {
        output.Varint((ulong)input.Length);
        var table = new ushort[1 << HashBits];
        for (var from = 0; from < input.Length; from += FragmentBytes)
        {
            if (from > 0) Array.Clear(table);
            Fragment(input.Slice(from, Math.Min(FragmentBytes, input.Length - from)), table, output);
        }
    }

    private static void Fragment(ReadOnlySpan<byte> input, ushort[] table, ByteBuffer output)
    {
        var written = 0;
        var at = 1;
        var limit = input.Length - TailBytes;
        while (at < limit)
        {
            var match = Find(input, table, ref at, limit);
            if (match < 0) break;
            var length = 4 + input[(match + 4)..].CommonPrefixLength(input[(at + 4)..]);
            Literal(input[written..at], output);
            Copy(at - match, length, output);
            at += length;
            written = at;
            if (at < limit) table[Hash(input, at - 1)] = (ushort)(at - 1);
        }

        Literal(input[written..], output);
    }

    /// <summary>Moves on to the next position whose four bytes occurred before; −1 when there is none.</summary>
    private static int Find(ReadOnlySpan<byte> input, ushort[] table, ref int at, int limit)
    {
        for (var skip = 32; at < limit; at += skip++ >> 5)
        {
            var hash = Hash(input, at);
            var candidate = table[hash];
            table[hash] = (ushort)at;
            if (candidate < at && Word(input, candidate) == Word(input, at)) return candidate;
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

    private static int Hash(ReadOnlySpan<byte> input, int at) => (int)((Word(input, at) * 0x1E35A7BD) >> (32 - HashBits));

    private static uint Word(ReadOnlySpan<byte> input, int at) => BinaryPrimitives.ReadUInt32LittleEndian(input[at..]);
}

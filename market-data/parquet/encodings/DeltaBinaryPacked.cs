using System.Numerics;

namespace Trading.MarketData.Parquet;

/// <summary>
/// DELTA_BINARY_PACKED (parquet-format, Encodings.md): the first value, then blocks of differences, each with its smallest difference and,
/// per miniblock, the bits that the rest takes. Differences wrap around, so every sequence of 64-bit values can be written.
/// </summary>
internal static class DeltaBinaryPacked
{
    private const int BlockValues = 128;
    private const int Miniblocks = 4;
    private const int MiniblockValues = BlockValues / Miniblocks;
    private const int MaxBlockValues = 1 << 20;

    public static void Encode(ReadOnlySpan<long> values, ByteBuffer output)
    {
        output.Varint(BlockValues);
        output.Varint(Miniblocks);
        output.Varint((ulong)values.Length);
        output.ZigZag(values.IsEmpty ? 0 : values[0]);
        Span<long> deltas = stackalloc long[BlockValues];
        for (var from = 1; from < values.Length; from += BlockValues)
        {
            var count = Math.Min(BlockValues, values.Length - from);
            var minimum = long.MaxValue;
            var block = values.Slice(from - 1, count + 1);
            for (var at = 0; at < count; at++)
            {
                var delta = block[at + 1] - block[at];
                deltas[at] = delta;
                minimum = Math.Min(minimum, delta);
            }

            Block(deltas, count, minimum, output);
        }
    }

    private static void Block(Span<long> deltas, int count, long minimum, ByteBuffer output)
    {
        output.ZigZag(minimum);
        for (var at = 0; at < count; at++) deltas[at] -= minimum;
        deltas[count..].Clear();
        Span<byte> widths = stackalloc byte[Miniblocks];
        for (var mini = 0; mini < Miniblocks; mini++)
        {
            var any = 0UL;
            foreach (var delta in deltas.Slice(mini * MiniblockValues, MiniblockValues)) any |= (ulong)delta;
            widths[mini] = (byte)(64 - BitOperations.LeadingZeroCount(any));
        }

        output.Write(widths);
        for (var mini = 0; mini * MiniblockValues < count; mini++)
            BitPacking.Pack(deltas.Slice(mini * MiniblockValues, MiniblockValues), widths[mini], output);
    }

    /// <summary>Decodes exactly as many values as <paramref name="into"/> takes.</summary>
    /// <returns>The bytes read.</returns>
    /// <exception cref="ParquetException">The bytes are damaged or hold another number of values.</exception>
    public static int Decode(ReadOnlySpan<byte> bytes, Span<long> into)
    {
        var input = new ByteCursor(bytes);
        var blockValues = input.Varint();
        var miniblocks = input.Varint();
        var total = input.Varint();
        var first = input.ZigZag();
        if (blockValues is 0 or > MaxBlockValues || blockValues % 128 != 0 || miniblocks == 0 || blockValues % miniblocks != 0 || blockValues / miniblocks % BitUnpacking.Group != 0)
            throw new ParquetException($"delta block of {blockValues} values in {miniblocks} miniblocks");
        if (total != (ulong)into.Length) throw new ParquetException($"delta page of {total} values instead of {into.Length}");
        if (into.IsEmpty) return input.Position;
        into[0] = first;
        var last = first;
        var done = 1;
        while (done < into.Length)
        {
            var minimum = input.ZigZag();
            var widths = input.Bytes((int)miniblocks);
            var perMiniblock = (int)(blockValues / miniblocks);
            for (var mini = 0; mini < widths.Length && done < into.Length; mini++)
            {
                var take = Math.Min(perMiniblock, into.Length - done);
                last = Miniblock(ref input, widths[mini], minimum, last, perMiniblock, into.Slice(done, take));
                done += take;
            }
        }

        return input.Position;
    }

    private static long Miniblock(ref ByteCursor input, int width, long minimum, long last, int values, Span<long> into)
    {
        if (width > 64) throw new ParquetException($"delta of {width} bits");
        // a last miniblock should be padded to its full size; some writers leave the padding out, so only the needed groups are asked for
        var whole = values / 8 * width;
        var needed = (into.Length + 7) / 8 * width;
        if (input.Left < needed) throw new ParquetException("delta page ends too early");
        var packed = input.Rest;
        for (var from = 0; from < into.Length; from += BitUnpacking.Group)
        {
            var group = into.Slice(from, Math.Min(BitUnpacking.Group, into.Length - from));
            var at = from / 8 * width;
            last = packed.Length - at >= (4 * width) + BitUnpacking.Overread
                ? BitUnpacking.AddDeltas(packed[at..], width, minimum, last, group)
                : AddDeltasAtEnd(packed[at..], width, minimum, last, group);
        }

        input.Skip(Math.Min(whole, input.Left));
        return last;
    }

    private static long AddDeltasAtEnd(ReadOnlySpan<byte> packed, int width, long minimum, long last, Span<long> into)
    {
        Span<byte> padded = stackalloc byte[(4 * 64) + BitUnpacking.Overread];
        padded.Clear();
        packed[..Math.Min(packed.Length, 4 * width)].CopyTo(padded);
        return BitUnpacking.AddDeltas(padded, width, minimum, last, into);
    }
}

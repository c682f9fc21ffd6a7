namespace Trading.MarketData.Parquet;

/// <summary>
/// The RLE / bit-packed hybrid (parquet-format, Encodings.md) of levels and dictionary indices: runs of one value, and groups of eight packed values.
/// </summary>
internal static class RleHybrid
{
    /// <summary>Shorter repetitions are cheaper packed.</summary>
    private const int ShortestRun = 16;

    /// <summary>Decodes exactly as many values as <paramref name="into"/> takes.</summary>
    /// <exception cref="ParquetException">The bytes are damaged or hold too few values.</exception>
    public static void Decode(ReadOnlySpan<byte> bytes, int width, Span<int> into)
    {
        if (width is < 0 or > 32) throw new ParquetException($"page damaged: indices of {width} bits");
        if (width == 0)
        {
            into.Clear();
            return;
        }

        var input = new ByteCursor(bytes);
        var done = 0;
        while (done < into.Length)
        {
            var head = input.Varint();
            var count = head >> 1;
            if (count == 0) throw new ParquetException("page damaged: an empty run");
            if ((head & 1) == 0)
            {
                var take = (int)Math.Min(count, (ulong)(into.Length - done));
                into.Slice(done, take).Fill(RunValue(ref input, width));
                done += take;
                continue;
            }

            // the last group of a page is padded to eight values; some writers leave the padding out
            var values = (int)Math.Min(count, (ulong)into.Length) * 8L;
            var packed = (int)Math.Min(count * (ulong)width, (ulong)input.Left);
            var wanted = (int)Math.Min(values, into.Length - done);
            if ((long)wanted * width > 8L * packed) throw new ParquetException("page damaged: packed values end too early");
            Packed(input.Bytes(packed), width, into.Slice(done, wanted));
            done += wanted;
        }
    }

    private static int RunValue(ref ByteCursor input, int width)
    {
        var value = 0u;
        var bytes = input.Bytes((width + 7) / 8);
        for (var at = 0; at < bytes.Length; at++) value |= (uint)bytes[at] << (8 * at);
        return (int)value;
    }

    private static void Packed(ReadOnlySpan<byte> packed, int width, Span<int> into)
    {
        Span<byte> padded = stackalloc byte[(4 * 32) + BitUnpacking.Overread];
        for (var from = 0; from < into.Length; from += BitUnpacking.Group)
        {
            var group = into.Slice(from, Math.Min(BitUnpacking.Group, into.Length - from));
            var rest = packed[(from / 8 * width)..];
            if (rest.Length >= (4 * width) + BitUnpacking.Overread)
            {
                BitUnpacking.Indices(rest, width, group);
                continue;
            }

            padded.Clear();
            rest[..Math.Min(rest.Length, 4 * width)].CopyTo(padded);
            BitUnpacking.Indices(padded, width, group);
        }
    }

    public static void Encode(ReadOnlySpan<int> values, int width, ByteBuffer output)
    {
        if (width == 0) return;
        var from = 0;
        while (from < values.Length)
        {
            var run = Run(values[from..]);
            if (run >= ShortestRun || from + run == values.Length)
            {
                output.Varint((ulong)run << 1);
                for (var shift = 0; shift < width; shift += 8) output.Write((byte)(values[from] >> shift));
                from += run;
                continue;
            }

            var packed = PackedLength(values[from..]);
            Pack(values.Slice(from, Math.Min(packed, values.Length - from)), packed / 8, width, output);
            from += packed;
        }
    }

    private static int Run(ReadOnlySpan<int> values)
    {
        var differs = values.IndexOfAnyExcept(values[0]);
        return differs < 0 ? values.Length : differs;
    }

    /// <summary>How many values, a multiple of eight, come before the next long run; may reach beyond the end.</summary>
    private static int PackedLength(ReadOnlySpan<int> values)
    {
        var length = 8;
        while (length < values.Length && Run(values[length..]) < ShortestRun) length += 8;
        return length;
    }

    private static void Pack(ReadOnlySpan<int> values, int groups, int width, ByteBuffer output)
    {
        output.Varint(((ulong)groups << 1) | 1);
        Span<long> eight = stackalloc long[8];
        for (var group = 0; group < groups; group++)
        {
            eight.Clear();
            for (var at = 0; at < 8 && (group * 8) + at < values.Length; at++) eight[at] = (uint)values[(group * 8) + at];
            BitPacking.Pack(eight, width, output);
        }
    }
}

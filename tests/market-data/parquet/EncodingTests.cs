using System.Numerics;
using System.Text;
using Trading.MarketData.Parquet;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>Each encoding against an implementation that goes bit by bit, as the format's documents say it.</summary>
public class EncodingTests
{
    [Fact]
    public void Delta_pages_decode_to_what_was_encoded_for_values_of_all_widths()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var values = Values(seed);
            var encoded = new ByteBuffer();
            DeltaBinaryPacked.Encode(values, encoded);
            Assert.Equal(values, NaiveDelta(encoded.ToArray()));
            var decoded = new long[values.Length];
            Assert.Equal(encoded.Length, DeltaBinaryPacked.Decode(encoded.Written, decoded));
            Assert.Equal(values, decoded);
        }
    }

    [Fact]
    public void Delta_pages_of_other_block_sizes_decode()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var values = Values(seed);
            var random = new Random(seed);
            var miniblocks = 1 << random.Next(4);
            var encoded = NaiveEncodeDelta(values, miniblocks * 32 * (4 + (4 * random.Next(3))), miniblocks, cutPadding: random.Next(2) == 0);
            var decoded = new long[values.Length];
            DeltaBinaryPacked.Decode(encoded, decoded);
            Assert.Equal(values, decoded);
        }
    }

    [Fact]
    public void A_delta_page_that_ends_early_or_holds_another_number_of_values_is_refused()
    {
        var values = Values(1004);
        Assert.True(values.Length > 100);
        var encoded = new ByteBuffer();
        DeltaBinaryPacked.Encode(values, encoded);
        for (var length = 0; length < encoded.Length; length++)
        {
            // what is cut off at most is padding of the last group
            var decoded = new long[values.Length];
            var problem = Record.Exception(() => DeltaBinaryPacked.Decode(encoded.Written[..length], decoded));
            if (problem is null) Assert.Equal(values, decoded);
            else Assert.IsType<ParquetException>(problem);
        }

        Assert.Throws<ParquetException>(() => DeltaBinaryPacked.Decode(encoded.Written, new long[values.Length + 1]));
        Assert.Throws<ParquetException>(() => DeltaBinaryPacked.Decode(encoded.Written, new long[values.Length - 1]));
    }

    [Fact]
    public void Runs_and_packed_groups_decode_to_what_was_encoded_for_all_widths()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var width = 1 + (seed % 32);
            var values = new int[random.Next(600)];
            for (var at = 0; at < values.Length; at++) values[at] = at > 0 && random.Next(20) > 0 && seed % 3 == 0 ? values[at - 1] : (int)random.NextInt64(1L << width);
            var encoded = new ByteBuffer();
            RleHybrid.Encode(values, width, encoded);
            Assert.Equal(values, NaiveHybrid(encoded.ToArray(), width, values.Length));
            var decoded = new int[values.Length];
            RleHybrid.Decode(encoded.Written, width, decoded);
            Assert.Equal(values, decoded);
        }
    }

    [Fact]
    public void Snappy_blocks_decode_to_what_was_encoded()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var input = Compressible(seed);
            var encoded = new ByteBuffer();
            SnappyEncoder.Encode(input, encoded);
            Assert.True(encoded.Length <= 32 + input.Length + (input.Length / 6));
            Assert.Equal(input, NaiveUnsnappy(encoded.ToArray()));
            var decoded = new byte[input.Length];
            SnappyDecoder.Decode(encoded.Written, decoded);
            Assert.Equal(input, decoded);
        }
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void The_page_checksum_is_the_CRC32_of_gzip(string text, uint crc) => Assert.Equal(crc, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_page_checksum_is_that_of_the_bitwise_definition_for_all_lengths_in_pieces_and_whole()
    {
        var bytes = new byte[1100];
        new Random(5).NextBytes(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var expected = NaiveCrc(bytes.AsSpan(0, length));
            Assert.Equal(expected, Crc32.Of(bytes.AsSpan(0, length)));
            Assert.Equal(expected, Crc32.Append(Crc32.Of(bytes.AsSpan(0, length / 3)), bytes.AsSpan(length / 3, length - (length / 3))));
        }
    }

    private static uint NaiveCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }

    private static long[] Values(int seed)
    {
        var random = new Random(seed);
        var values = new long[random.Next(700)];
        var width = seed % 65;
        var last = 0L;
        for (var at = 0; at < values.Length; at++)
        {
            var step = width == 0 ? 60_000_000 : (long)((ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - width));
            values[at] = seed % 5 == 0 ? step : last = unchecked(last + step);
        }

        return values;
    }

    private static byte[] Compressible(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[seed % 10 == 0 ? random.Next(300_000) : random.Next(3000)];
        var spread = 1 + (seed % 7 * 40);
        for (var at = 0; at < bytes.Length; at++) bytes[at] = at > 100 && random.Next(4) > 0 && seed % 2 == 0 ? bytes[at - 1 - (at % 100)] : (byte)random.Next(spread);
        return bytes;
    }

    private static byte[] NaiveEncodeDelta(long[] values, int block, int miniblocks, bool cutPadding)
    {
        var output = new ByteBuffer();
        output.Varint((ulong)block);
        output.Varint((ulong)miniblocks);
        output.Varint((ulong)values.Length);
        output.ZigZag(values.Length == 0 ? 0 : values[0]);
        for (var from = 1; from < values.Length; from += block)
        {
            var deltas = Enumerable.Range(from, Math.Min(block, values.Length - from)).Select(at => unchecked(values[at] - values[at - 1])).ToArray();
            output.ZigZag(deltas.Min());
            var minis = deltas.Select(delta => unchecked((ulong)(delta - deltas.Min()))).Chunk(block / miniblocks).ToArray();
            for (var mini = 0; mini < miniblocks; mini++) output.Write(mini < minis.Length ? (byte)(64 - BitOperations.LeadingZeroCount(minis[mini].Max())) : (byte)0);
            foreach (var mini in minis)
            {
                var width = 64 - BitOperations.LeadingZeroCount(mini.Max());
                var isLast = cutPadding && from + block >= values.Length && mini == minis[^1];
                output.Write(NaivePack(mini, width, isLast ? (mini.Length + 7) / 8 * 8 : block / miniblocks));
            }
        }

        return output.ToArray();
    }

    private static byte[] NaivePack(ulong[] values, int width, int places)
    {
        var bytes = new byte[places * width / 8];
        for (var at = 0; at < values.Length; at++)
        {
            for (var bit = 0; bit < width; bit++) bytes[((at * width) + bit) / 8] |= (byte)(((values[at] >> bit) & 1) << (((at * width) + bit) % 8));
        }

        return bytes;
    }

    private static ulong Bits(byte[] bytes, long from, int width)
    {
        var value = 0UL;
        for (var bit = 0; bit < width; bit++) value |= ((ulong)bytes[(from + bit) / 8] >> (int)((from + bit) % 8) & 1) << bit;
        return value;
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            value |= (ulong)(bytes[at] & 127) << shift;
            if (bytes[at++] < 128) return value;
        }
    }

    private static long ZigZag(byte[] bytes, ref int at)
    {
        var value = Varint(bytes, ref at);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static long[] NaiveDelta(byte[] bytes)
    {
        var at = 0;
        var block = (int)Varint(bytes, ref at);
        var miniblocks = (int)Varint(bytes, ref at);
        var values = new List<long>((int)Varint(bytes, ref at));
        var count = values.Capacity;
        var value = ZigZag(bytes, ref at);
        if (count > 0) values.Add(value);
        while (values.Count < count)
        {
            var minimum = ZigZag(bytes, ref at);
            var widths = bytes[at..(at += miniblocks)];
            foreach (var width in widths)
            {
                if (values.Count == count) break;
                for (var place = 0; place < block / miniblocks && values.Count < count; place++)
                    values.Add(value = unchecked(value + minimum + (long)Bits(bytes, (at * 8L) + (place * width), width)));
                at += block / miniblocks * width / 8;
            }
        }

        Assert.Equal(bytes.Length, at);
        return [.. values];
    }

    private static int[] NaiveHybrid(byte[] bytes, int width, int count)
    {
        var values = new List<int>();
        var at = 0;
        while (values.Count < count)
        {
            var head = (int)Varint(bytes, ref at);
            if ((head & 1) == 0)
            {
                values.AddRange(Enumerable.Repeat((int)Bits(bytes, at * 8L, width), head >> 1));
                at += (width + 7) / 8;
                continue;
            }

            for (var place = 0; place < (head >> 1) * 8; place++) values.Add((int)Bits(bytes, (at * 8L) + (place * width), width));
            at += (head >> 1) * width;
        }

        Assert.Equal(bytes.Length, at);
        return [.. values.Take(count)];
    }

    private static byte[] NaiveUnsnappy(byte[] block)
    {
        var at = 0;
        var length = (int)Varint(block, ref at);
        var output = new List<byte>(length);
        while (at < block.Length)
        {
            var tag = block[at++];
            if ((tag & 3) == 0)
            {
                var extra = Math.Max(0, (tag >> 2) - 59);
                var count = extra == 0 ? (tag >> 2) + 1 : (int)Bits(block, at * 8L, extra * 8) + 1;
                at += extra;
                output.AddRange(block[at..(at += count)]);
                continue;
            }

            var (distance, copy) = (tag & 3) == 1 ? (((tag >> 5) << 8) | block[at], ((tag >> 2) & 7) + 4) : ((int)Bits(block, at * 8L, (tag & 3) == 2 ? 16 : 32), (tag >> 2) + 1);
            at += (tag & 3) == 1 ? 1 : (tag & 3) == 2 ? 2 : 4;
            for (; copy > 0; copy--) output.Add(output[^distance]);
        }

        Assert.Equal(length, output.Count);
        return [.. output];
    }
}

using System.Buffers.Binary;

namespace Trading.MarketData.Parquet;

/// <summary>The writing side of <see cref="BitUnpacking"/>.</summary>
internal static class BitPacking
{
    /// <summary>Packs the lowest <paramref name="width"/> bits of values (their other bits are 0); the values' count times the width is a multiple of 8 bits.</summary>
    public static void Pack(ReadOnlySpan<long> values, int width, ByteBuffer output)
    {
        if (width == 0) return;
        var bytes = values.Length * width / 8;
        var room = output.Reserve(bytes + 8);
        var pending = 0UL;
        var bits = 0;
        var at = 0;
        foreach (var signed in values)
        {
            var value = (ulong)signed;
            pending |= value << bits;
            bits += width;
            if (bits < 64) continue;
            BinaryPrimitives.WriteUInt64LittleEndian(room[at..], pending);
            at += 8;
            bits -= 64;
            // what did not fit; a shift by 64 would be a shift by 0
            pending = bits == 0 ? 0 : value >> (width - bits);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(room[at..], pending);
        output.Advance(bytes);
    }
}

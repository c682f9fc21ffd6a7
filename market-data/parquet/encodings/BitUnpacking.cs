using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trading.MarketData.Parquet;

/// <summary>Little-endian bit packing: value i of width w takes bits [i·w, (i+1)·w), lowest bit first.</summary>
internal static class BitUnpacking
{
    /// <summary>Values are unpacked in groups of 32, which take exactly 4·w bytes.</summary>
    public const int Group = 32;

    /// <summary>Bytes beyond a group's own that the fast loops may load (never use).</summary>
    public const int Overread = 8;

    /// <summary>Unpacks deltas of one group and sums them: into[i] = last + (i+1)·minimum + delta[0] + … + delta[i]. Arithmetic wraps, as the format wants.</summary>
    /// <param name="packed">At least 4·<paramref name="width"/> + <see cref="Overread"/> bytes.</param>
    /// <returns>The last value.</returns>
    public static long AddDeltas(ReadOnlySpan<byte> packed, int width, long minimum, long last, Span<long> into)
    {
        if (width == 0)
        {
            for (var at = 0; at < into.Length; at++) into[at] = last += minimum;
            return last;
        }

        if (packed.Length < (4 * width) + Overread || into.Length > Group) throw new ArgumentException("a group needs its bytes", nameof(packed));
        ref var source = ref MemoryMarshal.GetReference(packed);
        var bit = 0;
        if (width <= 57)
        {
            var mask = (1UL << width) - 1;
            for (var at = 0; at < into.Length; at++, bit += width)
            {
                last += minimum + (long)((Load(ref source, bit >> 3) >> (bit & 7)) & mask);
                into[at] = last;
            }

            return last;
        }

        for (var at = 0; at < into.Length; at++, bit += width)
        {
            last += minimum + (long)Wide(ref source, bit, width);
            into[at] = last;
        }

        return last;
    }

    /// <summary>Unpacks indices of 1 to 32 bits.</summary>
    /// <param name="packed">At least 4·<paramref name="width"/> + <see cref="Overread"/> bytes.</param>
    public static void Indices(ReadOnlySpan<byte> packed, int width, Span<int> into)
    {
        if (packed.Length < (4 * width) + Overread || into.Length > Group || width > 32) throw new ArgumentException("a group needs its bytes", nameof(packed));
        ref var source = ref MemoryMarshal.GetReference(packed);
        var mask = (1UL << width) - 1;
        var bit = 0;
        for (var at = 0; at < into.Length; at++, bit += width) into[at] = (int)((Load(ref source, bit >> 3) >> (bit & 7)) & mask);
    }

    private static ulong Wide(ref byte source, int bit, int width)
    {
        var shift = bit & 7;
        var value = Load(ref source, bit >> 3) >> shift;
        if (shift > 0) value |= (ulong)Unsafe.Add(ref source, (bit >> 3) + 8) << (64 - shift);
        return width == 64 ? value : value & ((1UL << width) - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ref byte source, int at)
    {
        var value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}

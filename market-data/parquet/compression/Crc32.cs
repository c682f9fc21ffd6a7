using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Trading.MarketData.Parquet;

/// <summary>
/// CRC-32 as in gzip (polynomial 0x04C11DB7, reflected: 0xEDB88320, start and final inversion), the checksum of Parquet pages.
/// Eight bytes a step through eight tables ("slicing by 8"); where the processor multiplies without carries, sixty-four bytes a step
/// (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009).
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int FoldedBytes = 64;
    private static readonly uint[] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> is of, followed by <paramref name="bytes"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        if (Pclmulqdq.IsSupported && bytes.Length >= FoldedBytes)
        {
            var rest = bytes.Length % Vector128<byte>.Count;
            crc = Folded(crc, bytes[..^rest]);
            bytes = bytes[^rest..];
        }

        return ~ThroughTables(crc, bytes);
    }

    private static uint ThroughTables(uint crc, ReadOnlySpan<byte> bytes)
    {
        var tables = Tables;
        while (bytes.Length >= 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = tables[0x700 + (int)(word & 255)]
                ^ tables[0x600 + (int)((word >> 8) & 255)]
                ^ tables[0x500 + (int)((word >> 16) & 255)]
                ^ tables[0x400 + (int)((word >> 24) & 255)]
                ^ tables[0x300 + (int)((word >> 32) & 255)]
                ^ tables[0x200 + (int)((word >> 40) & 255)]
                ^ tables[0x100 + (int)((word >> 48) & 255)]
                ^ tables[(int)(word >> 56)];
            bytes = bytes[8..];
        }

        foreach (var last in bytes) crc = tables[(int)((crc ^ last) & 255)] ^ (crc >> 8);
        return crc;
    }

    /// <summary>
    /// Folds four vectors over the bytes, then into one; the sixteen bytes that are left have the checksum of all, so the tables finish.
    /// The constants are x to the power of the distance (± 32 bits), modulo the polynomial, reflected.
    /// </summary>
    private static uint Folded(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var by4 = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL);
        var by1 = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL);
        var (a, b, c, d) = (words[0] ^ Vector128.CreateScalar((ulong)crc), words[1], words[2], words[3]);
        var at = 4;
        for (; at + 4 <= words.Length; at += 4)
        {
            var next = words.Slice(at, 4);
            a = Fold(a, by4) ^ next[0];
            b = Fold(b, by4) ^ next[1];
            c = Fold(c, by4) ^ next[2];
            d = Fold(d, by4) ^ next[3];
        }

        var one = Fold(Fold(Fold(a, by1) ^ b, by1) ^ c, by1) ^ d;
        for (; at < words.Length; at++) one = Fold(one, by1) ^ words[at];
        Span<byte> last = stackalloc byte[Vector128<byte>.Count];
        one.AsByte().CopyTo(last);
        return ThroughTables(0, last);
    }

    private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (var value = 0u; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
            tables[value] = crc;
        }

        for (var at = 256; at < tables.Length; at++) tables[at] = (tables[at - 256] >> 8) ^ tables[(int)(tables[at - 256] & 255)];
        return tables;
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Trading.Storage.Files;

/// <summary>
/// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected, start and final inversion: RFC 3720, appendix B.4).
/// Uses the processor's instruction (SSE 4.2, ARMv8) through <see cref="BitOperations"/>.
/// </summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var last in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }
}

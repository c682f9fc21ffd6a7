using System.Buffers.Binary;

namespace Trading.MarketData.Parquet;

/// <summary>
/// CRC-32 as in gzip (polynomial 0x04C11DB7, reflected: 0xEDB88320, start and final inversion), the checksum of Parquet pages.
/// Eight bytes a step through eight tables ("slicing by 8").
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> is of, followed by <paramref name="bytes"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
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
        return ~crc;
    }

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

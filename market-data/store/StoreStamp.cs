using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Trading.MarketData.Store;

/// <summary>A text that differs whenever a file of a range appeared, was replaced or went.</summary>
internal static class StoreStamp
{
    /// <summary>SHA-256 over name, length and time of each file; the time rises with each version of a file that the store writes.</summary>
    public static string Of(IEnumerable<StoredFile> found)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> entry = stackalloc byte[20];
        foreach (var file in found)
        {
            BinaryPrimitives.WriteInt32LittleEndian(entry, file.Day?.DayNumber ?? -1);
            BinaryPrimitives.WriteInt64LittleEndian(entry[4..], file.Status.Length);
            BinaryPrimitives.WriteInt64LittleEndian(entry[12..], file.Status.Modified);
            hash.AppendData(entry);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

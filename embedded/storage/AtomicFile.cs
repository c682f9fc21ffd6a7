using System.Security.Cryptography;
using System.Text;

namespace Orleans.Embedded;

/// <summary>Files that are replaced as a whole or not at all.</summary>
internal static class AtomicFile
{
    private const int LongestName = 100;

    /// <summary>Writes beside, flushes to disk, renames over.</summary>
    public static Task Write(string path, byte[] content) => Task.Run(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    });

    /// <summary>A file name for any key: what could mean something to a file system is percent-encoded, what is too long ends in a hash.</summary>
    public static string Name(string key)
    {
        var name = Uri.EscapeDataString(key).Replace(".", "%2E", StringComparison.Ordinal);
        return name.Length <= LongestName
            ? name
            : $"{name[..LongestName]}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
    }
}

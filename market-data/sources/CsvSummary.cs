using System.Buffers;

namespace Trading.MarketData.Sources;

/// <summary>What a bar file holds, found by counting lines and reading the first and the last row only.</summary>
/// <remarks>Length and time of the last write tell whether the file has changed since; a problem says why it cannot be summarised.</remarks>
internal sealed record CsvSummary(long Length, DateTime WrittenAt, string Source, long Bars, long? FirstBar, long? LastBar, string? Problem)
{
    // a row is at most 20 + 5 × 21 bytes and its separators; the header and a row fit twice
    private const int Edge = 512;
    private const int ChunkBytes = 1 << 20;

    public bool IsOf(FileInfo file) => file.Length == Length && file.LastWriteTimeUtc == WrittenAt;

    public static async Task<CsvSummary> ReadAsync(FileInfo file, string source, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(handle);
            var head = new byte[Math.Min(Edge, length)];
            var tail = new byte[Math.Min(Edge, length)];
            await RandomAccess.ReadAsync(handle, head, 0, cancellationToken).ConfigureAwait(false);
            await RandomAccess.ReadAsync(handle, tail, length - tail.Length, cancellationToken).ConfigureAwait(false);
            long lines = tail.Length > 0 && tail[^1] != '\n' ? 1 : 0;
            for (long at = 0; at < length;)
            {
                var read = await RandomAccess.ReadAsync(handle, chunk.AsMemory(0, ChunkBytes), at, cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                lines += chunk.AsSpan(0, read).Count((byte)'\n');
                at += read;
            }

            return Summarise(file, source, lines - 1, head, tail);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static CsvSummary Summarise(FileInfo file, string source, long bars, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        var empty = new CsvSummary(file.Length, file.LastWriteTimeUtc, source, 0, null, null, null);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) head = head[3..];
        if (!head.StartsWith(CsvBarParser.Header)) return empty with { Problem = $"{file.Name} does not begin with the header of a bar file" };
        if (bars <= 0) return empty;
        var timestamp = default(CsvTimestamp);
        var hasFirst = timestamp.TryRead(head[(head.IndexOf((byte)'\n') + 1)..], out var first);
        tail = tail.TrimEnd("\r\n"u8);
        var hasLast = timestamp.TryRead(tail[(tail.LastIndexOf((byte)'\n') + 1)..], out var last);
        if (!hasFirst || !hasLast) return empty with { Problem = $"{file.Name} has a {(hasFirst ? "last" : "first")} row without a UTC time" };
        return empty with { Bars = bars, FirstBar = first, LastBar = last };
    }
}

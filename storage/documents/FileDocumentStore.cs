using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trading.Storage.Files;

namespace Trading.Storage.Documents;

/// <summary>
/// Documents as files, one per key, replaced atomically; for one process at a time. A file is one line with the key, the revision and a CRC-32C, then the content.
/// </summary>
public sealed class FileDocumentStore : IDocumentStore, IDisposable
{
    private const string Folder = "documents";
    private const int MaxKeyLength = 200;
    private const string Suffix = ".json";

    private readonly IStorageFiles _files;
    private readonly IDisposable _lock;

    /// <summary>Writers of different keys do not wait for each other's sync.</summary>
    private readonly Lock[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    /// <summary>
    /// Tags of the documents that this process has written, by file name: nobody else writes here, so a write need not read the whole old content
    /// only to learn its tag. What a failed write left behind is not in here. Used under the name's stripe.
    /// </summary>
    private readonly ConcurrentDictionary<string, string> _tags = new(StringComparer.Ordinal);

    public FileDocumentStore(string folder)
        : this(new DiskFiles(folder))
    {
    }

    /// <exception cref="IOException">Another process uses the folder.</exception>
    public FileDocumentStore(IStorageFiles files)
    {
        _files = files;
        files.CreateFolder(Folder);
        _lock = files.Lock("documents.lock");
    }

    public async ValueTask<StoredDocument?> ReadAsync(string key, CancellationToken ct)
    {
        var name = NameOf(key);
        return await Task.Run(() => Read(key, name), ct).ConfigureAwait(false);
    }

    public async ValueTask<string?> WriteAsync(string key, ReadOnlyMemory<byte> content, string? expectedETag, CancellationToken ct)
    {
        var name = NameOf(key);
        return await Task.Run(
            () =>
            {
                lock (StripeOf(name))
                {
                    if (!_tags.TryGetValue(name, out var current))
                        current = Read(key, name)?.ETag;
                    if (current != expectedETag)
                        return null;
                    var etag = NewETag();
                    _tags.TryRemove(name, out _);
                    AtomicFile.Write(_files, Folder, name, Encode(key, etag, content.Span));
                    _tags[name] = etag;
                    return etag;
                }
            },
            ct).ConfigureAwait(false);
    }

    public async ValueTask<bool> DeleteAsync(string key, string expectedETag, CancellationToken ct)
    {
        var name = NameOf(key);
        return await Task.Run(
            () =>
            {
                lock (StripeOf(name))
                {
                    if (Read(key, name)?.ETag is not { } etag || etag != expectedETag)
                        return false;
                    _tags.TryRemove(name, out _);
                    _files.Delete($"{Folder}/{name}");
                    _files.SyncFolder(Folder);
                    return true;
                }
            },
            ct).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken ct) => await Task.Run<IReadOnlyList<string>>(
        () =>
        {
            var keys = new List<string>();
            foreach (var name in _files.List(Folder).Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)))
            {
                if (KeyOf(name) is { } key && key.StartsWith(prefix, StringComparison.Ordinal))
                    keys.Add(key);
            }
            keys.Sort(StringComparer.Ordinal);
            return keys;
        },
        ct).ConfigureAwait(false);

    public void Dispose() => _lock.Dispose();

    /// <summary>Random, so that a document that was removed and made again never has a tag it had before.</summary>
    private static string NewETag() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private Lock StripeOf(string name) => _stripes[BinaryPrimitives.ReadUInt16LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) % _stripes.Length];

    private StoredDocument? Read(string key, string name)
    {
        var path = $"{Folder}/{name}";
        if (AtomicFile.Read(_files, path) is not { } bytes)
            return null;
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        var header = end < 0 ? [] : Encoding.UTF8.GetString(bytes, 0, end).Split(' ', 4);
        if (header is not ["1", var etag, var crc, var stored] || stored != key
            || crc != Crc32C.Of(bytes.AsSpan(end + 1)).ToString("x8", CultureInfo.InvariantCulture))
            throw new InvalidDataException($"Document {path} is damaged: its first line does not fit its content.");
        return new StoredDocument(bytes.AsMemory(end + 1), etag);
    }

    private static byte[] Encode(string key, string etag, ReadOnlySpan<byte> content) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1 {etag} {Crc32C.Of(content):x8} {key}\n")), .. content];

    private string? KeyOf(string name)
    {
        var bytes = AtomicFile.Read(_files, $"{Folder}/{name}");
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        return end < 0 ? null : Encoding.UTF8.GetString(bytes!, 0, end).Split(' ', 4) is ["1", _, _, var key] ? key : null;
    }

    /// <summary>Readable where it can be, and always different for different keys, also on a file system that ignores case.</summary>
    private static string NameOf(string key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > MaxKeyLength || key.Any(char.IsControl))
            throw new ArgumentException($"A document key has 1 to {MaxKeyLength} printable characters.", nameof(key));
        var readable = new string([.. key.Take(80).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '~')]);
        return $"{readable}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 12))}{Suffix}";
    }
}

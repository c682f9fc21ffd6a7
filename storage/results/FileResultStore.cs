using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trading.Storage.Files;
using Trading.Storage.Journal;

namespace Trading.Storage.Results;

/// <summary>
/// Reports as files named <c>{hash of tenant}-{hash of session}-{time}.json</c>, so that finding, expiring and listing need no content. For one process at a time.
/// A file is one line with a CRC-32C, tenant and session, then the report.
/// </summary>
public sealed class FileResultStore : IResultStore, IDisposable
{
    private const string Folder = "results";
    private const string Suffix = ".json";
    private const int PrefixLength = 24 + 1 + 24;

    private readonly IStorageFiles _files;
    private readonly TimeProvider _time;
    private readonly TimeSpan _retention;
    private readonly IDisposable _lock;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _storedAt = new(StringComparer.Ordinal);

    public FileResultStore(string folder, TimeProvider? time = null, TimeSpan? retention = null)
        : this(new DiskFiles(folder), time, retention)
    {
    }

    /// <param name="files">Where the reports are.</param>
    /// <param name="time">Decides what has expired.</param>
    /// <param name="retention">How long reports are kept; default 30 days.</param>
    /// <exception cref="IOException">Another process uses the folder.</exception>
    public FileResultStore(IStorageFiles files, TimeProvider? time = null, TimeSpan? retention = null)
    {
        (_files, _time, _retention) = (files, time ?? TimeProvider.System, retention ?? TimeSpan.FromDays(30));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_retention, TimeSpan.Zero, nameof(retention));
        files.CreateFolder(Folder);
        _lock = files.Lock("results.lock");
        foreach (var name in files.List(Folder))
            Adopt(name);
    }

    public async ValueTask SaveAsync(SessionKey key, ReadOnlyMemory<byte> report, CancellationToken ct)
    {
        var prefix = PrefixOf(key);
        await Task.Run(() => Save(key, prefix, report.Span), ct).ConfigureAwait(false);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> LoadAsync(SessionKey key, CancellationToken ct)
    {
        var prefix = PrefixOf(key);
        return await Task.Run(() => Load(prefix)?.Report, ct).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<StoredResult>> ListAsync(string tenant, CancellationToken ct)
    {
        var start = HashOf(tenant) + "-";
        return await Task.Run<IReadOnlyList<StoredResult>>(
            () =>
            {
                List<string> prefixes;
                lock (_gate)
                    prefixes = [.. _storedAt.Keys.Where(prefix => prefix.StartsWith(start, StringComparison.Ordinal))];
                return [.. prefixes.Select(Load).OfType<(StoredResult Result, ReadOnlyMemory<byte> Report)>().Select(found => found.Result)
                    .OrderByDescending(result => result.StoredAt).ThenBy(result => result.Key.Session, StringComparer.Ordinal)];
            },
            ct).ConfigureAwait(false);
    }

    public async ValueTask<int> PurgeAsync(int most, CancellationToken ct) => await Task.Run(
        () =>
        {
            lock (_gate)
            {
                var expired = _storedAt.Where(entry => IsExpired(entry.Value)).Take(most).ToList();
                foreach (var (prefix, storedAt) in expired)
                {
                    _files.Delete(PathOf(prefix, storedAt));
                    _storedAt.Remove(prefix);
                }
                if (expired.Count > 0)
                    _files.SyncFolder(Folder);
                return expired.Count;
            }
        },
        ct).ConfigureAwait(false);

    public void Dispose() => _lock.Dispose();

    private bool IsExpired(long storedAt) => _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(storedAt) >= _retention;

    private void Save(SessionKey key, string prefix, ReadOnlySpan<byte> report)
    {
        var head = Encoding.UTF8.GetBytes($"{Escape(key.Tenant)} {Escape(key.Session)}\n");
        byte[] body = [.. head, .. report];
        byte[] content = [.. Encoding.ASCII.GetBytes($"1 {Crc32C.Of(body):x8} "), .. body];
        lock (_gate)
        {
            var known = _storedAt.TryGetValue(prefix, out var before);
            // Later than the one it replaces, so that a crash between the two steps leaves no doubt which is newer.
            var now = Math.Max(_time.GetUtcNow().ToUnixTimeMilliseconds(), known ? before + 1 : 0);
            AtomicFile.Write(_files, Folder, PathOf(prefix, now)[(Folder.Length + 1)..], content);
            _storedAt[prefix] = now;
            if (known)
                _files.Delete(PathOf(prefix, before));
        }
    }

    private (StoredResult Result, ReadOnlyMemory<byte> Report)? Load(string prefix)
    {
        long storedAt;
        byte[]? bytes;
        lock (_gate)
        {
            if (!_storedAt.TryGetValue(prefix, out storedAt) || IsExpired(storedAt))
                return null;
            bytes = AtomicFile.Read(_files, PathOf(prefix, storedAt));
        }
        const int BodyOffset = 2 + 8 + 1;
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        if (bytes is null || end < BodyOffset
            || Encoding.ASCII.GetString(bytes, 0, BodyOffset) != string.Create(CultureInfo.InvariantCulture, $"1 {Crc32C.Of(bytes.AsSpan(BodyOffset)):x8} ")
            || Encoding.UTF8.GetString(bytes, BodyOffset, end - BodyOffset).Split(' ') is not [var tenant, var session])
            throw new InvalidDataException($"Report {PathOf(prefix, storedAt)} is damaged.");
        var key = new SessionKey(Uri.UnescapeDataString(tenant), Uri.UnescapeDataString(session));
        return (new StoredResult(key, DateTimeOffset.FromUnixTimeMilliseconds(storedAt)), bytes.AsMemory(end + 1));
    }

    private void Adopt(string name)
    {
        if (name.Length <= PrefixLength + 1 + Suffix.Length || !name.EndsWith(Suffix, StringComparison.Ordinal)
            || !long.TryParse(name.AsSpan()[(PrefixLength + 1)..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var storedAt))
            return;
        var prefix = name[..PrefixLength];
        // Names sort by time within a session, so what is known already is older: the leftover of an interrupted replacement.
        if (_storedAt.TryGetValue(prefix, out var before))
            _files.Delete(PathOf(prefix, before));
        _storedAt[prefix] = storedAt;
    }

    private static string Escape(string part) => Uri.EscapeDataString(part);

    private static string PathOf(string prefix, long storedAt) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{prefix}-{storedAt:D15}{Suffix}");

    private static string PrefixOf(SessionKey key)
    {
        key.Validate();
        return $"{HashOf(key.Tenant)}-{HashOf(key.Session)}";
    }

    private static string HashOf(string part) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(part)).AsSpan(0, 12));
}

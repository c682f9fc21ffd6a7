using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>
/// Snapshot files: one per session and version, named <c>{hash of the key}-{incarnation}-{version}.snap</c>. Never changed once they have their name.
/// </summary>
/// <remarks>File: magic u64 | version i64 | incarnation i64 | key bytes u32 | snapshot bytes u32 | key | snapshot | crc u32 of all before.</remarks>
internal sealed class SnapshotFolder(IStorageFiles files, Action<JournalEvent>? observer)
{
    public const string Folder = "snapshots";

    private const ulong Magic = 0x3130504E534A544F; // "OTJSNP01"
    private const int HeaderBytes = 32;
    private const string Suffix = ".snap";

    /// <summary>Matches files with the recovered sessions; removes those that belong to none.</summary>
    /// <exception cref="JournalDamagedException">A snapshot is of a version that the segments do not reach: acknowledged records are missing.</exception>
    public void Recover(IEnumerable<SessionEntry> sessions, long nextSequence)
    {
        files.CreateFolder(Folder);
        var names = files.List(Folder);
        if (names.Count == 0)
            return;
        var byPrefix = sessions.ToDictionary(entry => Prefix(entry), StringComparer.Ordinal);
        // Names of one session sort by version.
        foreach (var name in names)
        {
            if (!TryParse(name, out var prefix, out var incarnation, out var version) || (!byPrefix.TryGetValue(prefix, out var entry) && incarnation < nextSequence))
            {
                TryDelete(name);
                continue;
            }
            if (entry is null || version > entry.Version)
                throw new JournalDamagedException($"{Folder}/{name}", 0, $"the snapshot is of version {version}, but the segments end at version {entry?.Version ?? 0} of its session.");
            entry.Snapshots.Add(version);
        }
    }

    /// <summary>Durable when it returns. The caller holds the entry's snapshot gate.</summary>
    /// <returns>The version up to which records may be dropped: that of the snapshot before, 0 if there is none. Both snapshots have been seen intact by this process.</returns>
    public long Save(SessionEntry entry, long version, ReadOnlySpan<byte> snapshot)
    {
        var snapshots = entry.Snapshots;
        if (snapshots.Count > 0 && version < snapshots[^1])
            return 0;
        // The newest becomes the one to fall back to, and records are dropped up to it: it must have been seen intact by this process.
        if (snapshots.Count > 0 && version > snapshots[^1] && !entry.NewestVerified)
            _ = Load(entry);
        AtomicFile.Write(files, Folder, Name(entry, version), Encode(entry, version, snapshot));
        entry.NewestVerified = true;
        if (snapshots.Count > 0 && snapshots[^1] == version)
            return 0;
        snapshots.Add(version);
        while (snapshots.Count > 2)
        {
            TryDelete(Name(entry, snapshots[0]));
            snapshots.RemoveAt(0);
        }
        return snapshots.Count == 2 ? snapshots[0] : 0;
    }

    /// <summary>The newest intact snapshot; damaged ones are reported and removed. The caller holds the entry's snapshot gate.</summary>
    public JournalSnapshot? Load(SessionEntry entry)
    {
        while (entry.Snapshots.Count > 0)
        {
            var version = entry.Snapshots[^1];
            var path = $"{Folder}/{Name(entry, version)}";
            if (AtomicFile.Read(files, path) is { } bytes && TryDecode(bytes, entry, version, out var snapshot))
            {
                entry.NewestVerified = true;
                return new JournalSnapshot(version, snapshot);
            }
            observer?.Invoke(new JournalEvent(JournalEventKind.SnapshotDamaged, path, 0, 0));
            TryDelete(Name(entry, version));
            entry.Snapshots.RemoveAt(entry.Snapshots.Count - 1);
            entry.NewestVerified = false;
        }
        return null;
    }

    /// <summary>Removes the files of a deleted session. The caller holds the entry's snapshot gate.</summary>
    public void Delete(SessionEntry entry)
    {
        foreach (var version in entry.Snapshots)
            TryDelete(Name(entry, version));
        entry.Snapshots.Clear();
    }

    private static string Prefix(SessionEntry entry)
    {
        // The zero byte cannot occur in a printable name, so two keys never run together.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.Key.Tenant}\0{entry.Key.Session}"));
        return $"{Convert.ToHexStringLower(hash.AsSpan(0, 16))}-{entry.Incarnation:x16}";
    }

    private static string Name(SessionEntry entry, long version) => $"{Prefix(entry)}-{version:x16}{Suffix}";

    private static bool TryParse(string name, out string prefix, out long incarnation, out long version)
    {
        const int HashLength = 32, PrefixLength = HashLength + 1 + 16;
        prefix = "";
        incarnation = version = 0;
        if (name.Length != PrefixLength + 1 + 16 + Suffix.Length || !name.EndsWith(Suffix, StringComparison.Ordinal))
            return false;
        prefix = name[..PrefixLength];
        return long.TryParse(name.AsSpan(HashLength + 1, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out incarnation)
            && long.TryParse(name.AsSpan(PrefixLength + 1, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out version) && version > 0;
    }

    private static byte[] Encode(SessionEntry entry, long version, ReadOnlySpan<byte> snapshot)
    {
        var key = Encoding.UTF8.GetBytes(entry.Key.ToString());
        var bytes = new byte[HeaderBytes + key.Length + snapshot.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), entry.Incarnation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), snapshot.Length);
        key.CopyTo(bytes, HeaderBytes);
        snapshot.CopyTo(bytes.AsSpan(HeaderBytes + key.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)), Crc32C.Of(bytes.AsSpan(0, bytes.Length - sizeof(uint))));
        return bytes;
    }

    private static bool TryDecode(byte[] bytes, SessionEntry entry, long version, out ReadOnlyMemory<byte> snapshot)
    {
        snapshot = default;
        var key = Encoding.UTF8.GetBytes(entry.Key.ToString());
        var length = bytes.Length - HeaderBytes - key.Length - sizeof(uint);
        if (length < 0
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint))) != Crc32C.Of(bytes.AsSpan(0, bytes.Length - sizeof(uint)))
            || BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)) != version
            || BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)) != entry.Incarnation
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24)) != key.Length
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(28)) != length
            || !bytes.AsSpan(HeaderBytes, key.Length).SequenceEqual(key))
            return false;
        snapshot = bytes.AsMemory(HeaderBytes + key.Length, length);
        return true;
    }

    private void TryDelete(string name)
    {
        try
        {
            files.Delete($"{Folder}/{name}");
        }
        catch (IOException exception)
        {
            observer?.Invoke(new JournalEvent(JournalEventKind.CleanupFailed, name, 0, 0, exception));
        }
    }
}

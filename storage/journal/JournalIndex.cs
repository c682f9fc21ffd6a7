using System.Diagnostics.CodeAnalysis;
using Trading.Storage.Files;

namespace Trading.Storage.Journal;

/// <summary>Where one frame lies: 16 bytes per append call.</summary>
internal readonly record struct FrameLocation(uint FirstVersion, int Segment, int Offset, int Length);

/// <summary>A segment file; stays open for readers until the last of them has gone.</summary>
internal sealed class Segment(int number, IStorageFile file, string path)
{
    private int _users = 1;

    public int Number { get; } = number;

    public IStorageFile File { get; } = file;

    public string Path { get; } = path;

    /// <summary>Frames in this segment that a session may still have to read.</summary>
    public int LiveFrames { get; set; }

    public void Use() => Interlocked.Increment(ref _users);

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            File.Dispose();
    }
}

/// <summary>One session. Pending members belong to the writer; the rest is guarded by the index's gate.</summary>
internal sealed class SessionEntry(SessionKey key, long incarnation)
{
    public SessionKey Key { get; } = key;

    /// <summary>Sequence of the block that began the session; tells it from an earlier session with the same key.</summary>
    public long Incarnation { get; } = incarnation;

    /// <summary>The last durable version; 0 while the first append is on its way.</summary>
    public long Version { get; set; }

    public long PendingVersion { get; set; }

    public bool PendingDelete { get; set; }

    /// <summary>Frames that are kept, in order of versions.</summary>
    public List<FrameLocation> Frames { get; } = [];

    /// <summary>Guards the snapshot files and members below.</summary>
    public Lock SnapshotGate { get; } = new();

    /// <summary>Versions of the snapshot files, ascending: two at most, more only after a save whose outcome was unknown.</summary>
    public List<long> Snapshots { get; } = new(2);

    /// <summary>The newest snapshot was written or read by this process without a fault.</summary>
    public bool NewestVerified { get; set; }

    /// <summary>Deleted: a snapshot save that comes too late must not leave a file.</summary>
    public bool Gone { get; set; }
}

/// <summary>What is durable: sessions, their frames and the segments that hold them. Only the writer adds and removes; anybody reads under the gate.</summary>
internal sealed class JournalIndex
{
    private readonly Dictionary<SessionKey, SessionEntry> _sessions = [];

    public Lock Gate { get; } = new();

    /// <summary>Oldest first, numbers without gaps; the last one is written to.</summary>
    public List<Segment> Segments { get; } = [];

    public IEnumerable<SessionEntry> Sessions => _sessions.Values;

    public bool TryGet(SessionKey key, [MaybeNullWhen(false)] out SessionEntry entry) => _sessions.TryGetValue(key, out entry);

    public SessionEntry Add(SessionKey key, long incarnation)
    {
        var entry = new SessionEntry(key, incarnation);
        _sessions.Add(key, entry);
        return entry;
    }

    public void AddFrame(SessionEntry entry, FrameLocation frame, int records)
    {
        entry.Frames.Add(frame);
        entry.Version = frame.FirstVersion + (long)records - 1;
        entry.PendingVersion = entry.Version;
        Find(frame.Segment).LiveFrames++;
    }

    public void Remove(SessionEntry entry)
    {
        foreach (var frame in entry.Frames)
            Find(frame.Segment).LiveFrames--;
        entry.Frames.Clear();
        entry.Version = 0;
        entry.Gone = true;
        _sessions.Remove(entry.Key);
    }

    /// <summary>Forgets the frames that lie entirely at or below the version.</summary>
    public void Trim(SessionEntry entry, long version)
    {
        var count = 0;
        while (count + 1 < entry.Frames.Count && entry.Frames[count + 1].FirstVersion <= version + 1)
            Find(entry.Frames[count++].Segment).LiveFrames--;
        entry.Frames.RemoveRange(0, count);
    }

    public Segment Find(int number) => Segments[number - Segments[0].Number];
}

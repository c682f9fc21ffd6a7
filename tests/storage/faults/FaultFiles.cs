using Trading.Storage.Files;

namespace Trading.Storage.Tests.Faults;

public enum Operation
{
    Write,
    Sync,
    SetLength,
    Create,
    Delete,
    Rename,
    SyncFolder,
    Link,
    SetModified,
}

public enum Fault
{
    None,

    /// <summary>Fails without having done anything.</summary>
    Fail,

    /// <summary>As <see cref="Fail"/>, for want of room.</summary>
    DiskFull,

    /// <summary>Does a part (a write: some leading bytes; a sync: some writes, and forgets that the others are dirty), then fails.</summary>
    Partly,

    /// <summary>Does everything; the answer is lost.</summary>
    AnswerLost,

    /// <summary>Does a part; everything afterwards fails. The test goes on with <see cref="FaultFiles.AfterPowerLoss"/>.</summary>
    Crash,

    /// <summary>As <see cref="Fail"/>, because the device is read-only.</summary>
    ReadOnly,
}

/// <summary>
/// Files in memory that know what is on the device and what only in the page cache, and fail as told.
/// The model of a power loss is adversarial: of what was not synced any sectors may be there, in any order, the last one torn at any byte,
/// and any of the unsynced changes of names.
/// </summary>
public sealed class FaultFiles(Random random) : IStorageFiles
{
    private sealed class Inode
    {
        public byte[] Cached = [];
        public byte[] Durable = [];
        public readonly List<(long Offset, byte[]? Bytes)> Unsynced = [];
        public long Modified;
        public long Identity;
    }

    private readonly Dictionary<string, Inode> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Inode> _durableNames = new(StringComparer.Ordinal);
    private readonly List<(string Folder, string? Removed, string? Added, Inode? Inode)> _unsyncedNames = [];
    private readonly HashSet<string> _locks = [];
    private long _lastIdentity;

    /// <summary>A journal's writer thread and the thread pool come here at the same time.</summary>
    private readonly Lock _gate = new();

    /// <summary>Decides what happens to each operation; null means that all is well.</summary>
    public Func<Operation, string, Fault>? Plan { get; set; }

    public bool Crashed { get; private set; }

    public int Operations { get; private set; }

    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_gate)
                return [.. _names.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What a machine finds after the power came back.</summary>
    public FaultFiles AfterPowerLoss()
    {
        var after = new FaultFiles(random) { _lastIdentity = _lastIdentity };
        foreach (var (_, removed, added, inode) in _unsyncedNames)
        {
            if (random.Next(2) == 0)
                continue;
            if (removed is not null)
                _durableNames.Remove(removed);
            if (added is not null)
                _durableNames[added] = inode!;
        }
        foreach (var (name, inode) in _durableNames)
        {
            var content = Settle(inode);
            var copy = new Inode { Cached = content, Durable = [.. content], Modified = inode.Modified, Identity = inode.Identity };
            after._names[name] = copy;
            after._durableNames[name] = copy;
        }
        return after;
    }

    /// <summary>What a new process finds when the old one was killed: the page cache lives on, with what it forgot to write.</summary>
    public FaultFiles AfterKill()
    {
        var after = new FaultFiles(random) { _lastIdentity = _lastIdentity };
        foreach (var (name, inode) in _names)
            after._names[name] = inode;
        foreach (var (name, inode) in _durableNames)
            after._durableNames[name] = inode;
        after._unsyncedNames.AddRange(_unsyncedNames);
        return after;
    }

    /// <summary>The content as a reader sees it now; changing it damages the file, cache and device alike.</summary>
    public byte[] Content(string path)
    {
        lock (_gate)
            return _names[path].Cached;
    }

    /// <summary>Replaces content on cache and device.</summary>
    public void Replace(string path, byte[] content)
    {
        if (!_names.TryGetValue(path, out var inode))
            _names[path] = _durableNames[path] = inode = new Inode();
        inode.Identity = ++_lastIdentity;
        (inode.Cached, inode.Durable) = ([.. content], [.. content]);
        inode.Unsynced.Clear();
    }

    public FaultFiles Copy()
    {
        var copy = new FaultFiles(random);
        foreach (var (name, inode) in _names)
            copy.Replace(name, inode.Cached);
        return copy;
    }

    public void CreateFolder(string folder)
    {
    }

    public IReadOnlyList<string> List(string folder) => [.. Paths.Where(name => FolderOf(name) == folder).Select(name => name[(folder.Length + 1)..])];

    public bool Exists(string path)
    {
        lock (_gate)
            return _names.ContainsKey(path);
    }

    public void Scan(string folder, NameVisitor visit)
    {
        var prefix = folder + "/";
        var entries = Paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..].Split('/', 2))
            .Select(parts => (Name: parts[0], IsFolder: parts.Length > 1))
            .Distinct();
        foreach (var (name, isFolder) in entries)
        {
            if (!visit(name, isFolder))
                return;
        }
    }

    public FileStatus? Stat(string path)
    {
        lock (_gate)
        {
            if (_names.TryGetValue(path, out var inode))
                return new FileStatus(false, inode.Cached.Length, inode.Modified, inode.Identity);
            return _names.Keys.Any(name => name.StartsWith(path + "/", StringComparison.Ordinal)) ? new FileStatus(true, 0, 0, 0) : null;
        }
    }

    public IStorageFile OpenRead(string path) => Open(path, create: false);

    public void Link(string from, string to)
    {
        if (Exists(to))
            throw new IOException($"{to} exists.");
        Do(Operation.Link, to, () => SetName(null, to, _names[from]), null);
    }

    public void SetModified(string path, long micros) => Do(Operation.SetModified, path, () => _names[path].Modified = micros, null);

    public void SyncAll(IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            using var file = Open(path, create: false);
            file.Sync();
        }
    }

    public long BytesBelow(string folder)
    {
        lock (_gate)
            return _names.Where(name => name.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Sum(name => (long)name.Value.Cached.Length);
    }

    public DeviceSpace Space() => new(1L << 40, 1L << 41);

    public IStorageFile Open(string path, bool create)
    {
        if (!create)
        {
            lock (_gate)
                return _names.TryGetValue(path, out var existing) ? new Handle(this, existing, path) : throw new FileNotFoundException(path);
        }
        if (Exists(path))
            throw new IOException($"{path} exists.");
        Inode? made = null;
        Do(Operation.Create, path, () => SetName(null, path, made = new Inode { Identity = ++_lastIdentity }), null);
        return new Handle(this, made!, path);
    }

    public void Delete(string path)
    {
        if (Exists(path))
            Do(Operation.Delete, path, () => SetName(path, null, null), null);
    }

    public void Rename(string from, string to) => Do(Operation.Rename, to, () => SetName(from, to, _names[from]), null);

    public void SyncFolder(string folder) => Do(
        Operation.SyncFolder,
        folder,
        () =>
        {
            foreach (var (_, removed, added, inode) in _unsyncedNames.Where(change => change.Folder == folder))
            {
                if (removed is not null)
                    _durableNames.Remove(removed);
                if (added is not null)
                    _durableNames[added] = inode!;
            }
            _unsyncedNames.RemoveAll(change => change.Folder == folder);
        },
        null);

    public IDisposable Lock(string path)
    {
        lock (_gate)
            return _locks.Add(path) ? new Held(this, path) : throw new IOException($"{path} is locked.");
    }

    private static string FolderOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private void SetName(string? removed, string? added, Inode? inode)
    {
        if (removed is not null)
            _names.Remove(removed);
        if (added is not null)
            _names[added] = inode!;
        _unsyncedNames.Add((FolderOf(added ?? removed!), removed, added, inode));
    }

    private void Do(Operation operation, string path, Action whole, Action? part)
    {
        lock (_gate)
            DoLocked(operation, path, whole, part);
    }

    private void DoLocked(Operation operation, string path, Action whole, Action? part)
    {
        if (Crashed)
            throw new IOException("The power is off.");
        Operations++;
        var fault = Plan?.Invoke(operation, path) ?? Fault.None;
        if (fault is Fault.None or Fault.AnswerLost)
            whole();
        if (fault is Fault.Partly or Fault.Crash)
            (part ?? (random.Next(2) == 0 ? whole : () => { }))();
        Crashed |= fault == Fault.Crash;
        if (fault == Fault.ReadOnly)
            throw new IOException("Read-only file system", 30);
        if (fault == Fault.DiskFull)
            throw new IOException("No space left on device", 28);
        if (fault != Fault.None)
            throw new IOException($"Injected: {operation} {path} {fault}");
    }

    private static byte[] Apply(byte[] content, long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > content.Length)
            Array.Resize(ref content, (int)offset + bytes.Length);
        bytes.CopyTo(content.AsSpan((int)offset));
        return content;
    }

    private byte[] Settle(Inode inode)
    {
        const int Sector = 512;
        var content = inode.Durable.ToArray();
        var style = random.Next(4);
        var stopAfter = random.Next(inode.Unsynced.Count + 1);
        for (var i = 0; i < inode.Unsynced.Count; i++)
        {
            var (offset, bytes) = inode.Unsynced[i];
            if (style == 0 || (style == 1 && i > stopAfter))
                break;
            if (bytes is null)
            {
                Array.Resize(ref content, (int)offset);
                continue;
            }
            if (style == 1 && i == stopAfter)
            {
                content = Apply(content, offset, bytes.AsSpan(0, random.Next(bytes.Length + 1)));
                continue;
            }
            for (var start = 0; start < bytes.Length;)
            {
                var length = (int)Math.Min(Sector - ((offset + start) % Sector), bytes.Length - start);
                if (style == 2 || random.Next(4) > 0)
                    content = Apply(content, offset + start, bytes.AsSpan(start, length));
                start += length;
            }
        }
        return content;
    }

    private sealed class Held(FaultFiles files, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (files._gate)
                files._locks.Remove(path);
        }
    }

    private sealed class Handle(FaultFiles files, Inode inode, string path) : IStorageFile
    {
        public long Length => inode.Cached.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            if (files.Crashed)
                throw new IOException("The power is off.");
            lock (files._gate)
                return ReadLocked(offset, buffer);
        }

        private int ReadLocked(long offset, Span<byte> buffer)
        {
            var count = (int)Math.Clamp(inode.Cached.Length - offset, 0, buffer.Length);
            inode.Cached.AsSpan((int)Math.Min(offset, inode.Cached.Length), count).CopyTo(buffer);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            files.Do(Operation.Write, path, () => Put(offset, copy), () => Put(offset, copy[..files.RandomBelow(copy.Length)]));
        }

        public void SetLength(long length) => files.Do(
            Operation.SetLength,
            path,
            () =>
            {
                Array.Resize(ref inode.Cached, (int)length);
                inode.Unsynced.Add((length, null));
            },
            null);

        public void Sync() => files.Do(
            Operation.Sync,
            path,
            () =>
            {
                foreach (var (offset, bytes) in inode.Unsynced)
                    Persist(offset, bytes);
                inode.Unsynced.Clear();
            },
            () =>
            {
                // After a failed sync the kernel takes the pages for clean: what did not make it never will, although reads show it.
                foreach (var (offset, bytes) in inode.Unsynced.Where(_ => files.RandomBelow(2) == 0).ToArray())
                    Persist(offset, bytes);
                inode.Unsynced.Clear();
            });

        public void Dispose()
        {
        }

        private void Persist(long offset, byte[]? bytes)
        {
            if (bytes is null)
                Array.Resize(ref inode.Durable, (int)offset);
            else
                inode.Durable = Apply(inode.Durable, offset, bytes);
        }

        private void Put(long offset, byte[] bytes)
        {
            inode.Cached = Apply(inode.Cached, offset, bytes);
            inode.Unsynced.Add((offset, bytes));
        }
    }

    private int RandomBelow(int limit) => random.Next(Math.Max(1, limit));
}

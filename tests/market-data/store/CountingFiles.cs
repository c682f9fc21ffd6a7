using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Store;

/// <summary>Counts what is opened, on top of any files.</summary>
internal class CountingFiles(IStorageFiles inner) : IStorageFiles
{
    private readonly Lock _gate = new();

    public List<string> Opened { get; } = [];

    public int Stats { get; private set; }

    public int Scans { get; private set; }

    public virtual void CreateFolder(string folder) => inner.CreateFolder(folder);

    public IReadOnlyList<string> List(string folder) => inner.List(folder);

    public bool Exists(string path) => inner.Exists(path);

    public virtual void Scan(string folder, NameVisitor visit)
    {
        lock (_gate) Scans++;
        inner.Scan(folder, visit);
    }

    public virtual FileStatus? Stat(string path)
    {
        lock (_gate) Stats++;
        return inner.Stat(path);
    }

    public IStorageFile OpenRead(string path)
    {
        lock (_gate) Opened.Add(path);
        return inner.OpenRead(path);
    }

    public IStorageFile Open(string path, bool create)
    {
        lock (_gate) Opened.Add(path);
        return inner.Open(path, create);
    }

    public void Delete(string path) => inner.Delete(path);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void Link(string from, string to) => inner.Link(from, to);

    public void SetModified(string path, long micros) => inner.SetModified(path, micros);

    public void SyncAll(IReadOnlyList<string> paths) => inner.SyncAll(paths);

    public void SyncFolder(string folder) => inner.SyncFolder(folder);

    public virtual IDisposable Lock(string path) => inner.Lock(path);

    public long BytesBelow(string folder) => inner.BytesBelow(folder);

    public DeviceSpace Space() => inner.Space();

    public void Clear()
    {
        Opened.Clear();
        (Stats, Scans) = (0, 0);
    }
}

/// <summary>A device that is read-only.</summary>
internal sealed class UnwritableFiles(IStorageFiles inner) : CountingFiles(inner)
{
    public override void CreateFolder(string folder)
    {
        // what exists needs no making
    }

    public override IDisposable Lock(string path) => throw new IOException("Read-only file system", 30);
}

/// <summary>Folders without permission.</summary>
internal sealed class UnreadableFiles(IStorageFiles inner) : CountingFiles(inner)
{
    public override FileStatus? Stat(string path) => throw new UnauthorizedAccessException($"Access to {path} is denied.");
}

/// <summary>A device that lists names backwards, and each of them twice.</summary>
internal sealed class BackwardFiles(IStorageFiles inner) : CountingFiles(inner)
{
    public override void Scan(string folder, NameVisitor visit)
    {
        var names = new List<(string Name, bool IsFolder)>();
        base.Scan(folder, (name, isFolder) =>
        {
            names.Add((name.ToString(), isFolder));
            return true;
        });
        foreach (var (name, isFolder) in names.Concat(names).OrderByDescending(entry => entry.Name, StringComparer.Ordinal))
        {
            if (!visit(name, isFolder)) return;
        }
    }
}

using System.Globalization;
using System.Text;
using Trading.MarketData.Candles;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>Which file of which partition.</summary>
/// <param name="Path">Relative to the store.</param>
/// <param name="Symbol">Canonical symbol.</param>
/// <param name="Timeframe">Timeframe.</param>
/// <param name="Day">Trading day by the file's name; null for a daily file.</param>
/// <param name="Status">As it was when it was found.</param>
internal readonly record struct StoredFile(string Path, string Symbol, Timeframe Timeframe, DateOnly? Day, FileStatus Status);

/// <summary>
/// Sets damaged files aside and remembers them (OHLCV-169): <c>damaged/{where it lay}~{found at, in microseconds}</c>, with a text <c>.reason</c>
/// beside it. Only under the symbol's lock, and only if the file is still the one that was read, so that a writer's new file is never moved.
/// Safe for concurrent use.
/// </summary>
internal sealed class DamageLog(IStorageFiles files, TimeProvider time, Action<DamagedFile>? observer)
{
    private const int Kept = 1000;
    private readonly Lock _gate = new();
    private readonly List<DamagedFile> _found = [];
    private readonly Dictionary<string, (FileStatus Status, string Problem)> _inPlace = new(StringComparer.Ordinal);

    public IReadOnlyList<DamagedFile> Found
    {
        get
        {
            lock (_gate) return [.. _found];
        }
    }

    /// <summary>Whether this very file is known as damaged and could not be moved.</summary>
    public bool IsKnown(in StoredFile file)
    {
        lock (_gate) return _inPlace.TryGetValue(file.Path, out var known) && known.Status == file.Status;
    }

    /// <summary>Sets a file aside that <see cref="IsKnown"/> and could not be moved before.</summary>
    public void TryAgain(in StoredFile file)
    {
        string problem;
        lock (_gate) problem = _inPlace.TryGetValue(file.Path, out var known) ? known.Problem : "";
        SetAside(file, problem, holdsLock: false);
    }

    /// <summary>Sets a file aside if that can be done now, and reports it if it was not reported before.</summary>
    /// <param name="file">The file as it was read.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="holdsLock">Whether the caller is the symbol's writer; then failures of the device are thrown.</param>
    public void SetAside(in StoredFile file, string problem, bool holdsLock)
    {
        var now = Now();
        var aside = Move(file, problem, now, holdsLock);
        lock (_gate)
        {
            var known = _inPlace.TryGetValue(file.Path, out var before) && before.Status == file.Status;
            if (aside is null) _inPlace[file.Path] = (file.Status, problem);
            else _inPlace.Remove(file.Path);
            if (known && aside is null) return;
            var path = file.Path;
            if (known) _found.RemoveAll(found => found.Path == path && found.SetAsideAs is null);
            if (_found.Count == Kept) _found.RemoveAt(0);
            var found = new DamagedFile(file.Symbol, file.Timeframe, file.Day, file.Path, aside, problem, now);
            _found.Add(found);
            observer?.Invoke(found);
        }
    }

    private string? Move(in StoredFile file, string problem, long now, bool holdsLock)
    {
        // a writer must not go on to replace what it could not set aside
        if (holdsLock) return MoveLocked(file, problem, now);
        try
        {
            files.CreateFolder(StorePaths.Locks);
            using (files.Lock(StorePaths.Lock(file.Symbol))) return MoveLocked(file, problem, now);
        }
        catch (Exception exception) when (StoreErrors.IsDevice(exception))
        {
            // A writer holds the symbol and will meet the file itself, or the store cannot be written: it stays, and is passed over.
            return null;
        }
    }

    private string? MoveLocked(in StoredFile file, string problem, long now)
    {
        if (files.Stat(file.Path) != file.Status) return null;
        var aside = string.Create(CultureInfo.InvariantCulture, $"{StorePaths.Damaged}/{file.Path}~{now}");
        var folder = aside[..aside.LastIndexOf('/')];
        files.CreateFolder(folder);
        WriteReason(aside + ".reason", $"{file.Path}: {problem}\n");
        files.Rename(file.Path, aside);
        files.SyncFolder(folder);
        files.SyncFolder(file.Path[..file.Path.LastIndexOf('/')]);
        return aside;
    }

    private void WriteReason(string path, string text)
    {
        files.Delete(path);
        using var reason = files.Open(path, create: true);
        reason.Write(0, Encoding.UTF8.GetBytes(text));
        reason.Sync();
    }

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
}

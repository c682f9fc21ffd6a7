using System.Collections.Concurrent;
using Trading.MarketData.Candles;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>
/// Replaces several files of one folder: all new versions are written under temporary names, made durable together, and then renamed.
/// A crash at any point leaves each file in its old or in its new version. Staging is safe for concurrent use.
/// </summary>
internal sealed class FileReplacement(WriterParts parts, string symbol, Timeframe timeframe, string folder) : IDisposable
{
    private readonly ConcurrentDictionary<string, StoredFile> _old = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Staged> _staged = [];

    private readonly record struct Staged(string Name, string Temporary, DateOnly? Day, long Length);

    /// <summary>The present version, or null. A damaged one is set aside, so that the new version starts afresh.</summary>
    public PartitionContent? Old(string name, DateOnly? day)
    {
        if (parts.Reader.At(symbol, timeframe, $"{folder}/{name}", day) is not { } file) return null;
        if (parts.Reader.Read(file, CandleFields.All, keep: false, holdsLock: true) is not { } content) return null;
        _old[name] = file;
        return content;
    }

    /// <summary>Writes the next version of a file under a temporary name.</summary>
    public void Stage(string name, DateOnly? day, CandleColumns candles, PartitionInfo info)
    {
        var bytes = parts.Format.Write(candles, info);
        var temporary = $"{folder}/{StorePaths.TemporaryName(name)}";
        _staged.Add(new(name, temporary, day, bytes.LongLength));
        StoreErrors.Naming("write", $"{folder}/{name}", () =>
        {
            using var file = parts.Files.Open(temporary, create: true);
            file.Write(0, bytes);
        });
    }

    /// <summary>Makes all that was staged the present versions; durable when it returns.</summary>
    public void Commit()
    {
        Staged[] staged = [.. _staged.OrderBy(one => one.Name, StringComparer.Ordinal)];
        if (staged.Length == 0) return;
        var what = staged.Length == 1 ? $"{folder}/{staged[0].Name}" : $"{folder}/{staged[0].Name} and {staged.Length - 1} more";
        StoreErrors.Naming("sync", what, () => parts.Files.SyncAll([.. staged.Select(one => one.Temporary)]));
        var now = Instant(staged);
        StoreErrors.Naming("keep the old version of", what, () => KeepOld(staged, now));
        long grown = 0;
        foreach (var one in staged)
        {
            var path = $"{folder}/{one.Name}";
            StoreErrors.Naming("replace", path, () =>
            {
                parts.Files.SetModified(one.Temporary, now);
                parts.Files.Rename(one.Temporary, path);
            });
            parts.Reader.Drop(path);
            grown += one.Length - (_old.TryGetValue(one.Name, out var old) && !parts.Superseded.Keeps(timeframe) ? old.Status.Length : 0);
        }

        StoreErrors.Naming("sync", folder, () => parts.Files.SyncFolder(folder));
        _staged.Clear();
        parts.Space.Add(grown);
    }

    /// <summary>Removes what was staged and not committed.</summary>
    public void Dispose()
    {
        foreach (var one in _staged)
        {
            try
            {
                parts.Files.Delete(one.Temporary);
            }
            catch (Exception exception) when (StoreErrors.IsDevice(exception))
            {
                // The next writer removes it; the failure that brought us here is the one to report.
            }
        }
    }

    /// <summary>Gives the old versions the names under which they are found later, durable before the new ones take their place.</summary>
    private void KeepOld(Staged[] staged, long supersededAt)
    {
        if (!parts.Superseded.Keeps(timeframe) || _old.IsEmpty) return;
        var kept = StorePaths.SupersededFolder(timeframe, symbol);
        parts.Files.CreateFolder(kept);
        foreach (var one in staged)
        {
            if (one.Day is not { } day || !_old.TryGetValue(one.Name, out var old)) continue;
            var name = $"{kept}/{StorePaths.SupersededName(day, supersededAt)}";

            // a write that was cut short here before may have left the very name
            if (parts.Files.Stat(name) is null) parts.Files.Link(old.Path, name);
        }

        parts.Files.SyncFolder(kept);
    }

    /// <summary>The instant of the replacement: now, and later than any version it replaces, even if the clock stands still or went back.</summary>
    private long Instant(Staged[] staged)
    {
        var now = (parts.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        foreach (var one in staged)
        {
            if (_old.TryGetValue(one.Name, out var old)) now = Math.Max(now, old.Status.Modified + 1);
        }

        return now;
    }
}

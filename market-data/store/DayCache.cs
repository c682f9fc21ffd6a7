using System.Diagnostics.CodeAnalysis;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>
/// Decoded files that were read lately, bounded in bytes, least recently used ones dropped first (OHLCV-180). What a file held counts only as
/// long as its length, time and inode are the same. Safe for concurrent use.
/// </summary>
/// <param name="capacity">Bytes of columns to keep; 0 keeps nothing.</param>
internal sealed class DayCache(long capacity)
{
    private const int EntryOverhead = 400, BytesPerCandle = 48;
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Lock _gate = new();
    private long _bytes;

    private sealed record Entry(string Path, FileStatus Status, CandleFileContent Content)
    {
        public long Bytes => EntryOverhead + (2L * Path.Length) + ((long)BytesPerCandle * Content.Columns.Count);
    }

    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    public bool TryGet(string path, in FileStatus status, [NotNullWhen(true)] out CandleFileContent? content)
    {
        lock (_gate)
        {
            content = null;
            if (!_entries.TryGetValue(path, out var node)) return false;
            if (node.Value.Status != status)
            {
                Remove(node);
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            content = node.Value.Content;
            return true;
        }
    }

    public void Put(string path, in FileStatus status, CandleFileContent content)
    {
        var entry = new Entry(path, status, content);
        if (entry.Bytes > capacity / 4) return;
        lock (_gate)
        {
            if (_entries.TryGetValue(path, out var old)) Remove(old);
            _entries[path] = _byUse.AddFirst(entry);
            _bytes += entry.Bytes;
            while (_bytes > capacity && _byUse.Last is { } last) Remove(last);
        }
    }

    public void Drop(string path)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(path, out var node)) Remove(node);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Path);
        _bytes -= node.Value.Bytes;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Trading.MarketData.Instruments;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.MarketData.Actions;

/// <summary>
/// The tables of corporate actions as files below the store's base folder: <c>actions/{symbol}.json</c> holds what is known now,
/// <c>superseded/actions/{symbol}~{micros}.json</c> what was known until then. Files are replaced atomically and durably; safe across processes.
/// </summary>
public sealed class FileCorporateActionStore : ICorporateActionStore
{
    private const string Folder = "actions";
    private const string SupersededFolder = "superseded/actions";
    private const string LockFolder = "locks";
    private const string Extension = ".json";

    private readonly IStorageFiles _files;
    private readonly TimeProvider _time;
    private readonly long _keepMicros;
    private readonly ConcurrentDictionary<string, Lock> _writers = new(StringComparer.Ordinal);

    /// <param name="files">Files below the store's base folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keepSuperseded">How long tables that were replaced are kept, so that a session that began with one goes on with it (OHLCV-200).</param>
    public FileCorporateActionStore(IStorageFiles files, TimeProvider time, TimeSpan keepSuperseded)
    {
        _files = files;
        _time = time;
        _keepMicros = (long)keepSuperseded.TotalMicroseconds;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The table cannot be read, or is damaged; it is never half-read.</exception>
    public Task<CorporateActions> ReadAsync(string symbol, long? asOf, CancellationToken cancellationToken)
    {
        SymbolName.Check(symbol);
        return Task.Run(() => asOf is { } instant ? ReadAsOf(symbol, instant) : ActionsOf(symbol, Read(PathOf(symbol))), cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The table cannot be read, or is damaged.</exception>
    /// <exception cref="CandleStoreException">The table cannot be written, or another process is writing it (<see cref="CandleStoreProblem.Busy"/>); what was known before is still there.</exception>
    public Task<bool> MergeAsync(CorporateActions actions, string source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actions);
        SymbolName.Check(actions.Symbol);
        return Task.Run(() => Merge(actions, source), cancellationToken);
    }

    private static string PathOf(string symbol) => $"{Folder}/{symbol}{Extension}";

    private bool Merge(CorporateActions fresh, string source)
    {
        var symbol = fresh.Symbol;
        lock (_writers.GetOrAdd(symbol, _ => new Lock()))
        {
            using var held = Hold(symbol);
            var old = Read(PathOf(symbol));
            var known = ActionsOf(symbol, old);
            var merged = CorporateActionsFile.Merge(known, fresh);
            if (merged.Stamp() == known.Stamp()) return false;
            // two tables never begin at the same instant, whatever the clock does
            var now = Math.Max((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10, (old?.WrittenAt ?? 0) + 1);
            StoreErrors.Naming("write", PathOf(symbol), () =>
            {
                if (old is not null) Supersede(symbol, old, now);
                _files.CreateFolder(Folder);
                AtomicFile.Write(_files, Folder, symbol + Extension, Bytes(merged, source, now));
            });
            return true;
        }
    }

    private IDisposable Hold(string symbol)
    {
        var path = $"{LockFolder}/{symbol}.actions.lock";
        return StoreErrors.Naming("lock", path, () =>
        {
            _files.CreateFolder(LockFolder);
            try
            {
                return _files.Lock(path);
            }
            catch (IOException busy) when (busy is not (FileNotFoundException or DirectoryNotFoundException) && !DiskFiles.IsDiskFull(busy) && !DiskFiles.IsForbidden(busy))
            {
                throw new CandleStoreException(CandleStoreProblem.Busy, $"cannot lock {path}: somebody else writes the splits and dividends of {symbol}", busy);
            }
        });
    }

    /// <summary>Copies the table before it is replaced, and lets copies go that nobody may ask for any more.</summary>
    private void Supersede(string symbol, ActionTable old, long now)
    {
        _files.CreateFolder(SupersededFolder);
        AtomicFile.Write(_files, SupersededFolder, string.Create(CultureInfo.InvariantCulture, $"{symbol}~{now}{Extension}"), JsonSerializer.SerializeToUtf8Bytes(old, ActionsJson.Default.ActionTable));
        foreach (var (at, path) in Superseded(symbol))
        {
            if (at < now - _keepMicros) _files.Delete(path);
        }
    }

    private CorporateActions ReadAsOf(string symbol, long instant)
    {
        // the current table first: while it is replaced, the old one is already among the superseded
        var current = Read(PathOf(symbol));
        var later = Superseded(symbol).Where(one => one.At > instant).OrderBy(one => one.At).Select(one => one.Path).FirstOrDefault();
        var table = later is null ? current : Read(later);
        return table is null || table.WrittenAt > instant ? CorporateActions.None(symbol) : ActionsOf(symbol, table);
    }

    private IEnumerable<(long At, string Path)> Superseded(string symbol)
    {
        IReadOnlyList<string> names;
        try
        {
            names = _files.List(SupersededFolder);
        }
        catch (DirectoryNotFoundException)
        {
            yield break;
        }

        var prefix = symbol + "~";
        foreach (var name in names)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || !name.EndsWith(Extension, StringComparison.Ordinal)) continue;
            if (long.TryParse(name.AsSpan(prefix.Length, name.Length - prefix.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var at)) yield return (at, $"{SupersededFolder}/{name}");
        }
    }

    private ActionTable? Read(string path)
    {
        // most symbols have no table, and an exception each time would be slow
        if (!_files.Exists(path) || AtomicFile.Read(_files, path) is not { } bytes) return null;
        try
        {
            var table = JsonSerializer.Deserialize(bytes, ActionsJson.Default.ActionTable);
            if (table is { SchemaVersion: >= 1 and <= ActionTable.CurrentSchema }) return table;
            throw new IOException($"{path} has schema {table?.SchemaVersion}; this version reads 1 to {ActionTable.CurrentSchema}");
        }
        catch (JsonException damaged)
        {
            throw new IOException($"{path} is damaged: {damaged.Message}", damaged);
        }
    }

    private static CorporateActions ActionsOf(string symbol, ActionTable? table)
    {
        if (table is null) return CorporateActions.None(symbol);
        try
        {
            var parsed = CorporateActionsFile.Parse(JsonSerializer.Serialize(table, ActionsJson.Default.ActionTable), PathOf(symbol));
            return parsed.Count == 0 ? CorporateActions.None(symbol) : parsed[0].Symbol == symbol ? parsed[0] : throw new FormatException($"{PathOf(symbol)} is of {parsed[0].Symbol}");
        }
        catch (FormatException damaged)
        {
            throw new IOException(damaged.Message, damaged);
        }
    }

    private static byte[] Bytes(CorporateActions actions, string source, long now) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
        new ActionTable
        {
            Symbol = actions.Symbol,
            Source = source,
            WrittenAt = now,
            Splits = [.. actions.Splits.Select(one => new ActionSplit(CorporateActionsFile.TextOf(one.ExDate), CorporateActionsFile.TextOf(one.From), CorporateActionsFile.TextOf(one.To)))],
            Dividends = [.. actions.Dividends.Select(one => new ActionDividend(CorporateActionsFile.TextOf(one.ExDate), CorporateActionsFile.TextOf(one.Cash)))],
        },
        ActionsJson.Default.ActionTable) + "\n");
}

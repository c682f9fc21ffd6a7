using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>The store on a file system (docs/store.md): layout, guarantees and what a crash leaves are described there.</summary>
/// <remarks>Safe for concurrent use, also by several processes on the same folder.</remarks>
public sealed class CandleStore : ICandleStore
{
    private readonly IStorageFiles _files;
    private readonly StorePaths _paths;
    private readonly MarketTable _markets;
    private readonly PartitionReader _reader;
    private readonly DailyFiles _daily;
    private readonly SupersededFiles _superseded;
    private readonly CandlePager _pager;
    private readonly DamageLog _damage;
    private readonly SpaceMeter _space;
    private readonly ICandleFileFormat _format;
    private readonly TimeProvider _time;

    /// <param name="files">The files below <see cref="StorageSettings.BasePath"/>.</param>
    /// <param name="format">Format of the files.</param>
    /// <param name="markets">Which dates instants belong to.</param>
    /// <param name="settings">Names, sizes and times to keep.</param>
    /// <param name="time">Clock of superseded versions; the system's when null.</param>
    /// <param name="damaged">Told of each damaged file once, from any thread, for logs and metrics.</param>
    public CandleStore(IStorageFiles files, ICandleFileFormat format, MarketTable markets, StorageSettings settings, TimeProvider? time = null, Action<DamagedFile>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _files = files;
        _format = format;
        _markets = markets;
        _time = time ?? TimeProvider.System;
        _paths = new StorePaths(settings.CandlesPath);
        _damage = new DamageLog(files, _time, damaged);
        _reader = new PartitionReader(files, format, markets, new DayCache(settings.CacheBytes), _damage);
        _daily = new DailyFiles(_reader, _paths, markets);
        _superseded = new SupersededFiles(files, _reader, _time, settings.KeepSupersededDays);
        _pager = new CandlePager(_reader, _daily, _paths, markets, files);
        _space = new SpaceMeter(files, _paths, _time);
    }

    public IReadOnlyList<DamagedFile> Damaged => _damage.Found;

    public Task<IReadOnlyList<string>> SymbolsAsync(Timeframe timeframe, CancellationToken cancellationToken) =>
        OffCaller("list", _paths.Folder(timeframe), () => Symbols(timeframe), cancellationToken);

    public Task<IReadOnlyList<DateOnly>> DaysAsync(string symbol, Timeframe timeframe, CancellationToken cancellationToken) =>
        OffCaller<IReadOnlyList<DateOnly>>("list", symbol, timeframe, () => Days(symbol, timeframe), cancellationToken);

    public Task<DateOnly?> LastDayAsync(string symbol, Timeframe timeframe, CancellationToken cancellationToken) =>
        OffCaller("list", symbol, timeframe, () => LastDay(symbol, timeframe), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Only one-minute files are kept when superseded: of longer timeframes the present candles are read, whatever <paramref name="asOf"/> is.</remarks>
    public Task<StoredCandles> ReadAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long? asOf, CandleFields fields, CancellationToken cancellationToken) =>
        OffCaller("read", symbol, timeframe, () => Read(symbol, timeframe, first, last, asOf, fields, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The page or its size is below 1.</exception>
    public Task<CandlePage> PageAsync(CandleQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Page, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PageSize, 1, nameof(query));
        return OffCaller("read", query.Symbol, query.Timeframe, () => _pager.Page(query, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<PartitionSummary>> DescribeAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        OffCaller<IReadOnlyList<PartitionSummary>>("read", symbol, timeframe, () => Describe(symbol, timeframe, first, last, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>From names, sizes and times of writing: no file is opened.</remarks>
    public Task<string> StampAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        OffCaller("look at", symbol, timeframe, () => StoreStamp.Of(Files(symbol, timeframe, first, last)), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>For <see cref="Timeframe.Daily"/> not known: one file holds all days.</remarks>
    public Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long since, CancellationToken cancellationToken) =>
        OffCaller<IReadOnlyList<DateOnly>?>(
            "look at",
            symbol,
            timeframe,
            () => timeframe == Timeframe.Daily ? null : [.. Files(symbol, timeframe, first, last).Where(file => file.Status.Modified > since).Select(file => file.Day!.Value)],
            cancellationToken);

    public Task<ICandleWriter> OpenWriterAsync(string symbol, CancellationToken cancellationToken)
    {
        StoreErrors.CheckSymbol(symbol);
        return OffCaller<ICandleWriter>("lock", StorePaths.Lock(symbol), () => OpenWriter(symbol), cancellationToken);
    }

    public Task<StoreSpace> SpaceAsync(CancellationToken cancellationToken) => OffCaller("look at", _paths.Candles, _space.Measure, cancellationToken);

    /// <inheritdoc/>
    public Task CheckWritableAsync(CancellationToken cancellationToken) => OffCaller("lock", StorePaths.HealthLock, CheckWritable, cancellationToken);

    /// <summary>Takes a lock that nobody else needs, as every writer begins.</summary>
    private bool CheckWritable()
    {
        _files.CreateFolder(StorePaths.Locks);
        try
        {
            _files.Lock(StorePaths.HealthLock).Dispose();
        }
        catch (IOException exception) when (!DiskFiles.IsDiskFull(exception) && !DiskFiles.IsForbidden(exception))
        {
            // somebody else is checking at this moment, or the folder went just now: both say nothing against the device
        }

        return true;
    }

    private IEnumerable<StoredFile> Files(string symbol, Timeframe timeframe, DateOnly first, DateOnly last)
    {
        var dated = _reader.Find(symbol, timeframe, _paths.DayFolder(timeframe, symbol), first, last);
        return timeframe == Timeframe.Daily && _reader.At(symbol, timeframe, _paths.DailyFile(symbol), null) is { } file ? dated.Prepend(file) : dated;
    }

    private CandleWriter OpenWriter(string symbol)
    {
        _files.CreateFolder(StorePaths.Locks);
        IDisposable held;
        try
        {
            held = _files.Lock(StorePaths.Lock(symbol));
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && !DiskFiles.IsDiskFull(exception) && !DiskFiles.IsForbidden(exception))
        {
            throw new CandleStoreException(CandleStoreProblem.Busy, $"cannot lock {StorePaths.Lock(symbol)}: somebody else writes {symbol}", exception);
        }

        return new CandleWriter(symbol, held, new WriterParts(_files, _format, _paths, _markets[symbol], _reader, _superseded, _space, _time));
    }

    private IReadOnlyList<string> Symbols(Timeframe timeframe)
    {
        var symbols = new SortedSet<string>(StringComparer.Ordinal);
        var folders = new List<string>();
        _files.Scan(_paths.Folder(timeframe), (name, isFolder) =>
        {
            if (isFolder && name.Length <= SymbolName.MaxLength) folders.Add(name.ToString());
            else if (!isFolder && timeframe == Timeframe.Daily && StorePaths.TryDailySymbol(name, out var symbol)) symbols.Add(symbol);
            return true;
        });
        foreach (var symbol in folders)
        {
            // a folder that an interrupted first write or a damaged file left empty holds no data
            if (SymbolName.IsValid(symbol, out _) && HasDays(_files, _paths.DayFolder(timeframe, symbol))) symbols.Add(symbol);
        }

        return [.. symbols];
    }

    /// <summary>Whether any file of a day lies in the folder; looks no further than the first.</summary>
    internal static bool HasDays(IStorageFiles files, string folder)
    {
        var found = false;
        if (files.Stat(folder) is not { IsFolder: true }) return false;
        files.Scan(folder, (name, isFolder) => !(found |= !isFolder && StorePaths.TryDay(name, out _)));
        return found;
    }

    private List<DateOnly> Days(string symbol, Timeframe timeframe) =>
        timeframe == Timeframe.Daily ? _daily.Days(symbol) : _reader.Days(_paths.DayFolder(timeframe, symbol), null, null);

    private DateOnly? LastDay(string symbol, Timeframe timeframe)
    {
        var dated = _reader.Days(_paths.DayFolder(timeframe, symbol), null, null);
        DateOnly? last = dated.Count > 0 ? dated[^1] : null;
        if (timeframe != Timeframe.Daily) return last;
        return _daily.LastDay(symbol) is { } inFile && !(last > inFile) ? inFile : last;
    }

    private StoredCandles Read(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long? asOf, CandleFields fields, CancellationToken cancellationToken)
    {
        if (timeframe == Timeframe.Daily) return _daily.Read(symbol, first, last, fields, cancellationToken);
        var folder = _paths.DayFolder(timeframe, symbol);
        var contents = asOf is { } instant && timeframe == Timeframe.OneMinute
            ? _superseded.ReadAsOf(symbol, timeframe, folder, first, last, instant, fields, cancellationToken)
            : _reader.ReadAll([.. _reader.Find(symbol, timeframe, folder, first, last)], fields, cancellationToken);
        return new(CandleColumns.Concat([.. contents.Select(content => content.Content.Columns)]), [.. contents.Select(content => content.Summary)]);
    }

    private List<PartitionSummary> Describe(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        if (timeframe == Timeframe.Daily) return _daily.Describe(symbol, first, last);
        var summaries = new List<PartitionSummary>();
        foreach (var file in _reader.Find(symbol, timeframe, _paths.DayFolder(timeframe, symbol), first, last))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_reader.Summary(file) is { } summary) summaries.Add(new(file.Day!.Value, summary, file.Status.Length));
        }

        return summaries;
    }

    private Task<T> OffCaller<T>(string operation, string symbol, Timeframe timeframe, Func<T> action, CancellationToken cancellationToken)
    {
        StoreErrors.CheckSymbol(symbol);
        return OffCaller(operation, _paths.DayFolder(timeframe, symbol), action, cancellationToken);
    }

    private static Task<T> OffCaller<T>(string operation, string path, Func<T> action, CancellationToken cancellationToken) =>
        Task.Run(() => StoreErrors.Naming(operation, path, action), cancellationToken);
}

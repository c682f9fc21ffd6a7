using Trading.Engine.Bars;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Store;

/// <summary>
/// The stored candles: one file per trading day for intraday timeframes, one file per symbol for <see cref="Timeframe.Daily"/> (OHLCV-028 to 043).
/// Symbols are canonical (<see cref="Instruments.SymbolName"/>); dates are trading days: exchange-local for US equities, UTC for crypto and forex.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Readers see a file as it was or as it is, never a part. Input and output happen off the caller's thread.
/// A damaged file is set aside and reported once (<see cref="Damaged"/>); from then on its day counts as not stored (OHLCV-169).
/// </remarks>
public interface ICandleStore
{
    /// <summary>Symbols with stored data in the timeframe, sorted, from directory names alone (OHLCV-061, OHLCV-062).</summary>
    /// <exception cref="CandleStoreException">The store cannot be read.</exception>
    Task<IReadOnlyList<string>> SymbolsAsync(Timeframe timeframe, CancellationToken cancellationToken);

    /// <summary>The stored days, sorted; from file names alone for intraday timeframes (OHLCV-040). Empty when there is nothing.</summary>
    Task<IReadOnlyList<DateOnly>> DaysAsync(string symbol, Timeframe timeframe, CancellationToken cancellationToken);

    /// <summary>The last stored day, or null; for intraday timeframes from file names, for daily from the file's metadata (OHLCV-040).</summary>
    Task<DateOnly?> LastDayAsync(string symbol, Timeframe timeframe, CancellationToken cancellationToken);

    /// <summary>The candles of the trading days from <paramref name="first"/> to <paramref name="last"/>, both included, sorted by time; opens only files that can hold them (OHLCV-041).</summary>
    /// <param name="symbol">Canonical symbol.</param>
    /// <param name="timeframe">Timeframe.</param>
    /// <param name="first">First trading day.</param>
    /// <param name="last">Last trading day.</param>
    /// <param name="asOf">Null: as stored now. Otherwise as stored at that instant (microseconds since 1970-01-01Z), for as long as superseded files are kept (OHLCV-200).</param>
    /// <param name="fields">Columns to decode.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<StoredCandles> ReadAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long? asOf, CandleFields fields, CancellationToken cancellationToken);

    /// <summary>One page of the candles of a range; decodes only what the page needs, besides counting (OHLCV-047 to 060, OHLCV-179).</summary>
    Task<CandlePage> PageAsync(CandleQuery query, CancellationToken cancellationToken);

    /// <summary>What is stored per day, from the files' ends alone.</summary>
    Task<IReadOnlyList<PartitionSummary>> DescribeAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, CancellationToken cancellationToken);

    /// <summary>
    /// Text that changes whenever a stored file of the days from <paramref name="first"/> to <paramref name="last"/> appears, changes or goes: cheap enough to be
    /// asked before every session. An implementation on files takes names, sizes and times of writing; this one takes fingerprints.
    /// </summary>
    async Task<string> StampAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var partitions = await DescribeAsync(symbol, timeframe, first, last, cancellationToken).ConfigureAwait(false);
        return string.Join(';', partitions.Select(one => $"{one.Day.DayNumber}:{one.Bytes}:{one.Summary.Info.FetchedAt}:{one.Summary.Info.DataVersion}:{one.Summary.Info.Fingerprint}"));
    }

    /// <summary>The days of the range whose file appeared or was replaced after an instant (microseconds since 1970-01-01Z), sorted, from names and times alone; null when that is not known.</summary>
    Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long since, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DateOnly>?>(null);

    /// <summary>Takes the one place for a writer of the symbol, across processes (OHLCV-039).</summary>
    /// <exception cref="CandleStoreException"><see cref="CandleStoreProblem.Busy"/>: somebody else writes the symbol; <see cref="CandleStoreProblem.ReadOnly"/> and others as they come.</exception>
    Task<ICandleWriter> OpenWriterAsync(string symbol, CancellationToken cancellationToken);

    /// <summary>Damaged files found and set aside since the process began, newest last, at most 1,000.</summary>
    IReadOnlyList<DamagedFile> Damaged { get; }

    /// <summary>Space of the device and of the store (OHLCV-168, OHLCV-190).</summary>
    Task<StoreSpace> SpaceAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the device lets this process write (OHLCV-193); one without a device always does.</summary>
    /// <exception cref="CandleStoreException">It does not.</exception>
    Task CheckWritableAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Writes the partitions of one symbol; nobody else does while it is open.</summary>
public interface ICandleWriter : IAsyncDisposable
{
    string Symbol { get; }

    /// <summary>
    /// Writes candles of any number of days: each touched file is merged (a candle of the same time is replaced), sorted, and replaced
    /// atomically and durably (OHLCV-035 to 038). A day whose content does not change keeps its file to the byte.
    /// </summary>
    /// <param name="timeframe">Timeframe.</param>
    /// <param name="candles">Times need not be in order; of two candles of one time the later one counts.</param>
    /// <param name="info">Provenance of the touched files.</param>
    /// <param name="mode">What becomes of candles already stored on the touched days.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <exception cref="CandleStoreException">Disk full, no permission: whatever was stored before is still there (OHLCV-168, OHLCV-170).</exception>
    Task<WriteSummary> WriteAsync(Timeframe timeframe, CandleColumns candles, PartitionInfo info, WriteMode mode, CancellationToken cancellationToken);

    /// <summary>Replaces the provenance of one stored day and nothing else, e.g. to remember confirmed gaps (OHLCV-121). A day that is not stored gets an empty file.</summary>
    Task AnnotateAsync(Timeframe timeframe, DateOnly day, PartitionInfo info, CancellationToken cancellationToken);
}

public enum WriteMode
{
    /// <summary>Old and new candles together; new ones win (OHLCV-036).</summary>
    Merge = 0,

    /// <summary>The touched days hold exactly the new candles: for resampling, and where a day must not mix providers (OHLCV-O01).</summary>
    Replace = 1,
}

/// <param name="FilesWritten">Files that changed.</param>
/// <param name="FilesUnchanged">Files that already held exactly this.</param>
/// <param name="CandlesAdded">Candles with a time that was not there.</param>
/// <param name="CandlesReplaced">Candles with a time that was there and other values.</param>
/// <param name="ChangedDays">The trading days whose content changed, sorted.</param>
public sealed record WriteSummary(int FilesWritten, int FilesUnchanged, int CandlesAdded, int CandlesReplaced, IReadOnlyList<DateOnly> ChangedDays);

/// <param name="Columns">The candles.</param>
/// <param name="Partitions">One per file that was read, in order.</param>
public sealed record StoredCandles(CandleColumns Columns, IReadOnlyList<PartitionSummary> Partitions);

/// <param name="Day">Trading day; the first day for a daily file.</param>
/// <param name="Summary">From the file's end.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record PartitionSummary(DateOnly Day, CandleFileSummary Summary, long Bytes);

/// <param name="Symbol">Canonical symbol.</param>
/// <param name="Timeframe">Timeframe.</param>
/// <param name="First">First trading day; null for all.</param>
/// <param name="Last">Last trading day; null for all.</param>
/// <param name="Descending">Newest first.</param>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">1 to 10,000.</param>
public sealed record CandleQuery(string Symbol, Timeframe Timeframe, DateOnly? First, DateOnly? Last, bool Descending, int Page, int PageSize);

/// <param name="IsKnown">False when the symbol was never stored in any timeframe (OHLCV-057).</param>
/// <param name="Candles">The candles of the page, in the order asked for.</param>
/// <param name="TotalItems">Candles of the whole range.</param>
/// <param name="Start">Start of the earliest candle of the range; null without candles (OHLCV-051).</param>
/// <param name="End">End of the latest candle of the range: its start plus the timeframe, but not after the close of its session; for daily the session close (OHLCV-052, OHLCV-053).</param>
/// <param name="AssetClass">How the symbol's dates are read.</param>
public sealed record CandlePage(bool IsKnown, CandleColumns Candles, long TotalItems, long? Start, long? End, AssetClass AssetClass);

/// <param name="Path">Where it lay, relative to the store.</param>
/// <param name="SetAsideAs">Where it lies now, relative to the store; null when it could not be moved.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="FoundAt">When, in microseconds since 1970-01-01Z.</param>
public sealed record DamagedFile(string Symbol, Timeframe Timeframe, DateOnly? Day, string Path, string? SetAsideAs, string Problem, long FoundAt);

/// <param name="StoreBytes">Bytes of all files of the store.</param>
/// <param name="FreeBytes">Free bytes of the device.</param>
/// <param name="TotalBytes">Size of the device.</param>
public sealed record StoreSpace(long StoreBytes, long FreeBytes, long TotalBytes)
{
    /// <summary>Free space in percent of the device.</summary>
    public double FreePercent => TotalBytes == 0 ? 0 : 100.0 * FreeBytes / TotalBytes;
}

public enum CandleStoreProblem
{
    /// <summary>The symbol is not well-formed.</summary>
    BadSymbol = 1,

    /// <summary>Somebody else writes the symbol.</summary>
    Busy = 2,

    /// <summary>The device is full.</summary>
    DiskFull = 3,

    /// <summary>No permission, or a read-only device; the message names path and operation (OHLCV-170).</summary>
    ReadOnly = 4,

    /// <summary>Any other failure of the device.</summary>
    Device = 5,
}

/// <summary>The store cannot do what was asked; the message names path and operation.</summary>
public sealed class CandleStoreException : Exception
{
    public CandleStoreException()
    {
    }

    public CandleStoreException(string message)
        : base(message)
    {
    }

    public CandleStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public CandleStoreException(CandleStoreProblem problem, string message, Exception? cause = null)
        : base(message, cause)
    {
        Problem = problem;
    }

    public CandleStoreProblem Problem { get; } = CandleStoreProblem.Device;
}

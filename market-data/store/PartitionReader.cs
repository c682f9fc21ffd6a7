using System.Buffers;
using System.Globalization;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>A decoded file.</summary>
internal sealed record PartitionContent(StoredFile File, CandleFileContent Content)
{
    public PartitionSummary Summary
    {
        get
        {
            var time = Content.Columns.Time;
            var (first, last) = time.Length == 0 ? (0, 0) : (time[0], time[^1]);
            return new(File.Day ?? default, new CandleFileSummary(time.Length, first, last, Content.Info), File.Status.Length);
        }
    }
}

/// <summary>
/// Finds and reads single files, through the caches; a file that is no readable file of its day is set aside and counts as not there.
/// Safe for concurrent use.
/// </summary>
internal sealed class PartitionReader(IStorageFiles files, ICandleFileFormat format, MarketTable markets, DayCache cache, DamageLog damage)
{
    /// <summary>Up to this many days their names are looked up one by one, so that a short range costs the same however much is stored (OHLCV-177).</summary>
    private const int LookedUpDays = 64;

    /// <summary>From this many files on they are read by several threads.</summary>
    private const int ManyFiles = 16;

    private const int FirstTailBytes = 4096;
    private const long LongestFile = 1L << 30;
    private readonly CountCache _counts = new();

    /// <summary>The symbol's files of the days from <paramref name="first"/> to <paramref name="last"/> (null: no bound), sorted by day; from names, none is opened.</summary>
    public IEnumerable<StoredFile> Find(string symbol, Timeframe timeframe, string folder, DateOnly? first, DateOnly? last)
    {
        if (first > last || files.Stat(folder) is not { IsFolder: true }) yield break;
        var isShort = first is { } from && last is { } to && to.DayNumber - from.DayNumber < LookedUpDays;
        var days = isShort ? Enumerable.Range(first!.Value.DayNumber, last!.Value.DayNumber - first.Value.DayNumber + 1).Select(DateOnly.FromDayNumber) : Days(folder, first, last);
        foreach (var day in days)
        {
            if (At(symbol, timeframe, $"{folder}/{StorePaths.DayName(day)}", day) is { } file) yield return file;
        }
    }

    /// <summary>The days of a folder's files, sorted, from names alone.</summary>
    public List<DateOnly> Days(string folder, DateOnly? first, DateOnly? last)
    {
        var days = new List<DateOnly>();
        if (files.Stat(folder) is not { IsFolder: true }) return days;
        files.Scan(folder, (name, isFolder) =>
        {
            if (!isFolder && StorePaths.TryDay(name, out var day) && !(day < first) && !(day > last)) days.Add(day);
            return true;
        });
        days.Sort();
        return days;
    }

    /// <summary>The file of that name, or null.</summary>
    public StoredFile? At(string symbol, Timeframe timeframe, string path, DateOnly? day) =>
        files.Stat(path) is { IsFolder: false } status ? new StoredFile(path, symbol, timeframe, day, status) : null;

    /// <summary>Reads files, several at a time when there are many; those that are damaged or vanished are left out.</summary>
    public PartitionContent[] ReadAll(IReadOnlyList<StoredFile> found, CandleFields fields, CancellationToken cancellationToken)
    {
        var keep = found.Count <= LookedUpDays;
        var contents = new PartitionContent?[found.Count];
        if (found.Count < ManyFiles)
        {
            for (var at = 0; at < contents.Length; at++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                contents[at] = Read(found[at], fields, keep, holdsLock: false);
            }
        }
        else
        {
            var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 8) };
            Unwrapping(() => Parallel.For(0, contents.Length, options, at => contents[at] = Read(found[at], fields, keep, holdsLock: false)));
        }

        return [.. contents.OfType<PartitionContent>()];
    }

    /// <summary>Reads a file; null when it is damaged or vanished.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fields">Columns to decode.</param>
    /// <param name="keep">Whether it may enter the cache.</param>
    /// <param name="holdsLock">Whether the caller is the symbol's writer.</param>
    public PartitionContent? Read(in StoredFile file, CandleFields fields, bool keep, bool holdsLock)
    {
        if (cache.TryGet(file.Path, file.Status, out var content)) return new(file, Projected(content, fields));
        if (!holdsLock && damage.IsKnown(file))
        {
            damage.TryAgain(file);
            return null;
        }

        try
        {
            if (!TryDecode(file, fields, out content)) return null;
        }
        catch (CandleFileException exception)
        {
            var damaged = file;
            StoreErrors.Naming("set aside", file.Path, () => damage.SetAside(damaged, exception.Message, holdsLock));
            return null;
        }

        if (keep && fields == CandleFields.All) cache.Put(file.Path, file.Status, content);
        return new(file, content);
    }

    /// <summary>How many candles a file holds and over which time, from its end; null when it is damaged or vanished.</summary>
    public CandleCount? Count(in StoredFile file)
    {
        if (_counts.TryGet(file.Path, file.Status, out var count)) return count;
        if (Summary(file) is not { } summary) return null;
        count = new CandleCount(summary.Count, summary.FirstTime, summary.LastTime);
        _counts.Put(file.Path, file.Status, count);
        return count;
    }

    /// <summary>What a file holds, from its end; null when it is damaged or vanished.</summary>
    public CandleFileSummary? Summary(in StoredFile file)
    {
        try
        {
            if (damage.IsKnown(file)) return null;
            if (ReadTail(file) is not { } summary) return null;
            if (summary.Count > 0) CheckDay(file, summary.FirstTime, summary.LastTime);
            return summary;
        }
        catch (CandleFileException)
        {
            // another writer's file may lack the statistics; whether it is damaged shows when it is read
            return Read(file, CandleFields.Time, keep: false, holdsLock: false)?.Summary.Summary;
        }
    }

    /// <summary>Forgets what is cached of a file.</summary>
    public void Drop(string path) => cache.Drop(path);

    /// <summary>Runs a parallel loop; the first failure leaves it as itself.</summary>
    public static void Unwrapping(Action loop)
    {
        try
        {
            loop();
        }
        catch (AggregateException failures)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.Flatten().InnerExceptions[0]);
        }
    }

    private bool TryDecode(in StoredFile file, CandleFields fields, out CandleFileContent content)
    {
        content = null!;
        IStorageFile opened;
        try
        {
            opened = files.OpenRead(file.Path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (StoreErrors.IsDevice(exception))
        {
            throw StoreErrors.Of("open", file.Path, exception);
        }

        using (opened) content = Decode(file, opened, fields);
        if (content.Columns.FirstUnordered() is var unordered and >= 0) throw new CandleFileException($"candle {unordered} does not start after the one before it");
        if (content.Columns.Count > 0) CheckDay(file, content.Columns.Time[0], content.Columns.Time[^1]);
        return true;
    }

    private CandleFileContent Decode(in StoredFile file, IStorageFile opened, CandleFields fields)
    {
        var length = opened.Length;
        if (length > LongestFile) throw new CandleFileException($"{length} bytes are more than a file of candles has");
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var bytes = buffer.AsMemory(0, (int)length);
            ReadBytes(file, opened, 0, bytes.Span);
            return format.Read(bytes, fields);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private CandleFileSummary? ReadTail(in StoredFile file)
    {
        IStorageFile opened;
        try
        {
            opened = files.OpenRead(file.Path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (StoreErrors.IsDevice(exception))
        {
            throw StoreErrors.Of("open", file.Path, exception);
        }

        using (opened)
        {
            var length = opened.Length;
            for (long wanted = FirstTailBytes; ;)
            {
                var size = (int)Math.Min(Math.Min(wanted, length), LongestFile);
                var buffer = ArrayPool<byte>.Shared.Rent(size);
                try
                {
                    ReadBytes(file, opened, length - size, buffer.AsSpan(0, size));
                    wanted = format.ReadSummary(buffer.AsMemory(0, size), out var summary);
                    if (summary is not null) return summary;
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }

                if (wanted <= size || size == length) throw new CandleFileException($"the file's end is not among its {length} bytes");
            }
        }
    }

    private static void ReadBytes(in StoredFile file, IStorageFile opened, long offset, Span<byte> into)
    {
        int read;
        try
        {
            read = opened.Read(offset, into);
        }
        catch (Exception exception) when (StoreErrors.IsDevice(exception))
        {
            throw StoreErrors.Of("read", file.Path, exception);
        }

        if (read < into.Length) throw new CandleFileException($"the file ends {into.Length - read} bytes early");
    }

    /// <summary>A file under a day's name must hold that day: paging and the search for the last day go by names (OHLCV-040, OHLCV-041).</summary>
    private void CheckDay(in StoredFile file, long first, long last)
    {
        if (file.Day is not { } day || file.Timeframe == Timeframe.Daily) return;
        var (start, end) = markets[file.Symbol].BoundsOf(day);
        if (first >= start && last < end) return;
        var wrong = first < start ? first : last;
        throw new CandleFileException(string.Create(
            CultureInfo.InvariantCulture, $"it holds a candle of {DateTime.UnixEpoch.AddTicks(wrong * 10):yyyy-MM-ddTHH:mm:ssZ}, which is not of {day:yyyy-MM-dd}"));
    }

    /// <summary>What the format gives for a part of the columns, made from all of them.</summary>
    private static CandleFileContent Projected(CandleFileContent content, CandleFields fields)
    {
        if (fields == CandleFields.All) return content;
        var all = content.Columns;
        var columns = new CandleColumns(
            all.Time,
            Of(CandleFields.Open, all.Open),
            Of(CandleFields.High, all.High),
            Of(CandleFields.Low, all.Low),
            Of(CandleFields.Close, all.Close),
            Of(CandleFields.Volume, all.Volume));
        return content with { Columns = columns };

        long[] Of(CandleFields field, long[] column) => (fields & field) != 0 ? column : new long[column.Length];
    }
}

using System.Diagnostics;
using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.Bench;

/// <summary>
/// The candle store on the disk: a symbol-year read into columns beside reading the same bytes, a page of one day beside 1, 100 and 1,000
/// stored days (OHLCV-177, OHLCV-179, OHLCV-183), and a million rows written durably beside bare writes of the same bytes.
/// </summary>
/// <remarks>"Cold" is a store that was just opened: none of its caches holds anything. What the operating system holds of the files is the same on both sides.</remarks>
public static class StoreBench
{
    private const string Symbol = "NVDA";
    private const int MillionRowDays = 2564, YearDays = 252, MinutesOfDay = 390, WarmUp = 40;
    private static readonly MarketTable Markets = new(new InstrumentTable(), new TradingCalendars(), new MarketDataOptions());

    /// <summary>Takes about twenty seconds and removes its files.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        var folder = Path.Join(AppContext.BaseDirectory, $"store-{Environment.ProcessId}");
        try
        {
            output.WriteLine("candle store, one-minute candles as Parquet, one file per day");
            await ReadYearAsync(output, Path.Join(folder, "year")).ConfigureAwait(false);
            await PageDayAsync(output, folder).ConfigureAwait(false);
            await WriteAsync(output, folder).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ReadYearAsync(TextWriter output, string folder)
    {
        var days = await FillAsync(folder, YearDays).ConfigureAwait(false);
        string[] paths = [.. Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var bytes = paths.Sum(path => new FileInfo(path).Length);
        List<double> ours = [], bare = [], ourWork = [], bareWork = [];
        long allocated = 0;
        StoredCandles? read = null;
        for (var round = 0; round < WarmUp + 40; round++)
        {
            var work = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.GetTimestamp();
            long sum = 0;
            foreach (var path in paths) sum += (await File.ReadAllBytesAsync(path).ConfigureAwait(false)).Length;
            var bareTime = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
            var bareCpu = Environment.CpuUsage.TotalTime - work;
            if (sum != bytes) throw new InvalidOperationException("the files changed");
            var store = Open(folder, cacheBytes: 0);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            work = Environment.CpuUsage.TotalTime;
            clock = Stopwatch.GetTimestamp();
            read = await store.ReadAsync(Symbol, Timeframe.OneMinute, days.First, days.Last, null, CandleFields.All, default).ConfigureAwait(false);
            var ourTime = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
            var ourCpu = Environment.CpuUsage.TotalTime - work;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            if (round < WarmUp) continue;
            bare.Add(bareTime);
            ours.Add(ourTime);
            bareWork.Add(bareCpu.TotalMilliseconds);
            ourWork.Add(ourCpu.TotalMilliseconds);
        }

        var rows = read!.Columns.Count;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"cold read of a symbol-year: {rows:#,0} rows of {paths.Length} files ({bytes:#,0} bytes, {(double)bytes / rows:F1} per row) in {Medians.Of(ours):F1} ms, {rows / Medians.Of(ours) / 1000:F1} M rows/s; File.ReadAllBytes of the files {Medians.Of(bare):F1} ms; processor time {Medians.Of(ourWork):F1} and {Medians.Of(bareWork):F1} ms"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  memory: {allocated / 1e6:F1} MB allocated for {rows * 48 / 1e6:F1} MB of columns"));
        Medians.AtMost(output, "cold read, times the processor time of the plain read of the same bytes", Medians.Of(ourWork) / Medians.Of(bareWork), 10);
        Medians.AtMost(output, "cold read, bytes allocated per byte of columns", (double)allocated / (rows * 48), 3);
    }

    private static async Task PageDayAsync(TextWriter output, string folder)
    {
        int[] stored = [1, 100, 1000];
        var stores = new List<(CandleStore Store, DateOnly Day)>();
        foreach (var count in stored)
        {
            var path = Path.Join(folder, $"days-{count}");
            stores.Add((Open(path, cacheBytes: 0), (await FillAsync(path, count).ConfigureAwait(false)).First));
        }

        var times = stored.Select(_ => new List<double>()).ToArray();
        var memory = new long[stored.Length];
        for (var round = 0; round < 300; round++)
        {
            for (var at = 0; at < stored.Length; at++)
            {
                var query = new CandleQuery(Symbol, Timeframe.OneMinute, stores[at].Day, stores[at].Day, true, 1, 1000);
                var before = GC.GetTotalAllocatedBytes(precise: true);
                var clock = Stopwatch.GetTimestamp();
                var page = await stores[at].Store.PageAsync(query, default).ConfigureAwait(false);
                var elapsed = Stopwatch.GetElapsedTime(clock).TotalMicroseconds;
                memory[at] = GC.GetTotalAllocatedBytes(precise: true) - before;
                if (page.TotalItems != MinutesOfDay) throw new InvalidOperationException("the day is not whole");
                if (round >= 100) times[at].Add(elapsed);
            }
        }

        output.WriteLine("a page of one day, read from its file: " + string.Join("; ", stored.Select((count, at) => string.Create(
            CultureInfo.InvariantCulture, $"{count} days stored: {Medians.Of(times[at]):F0} us, {memory[at] / 1024.0:F0} KiB allocated"))));
        Medians.AtMost(output, "one-day page, 1,000 stored days to 1", Medians.Of(times[2]) / Medians.Of(times[0]), 1.25);
        Medians.AtMost(output, "one-day page, memory with 1,000 stored days to 1", (double)memory[2] / memory[0], 1.05);
    }

    private static async Task WriteAsync(TextWriter output, string folder)
    {
        var candles = Candles(MillionRowDays);
        List<double> ours = [], bare = [], synced = [];
        byte[][]? contents = null;
        for (var round = 0; round < 3; round++)
        {
            var path = Path.Join(folder, $"write-{round}");
            var clock = Stopwatch.GetTimestamp();
            await WriteAllAsync(Open(path, 0), candles).ConfigureAwait(false);
            ours.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
            contents ??= [.. Directory.EnumerateFiles(path, "*.parquet", SearchOption.AllDirectories).Select(File.ReadAllBytes)];
            bare.Add(BareWrites(Path.Join(folder, $"bare-{round}"), contents, sync: false));
            synced.Add(BareWrites(Path.Join(folder, $"synced-{round}"), contents[..(contents.Length / 16)], sync: true) * 16);
        }

        var rows = candles.Count;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"bulk write: {rows:#,0} rows to {contents!.Length:#,0} files ({contents.Sum(content => content.LongLength):#,0} bytes), merged, durable: {rows / Medians.Of(ours) / 1e6:F2} M rows/s; the same bytes by bare writes {rows / Medians.Of(bare) / 1e6:F2} M rows/s, with a sync each {rows / Medians.Of(synced) / 1e6:F2} M rows/s"));
        Medians.AtLeast(output, "bulk write, share of the speed of bare writes without any sync", Medians.Of(ours.Zip(bare, (our, plain) => plain / our)), 0.25);
        Medians.AtLeast(output, "bulk write, times the speed of a sync per file", Medians.Of(synced) / Medians.Of(ours), 1);
    }

    private static double BareWrites(string folder, byte[][] contents, bool sync)
    {
        Directory.CreateDirectory(folder);
        var clock = Stopwatch.GetTimestamp();
        for (var file = 0; file < contents.Length; file++)
        {
            using var handle = File.OpenHandle(Path.Join(folder, file.ToString(CultureInfo.InvariantCulture)), FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(handle, contents[file], 0);
            if (sync) RandomAccess.FlushToDisk(handle);
        }

        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    private static async Task<(DateOnly First, DateOnly Last)> FillAsync(string folder, int days)
    {
        var candles = Candles(days);
        await WriteAllAsync(Open(folder, 0), candles).ConfigureAwait(false);
        var rules = Markets[Symbol];
        return (rules.DayOf(candles.Time[0]), rules.DayOf(candles.Time[^1]));
    }

    private static async Task WriteAllAsync(CandleStore store, CandleColumns candles)
    {
        var writer = await store.OpenWriterAsync(Symbol, default).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var info = new PartitionInfo("bench", "synthetic", "raw", Finality.Final, 1, []);
            var summary = await writer.WriteAsync(Timeframe.OneMinute, candles, info, WriteMode.Merge, default).ConfigureAwait(false);
            if (summary.CandlesAdded != candles.Count) throw new InvalidOperationException("not all candles were stored");
        }
    }

    private static CandleStore Open(string folder, long cacheBytes) =>
        new(new DiskFiles(folder), new ParquetCandleFormat(), Markets, new StorageSettings { CacheBytes = cacheBytes });

    /// <summary>Full trading days from 2012 on: a walk of cents, with whole lots of volume.</summary>
    private static CandleColumns Candles(int days)
    {
        const long Cent = Instrument.Unit / 100;
        var rules = Markets[Symbol];
        var candles = new CandleColumns(days * MinutesOfDay);
        var random = new Random(7);
        var at = 0;
        long price = 12_345;
        for (var index = rules.FirstIndexFrom(new DateOnly(2012, 1, 1)); at < candles.Count; index++)
        {
            if (rules.IsHalfDay(index)) continue;
            for (var minute = 0; minute < MinutesOfDay; minute++, at++)
            {
                var close = Math.Max(100, price + random.Next(-8, 9));
                candles.Time[at] = rules.Days.RegularOpen(index) + (minute * 60_000_000L);
                candles.Open[at] = price * Cent;
                candles.High[at] = (Math.Max(price, close) + random.Next(4)) * Cent;
                candles.Low[at] = (Math.Min(price, close) - random.Next(4)) * Cent;
                candles.Close[at] = close * Cent;
                candles.Volume[at] = random.Next(100, 90_000) * Instrument.Unit;
                price = close;
            }
        }

        return candles;
    }
}

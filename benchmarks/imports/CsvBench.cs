using System.Diagnostics;
using System.Globalization;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Exports;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Csv;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.Bench;

/// <summary>
/// CSV import on one core: parsing a file into columns, beside reading the same bytes and looking for line ends, and beside pandas.read_csv where
/// the system's python3 has pandas; and the whole import into a store, Parquet and syncs included.
/// </summary>
internal static class CsvBench
{
    private const int Rows = 2_000_000;
    private const int Rounds = 7;
    private const double GoalRowsPerSecond = 5_000_000;

    public static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("csv-bench-").FullName;
        try
        {
            var path = Path.Combine(folder, "BTCUSD.csv");
            WriteFile(path);
            var bytes = new FileInfo(path).Length;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"csv: {Rows:#,0} one-minute bars, {bytes / 1e6:0.0} MB, timestamp and five decimals a row, page cache warm"));
            var (parse, allocated) = Measure(() => Parse(path));
            var (read, _) = Measure(() => ReadOnly(path));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  parse into columns   {Rows / parse / 1e6,8:0.0} M rows/s of one core, {bytes / parse / 1e6:0} MB/s, {allocated / (double)Rows:0.0} bytes allocated a row (48 are the columns)"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  read and count lines {Rows / read / 1e6,8:0.0} M rows/s: parsing costs {parse / read:0.0} times that"));
            if (await PandasAsync(path) is { } pandas) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  pandas.read_csv      {Rows / pandas / 1e6,8:0.0} M rows/s (binary floating point, times parsed): {pandas / parse:0.0} times the time of this parser"));
            else output.WriteLine("  pandas.read_csv      not measured: /usr/bin/python3 has no pandas");
            Medians.AtLeast(output, "rows parsed per second and core", Rows / parse, GoalRowsPerSecond);
            await ImportAsync(output, path, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteFile(string path)
    {
        var bars = SyntheticBars.RandomWalk(Rows);
        var candles = new CandleColumns(Rows);
        bars.OpenTime.CopyTo(candles.Time);
        bars.Open.CopyTo(candles.Open);
        bars.High.CopyTo(candles.High);
        bars.Low.CopyTo(candles.Low);
        bars.Close.CopyTo(candles.Close);
        bars.Volume.CopyTo(candles.Volume);
        using var stream = File.Create(path);
        CandleCsv.Write(stream, candles, withHeader: true);
    }

    private static (double Seconds, long Allocated) Measure(Action action)
    {
        action();
        var seconds = new List<double>();
        var allocated = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = ThreadClock.Seconds;
            action();
            seconds.Add(ThreadClock.Seconds - started);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (Medians.Of(seconds), allocated);
    }

    private static void Parse(string path)
    {
        using var stream = CsvCandleReader.Open(path);
        var rows = 0;
        foreach (var batch in CsvCandleReader.Read(stream, new CsvFormat(), new ImportIssues(path, 0), CancellationToken.None)) rows += batch.Candles.Count;
        if (rows != Rows) throw new InvalidOperationException($"parsed {rows} of {Rows} rows");
    }

    private static void ReadOnly(string path)
    {
        using var stream = CsvCandleReader.Open(path);
        var block = new byte[1 << 18];
        var lines = 0;
        int count;
        while ((count = stream.Read(block)) > 0) lines += block.AsSpan(0, count).Count((byte)'\n');
        if (lines != Rows + 1) throw new InvalidOperationException($"counted {lines} lines");
    }

    private static async Task ImportAsync(TextWriter output, string path, string folder)
    {
        var options = new MarketDataOptions();
        var markets = new MarketTable(new InstrumentTable(), new TradingCalendars(), options);
        var store = new CandleStore(new DiskFiles(Path.Combine(folder, "store")), new ParquetCandleFormat(), markets, options.Storage);
        var input = new ImportInput("BTCUSD.csv", new FileInfo(path).Length, "BTCUSD", InputFiles.Modified(path), Read);
        var started = Stopwatch.GetTimestamp();
        var report = await new CandleImporter(store, markets, new ImportOptions { Resample = false }, TimeProvider.System).RunAsync([input], null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!report.IsWhole) throw new InvalidOperationException("the import is not whole");
        var stored = Directory.EnumerateFiles(Path.Combine(folder, "store", "candles"), "*.parquet", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  whole import         {Rows / seconds / 1e6,8:0.0} M rows/s of elapsed time: checked, then stored as {report.Symbols[0].FilesWritten:#,0} synced files of {stored / 1e6:0.0} MB"));

        IEnumerable<ImportBatch> Read(ImportIssues issues, CancellationToken cancellationToken)
        {
            using var stream = CsvCandleReader.Open(path);
            foreach (var batch in CsvCandleReader.Read(stream, new CsvFormat(), issues, cancellationToken)) yield return batch;
        }
    }

    /// <summary>Seconds of the fastest of three readings in one Python process; null without pandas.</summary>
    private static async Task<double?> PandasAsync(string path)
    {
        const string script = """
            import sys, time
            import pandas
            best = None
            for _ in range(3):
                started = time.process_time()
                pandas.read_csv(sys.argv[1], parse_dates=["timestamp_utc"])
                took = time.process_time() - started
                best = took if best is None or took < best else best
            print(best)
            """;
        const string python = "/usr/bin/python3";
        if (!File.Exists(python)) return null;
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(path);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await error;
        return process.ExitCode == 0 && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
    }
}

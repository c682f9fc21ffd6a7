using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;

namespace Trading.Bench;

/// <summary>
/// One million 1-minute bars written to and read from a Parquet file on disk, beside DuckDB doing the same in its own process on the same machine in the
/// same run; both files are snappy. Ours includes all checksums and the SHA-256 over the rows in both directions; DuckDB's files have neither.
/// <code>
/// columns ── encode, compress, checksum, hash ── file ── checksum, decompress, decode, hash ── columns
/// table   ── COPY TO ─────────────────────────── file ── SELECT aggregates of all columns, or CREATE TABLE AS
/// </code>
/// </summary>
public static class ParquetBench
{
    private const int Rows = 1_000_000;
    private const int DayRows = 390;
    private const int Rounds = 9;
    private const long Unit = 100_000_000;
    private static readonly PartitionInfo Info = new("bench", "synthetic", "raw", Finality.Final, 0, []);

    /// <summary>Takes about a minute, most of it DuckDB's turns, and removes its files.</summary>
    public static void Run(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("parquet-bench-").FullName;
        try
        {
            var candles = Walk(Rows, 1);
            var ours = Measure(candles, Path.Join(folder, "ours.parquet"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} 1-minute bars, {ours.Bytes:N0} bytes; milliseconds passed (of processor): write {ours.Write}, read {ours.Read}, read without the hash over the rows {ours.Decode}"));
            if (Peers() is { } peers)
            {
                foreach (var threads in (int[])[1, 0]) Compare(output, candles, folder, peers, threads);
            }
            else
            {
                output.WriteLine("no DuckDB to compare with: node, or tests/market-data/parquet/peers/node_modules, is not here (npm ci)");
            }

            Days(output, candles);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(TextWriter output, CandleColumns candles, string folder, string peers, int threads)
    {
        var path = Path.Join(folder, "ours.parquet");
        // before and after DuckDB's turn, so that a slow moment of the machine does not hit one side alone
        var before = Measure(candles, path);
        var duckdb = DuckDb(peers, path, Path.Join(folder, "duckdb.parquet"), threads);
        var after = Measure(candles, path);
        var name = threads == 1 ? "DuckDB, one thread" : "DuckDB, its own threads";
        foreach (var turn in duckdb)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, file {turn.File}: write {turn.Write}, aggregates {turn.Read}, into a table {turn.Load}, {turn.Bytes:N0} bytes"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ours, one thread, before and after it: write {before.Write}, {after.Write}, read {before.Read}, {after.Read}"));
        // with one thread each the processor's time tells more than a clock on a machine with other work
        double Of(Cost cost) => threads == 1 ? cost.Processor : cost.Passed;
        var (write, read) = ((Of(before.Write) + Of(after.Write)) / 2, (Of(before.Read) + Of(after.Read)) / 2);
        var sameFile = duckdb.Single(turn => turn.File == "ours");
        Medians.AtLeast(output, $"{name}: its fastest write / ours", duckdb.Where(turn => turn.File != "ours").Min(turn => Of(turn.Write)) / write, 1);
        Medians.AtLeast(output, $"{name}: the same file, into a table / our read into columns", Of(sameFile.Load) / read, 1);
        Medians.AtLeast(output, $"{name}: the same file, into a table / our read without the hash", Of(sameFile.Load) / ((Of(before.Decode) + Of(after.Decode)) / 2), 1);
        Medians.AtLeast(output, $"{name}: the same file, aggregates / our read into columns", Of(sameFile.Read) / read, 1);
        Medians.AtLeast(output, $"{name}: its fastest file, into a table / our read into columns", duckdb.Min(turn => Of(turn.Load)) / read, 1);
    }

    /// <summary>Many different day files, each read once: what a session pays for a day that no cache has.</summary>
    private static void Days(TextWriter output, CandleColumns candles)
    {
        var format = new ParquetCandleFormat();
        var days = Enumerable.Range(0, Rows / DayRows).Select(day => candles.Slice(day * DayRows, DayRows)).ToArray();
        var files = days.Select(day => format.Write(day, Info)).ToArray();
        foreach (var (what, fields) in ((string, CandleFields)[])[("all columns", CandleFields.All), ("close alone", CandleFields.Close)])
        {
            foreach (var file in files) format.Read(file, fields);
            var times = new List<double>();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            foreach (var file in files)
            {
                var start = Stopwatch.GetTimestamp();
                format.Read(file, fields);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / files.Length;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a day of {DayRows} bars, {files.Average(file => file.Length):N0} bytes, {what}: {Medians.Of(times):F1} us, {allocated:N0} bytes allocated (the columns alone: {6 * 8 * DayRows:N0})"));
        }
    }

    private static (Cost Write, Cost Read, Cost Decode, long Bytes) Measure(CandleColumns candles, string path)
    {
        var format = new ParquetCandleFormat();
        var write = Time(() => File.WriteAllBytes(path, format.Write(candles, Info)));
        var read = Time(() => format.Read(File.ReadAllBytes(path), CandleFields.All));
        var decode = Time(() =>
        {
            using var file = ParquetFile.Open(path);
            foreach (var column in file.Columns) file.Read(column);
        });
        return (write, read, decode, new FileInfo(path).Length);
    }

    private static Cost Time(Action action)
    {
        for (var warm = 0; warm < 3; warm++) action();
        var costs = Enumerable.Range(0, Rounds).Select(_ =>
        {
            var (start, processor) = (Stopwatch.GetTimestamp(), ThreadClock.Seconds);
            action();
            return new Cost(Stopwatch.GetElapsedTime(start).TotalMilliseconds, (ThreadClock.Seconds - processor) * 1000);
        }).ToArray();
        return new Cost(Medians.Of(costs.Select(cost => cost.Passed)), Medians.Of(costs.Select(cost => cost.Processor)));
    }

    /// <summary>Milliseconds.</summary>
    private readonly record struct Cost(double Passed, double Processor)
    {
        public static Cost From(JsonElement cost) => new(cost.GetProperty("passed").GetDouble(), cost.GetProperty("processor").GetDouble());

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Passed:F1} ({Processor:F1})");
    }

    private sealed record Turn(string File, Cost Write, Cost Read, Cost Load, long Bytes);

    private static Turn[] DuckDb(string peers, string file, string output, int threads)
    {
        var start = new ProcessStartInfo("node", ["bench.mjs", file, output, threads.ToString(CultureInfo.InvariantCulture), Rounds.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = peers,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Select(turn => new Turn(
            turn.GetProperty("file").GetString()!,
            Cost.From(turn.GetProperty("write")),
            Cost.From(turn.GetProperty("read")),
            Cost.From(turn.GetProperty("load")),
            turn.GetProperty("bytes").GetInt64()))];
    }

    private static string? Peers()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Orleans.Trading.sln"))) at = at.Parent;
        var peers = at is null ? "" : Path.Combine(at.FullName, "tests", "market-data", "parquet", "peers");
        return Directory.Exists(Path.Combine(peers, "node_modules", "@duckdb")) ? peers : null;
    }

    /// <summary>A walk in cents with whole volumes; sessions of 390 minutes.</summary>
    private static CandleColumns Walk(int count, int seed)
    {
        var random = new Random(seed);
        var candles = new CandleColumns(count);
        var price = 23_450L;
        for (var at = 0; at < count; at++)
        {
            candles.Time[at] = 1_721_136_600_000_000 + ((at / DayRows * 1440L) + (at % DayRows)) * 60_000_000;
            var open = price;
            price = Math.Max(1000, price + (long)Math.Round(Normal(random) * 8));
            candles.Open[at] = open * (Unit / 100);
            candles.Close[at] = price * (Unit / 100);
            candles.High[at] = (Math.Max(open, price) + (long)Math.Abs(Normal(random) * 5)) * (Unit / 100);
            candles.Low[at] = (Math.Min(open, price) - (long)Math.Abs(Normal(random) * 5)) * (Unit / 100);
            candles.Volume[at] = (long)Math.Exp(10 + Normal(random)) * Unit;
        }

        return candles;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

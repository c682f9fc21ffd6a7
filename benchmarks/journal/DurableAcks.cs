using System.Diagnostics;
using System.Globalization;
using Trading.Storage.Journal;

namespace Trading.Bench;

/// <summary>
/// Durable acknowledgements per second of the file journal, beside the physical limit: writing and syncing the same bytes, one frame
/// after the other, in the same folder and the same run. With one session the journal can at best equal it; with many, the group commit must beat it.
/// <code>
/// session 1 ─┐
/// session 2 ─┼─ queue ─ writer: one block, one write, one sync ─ acknowledgements
/// session n ─┘
/// </code>
/// </summary>
public static class DurableAcks
{
    private const int PayloadBytes = 240;
    private const int FrameBytes = 344;

    /// <summary>Takes about ten seconds and removes its files.</summary>
    public static void Run(TextWriter output)
    {
        var folder = Path.Join(AppContext.BaseDirectory, $"durable-acks-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            output.WriteLine($"durable acknowledgements, {PayloadBytes} byte records, ratios to a bare sync per record in the same run");
            foreach (var sessions in (int[])[1, 16, 256])
                Compare(output, folder, sessions);
            Recover(output, Path.Join(folder, "recovery"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(TextWriter output, string folder, int sessions)
    {
        // Limit and journal alternate, so that a slow moment of the device hits both.
        const int Turns = 8;
        List<double> limits = [], journals = [];
        List<double> bare = [], latencies = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            limits.Add(BareSyncsPerSecond(folder, TimeSpan.FromSeconds(0.15), bare));
            journals.Add(AcksPerSecond(Path.Join(folder, $"journal-{sessions}-{turn}"), sessions, TimeSpan.FromSeconds(0.25), latencies));
        }
        bare.Sort();
        latencies.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sessions,4} sessions: {Medians.Of(journals),9:F0} acks/s, bare sync {Medians.Of(limits),7:F0}/s; median {Percentile(latencies, 50),5:F0} us, bare sync {Percentile(bare, 50),5:F0} us, ratio {Percentile(latencies, 50) / Percentile(bare, 50),5:F2}; p99 {Percentile(latencies, 99),6:F0} us, bare sync {Percentile(bare, 99),6:F0} us"));
        // alone each record waits for its own sync; together many share one
        Medians.AtLeast(output, $"{sessions} session(s), median of the ratios to bare syncs per second", Medians.Of(journals.Zip(limits, (ours, bareSync) => ours / bareSync)), sessions == 1 ? 0.5 : 1);
    }

    private static double Percentile(List<double> sorted, int percent) => sorted[sorted.Count * percent / 100];

    private static double BareSyncsPerSecond(string folder, TimeSpan duration, List<double> latencies)
    {
        var path = Path.Join(folder, "bare");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        // Written ahead like the journal's segments, so that both overwrite existing bytes.
        RandomAccess.Write(file, new byte[8 << 20], 0);
        RandomAccess.FlushToDisk(file);
        var frame = new byte[FrameBytes];
        new Random(1).NextBytes(frame);
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < duration; count++)
        {
            var before = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, frame, (long)count * FrameBytes);
            RandomAccess.FlushToDisk(file);
            latencies.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
        }
        return count / clock.Elapsed.TotalSeconds;
    }

    private static double AcksPerSecond(string folder, int sessions, TimeSpan duration, List<double> latencies)
    {
        using var journal = FileSessionJournal.Open(folder);
        // The first appends pay for compilation and for the first room ahead.
        Task.WhenAll(Enumerable.Range(0, sessions).Select(i => AppendAsync(journal, $"warm-{i}", TimeSpan.FromSeconds(0.1), []))).GetAwaiter().GetResult();
        var each = Enumerable.Range(0, sessions).Select(_ => new List<double>(1 << 14)).ToArray();
        var clock = Stopwatch.StartNew();
        Task.WhenAll(Enumerable.Range(0, sessions).Select(i => Task.Run(() => AppendAsync(journal, $"session-{i}", duration, each[i])))).GetAwaiter().GetResult();
        var elapsed = clock.Elapsed.TotalSeconds;
        foreach (var measured in each)
            latencies.AddRange(measured);
        return each.Sum(measured => measured.Count) / elapsed;
    }

    private static async Task AppendAsync(FileSessionJournal journal, string session, TimeSpan duration, List<double> latencies)
    {
        var key = new SessionKey("bench", session);
        ReadOnlyMemory<byte>[] payloads = [new byte[PayloadBytes]];
        var clock = Stopwatch.StartNew();
        long version = 0;
        while (clock.Elapsed < duration)
        {
            var before = Stopwatch.GetTimestamp();
            var result = await journal.AppendAsync(key, version, payloads, default).ConfigureAwait(false);
            latencies.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
            version = result.Version;
        }
    }

    private static void Recover(TextWriter output, string folder)
    {
        const int Sessions = 1000, Records = 100;
        using (var journal = FileSessionJournal.Open(folder))
        {
            Task.WhenAll(Enumerable.Range(0, Sessions).Select(i => FillAsync(journal, new SessionKey("bench", $"session-{i}"), Records))).GetAwaiter().GetResult();
        }
        var clock = Stopwatch.StartNew();
        using (FileSessionJournal.Open(folder))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opening a journal of {Sessions * Records} records: {clock.Elapsed.TotalMilliseconds:F0} ms"));
        }
    }

    private static async Task FillAsync(FileSessionJournal journal, SessionKey key, int records)
    {
        ReadOnlyMemory<byte>[] payloads = [new byte[PayloadBytes]];
        for (var version = 0; version < records; version++)
            await journal.AppendAsync(key, version, payloads, default).ConfigureAwait(false);
    }
}

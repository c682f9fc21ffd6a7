using System.Globalization;
using Trading.Cluster.Tests.Support;

namespace Trading.Cluster.Tests.Runs;

/// <summary>What was measured, as lines of tables for docs/performance.md. It is printed and written to a file; no test depends on it.</summary>
internal static class Figures
{
    private const string InterruptionHeader =
        "| fault | sessions | waited over 0.5 s | their median | median of all | worst | reconnects | fills told again | processes restarted so far | load |\n|---|---|---|---|---|---|---|---|---|---|";

    /// <summary>A session that waited longer than this was interrupted; a busy machine alone costs less.</summary>
    private static readonly TimeSpan Interruption = TimeSpan.FromSeconds(0.5);

    /// <summary>Adds a line about the longest waits of the sessions for a tick, beyond their own pace, and returns it.</summary>
    public static string WriteInterruptions(string file, string fault, FleetRun run, int restarts = 0)
    {
        var waits = run.Clients.Select(client => client.Starvation.Longest).Order().ToList();
        var interrupted = waits.Where(wait => wait > Interruption).ToList();
        return Write(file, InterruptionHeader, string.Create(
            CultureInfo.InvariantCulture,
            $"| {fault} | {waits.Count} | {interrupted.Count} | {Median(interrupted)} | {Median(waits)} | {Text(waits[^1])} | {run.Clients.Sum(client => client.Ledger.Reconnects)} | {run.Clients.Sum(client => client.Ledger.RepeatedFills)} | {restarts} | {Load} |"));
    }

    /// <summary>Adds a line to a file of figures, below its header where it is new, and returns it.</summary>
    public static string Write(string file, string header, string line)
    {
        Directory.CreateDirectory(Programs.Figures);
        var path = Path.Combine(Programs.Figures, file);
        if (!File.Exists(path)) File.WriteAllText(path, header + "\n");
        File.AppendAllText(path, line + "\n");
        return line;
    }

    /// <summary>Load average of the last minute: whoever reads a time wants to know what else was at work.</summary>
    public static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";

    public static string Text(TimeSpan time) =>
        time.TotalSeconds < 0.1 ? time.TotalMilliseconds.ToString("0 'ms'", CultureInfo.InvariantCulture) : time.TotalSeconds.ToString("0.00 's'", CultureInfo.InvariantCulture);

    private static string Median(List<TimeSpan> sorted) => sorted.Count == 0 ? "–" : Text(sorted[sorted.Count / 2]);
}

using System.Globalization;

namespace Trading.Grains.Runs;

/// <summary>Bounds and intervals of server-side runs; section <c>Runs</c> of the configuration.</summary>
public sealed record RunOptions
{
    public const string Section = "Runs";

    /// <summary>Threads of this process that compute runs, 0 to 256; 0 = this process computes none. Default: one less than the machine has processors, at least one.</summary>
    public int? Workers { get; init; }

    /// <summary>Ticks that a thread executes before it looks whether the run was cancelled and lets other users' runs have their turn. 1 to 10,000,000.</summary>
    public int SliceTicks { get; init; } = 20_000;

    /// <summary>Ticks of the sets that a process is given at a time for each of its threads. 1 to 1,000,000,000.</summary>
    public int AssignedTicks { get; init; } = 1_000_000;

    /// <summary>Longest time between two reports of a process about a run. 50 ms to 10 s.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Sets of a process that was not heard of for so long are given to others. At least three times <see cref="ReportEvery"/>, at most an hour.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A run whose bars could not be read for so long fails. 0 to an hour.</summary>
    public TimeSpan DataPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most parameter sets of a sweep. 1 to 100,000.</summary>
    public int MaxSets { get; init; } = 10_000;

    /// <summary>Most combinations of a grid, skipped ones included. 1 to 10,000,000.</summary>
    public int MaxCombinations { get; init; } = 1_000_000;

    /// <summary>Most runs of one user that go on at a time; the plan's <c>concurrent_sessions</c> may say less. 1 to 1,000.</summary>
    public int MaxRunning { get; init; } = 16;

    /// <summary>Most runs of the whole cluster that go on at a time. 1 to 10,000.</summary>
    public int MaxActive { get; init; } = 1_000;

    /// <summary>Most runs of one user that are kept; the oldest ones that have ended go first. 1 to 10,000, not below <see cref="MaxRunning"/>.</summary>
    public int MaxKept { get; init; } = 1_000;

    /// <summary>How long a run that has ended is kept. A minute to 45 days.</summary>
    public TimeSpan RetainedFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Threads in force.</summary>
    public int Threads => Workers ?? Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Every broken rule, each naming the setting, its value and the rule; empty when all is well.</summary>
    public IEnumerable<string> Problems() => new[]
    {
        Problem(Workers is null or (>= 0 and <= 256), nameof(Workers), Workers ?? 0, "0 to 256"),
        Problem(SliceTicks is >= 1 and <= 10_000_000, nameof(SliceTicks), SliceTicks, "1 to 10000000"),
        Problem(AssignedTicks is >= 1 and <= 1_000_000_000, nameof(AssignedTicks), AssignedTicks, "1 to 1000000000"),
        Problem(ReportEvery >= TimeSpan.FromMilliseconds(50) && ReportEvery <= TimeSpan.FromSeconds(10), nameof(ReportEvery), ReportEvery, "50 ms to 10 s"),
        Problem(Lease >= 3 * ReportEvery && Lease <= TimeSpan.FromHours(1), nameof(Lease), Lease, $"at least three times {nameof(ReportEvery)} ({ReportEvery}) and at most an hour"),
        Problem(DataPatience >= TimeSpan.Zero && DataPatience <= TimeSpan.FromHours(1), nameof(DataPatience), DataPatience, "0 to an hour"),
        Problem(MaxSets is >= 1 and <= 100_000, nameof(MaxSets), MaxSets, "1 to 100000"),
        Problem(MaxCombinations is >= 1 and <= 10_000_000, nameof(MaxCombinations), MaxCombinations, "1 to 10000000"),
        Problem(MaxRunning is >= 1 and <= 1_000, nameof(MaxRunning), MaxRunning, "1 to 1000"),
        Problem(MaxActive is >= 1 and <= 10_000, nameof(MaxActive), MaxActive, "1 to 10000"),
        Problem(MaxKept >= MaxRunning && MaxKept <= 10_000, nameof(MaxKept), MaxKept, $"at least {nameof(MaxRunning)} ({MaxRunning}) and at most 10000"),
        Problem(RetainedFor >= TimeSpan.FromMinutes(1) && RetainedFor <= TimeSpan.FromDays(45), nameof(RetainedFor), RetainedFor, "a minute to 45 days"),
    }.OfType<string>();

    private static string? Problem(bool right, string name, object value, string rule) =>
        right ? null : string.Create(CultureInfo.InvariantCulture, $"{Section}:{name} is {value}, but must be {rule}");
}

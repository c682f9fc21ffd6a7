using Trading.GrainInterfaces.Data;

namespace Trading.Grains.Data;

/// <summary>An update as it is stored after every slice.</summary>
[GenerateSerializer, Alias("trading.data-update-state")]
public sealed class DataUpdateState
{
    [Id(0)] public UpdateState State { get; set; }

    /// <summary>Microseconds since 1970-01-01Z.</summary>
    [Id(1)] public long StartedAt { get; set; }

    [Id(2)] public long? CompletedAt { get; set; }

    /// <summary>Symbols in work at a time.</summary>
    [Id(3)] public int MaxConcurrentSymbols { get; set; } = 1;

    [Id(4)] public bool IsCancelled { get; set; }

    [Id(5)] public List<SymbolRun> Symbols { get; set; } = [];

    [Id(6)] public List<string> Recommendations { get; set; } = [];
}

/// <summary>One symbol of an update.</summary>
[GenerateSerializer, Immutable, Alias("trading.symbol-run")]
public sealed record SymbolRun
{
    [Id(0)] public string Symbol { get; init; } = "";

    [Id(1)] public SymbolUpdateState State { get; init; }

    [Id(2)] public SymbolWork Work { get; init; } = new();

    [Id(3)] public long? StartedAt { get; init; }

    [Id(4)] public long? FinishedAt { get; init; }

    [Id(5)] public string? Error { get; init; }

    /// <summary>Never falls.</summary>
    [Id(6)] public decimal Percent { get; init; }

    /// <summary>Slices in a row that ended with an exception.</summary>
    [Id(7)] public int Failures { get; init; }

    public bool IsFinished => State is SymbolUpdateState.Completed or SymbolUpdateState.Failed;

    /// <summary>After a slice.</summary>
    public SymbolRun After(SliceResult result, long now)
    {
        var isFinished = result.IsDone || result.Error is not null;
        return this with
        {
            Work = isFinished ? Trimmed(result.Work) : result.Work,
            State = !isFinished ? SymbolUpdateState.InProgress : result.Error is null ? SymbolUpdateState.Completed : SymbolUpdateState.Failed,
            FinishedAt = isFinished ? now : null,
            Error = result.Error,
            Percent = isFinished ? 100.0m : Math.Max(Percent, PercentOf(result.Work)),
            Failures = 0,
        };
    }

    /// <summary>Shares of the phases: looking 10, downloading 70, resampling 19, reporting 1.</summary>
    public static decimal PercentOf(SymbolWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return work.Phase switch
        {
            UpdatePhase.Validating => work.ValidatedThrough is null ? 0.0m : 5.0m,
            UpdatePhase.Downloading => MarketData.Updates.UpdateProgress.Within(10.0m, 80.0m, DaysLeft(work), work.Planned.Count),
            UpdatePhase.Resampling => MarketData.Updates.UpdateProgress.Within(80.0m, 99.0m, work.ToResample.Count, work.DaysToResample),
            UpdatePhase.Reporting => 99.0m,
            _ => 0.0m,
        };
    }

    // stretches are fetched in order, so what lies before the first of them is done
    private static int DaysLeft(SymbolWork work)
    {
        if (work.ToFetch.Count == 0) return 0;
        var next = (int)(work.ToFetch[0].Start / 86_400_000_000);
        return work.Planned.Count(day => day >= next);
    }

    /// <summary>What a finished symbol still tells; the plan has served.</summary>
    private static SymbolWork Trimmed(SymbolWork work) => work with { ToFetch = [], ToResample = [], Planned = [], Silent = [], Notes = [.. work.Notes.TakeLast(5)] };
}

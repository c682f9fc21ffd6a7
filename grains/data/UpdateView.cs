using Trading.GrainInterfaces.Data;
using Trading.MarketData.Updates;

namespace Trading.Grains.Data;

/// <summary>What is shown of an update: its state as it was stored last.</summary>
internal sealed class UpdateView(DataUpdateState state)
{
    private readonly UpdateState _state = state.State;
    private readonly long _startedAt = state.StartedAt;
    private readonly long? _completedAt = state.CompletedAt;
    private readonly SymbolRun[] _symbols = [.. state.Symbols];
    private readonly string[] _recommendations = [.. state.Recommendations];

    public UpdateStatus Status(string id, DateTimeOffset now)
    {
        var inWork = _symbols.Where(symbol => symbol.State == SymbolUpdateState.InProgress).ToArray();
        var completed = _symbols.Count(symbol => symbol.IsFinished);
        var isComplete = _completedAt is not null;
        var elapsed = now - DateTimeOffset.UnixEpoch - TimeSpan.FromMicroseconds(_startedAt);
        return new(
            id,
            _state,
            _startedAt,
            _symbols.Length,
            completed,
            inWork.FirstOrDefault()?.Symbol,
            isComplete ? UpdatePhase.Reporting : inWork.FirstOrDefault()?.Work.Phase ?? UpdatePhase.Validating,
            isComplete ? 100.0m : UpdateProgress.Percent(completed, _symbols.Length),
            isComplete ? 0 : UpdateProgress.SecondsRemaining(elapsed, _symbols.Select(symbol => symbol.Percent)),
            [.. inWork.Select(symbol => symbol.Symbol)]);
    }

    public IReadOnlyList<SymbolProgress> Progress() =>
        [.. _symbols.Select(symbol => new SymbolProgress(symbol.Symbol, symbol.State, Phase(symbol), symbol.Percent, symbol.StartedAt, symbol.FinishedAt, symbol.Error))];

    public UpdateDetails Details(string id) => new(
        id,
        _state,
        _completedAt is not null,
        _startedAt,
        _completedAt,
        [.. _symbols.Select(symbol => new SymbolResult(
            symbol.Symbol,
            symbol.State == SymbolUpdateState.Completed,
            symbol.Work.CandlesDownloaded,
            symbol.Work.CandlesResampled,
            symbol.Work.CompletenessPercent,
            symbol.Error))],
        _recommendations);

    private static UpdatePhase Phase(SymbolRun symbol) => symbol.State == SymbolUpdateState.Waiting ? UpdatePhase.Waiting : symbol.Work.Phase;
}

/// <summary>What an update says at its end (OHLCV-153).</summary>
internal static class UpdateReport
{
    private const decimal AttentionPercent = 95;

    public static string Name(UpdateState state) => state switch
    {
        UpdateState.Started => "started",
        UpdateState.InProgress => "in_progress",
        UpdateState.Completed => "completed",
        UpdateState.CompletedWithErrors => "completed_with_errors",
        _ => "failed",
    };

    /// <summary>What somebody should do now; empty when nothing.</summary>
    public static IEnumerable<string> Recommendations(IReadOnlyList<SymbolRun> symbols)
    {
        var failed = symbols.Where(symbol => symbol.State == SymbolUpdateState.Failed).ToArray();
        var refused = failed.Where(symbol => symbol.Work.GivenUp.Count > 0).SelectMany(symbol => symbol.Work.GivenUp).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (refused.Length > 0) yield return $"Check key, quota and reachability of {string.Join(", ", refused)}";
        if (failed.Length > 0) yield return $"Run {Names(failed)} again";
        var incomplete = symbols.Where(symbol => symbol.Work.Actual * 100 < symbol.Work.Expected * AttentionPercent && symbol.State == SymbolUpdateState.Completed).ToArray();
        if (incomplete.Length > 0) yield return $"{Names(incomplete)}: less than {AttentionPercent} % complete; analyse the completeness and fill the gaps";
        var moved = symbols.Where(symbol => symbol.Work.Outliers > 0).ToArray();
        var moves = moved.Sum(symbol => symbol.Work.Outliers);
        if (moves > 0) yield return $"{Names(moved)}: {moves} move{(moves == 1 ? "" : "s")} above {MarketData.Validation.PriceMoves.DefaultPercent} % between minutes; compare them with another source";
    }

    private static string Names(SymbolRun[] symbols) =>
        string.Join(", ", symbols.Take(10).Select(symbol => symbol.Symbol)) + (symbols.Length > 10 ? $" and {symbols.Length - 10} more" : "");
}

using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;
using Trading.MarketData.Validation;

namespace Trading.Grains.Data;

/// <summary>
/// One analysis. It works in ticks of a timer, a year of a symbol or one slice of filling at a time, and keeps its result in memory: who lost it asks again.
/// </summary>
[Reentrant]
public sealed partial class CompletenessGrain(SymbolTools tools, ILogger<CompletenessGrain> logger) : Grain, ICompletenessGrain
{
    /// <summary>Symbols times calendar days of one request.</summary>
    private const long MostDays = 1_000_000;

    private const int MostFailures = 5;

    private static readonly TimeSpan WaitForResult = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<CompletenessAnswer> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<SymbolAnalysis> _done = [];
    private readonly Queue<SymbolAnalysis> _left = new();
    private CompletenessRequest? _request;
    private IGrainTimer? _timer;
    private int _failures;

    private string Run => $"completeness/{this.GetPrimaryKeyString()}";

    public Task<DataProblem?> Start(CompletenessRequest request, CancellationToken cancellationToken)
    {
        if (_request is not null) return Task.FromResult<DataProblem?>(null);
        if (Check(request, out var symbols) is { } problem) return Task.FromResult<DataProblem?>(problem);
        _request = request;
        foreach (var symbol in symbols) _left.Enqueue(new SymbolAnalysis(symbol, tools, request));
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
        return Task.FromResult<DataProblem?>(null);
    }

    public async Task<CompletenessAnswer?> GetResult(CancellationToken cancellationToken)
    {
        if (_request is null) return new(new(DataProblemKind.NotFound, "UNKNOWN_ANALYSIS", "there is no such analysis, or it was lost with its server; start it again"), [], [], []);
        try
        {
            return await _result.Task.WaitAsync(WaitForResult, tools.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static DataProblem? Check(CompletenessRequest request, out IReadOnlyList<string> symbols)
    {
        if (UpdateRules.Symbols(request.Symbols, out symbols) is { } problem) return problem;
        if (UpdateRules.Dates(request.StartDate, request.EndDate) is { } range) return range;
        if (request.MaxGapFillAttempts is < 1 or > 100)
        {
            return new(DataProblemKind.Invalid, "INVALID_LIMIT", $"max_gap_fill_attempts is {request.MaxGapFillAttempts}, not between 1 and 100", "max_gap_fill_attempts");
        }

        var days = (request.EndDate - request.StartDate + 1L) * symbols.Count;
        return days > MostDays ? new(DataProblemKind.Invalid, "TOO_MANY_DAYS", $"{symbols.Count} symbols over the period are {days} days, more than the {MostDays} of one request", "end_date") : null;
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        var wait = TimeSpan.Zero;
        try
        {
            wait = await Step(cancellationToken);
            _failures = 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (CandleStoreException failure)
        {
            Finish(new(StoreProblems.Of(failure), [], [], []));
            return;
        }
#pragma warning disable CA1031 // asked again, and in the end told to whoever waits for the result
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(failure, Run, ++_failures);
            wait = AfterFailure;
            if (_failures >= MostFailures) Finish(new(new(DataProblemKind.Unavailable, "ANALYSIS_FAILED", failure.Message), [], [], []));
        }

        if (_result.Task.IsCompleted) return;
        if (_left.Count == 0) Finish(Answer());
        else _timer?.Change(tools.Clock.Timer(wait), Timeout.InfiniteTimeSpan);
    }

    private async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        var symbol = _left.Peek();
        if (symbol.IsFilling) return await Fill(symbol, cancellationToken);
        if (!symbol.IsLookedAt) await symbol.Look(cancellationToken);
        if (!symbol.IsLookedAt) return TimeSpan.Zero;
        if (_request!.AutoFillGaps && symbol.Work is null && symbol.BeginFilling(tools.Clock.Micros)) return TimeSpan.Zero;
        End(symbol);
        return TimeSpan.Zero;
    }

    /// <summary>One slice of filling, by the rules of every update; the days are looked at again when it is done.</summary>
    private async Task<TimeSpan> Fill(SymbolAnalysis symbol, CancellationToken cancellationToken)
    {
        var grain = GrainFactory.GetGrain<ISymbolDataGrain>(symbol.Symbol);
        var result = await grain.Advance(Run, symbol.Work!, cancellationToken);
        symbol.Work = result.Work;
        if (result.Error is { } error) symbol.Failed(error);
        if (!result.IsDone && result.Error is null) return TimeSpan.FromMilliseconds(result.WaitMs);
        symbol.IsFilling = false;
        await grain.Release(Run, CancellationToken.None);
        return TimeSpan.Zero;
    }

    private void End(SymbolAnalysis symbol)
    {
        _done.Add(_left.Dequeue());
        if (symbol.Figures.ExpectedCandles > 0) tools.Metrics.SymbolCompleteness(symbol.Symbol, symbol.Figures.Percentage);
    }

    private CompletenessAnswer Answer()
    {
        var below = _done.Where(symbol => symbol.Figures.NeedsAttention).Select(symbol => symbol.Symbol).ToArray();
        return new(null, [.. _done.Select(symbol => symbol.Result())], below, CompletenessAnalysis.Recommendations(below.Length, _done.Count));
    }

    private void Finish(CompletenessAnswer answer)
    {
        _timer?.Dispose();
        _left.Clear();
        _result.TrySetResult(answer);
    }

    [LoggerMessage(3470, LogLevel.Warning, "{Run}: a step failed, {Failures} in a row")]
    private partial void LogFailed(Exception failure, string run, int failures);
}

using Trading.GrainInterfaces.Data;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;
using Trading.MarketData.Validation;

namespace Trading.Grains.Data;

/// <summary>The analysis of one symbol, day by day, and what filling changed.</summary>
internal sealed class SymbolAnalysis(string symbol, SymbolTools tools, CompletenessRequest request)
{
    private readonly MarketRules _market = tools.Markets[symbol];
    private readonly List<DayCompleteness> _days = [];
    private readonly List<MinuteGap> _gaps = [];
    private readonly List<string> _errors = [];
    private List<MinuteGap>? _before;
    private CompletenessFigures _figures;
    private int _next = request.StartDate;

    public string Symbol => symbol;

    /// <summary>Where filling stands; null before it began.</summary>
    public SymbolWork? Work { get; set; }

    public bool IsFilling { get; set; }

    public bool IsLookedAt => _next > request.EndDate;

    public CompletenessFigures Figures => _figures;

    /// <summary>Looks at the next days: some tens of milliseconds.</summary>
    public async Task Look(CancellationToken cancellationToken)
    {
        var (first, last) = (MarketRules.DateOfDay(_next), MarketRules.DateOfDay(Math.Min(request.EndDate, _next + 365)));
        var stored = await tools.StoredDays(symbol, first, last, CandleFields.Time, cancellationToken);
        for (var date = first; date <= last; date = date.AddDays(1))
        {
            var known = stored.GetValueOrDefault(date);
            var day = DayValidator.Validate(date, known?.Candles ?? MarketData.Candles.CandleColumns.Empty, _market, known?.Info.ConfirmedEmpty);
            if (day.DataError is { } error && _errors.Count < 100) _errors.Add(error);
            if (!day.IsTradingDay) continue;
            _figures += CompletenessAnalysis.Sum([day]);
            _gaps.AddRange(day.Gaps);
            if (request.IncludeDetails) _days.Add(Shown(day));
        }

        _next = MarketRules.DayNumber(last) + 1;
    }

    /// <summary>Turns the gaps into work and forgets the figures: they describe the state after filling (OHLCV-112).</summary>
    /// <returns>False when there is nothing to fetch.</returns>
    public bool BeginFilling(long now)
    {
        _before = [.. _gaps];
        var finished = UpdateBounds.LastFinished(_market, now);
        var end = finished < 0 ? long.MinValue : UpdateBounds.End(_market, finished);
        Work = new SymbolWork
        {
            Phase = UpdatePhase.Downloading,
            FetchedAt = now,
            ToFetch = [.. _before.Where(gap => !gap.IsConfirmedEmpty && gap.End <= end).Select(gap => new FetchRange(gap.Start, gap.End, MaxAttempts: request.MaxGapFillAttempts))],
        };
        if (Work.ToFetch.Count == 0) return false;
        IsFilling = true;
        _days.Clear();
        _gaps.Clear();
        _errors.Clear();
        (_figures, _next) = (default, request.StartDate);
        return true;
    }

    public void Failed(string problem) => _errors.Add(problem);

    public SymbolCompleteness Result() => new(
        symbol,
        _figures.TotalTradingDays,
        _figures.ValidDays,
        _figures.ExpectedCandles,
        _figures.ActualCandles,
        [.. _days],
        Filled(),
        [.. _errors]);

    private GapFill? Filled()
    {
        if (_before is null) return null;
        var wanted = _before.Where(gap => !gap.IsConfirmedEmpty).ToArray();
        var missing = wanted.Sum(gap => (long)gap.MissingCandles);
        var left = wanted.Select(gap => _gaps.Sum(now => Math.Max(0, Math.Min(gap.End, now.End) - Math.Max(gap.Start, now.Start)) / 60_000_000)).ToArray();
        return new(wanted.Length, left.Count(minutes => minutes == 0), Work?.Requests ?? 0, missing, missing - left.Sum());
    }

    private DayCompleteness Shown(DayValidation day) => new(
        MarketRules.DayNumber(day.Date), day.IsValid, day.IsHalfDay, day.ExpectedCandles, day.ActualCandles, [.. Runs(day.Gaps).Select(gap => new DayGap(gap.Start, gap.End, gap.MissingCandles, Request(gap)))]);

    /// <summary>Runs of missing minutes, whether confirmed or not (OHLCV-104).</summary>
    private static List<MinuteGap> Runs(IReadOnlyList<MinuteGap> gaps)
    {
        var runs = new List<MinuteGap>();
        foreach (var gap in gaps)
        {
            if (runs.Count > 0 && runs[^1].End == gap.Start) runs[^1] = new(runs[^1].Start, gap.End, runs[^1].IsConfirmedEmpty && gap.IsConfirmedEmpty);
            else runs.Add(gap);
        }

        return runs;
    }

    /// <summary>What would fetch exactly the gap, without key (OHLCV-115, OHLCV-116).</summary>
    private string? Request(MinuteGap gap) => tools.Providers.For(_market.AssetClass) is [var provider, ..]
        ? provider.Describe(new MinuteRequest(symbol, _market.AssetClass, gap.Start, gap.End, ExtendedHours: false))
        : null;
}

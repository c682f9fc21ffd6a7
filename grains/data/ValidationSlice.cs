using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;
using Trading.MarketData.Validation;

namespace Trading.Grains.Data;

/// <summary>Phase 1: looks at stored days and plans what to fetch (OHLCV-122 to 125, OHLCV-139). Changes nothing.</summary>
internal sealed class ValidationSlice(SymbolTools tools)
{
    /// <summary>Days per slice: some tens of milliseconds.</summary>
    public const int DaysPerSlice = 250;

    public async Task<SymbolWork> Run(string symbol, SymbolWork work, CancellationToken cancellationToken)
    {
        var market = tools.Markets[symbol];
        var stored = await tools.Store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken);
        var bounds = UpdateBounds.Of(
            market,
            work.FetchedAt,
            Date(work.FirstDate),
            Date(work.LastDate),
            stored.Count == 0 ? null : (stored[0], stored[^1]),
            work.ForceValidation,
            tools.Options.Nightly.FirstFetchDays);
        var from = work.ValidatedThrough is { } through ? UpdateBounds.AtOrBefore(market, MarketRules.DateOfDay(through)) + 1 : bounds.First;
        var to = Math.Min(bounds.Last, from + DaysPerSlice - 1);
        if (from <= to) work = await Look(symbol, market, work, from, to, cancellationToken);
        return to >= bounds.Last ? Plan(market, work) : work;
    }

    private static DateOnly? Date(int? day) => day is { } number ? MarketRules.DateOfDay(number) : null;

    private static SymbolWork Plan(MarketRules market, SymbolWork work)
    {
        var ranges = DaySpans.Of(market, work.Planned).Select(span => new FetchRange(span.Start, span.End)).ToArray();
        return work with { Phase = UpdatePhase.Downloading, ToFetch = ranges, RangesPlanned = work.Planned.Count, DaysToResample = work.ToResample.Count };
    }

    private async Task<SymbolWork> Look(string symbol, MarketRules market, SymbolWork work, int from, int to, CancellationToken cancellationToken)
    {
        var (first, last) = (market.DateAt(from), market.DateAt(to));
        var days = await tools.StoredDays(symbol, first, last, CandleFields.Time, cancellationToken);
        var behind = work.Resample ? await Behind(symbol, days, first, last, cancellationToken) : [];
        var (planned, resample) = (new List<int>(), new List<int>());
        var (expected, actual) = (work.Expected, work.Actual);
        for (var day = from; day <= to; day++)
        {
            var date = market.DateAt(day);
            expected += market.ExpectedMinutes(day);
            if (!days.TryGetValue(date, out var stored) || stored.IsIncomplete(market, date))
            {
                planned.Add(MarketRules.DayNumber(date));
                continue;
            }

            var count = DayValidator.Validate(date, stored.Candles, market).ActualCandles;
            actual += count;
            if (count > 0 && behind.Contains(date)) resample.Add(MarketRules.DayNumber(date));
        }

        return work with
        {
            ValidatedThrough = MarketRules.DayNumber(last),
            Planned = [.. work.Planned, .. planned],
            ToResample = [.. work.ToResample, .. resample],
            Expected = expected,
            Actual = actual,
        };
    }

    /// <summary>
    /// The days whose longer candles are missing or older than their minutes: a run ended between the two. The marker is written last of a day, so one
    /// look at it is enough.
    /// </summary>
    private async Task<HashSet<DateOnly>> Behind(string symbol, Dictionary<DateOnly, StoredDay> minutes, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        var behind = new HashSet<DateOnly>();
        foreach (var target in tools.Targets)
        {
            var made = (await tools.Store.DaysAsync(symbol, target, cancellationToken)).ToHashSet();
            behind.UnionWith(minutes.Keys.Where(date => !made.Contains(date)));
        }

        if (tools.Marker is { } marker)
        {
            foreach (var partition in await tools.Store.DescribeAsync(symbol, marker, first, last, cancellationToken))
            {
                if (minutes.TryGetValue(partition.Day, out var day) && partition.Summary.Info.FetchedAt < day.Info.FetchedAt) behind.Add(partition.Day);
            }
        }

        return behind;
    }
}

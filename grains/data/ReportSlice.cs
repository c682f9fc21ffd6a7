using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;
using Trading.MarketData.Validation;

namespace Trading.Grains.Data;

/// <summary>Phase 4: counts what came of the days that were fetched. Changes nothing.</summary>
internal sealed class ReportSlice(SymbolTools tools)
{
    public async Task<(SymbolWork Work, bool IsDone)> Run(string symbol, SymbolWork work, CancellationToken cancellationToken)
    {
        var market = tools.Markets[symbol];
        int[] days = [.. work.Planned.Where(day => day > (work.ReportedThrough ?? int.MinValue)).Take(ValidationSlice.DaysPerSlice)];
        if (days.Length > 0)
        {
            var (first, last) = (MarketRules.DateOfDay(days[0]), MarketRules.DateOfDay(days[^1]));
            var stored = await tools.StoredDays(symbol, first, last, CandleFields.Time, cancellationToken);
            var actual = work.Actual;
            foreach (var day in days.Select(MarketRules.DateOfDay))
            {
                if (stored.TryGetValue(day, out var found)) actual += DayValidator.Validate(day, found.Candles, market).ActualCandles;
            }

            work = work with { Actual = actual, ReportedThrough = days[^1] };
            if (days[^1] != work.Planned[^1]) return (work, false);
        }

        var percent = UpdateProgress.Completeness(work.Actual, work.Expected);
        if (work.Expected > 0) tools.Metrics.SymbolCompleteness(symbol, percent);
        return (work with { CompletenessPercent = percent }, true);
    }
}

using Trading.Diagnostics;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;
using Trading.MarketData.Validation;

namespace Trading.Grains.Data;

/// <summary>Stores what a provider answered, day by day. Doing it twice leaves the same bytes and the same work.</summary>
internal sealed class DayWriter(SymbolTools tools)
{
    private const string Step = "store";

    /// <returns>The work without the time that was answered; days of which the provider had nothing are left for the next one.</returns>
    public async Task<SymbolWork> Store(string symbol, MarketRules market, SymbolWork work, FetchRange range, DownloadSlice.Answer answer, CancellationToken cancellationToken)
    {
        var days = FetchedDays.Split(market, answer.Candles, answer.Asked);
        foreach (var reason in answer.Dropped.Concat(days.SelectMany(day => day.Dropped)).Take(100)) work = tools.Note(work, symbol, answer.Asked, answer.Provider, Step, "row_dropped", reason);
        if (range.Provider != int.MaxValue && answer.Dropped.Count == 0) ApiRisk.Gaps(answer.Provider, days.Sum(day => GapsLeft(market, day, answer.Asked, work.FetchedAt)));
        var (lacking, touched, candles) = (new List<int>(), new List<int>(), 0L);
        if (days.Count > 0)
        {
            var stored = await tools.StoredDays(symbol, market.DateAt(days[0].Day), market.DateAt(days[^1].Day), CandleFields.Time, cancellationToken);
            await using var writer = await tools.Store.OpenWriterAsync(symbol, cancellationToken);
            foreach (var day in days)
            {
                var date = market.DateAt(day.Day);
                var known = stored.GetValueOrDefault(date);
                if (day.Candles.Count == 0 && known is null)
                {
                    lacking.Add(MarketRules.DayNumber(date));
                    continue;
                }

                var merge = DayMerge.Decide(market, day with { HasUnreadable = day.HasUnreadable || answer.Dropped.Count > 0 }, answer.Asked, known, answer.Provider, work.FetchedAt);
                await Write(symbol, writer, date, day.Candles, known, merge, cancellationToken);
                if (merge.Write is null) continue;
                touched.Add(MarketRules.DayNumber(date));
                candles += day.Candles.Count;
                work = tools.NoteOutliers(work, symbol, day.Candles, answer.Provider);
            }
        }

        tools.Metrics.Downloaded(answer.Provider, candles);
        return Next(market, work, range, answer, lacking) with
        {
            CandlesDownloaded = work.CandlesDownloaded + candles,
            ToResample = work.Resample ? [.. work.ToResample.Union(touched).Order()] : [],
        };
    }

    /// <summary>Days that every provider answered and none had anything of get an empty file, so that they are not asked for every night (OHLCV-121).</summary>
    public async Task RememberSilent(string symbol, MarketRules market, SymbolWork work, CancellationToken cancellationToken)
    {
        var provider = tools.Providers.For(market.AssetClass)[0].Name;
        await using var writer = await tools.Store.OpenWriterAsync(symbol, cancellationToken);
        foreach (var day in work.Silent)
        {
            var date = MarketRules.DateOfDay(day);
            var index = market.IndexOf(date);
            if (index < 0 || !DayMerge.IsOver(market, index, work.FetchedAt, DayMerge.SettledAfter)) continue;
            TimeSpanMicros session = new(market.Days.RegularOpen(index), market.Days.RegularClose(index));
            var info = new PartitionInfo(provider, DayMerge.VendorHistory, "raw", Finality.Final, work.FetchedAt, [session]);
            await writer.AnnotateAsync(Timeframe.OneMinute, date, info, cancellationToken);
        }
    }

    /// <summary>Runs of expected minutes that an answer left out. Where rows were unreadable or the day is not settled, nobody knows.</summary>
    private static int GapsLeft(MarketRules market, FetchedDay day, TimeSpanMicros asked, long fetchedAt) => day.HasUnreadable || !DayMerge.IsOver(market, day.Day, fetchedAt, DayMerge.SettledAfter)
        ? 0
        : DayValidator.Validate(market.DateAt(day.Day), day.Candles, market).Gaps.Count(gap => gap.Start < asked.End && gap.End > asked.Start);

    private async Task Write(string symbol, ICandleWriter writer, DateOnly date, CandleColumns candles, StoredDay? known, DayMerge merge, CancellationToken cancellationToken)
    {
        var info = known?.Info;
        if (merge.Write is { } mode)
        {
            await writer.WriteAsync(Timeframe.OneMinute, candles, merge.Info, mode, cancellationToken);
            info = (await tools.Store.DescribeAsync(symbol, Timeframe.OneMinute, date, date, cancellationToken)) is [var day] ? day.Summary.Info : null;
        }

        // a day whose candles did not change keeps its file; what was learned about its gaps, and that it is over now, is added
        if (info is null || (info.Finality == merge.Info.Finality && info.ConfirmedEmpty.SequenceEqual(merge.Info.ConfirmedEmpty))) return;
        await writer.AnnotateAsync(Timeframe.OneMinute, date, info with { Finality = merge.Info.Finality, ConfirmedEmpty = merge.Info.ConfirmedEmpty }, cancellationToken);
    }

    private SymbolWork Next(MarketRules market, SymbolWork work, FetchRange range, DownloadSlice.Answer answer, List<int> lacking)
    {
        var rest = new List<FetchRange>();
        var attempts = range.Attempts + 1;
        var mayGoOn = range.Provider < tools.Providers.For(market.AssetClass).Count - 1 && (range.MaxAttempts == 0 || attempts < range.MaxAttempts);
        if (mayGoOn)
        {
            rest.AddRange(DaySpans.Of(market, lacking).Select(span => new FetchRange(span.Start, span.End, range.Provider + 1, 0, range.MaxAttempts, attempts, range.HadFailure)));
        }

        var next = market.Days.DayAtOrBefore(answer.Asked.End - 1) + 1;
        if (answer.Asked.End < range.End && next < market.Days.Count) rest.Add(range with { Start = UpdateBounds.Start(market, next), Attempt = 0, Attempts = 0, Provider = 0, HadFailure = false });
        rest.AddRange(work.ToFetch.Skip(1));
        var silent = mayGoOn || lacking.Count == 0 ? work.Silent : [.. work.Silent.Union(lacking).Order()];
        if (!mayGoOn && lacking.Count > 0 && (range.HadFailure || work.GivenUp.Count > 0))
        {
            return work with { ToFetch = rest, Failure = work.Failure ?? $"{answer.Provider} has nothing of {lacking.Count} days, and a provider before it failed" };
        }

        return work with { ToFetch = rest, Silent = silent };
    }
}

using Trading.Engine.Bars;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;

namespace Trading.Grains.Data;

/// <summary>
/// The splits and dividends of a symbol that got new days, from the first provider that has them: one request per slice, after the minutes. What a provider
/// knows is added to the table; that it knows nothing, or fails, stops nothing and is asked again with the next new day.
/// </summary>
internal sealed class ActionsSlice(SymbolTools tools, IGrainFactory grains)
{
    private const string Step = "corporate_actions";
    private const int MostPages = 100;

    /// <summary>Actions are announced some time before their ex date.</summary>
    private const int DaysAhead = 60;

    private readonly List<ActionsPage> _pages = [];
    private (string Provider, DateOnly First)? _asked;

    /// <summary>Whether there is somebody to ask about the symbol.</summary>
    public bool IsDue(string symbol, SymbolWork work) => !work.HasActions && work.CandlesDownloaded > 0 && Provider(tools.Markets[symbol], work) is not null;

    public async Task<SliceOutcome> Run(string symbol, SymbolWork work, CancellationToken cancellationToken)
    {
        var market = tools.Markets[symbol];
        var provider = Provider(market, work)!;
        var days = await tools.Store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken);
        if (days.Count == 0) return Done(work);
        if (_asked != (provider.Name, days[0])) _pages.Clear();
        _asked = (provider.Name, days[0]);
        var budget = await grains.GetGrain<IProviderGrain>(provider.Name).Take(cancellationToken);
        if (!budget.Granted) return new(work, Math.Max(1, budget.WaitMs));

        // all days that are stored: adjusting goes back from today, so a hole in the table would falsify everything before it
        var request = new ActionsRequest(symbol, days[0], market.DayOf(work.FetchedAt).AddDays(DaysAhead));
        var (page, failure) = await provider.FetchActionsAsync(request, _pages.Count == 0 ? null : _pages[^1].Continuation, cancellationToken);
        work = work with { Requests = work.Requests + 1 };
        if (page is null || failure is not null) return await Failed(symbol, market, work, provider, failure, cancellationToken);
        tools.Metrics.Request(provider.Name, "ok");
        await grains.GetGrain<IProviderGrain>(provider.Name).Report(default, cancellationToken);
        _pages.Add(page);
        if (page.Continuation is not null && _pages.Count < MostPages) return new(work);
        var splits = _pages.SelectMany(one => one.Splits).GroupBy(split => split.ExDate).Select(same => same.Last()).OrderBy(split => split.ExDate).ToArray();
        var dividends = _pages.SelectMany(one => one.Dividends).GroupBy(dividend => dividend.ExDate).Select(same => same.Last()).OrderBy(dividend => dividend.ExDate).ToArray();
        try
        {
            await tools.Actions.MergeAsync(new CorporateActions(symbol, splits, dividends), provider.Name, cancellationToken);
        }
        catch (IOException damaged)
        {
            // the stored table cannot be read: somebody must look at it, and the minutes are none the worse
            var (start, end) = market.BoundsOf(market.DayOf(work.FetchedAt));
            return Done(tools.Note(work, symbol, new TimeSpanMicros(start, end), provider.Name, Step, "damaged", damaged.Message));
        }

        return Done(work);
    }

    private IMarketDataProvider? Provider(MarketRules market, SymbolWork work) => market.AssetClass != AssetClass.Equity
        ? null
        : tools.Providers.For(market.AssetClass).FirstOrDefault(provider => provider.HasActions && !work.GivenUp.Contains(provider.Name));

    private SliceOutcome Done(SymbolWork work)
    {
        _pages.Clear();
        _asked = null;
        return new(work with { HasActions = true });
    }

    private async Task<SliceOutcome> Failed(string symbol, MarketRules market, SymbolWork work, IMarketDataProvider provider, ProviderFailure? failure, CancellationToken cancellationToken)
    {
        failure ??= new(FailureKind.Malformed, provider.Name, "the client gave neither actions nor a failure");
        tools.Metrics.Request(provider.Name, "failed");
        var pause = failure.Kind == FailureKind.RateLimited ? tools.Retries.Decide(failure, 1, SymbolTools.Jitter(symbol, 1)).Pause : TimeSpan.Zero;
        await grains.GetGrain<IProviderGrain>(provider.Name).Report(new(failure.Message, (byte)failure.Kind, (int)Math.Min(pause.TotalMilliseconds, int.MaxValue)), cancellationToken);
        var (start, end) = market.BoundsOf(market.DayOf(work.FetchedAt));
        return Done(tools.Note(work, symbol, new TimeSpanMicros(start, end), provider.Name, Step, failure.Kind.ToString().ToLowerInvariant(), failure.Message));
    }
}

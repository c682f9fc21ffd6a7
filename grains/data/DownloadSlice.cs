using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;

namespace Trading.Grains.Data;

/// <summary>What a slice did.</summary>
/// <param name="Work">Where the symbol stands.</param>
/// <param name="WaitMs">Do the next slice no sooner than this.</param>
/// <param name="Error">The symbol cannot be finished.</param>
internal readonly record struct SliceOutcome(SymbolWork Work, int WaitMs = 0, string? Error = null);

/// <summary>
/// Phase 2: one request to one provider, and when its answer is whole, cleaning, deciding and storing. Answers that come in several pages are kept in
/// memory between slices; after a crash the request begins anew, so that no day is stored in parts.
/// </summary>
internal sealed class DownloadSlice(SymbolTools tools, IGrainFactory grains)
{
    private const string Step = "download";
    private const int MostPages = 1000;

    private Answer? _answer;

    public async Task<SliceOutcome> Run(string symbol, SymbolWork work, CancellationToken cancellationToken)
    {
        if (work.ToFetch.Count == 0) return new(await Finish(symbol, work, cancellationToken));
        var market = tools.Markets[symbol];
        var range = work.ToFetch[0];
        var providers = tools.Providers.For(market.AssetClass);
        if (providers.Count == 0) return new(GiveUp(work, $"no provider is configured that has data of {symbol}"));

        var index = range.Provider;
        while (index < providers.Count && work.GivenUp.Contains(providers[index].Name)) index++;
        if (index >= providers.Count) return new(await Exhausted(symbol, market, work, range, providers[0].Name, cancellationToken));
        var (provider, asked) = (providers[index], await Asked(symbol, market, range, providers[index], cancellationToken));
        if (_answer?.IsFor(range, provider.Name, asked) != true) _answer = new(range, provider.Name, asked);
        if (!_answer.IsWhole)
        {
            var budget = await grains.GetGrain<IProviderGrain>(provider.Name).Take(cancellationToken);
            if (!budget.Granted) return new(work, Math.Max(1, budget.WaitMs));
            work = work with { Requests = work.Requests + 1 };
            if (await Fetch(symbol, market, provider, _answer, cancellationToken) is { } failure) return await Failed(symbol, work, range, index, provider, failure, cancellationToken);
            await grains.GetGrain<IProviderGrain>(provider.Name).Report(default, cancellationToken);
            if (!_answer.IsWhole) return new(work);
        }

        var answer = _answer;
        var stored = await new DayWriter(tools).Store(symbol, market, work, range with { Provider = index }, answer, cancellationToken);
        _answer = null;
        return new(stored);
    }

    private static SymbolWork GiveUp(SymbolWork work, string failure) =>
        work with { ToFetch = [], Failure = work.Failure ?? failure, Notes = work.Notes.Count < 100 ? [.. work.Notes, failure] : work.Notes };

    /// <summary>What to ask this provider for: as many whole days as it answers at once; a gap alone only where the day is its own, since days do not mix providers.</summary>
    private async Task<TimeSpanMicros> Asked(string symbol, MarketRules market, FetchRange range, IMarketDataProvider provider, CancellationToken cancellationToken)
    {
        var asked = DaySpans.FirstRequest(market, new(range.Start, range.End), provider.LongestRequest(market.AssetClass));
        var (first, last) = DaySpans.Days(market, asked);
        if (first != last || (asked.Start <= UpdateBounds.Start(market, first) && asked.End >= UpdateBounds.End(market, first))) return asked;
        var date = market.DateAt(first);
        var stored = await tools.Store.DescribeAsync(symbol, Timeframe.OneMinute, date, date, cancellationToken);
        return stored is [var day] && day.Summary.Info.Provider == provider.Name ? asked : new(UpdateBounds.Start(market, first), UpdateBounds.End(market, first));
    }

    private async Task<ProviderFailure?> Fetch(string symbol, MarketRules market, IMarketDataProvider provider, Answer answer, CancellationToken cancellationToken)
    {
        var request = new MinuteRequest(symbol, market.AssetClass, answer.Asked.Start, answer.Asked.End, market.ExtendedHours);
        var (page, failure) = await provider.FetchMinutesAsync(request, answer.Continuation, cancellationToken);
        if (failure is null && page is null) failure = new(FailureKind.Malformed, provider.Name, "the client gave neither candles nor a failure");
        if (failure is null && answer.Pages >= MostPages) failure = new(FailureKind.Malformed, provider.Name, $"the answer has more than {MostPages} pages");
        tools.Metrics.Request(provider.Name, failure is null ? "ok" : Name(failure.Kind));
        if (failure is null) answer.Add(page!);
        return failure;
    }

    private async Task<SliceOutcome> Failed(
        string symbol, SymbolWork work, FetchRange range, int index, IMarketDataProvider provider, ProviderFailure failure, CancellationToken cancellationToken)
    {
        var (failed, attempts) = (index == range.Provider ? range.Attempt + 1 : 1, range.Attempts + 1);
        var left = range.MaxAttempts == 0 ? int.MaxValue : range.MaxAttempts - attempts;
        var decision = tools.Retries.Decide(failure, failed, SymbolTools.Jitter(symbol, failed), left);
        var pause = Milliseconds(decision.Pause);
        var pauseOfAll = failure.Kind != FailureKind.RateLimited ? 0 : pause > 0 ? pause : Milliseconds(failure.RetryAfter ?? TimeSpan.Zero);
        await grains.GetGrain<IProviderGrain>(provider.Name).Report(new(failure.Message, (byte)failure.Kind, pauseOfAll), cancellationToken);
        var asked = _answer!.Asked;
        work = tools.Note(work, symbol, asked, provider.Name, Step, Name(failure.Kind), failure.Message);
        var hadFailure = range.HadFailure || failure.Kind != FailureKind.NotAvailable;
        if (decision.Step == RetryStep.Again)
        {
            return new(With(work, range with { Provider = index, Attempt = failed, Attempts = attempts, HadFailure = range.HadFailure }), pause);
        }

        _answer = null;
        if (decision.Step == RetryStep.GiveUp) return new(work with { ToFetch = [.. work.ToFetch.Skip(1)] });
        // one range that a vendor does not have or garbles says nothing about the next; a vendor that is down or refuses the key does
        var givenUp = range.MaxAttempts == 0 && failure.Kind is not (FailureKind.NotAvailable or FailureKind.Malformed);
        if (givenUp) work = work with { GivenUp = [.. work.GivenUp, provider.Name] };
        return new(With(work, range with { Provider = index + 1, Attempt = 0, Attempts = attempts, HadFailure = hadFailure }));
    }

    /// <summary>All providers have been asked. Where each of them answered that it has nothing, there is nothing; where one failed, nobody knows.</summary>
    private async Task<SymbolWork> Exhausted(string symbol, MarketRules market, SymbolWork work, FetchRange range, string provider, CancellationToken cancellationToken)
    {
        if (range.HadFailure || work.GivenUp.Count > 0)
        {
            var why = work.Notes.Count > 0 ? work.Notes[^1] : "every provider failed";
            var failed = work with { Failure = work.Failure ?? why };
            return tools.Providers.For(market.AssetClass).All(one => work.GivenUp.Contains(one.Name))
                ? failed with { ToFetch = [] }
                : failed with { ToFetch = [.. work.ToFetch.Skip(1)] };
        }

        var silence = new Answer(range, provider, new(range.Start, range.End));
        return await new DayWriter(tools).Store(symbol, market, work, range with { Provider = int.MaxValue }, silence, cancellationToken);
    }

    /// <summary>Remembers the days that nobody has, unless nobody has anything of the symbol at all: then it is unknown.</summary>
    private async Task<SymbolWork> Finish(string symbol, SymbolWork work, CancellationToken cancellationToken)
    {
        var next = work with { Phase = UpdatePhase.Resampling, DaysToResample = work.ToResample.Count };
        if (work.Silent.Count == 0) return next;
        if ((await tools.Store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken)).Count == 0)
        {
            var unknown = $"no provider has data of {symbol}";
            return next with { Silent = [], Failure = work.Failure ?? unknown };
        }

        await new DayWriter(tools).RememberSilent(symbol, tools.Markets[symbol], work, cancellationToken);
        return next with { Silent = [] };
    }

    private static SymbolWork With(SymbolWork work, FetchRange first) => work with { ToFetch = [first, .. work.ToFetch.Skip(1)] };

    private static int Milliseconds(TimeSpan pause) => (int)Math.Min(Math.Ceiling(pause.TotalMilliseconds), int.MaxValue);

    private static string Name(FailureKind kind) => kind switch
    {
        FailureKind.RateLimited => "rate_limited",
        FailureKind.Unauthorized => "unauthorized",
        FailureKind.QuotaExhausted => "quota_exhausted",
        FailureKind.NotAvailable => "not_available",
        FailureKind.Temporary => "temporary",
        _ => "malformed",
    };

    /// <summary>An answer while its pages arrive.</summary>
    internal sealed class Answer(FetchRange range, string provider, TimeSpanMicros asked)
    {
        private readonly List<CandleColumns> _pages = [];

        public string Provider => provider;

        public TimeSpanMicros Asked => asked;

        public string? Continuation { get; private set; }

        public bool IsWhole { get; private set; }

        public int Pages => _pages.Count;

        public List<string> Dropped { get; } = [];

        public CandleColumns Candles => _pages.Count == 0 ? CandleColumns.Empty : CandleColumns.Concat(_pages);

        public bool IsFor(FetchRange one, string who, TimeSpanMicros what) => (one.Start, one.End) == (range.Start, range.End) && who == provider && what == asked;

        public void Add(MinutePage page)
        {
            _pages.Add(page.Candles);
            Dropped.AddRange(page.RowsDropped);
            Continuation = page.Continuation;
            IsWhole = Continuation is null;
        }
    }
}

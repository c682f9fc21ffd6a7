using Trading.Engine.Bars;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Providers;

/// <summary>
/// Fetches missing minutes in one process: batches, keeps each provider's budget, waits out temporary failures, follows pages and goes to the next
/// provider where one fails or lacks days (OHLCV-008). Days of one provider are never completed with another one's minutes (OHLCV-O01). The service
/// does the same in slices, with a budget for the whole cluster; the command line uses this.
/// </summary>
/// <remarks>Safe for concurrent jobs, which share the budgets.</remarks>
public sealed class FetchDriver
{
    private readonly ProviderTable _providers;
    private readonly MarketTable _markets;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;
    private readonly Func<double> _draw;
    private readonly Dictionary<string, RequestBudget> _budgets;

    /// <param name="providers">Whom to ask.</param>
    /// <param name="markets">Where days begin and which ones trade.</param>
    /// <param name="settings">Retries and pauses.</param>
    /// <param name="time">The clock of all waiting.</param>
    /// <param name="draw">Random numbers in [0, 1) for the jitter; must be safe for concurrent use where jobs run concurrently.</param>
    public FetchDriver(ProviderTable providers, MarketTable markets, ProviderSettings settings, TimeProvider time, Func<double> draw)
    {
        ArgumentNullException.ThrowIfNull(providers);
        _providers = providers;
        _markets = markets;
        _retry = new RetryPolicy(settings);
        _time = time;
        _draw = draw;
        _budgets = providers.InOrder.ToDictionary(provider => provider.Name, provider => new RequestBudget(providers.RequestsPerMinute(provider.Name), time), StringComparer.Ordinal);
    }

    /// <summary>Fetches what is missing and hands it on request by request, oldest first per provider.</summary>
    /// <param name="job">What to fetch.</param>
    /// <param name="store">Takes the candles; awaited before more are fetched, so memory holds one request's candles.</param>
    /// <param name="progress">Told of every step; may be null.</param>
    /// <param name="cancellationToken">Ends the job; what was handed on stays.</param>
    public Task<FetchSummary> FetchAsync(FetchJob job, Func<FetchedCandles, CancellationToken, Task> store, IProgress<FetchProgress>? progress, CancellationToken cancellationToken) =>
        RunAsync(new Run(job, store, progress, int.MaxValue), isExact: false, cancellationToken);

    /// <summary>Fetches exactly one gap with at most <paramref name="maxAttempts"/> requests over all providers, retries included (OHLCV-115, OHLCV-117, OHLCV-118).</summary>
    public Task<FetchSummary> FillGapAsync(FetchJob job, int maxAttempts, Func<FetchedCandles, CancellationToken, Task> store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(job.Missing.Count, 1);
        return RunAsync(new Run(job, store, null, maxAttempts), isExact: true, cancellationToken);
    }

    /// <summary>Splits and dividends with an ex date in the range, from the first provider that has such tables and answers; with the same budgets and retries.</summary>
    /// <param name="symbol">Canonical symbol.</param>
    /// <param name="assetClass">Its market; only equities have corporate actions.</param>
    /// <param name="first">First ex date.</param>
    /// <param name="last">Last ex date.</param>
    /// <param name="progress">Told of every step; may be null.</param>
    /// <param name="cancellationToken">Ends the job.</param>
    public async Task<FetchedActions> FetchActionsAsync(string symbol, AssetClass assetClass, DateOnly first, DateOnly last, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var run = new Run(new FetchJob(symbol, assetClass, []), (_, _) => Task.CompletedTask, progress, int.MaxValue);
        var providers = assetClass == AssetClass.Equity ? _providers.For(assetClass).Where(provider => provider.HasActions).ToArray() : [];
        if (providers.Length == 0) run.Note($"no configured provider has splits and dividends of {symbol}");
        foreach (var provider in providers)
        {
            if (await ActionsAsync(run, provider, new ActionsRequest(symbol, first, last), cancellationToken).ConfigureAwait(false) is { } actions) return new(actions, provider.Name, run.Requests, run.Notes);
        }

        return new(null, null, run.Requests, run.Notes);
    }

    /// <summary>All pages of one provider; null when it failed.</summary>
    private async Task<CorporateActions?> ActionsAsync(Run run, IMarketDataProvider provider, ActionsRequest request, CancellationToken cancellationToken)
    {
        var (splits, dividends) = (new SortedDictionary<DateOnly, Split>(), new SortedDictionary<DateOnly, Dividend>());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? continuation = null;
        do
        {
            var page = continuation;
            var (got, failure) = await AttemptAsync(run, provider, ct => provider.FetchActionsAsync(request, page, ct), cancellationToken).ConfigureAwait(false);
            continuation = got?.Continuation;
            if (failure is null && continuation is not null && !seen.Add(continuation)) failure = new ProviderFailure(FailureKind.Malformed, provider.Name, $"{provider.Name}: the pages of {request.Symbol} go in a circle");
            if (failure is not null)
            {
                run.Note(failure.Message);
                run.Tell(provider.Name, FetchStep.GivenUp, TimeSpan.Zero, failure.Message);
                return null;
            }

            foreach (var reason in got!.RowsDropped) run.Note($"{provider.Name} {request.Symbol}: {reason}");
            foreach (var split in got.Splits) splits[split.ExDate] = split;
            foreach (var dividend in got.Dividends) dividends[dividend.ExDate] = dividend;
        }
        while (continuation is not null);
        return new CorporateActions(request.Symbol, [.. splits.Values], [.. dividends.Values]);
    }

    private async Task<FetchSummary> RunAsync(Run run, bool isExact, CancellationToken cancellationToken)
    {
        var job = run.Job;
        var providers = _providers.For(job.AssetClass);
        if (providers.Count == 0) run.Note($"no configured provider has data of {job.Symbol}");
        var market = _markets.For(job.AssetClass);
        IReadOnlyList<FetchSpan> missing = job.Missing;
        foreach (var provider in providers)
        {
            if (missing.Count == 0 || run.AttemptsLeft <= 0) break;
            var longest = provider.LongestRequest(job.AssetClass);
            var requests = isExact ? [.. missing.SelectMany(gap => FetchPlan.Exact(gap, longest))] : FetchPlan.Batch(missing, longest, market);
            missing = await AskAsync(run, provider, requests, missing, market, cancellationToken).ConfigureAwait(false);
        }

        return new FetchSummary(run.Candles, run.Requests, run.RowsDropped, missing, run.Notes);
    }

    /// <summary>Asks one provider for everything; returns the time that the next one should be asked for.</summary>
    private async Task<IReadOnlyList<FetchSpan>> AskAsync(Run run, IMarketDataProvider provider, IReadOnlyList<FetchSpan> requests, IReadOnlyList<FetchSpan> missing, MarketRules market, CancellationToken cancellationToken)
    {
        var left = new List<FetchSpan>();
        var (isGivenUp, failedInRow) = (false, 0);
        foreach (var request in requests)
        {
            var wanted = Intersect(missing, request);
            if (isGivenUp || run.AttemptsLeft <= 0)
            {
                left.AddRange(wanted);
                continue;
            }

            var (pages, failure) = await PagesAsync(run, provider, request, cancellationToken).ConfigureAwait(false);
            var candles = MinutePages.Join(pages);
            var end = request.End;
            if (failure is not null)
            {
                run.Note(failure.Message);
                run.Tell(provider.Name, FetchStep.GivenUp, TimeSpan.Zero, failure.Message);
                isGivenUp = IsTheSameForEveryRequest(failure) || (RetryPolicy.IsTemporary(failure.Kind) && ++failedInRow == 2);
                // days before that of the last candle are whole, the rest is for somebody else
                end = candles.Count == 0 ? request.Start : Math.Max(request.Start, market.BoundsOf(market.DayOf(candles.Time[^1])).Start);
                candles = candles.Slice(0, candles.FirstAtOrAfter(end));
            }

            if (failure is null) failedInRow = 0;
            if (candles.Count > 0) await run.StoreAsync(new FetchedCandles(provider.Name, candles), cancellationToken).ConfigureAwait(false);
            left.AddRange(DaysWithoutCandles(Intersect(wanted, new(request.Start, end)), candles, market));
            left.AddRange(Intersect(wanted, new(end, request.End)));
            run.Done += request.Length;
            run.Tell(provider.Name, FetchStep.Received, TimeSpan.Zero, null);
        }

        return left;
    }

    private async Task<(List<CandleColumns> Pages, ProviderFailure? Failure)> PagesAsync(Run run, IMarketDataProvider provider, FetchSpan span, CancellationToken cancellationToken)
    {
        var job = run.Job;
        var request = new MinuteRequest(job.Symbol, job.AssetClass, span.Start, span.End, job.ExtendedHours);
        var pages = new List<CandleColumns>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? continuation = null;
        do
        {
            var page = continuation;
            var (got, failure) = await AttemptAsync(run, provider, ct => provider.FetchMinutesAsync(request, page, ct), cancellationToken).ConfigureAwait(false);
            if (failure is not null) return (pages, failure);
            pages.Add(got!.Candles);
            run.RowsDropped += got.DroppedCount;
            foreach (var reason in got.RowsDropped) run.Note($"{provider.Name} {job.Symbol}: {reason}");
            continuation = got.Continuation;
            if (continuation is not null && !seen.Add(continuation)) return (pages, new ProviderFailure(FailureKind.Malformed, provider.Name, $"{provider.Name}: the pages of {job.Symbol} go in a circle"));
        }
        while (continuation is not null);
        return (pages, null);
    }

    /// <summary>One page with all its attempts.</summary>
    private async Task<ProviderAnswer<T>> AttemptAsync<T>(Run run, IMarketDataProvider provider, Func<CancellationToken, Task<ProviderAnswer<T>>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var budget = _budgets[provider.Name];
        for (var failed = 1; ; failed++)
        {
            while (!budget.Take(out var wait)) await WaitAsync(run, provider, FetchStep.WaitingForBudget, wait, null, cancellationToken).ConfigureAwait(false);
            run.CountRequest();
            run.Tell(provider.Name, FetchStep.Asking, TimeSpan.Zero, null);
            var answer = await ask(cancellationToken).ConfigureAwait(false);
            if (answer.Failure is not { } failure) return answer;
            var decision = _retry.Decide(failure, failed, _draw(), run.AttemptsLeft);
            if (decision.Step != RetryStep.Again) return answer;
            if (failure.Kind == FailureKind.RateLimited) budget.PauseFor(decision.Pause);
            await WaitAsync(run, provider, FetchStep.WaitingToRetry, decision.Pause, failure.Message, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task WaitAsync(Run run, IMarketDataProvider provider, FetchStep step, TimeSpan wait, string? failure, CancellationToken cancellationToken)
    {
        run.Tell(provider.Name, step, wait, failure);
        return Task.Delay(wait, _time, cancellationToken);
    }

    // a plan without a right to some years (402, 403) may have it to others
    private static bool IsTheSameForEveryRequest(ProviderFailure failure) =>
        failure.Kind is FailureKind.QuotaExhausted or FailureKind.NotAvailable || failure is { Kind: FailureKind.Unauthorized, Status: not (402 or 403) };

    private static List<FetchSpan> Intersect(IReadOnlyList<FetchSpan> spans, FetchSpan window) =>
        [.. spans.Select(span => new FetchSpan(Math.Max(span.Start, window.Start), Math.Min(span.End, window.End))).Where(span => span.End > span.Start)];

    /// <summary>The parts of the wanted time that lie on trading days of which not one candle has come.</summary>
    private static List<FetchSpan> DaysWithoutCandles(List<FetchSpan> wanted, CandleColumns candles, MarketRules market)
    {
        var days = market.Days;
        var without = new List<FetchSpan>();
        foreach (var span in wanted)
        {
            for (var day = Math.Max(0, days.DayAtOrBefore(span.Start)); day < days.Count && days.ExtendedOpen(day) < span.End; day++)
            {
                var from = Math.Max(span.Start, days.ExtendedOpen(day));
                var to = Math.Min(span.End, days.ExtendedClose(day));
                // outside regular hours nothing need have traded
                var mustTrade = from < days.RegularClose(day) && to > days.RegularOpen(day);
                if (!mustTrade || candles.FirstAtOrAfter(days.ExtendedOpen(day)) < candles.FirstAtOrAfter(days.ExtendedClose(day))) continue;
                without.Add(new FetchSpan(from, to));
            }
        }

        return without;
    }

    /// <summary>What one job has come to.</summary>
    private sealed class Run(FetchJob job, Func<FetchedCandles, CancellationToken, Task> store, IProgress<FetchProgress>? progress, int maxAttempts)
    {
        private const int MaxNotes = 100;
        private readonly List<string> _notes = [];
        private readonly TimeSpan _total = job.Missing.Aggregate(TimeSpan.Zero, (sum, span) => sum + span.Length);

        public FetchJob Job => job;

        public int Requests { get; private set; }

        public long Candles { get; private set; }

        public int RowsDropped { get; set; }

        public TimeSpan Done { get; set; }

        public int AttemptsLeft => maxAttempts - Requests;

        public IReadOnlyList<string> Notes => _notes;

        public void CountRequest() => Requests++;

        public void Note(string text)
        {
            if (_notes.Count < MaxNotes) _notes.Add(text);
        }

        public async Task StoreAsync(FetchedCandles fetched, CancellationToken cancellationToken)
        {
            await store(fetched, cancellationToken).ConfigureAwait(false);
            Candles += fetched.Candles.Count;
        }

        public void Tell(string provider, FetchStep step, TimeSpan wait, string? failure) =>
            progress?.Report(new FetchProgress(job.Symbol, provider, step, Requests, Done < _total ? Done : _total, _total, Candles, wait, failure));
    }
}

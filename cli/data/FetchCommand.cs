using System.CommandLine;
using System.Text.Json.Nodes;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Store;
using Trading.MarketData.Validation;

namespace Trading.Cli.Data;

/// <summary><c>sim data fetch SYMBOL --from --to</c>: missing days from the configured providers, in their order.</summary>
internal sealed class FetchCommand(CliHost host, DataStore store, DateOnly first, DateOnly last)
{
    private const string Source = "vendor_history";

    /// <summary>Actions are announced some time before their ex date.</summary>
    private const int ActionDaysAhead = 60;

    public static Command Make(CliHost host)
    {
        var symbols = new Argument<string[]>("symbol") { Description = "Symbols.", Arity = ArgumentArity.OneOrMore };
        var (store, settings, json) = (Options.Store(), Options.Settings(), Options.Json());
        var from = new Option<DateOnly?>("--from") { Description = "First trading day.", HelpName = "YYYY-MM-DD", Required = true, CustomParser = Options.Date("--from", "").CustomParser };
        var to = Options.Date("--to", "Last trading day; default: today.");
        var extended = new Option<bool>("--extended-hours") { Description = "Fetch minutes before and after regular hours too." };
        var all = new Option<bool>("--all") { Description = "Fetch complete days again." };
        var actions = new Option<bool>("--actions") { Description = "Fetch splits and dividends of all stored days too, where a provider has them." };
        var noResample = new Option<bool>("--no-resample") { Description = "Store the minutes alone." };
        var command = new Command("fetch", "Fetch missing minutes from the providers that have a key in the settings or the environment.") { symbols, from, to, extended, all, actions, noResample, store, settings, json };
        command.SetAction((parsed, ct) =>
        {
            var today = DateOnly.FromDateTime(host.Time.GetUtcNow().UtcDateTime);
            var (first, last) = Options.Range(parsed.GetValue(from), parsed.GetValue(to) ?? today);
            var opened = DataStore.Open(parsed.GetRequiredValue(store), make: true, parsed.GetValue(settings), host, parsed.GetValue(extended));
            return new FetchCommand(host, opened, first, last < today ? last : today)
                .RunAsync([.. parsed.GetRequiredValue(symbols).Select(Options.Canonical)], new Wanted(parsed.GetValue(all), parsed.GetValue(actions), !parsed.GetValue(noResample)), parsed.GetValue(json), ct);
        });
        return command;
    }

    private async Task<int> RunAsync(IReadOnlyList<string> symbols, Wanted wanted, bool asJson, CancellationToken cancellationToken)
    {
        using var providers = Providers();
        var driver = new FetchDriver(providers, store.Markets, store.Options.Providers, host.Time, Random.Shared.NextDouble);
        var results = await ProgressLine.RunAsync(host, async draw =>
        {
            var done = new List<Result>();
            foreach (var symbol in symbols)
            {
                var minutes = await FetchAsync(driver, symbol, wanted, draw, cancellationToken).ConfigureAwait(false);
                done.Add(wanted.Actions && store.Markets[symbol].AssetClass == AssetClass.Equity ? minutes with { Actions = await ActionsAsync(driver, symbol, draw, cancellationToken).ConfigureAwait(false) } : minutes);
            }

            return done;
        }).ConfigureAwait(false);
        if (asJson) await host.Output.WriteLineAsync(Text.Json(new JsonObject { ["complete"] = results.TrueForAll(result => result.IsComplete), ["symbols"] = Text.Array(results, result => result.ToJson()) })).ConfigureAwait(false);
        else foreach (var result in results) result.Write(host.Output);
        return results.TrueForAll(result => result.IsComplete) ? ExitCodes.Done : ExitCodes.Failed;
    }

    private ProviderTable Providers()
    {
        ProviderTable providers;
        try
        {
            providers = ProviderTable.Create(store.Options, store.Markets, host.Time);
        }
        catch (ArgumentException problem)
        {
            throw new CliException(problem.Message.ReplaceLineEndings(" "), problem);
        }

        if (providers.InOrder.Count > 0) return providers;
        providers.Dispose();
        throw new CliException("no provider has a key; set one in the environment, e.g. TRADING_Data__Providers__Polygon__ApiKey, or in the file of --settings (Data:Providers:Polygon:ApiKey)");
    }

    private async Task<Result> FetchAsync(FetchDriver driver, string symbol, Wanted wanted, Action<string, double> draw, CancellationToken cancellationToken)
    {
        var rules = store.Markets[symbol];
        var now = host.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        var missing = await MissingAsync(symbol, rules, wanted.All, now, cancellationToken).ConfigureAwait(false);
        if (missing.Count == 0) return new Result(symbol, new FetchSummary(0, 0, 0, [], []), 0);
        var changed = new SortedSet<DateOnly>();
        var job = new FetchJob(symbol, rules.AssetClass, missing, rules.ExtendedHours);
        var summary = await driver.FetchAsync(job, StoreAsync, new Drawing(draw), cancellationToken).ConfigureAwait(false);
        var longer = 0L;
        if (wanted.Resample && changed.Count > 0) longer = (await new StoredResampling(store.Candles, store.Markets).ResampleAsync(symbol, changed, Timeframes.All.Skip(1), cancellationToken).ConfigureAwait(false)).Candles;
        return new Result(symbol, summary, longer);

        async Task StoreAsync(FetchedCandles fetched, CancellationToken ct)
        {
            var clean = CandleChecks.Clean(fetched.Candles).Candles;
            var today = clean.FirstAtOrAfter(rules.BoundsOf(rules.DayOf(now)).Start);
            var writer = await PatientWriter.OpenAsync(store.Candles, symbol, ct).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                foreach (var (part, finality) in (ValueTuple<CandleColumns, Finality>[])[(clean.Slice(0, today), Finality.Final), (clean.Slice(today, clean.Count - today), Finality.Provisional)])
                {
                    if (part.Count == 0) continue;
                    var written = await writer.WriteAsync(Timeframe.OneMinute, part, new PartitionInfo(fetched.Provider, Source, "raw", finality, now, []), WriteMode.Merge, ct).ConfigureAwait(false);
                    changed.UnionWith(written.ChangedDays);
                }
            }
        }
    }

    /// <summary>Splits and dividends from the first stored day to those announced for the next weeks: adjusting goes back from today, so a hole would falsify what lies before it.</summary>
    private async Task<ActionsResult> ActionsAsync(FetchDriver driver, string symbol, Action<string, double> draw, CancellationToken cancellationToken)
    {
        var rules = store.Markets[symbol];
        var days = await store.Candles.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false);
        if (days.Count == 0) return new(new FetchedActions(null, null, 0, [$"there are no stored days of {symbol} to adjust"]), false);
        var today = rules.DayOf(host.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
        var fetched = await driver.FetchActionsAsync(symbol, rules.AssetClass, days[0], today.AddDays(ActionDaysAhead), new Drawing(draw), cancellationToken).ConfigureAwait(false);
        var isChanged = fetched.Actions is { } actions && await PatientWriter.MergeAsync(store.Actions, actions, fetched.Provider!, cancellationToken).ConfigureAwait(false);
        return new(fetched, isChanged);
    }

    /// <summary>The trading days of the range of which minutes are missing and not known to be empty, as stretches of time, up to now.</summary>
    private async Task<List<FetchSpan>> MissingAsync(string symbol, MarketRules rules, bool all, long now, CancellationToken cancellationToken)
    {
        var spans = new List<FetchSpan>();
        for (var index = rules.FirstIndexFrom(first); index < rules.Days.Count && rules.DateAt(index) <= last; index++)
        {
            var day = rules.DateAt(index);
            var span = new FetchSpan(rules.Days.ExtendedOpen(index), Math.Min(rules.Days.ExtendedClose(index), now - (now % 60_000_000)));
            if (span.End <= span.Start) break;
            if (!all && await IsCompleteAsync(symbol, day, rules, cancellationToken).ConfigureAwait(false)) continue;
            if (spans.Count > 0 && spans[^1].End == span.Start) spans[^1] = new(spans[^1].Start, span.End);
            else spans.Add(span);
        }

        return spans;
    }

    private async Task<bool> IsCompleteAsync(string symbol, DateOnly day, MarketRules rules, CancellationToken cancellationToken)
    {
        var stored = await store.Candles.ReadAsync(symbol, Timeframe.OneMinute, day, day, null, CandleFields.Time, cancellationToken).ConfigureAwait(false);
        if (stored.Partitions.Count == 0) return false;
        var validation = DayValidator.Validate(day, stored.Columns, rules, stored.Partitions[0].Summary.Info.ConfirmedEmpty);
        return validation.MissingCandles == validation.ConfirmedEmptyCandles;
    }

    private sealed class Drawing(Action<string, double> draw) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value)
        {
            var doing = value.Step switch
            {
                FetchStep.WaitingForBudget => $"waiting {value.Wait.TotalSeconds:0} s for {value.Provider}'s rate limit",
                FetchStep.WaitingToRetry => $"waiting {value.Wait.TotalSeconds:0} s to ask {value.Provider} again",
                FetchStep.GivenUp => $"giving up {value.Provider}",
                _ => $"fetching from {value.Provider}",
            };
            draw($"{value.Symbol}: {doing}", value.Total == TimeSpan.Zero ? 1 : value.Done / value.Total);
        }
    }

    /// <param name="All">Complete days again.</param>
    /// <param name="Actions">Splits and dividends too.</param>
    /// <param name="Resample">Longer candles of the days that changed.</param>
    private readonly record struct Wanted(bool All, bool Actions, bool Resample);

    private sealed record ActionsResult(FetchedActions Fetched, bool IsChanged)
    {
        public void Write(TextWriter output)
        {
            if (Fetched.Actions is { } actions) output.WriteLine($"  {Text.Count(actions.Splits.Count, "split")} and {Text.Count(actions.Dividends.Count, "dividend")} from {Fetched.Provider} with {Text.Count(Fetched.Requests, "request")}, {(IsChanged ? "table changed" : "nothing new")}");
            foreach (var note in Fetched.Notes) output.WriteLine($"  {note.ReplaceLineEndings(" ")}");
        }

        public JsonObject ToJson() => new()
        {
            ["provider"] = Fetched.Provider,
            ["splits"] = Fetched.Actions?.Splits.Count,
            ["dividends"] = Fetched.Actions?.Dividends.Count,
            ["changed"] = IsChanged,
            ["requests"] = Fetched.Requests,
            ["notes"] = Text.Array(Fetched.Notes, note => JsonValue.Create(note)),
        };
    }

    private sealed record Result(string Symbol, FetchSummary Summary, long Longer)
    {
        /// <summary>Null when they were not asked for.</summary>
        public ActionsResult? Actions { get; init; }

        public bool IsComplete => HasAllMinutes && (Actions is null || Actions.Fetched.Actions is not null);

        private bool HasAllMinutes => Summary.StillMissing.Count == 0;

        public void Write(TextWriter output)
        {
            output.WriteLine(Summary.Requests == 0 && HasAllMinutes
                ? $"{Symbol}: nothing was missing"
                : $"{Symbol}: {Text.Count(Summary.Candles, "minute")} with {Text.Count(Summary.Requests, "request")}, {Text.Count(Longer, "longer candle")} made");
            foreach (var note in Summary.Notes) output.WriteLine($"  {note.ReplaceLineEndings(" ")}");
            if (!HasAllMinutes) output.WriteLine($"  still missing: {string.Join(", ", Summary.StillMissing.Take(10).Select(span => $"{Text.Time(span.Start)} to {Text.Time(span.End)}"))}{(Summary.StillMissing.Count > 10 ? " and more" : "")}");
            Actions?.Write(output);
        }

        public JsonObject ToJson()
        {
            var result = Minutes();
            if (Actions is not null) result["actions"] = Actions.ToJson();
            return result;
        }

        private JsonObject Minutes() => new()
        {
            ["symbol"] = Symbol,
            ["candles"] = Summary.Candles,
            ["requests"] = Summary.Requests,
            ["rows_dropped"] = Summary.RowsDropped,
            ["longer_candles"] = Longer,
            ["still_missing"] = Text.Array(Summary.StillMissing, span => new JsonObject { ["start"] = Text.Time(span.Start), ["end"] = Text.Time(span.End) }),
            ["notes"] = Text.Array(Summary.Notes, note => JsonValue.Create(note)),
        };
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.MarketData.Candles;
using Trading.MarketData.Store;
using Trading.MarketData.Validation;

namespace Trading.Cli.Data;

/// <summary><c>sim data check</c>: completeness, gaps, outliers and damaged files; exit code 1 when something is wrong.</summary>
internal sealed class CheckCommand(CliHost host, DataStore store, DateOnly? from, DateOnly? to)
{
    /// <summary>Days read at a time.</summary>
    private const int MostDays = 64;

    private const int MostShown = 10;

    public static Command Make(CliHost host)
    {
        var symbols = new Argument<string[]>("symbol") { Description = "Symbols; default: all that are stored.", Arity = ArgumentArity.ZeroOrMore };
        var (store, settings, json) = (Options.Store(), Options.Settings(), Options.Json());
        var (from, to) = (Options.Date("--from", "First trading day; default: the first stored one."), Options.Date("--to", "Last trading day; default: the last stored one."));
        var command = new Command("check", "Check completeness, gaps, outliers and files. Exit code 1 when something is wrong.") { symbols, from, to, store, settings, json };
        command.SetAction((parsed, ct) =>
        {
            Options.Range(parsed.GetValue(from), parsed.GetValue(to));
            var opened = DataStore.Open(parsed.GetRequiredValue(store), make: false, parsed.GetValue(settings), host);
            return new CheckCommand(host, opened, parsed.GetValue(from), parsed.GetValue(to)).RunAsync([.. (parsed.GetValue(symbols) ?? []).Select(Options.Canonical)], parsed.GetValue(json), ct);
        });
        return command;
    }

    private async Task<int> RunAsync(IReadOnlyList<string> wanted, bool asJson, CancellationToken cancellationToken)
    {
        var stored = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var timeframe in Timeframes.All) stored.UnionWith(await store.Candles.SymbolsAsync(timeframe, cancellationToken).ConfigureAwait(false));
        if (wanted.Except(stored, StringComparer.Ordinal).FirstOrDefault() is { } unknown) throw new CliException($"nothing of {unknown} is stored");
        IReadOnlyList<string> symbols = wanted.Count > 0 ? wanted : [.. stored];
        var checks = await ProgressLine.RunAsync(host, async draw =>
        {
            var done = new List<SymbolCheck>();
            foreach (var symbol in symbols)
            {
                draw($"checking {symbol}", (double)done.Count / symbols.Count);
                done.Add(await CheckAsync(symbol, cancellationToken).ConfigureAwait(false));
            }

            return done;
        }).ConfigureAwait(false);
        var isSound = checks.TrueForAll(check => check.IsSound) && store.Candles.Damaged.Count == 0;
        if (asJson) await host.Output.WriteLineAsync(Text.Json(ToJson(checks, isSound))).ConfigureAwait(false);
        else Write(checks);
        return isSound ? ExitCodes.Done : ExitCodes.Failed;
    }

    private async Task<SymbolCheck> CheckAsync(string symbol, CancellationToken cancellationToken)
    {
        var (first, last) = (from ?? DateOnly.MinValue, to ?? DateOnly.MaxValue);
        foreach (var timeframe in Timeframes.All.Skip(1))
        {
            // every file is decoded as a whole, with its checksums and fingerprint; what is damaged is set aside and listed by the store
            var longer = await store.Candles.DaysAsync(symbol, timeframe, cancellationToken).ConfigureAwait(false);
            await EachAsync(symbol, timeframe, [.. longer.Where(day => day >= first && day <= last)], (_, _, _) => { }, cancellationToken).ConfigureAwait(false);
        }

        var rules = store.Markets[symbol];
        var days = (await store.Candles.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false)).Where(day => day >= first && day <= last).ToList();
        var check = new SymbolCheck(symbol);
        if (days.Count == 0) return check;
        var next = from ?? days[0];
        await EachAsync(symbol, Timeframe.OneMinute, days, (candles, partitions, upTo) =>
        {
            var empty = partitions.SelectMany(partition => partition.Summary.Info.ConfirmedEmpty).OrderBy(gap => gap.Start).ToList();
            check.Days.AddRange(DayValidator.ValidateRange(next, upTo, candles, rules, empty));
            check.Outliers.AddRange(PriceMoves.Find(candles, rules));
            for (var row = 0; row < candles.Count; row++)
            {
                if (CandleChecks.Problem(candles, row) is { } problem) check.Errors.Add($"{Text.Time(candles.Time[row])}: {problem}");
            }

            next = upTo.AddDays(1);
        }, cancellationToken).ConfigureAwait(false);
        if (to is { } end && next <= end) check.Days.AddRange(DayValidator.ValidateRange(next, end, CandleColumns.Empty, rules));
        check.Errors.AddRange(check.Days.Select(day => day.DataError).OfType<string>());
        return check;
    }

    private async Task EachAsync(string symbol, Timeframe timeframe, List<DateOnly> days, Action<CandleColumns, IReadOnlyList<PartitionSummary>, DateOnly> look, CancellationToken cancellationToken)
    {
        var step = timeframe == Timeframe.Daily ? Math.Max(days.Count, 1) : MostDays;
        for (var at = 0; at < days.Count; at += step)
        {
            var upTo = days[Math.Min(at + step, days.Count) - 1];
            var read = await store.Candles.ReadAsync(symbol, timeframe, days[at], upTo, null, CandleFields.All, cancellationToken).ConfigureAwait(false);
            look(read.Columns, read.Partitions, upTo);
        }
    }

    private void Write(List<SymbolCheck> checks)
    {
        foreach (var check in checks)
        {
            var figures = check.Figures;
            host.Output.WriteLine(check.Days.Count == 0
                ? $"{check.Symbol}: no minutes stored"
                : $"{check.Symbol}: {figures.Percentage} % complete, {Text.Count(figures.ActualCandles)} of {Text.Count(figures.ExpectedCandles)} minutes on {Text.Count(figures.TotalTradingDays, "trading day")}, {Text.Count(figures.InvalidDays)} incomplete");
            WriteIncomplete(check);
            foreach (var error in check.Errors.Take(MostShown)) host.Output.WriteLine($"  error: {error}");
            if (check.Errors.Count > MostShown) host.Output.WriteLine($"  and {Text.Count(check.Errors.Count - MostShown, "more error")}");
            foreach (var move in check.Outliers.Take(MostShown)) host.Output.WriteLine($"  outlier: {Text.Time(move.Time)}: {CandleText.Price(move.PreviousClose)} to {CandleText.Price(move.Extreme)} within a minute");
            if (check.Outliers.Count > MostShown) host.Output.WriteLine($"  and {Text.Count(check.Outliers.Count - MostShown, "more outlier")}");
        }

        foreach (var damaged in store.Candles.Damaged) host.Output.WriteLine($"damaged: {damaged.Path}: {damaged.Problem}{(damaged.SetAsideAs is { } aside ? $"; set aside as {aside}" : "")}");
        if (checks.Count == 0) host.Output.WriteLine("nothing is stored");
    }

    /// <summary>A line for each incomplete day; days in a row that have nothing at all share one.</summary>
    private void WriteIncomplete(SymbolCheck check)
    {
        var days = check.Days.Where(day => day.IsTradingDay).ToList();
        var (lines, told) = (0, 0);
        for (var at = 0; at < days.Count && lines < MostShown; at++)
        {
            var day = days[at];
            if (day.IsValid) continue;
            var last = at;
            while (day.ActualCandles == 0 && last + 1 < days.Count && days[last + 1] is { IsValid: false, ActualCandles: 0 }) last++;
            host.Output.WriteLine(last > at
                ? $"  {Text.Date(day.Date)} to {Text.Date(days[last].Date)}: {Text.Count(last - at + 1, "trading day")} without a minute"
                : $"  {Text.Date(day.Date)}: {Text.Count(day.MissingCandles)} of {Text.Count(day.ExpectedCandles)} minutes missing in {Text.Count(day.Gaps.Count, "gap")}, the first from {Text.Time(day.Gaps[0].Start)} to {Text.Time(day.Gaps[0].End)}");
            (lines, told, at) = (lines + 1, told + last - at + 1, last);
        }

        if (check.Figures.InvalidDays > told) host.Output.WriteLine($"  and {Text.Count(check.Figures.InvalidDays - told, "more incomplete day")}");
    }

    private JsonObject ToJson(List<SymbolCheck> checks, bool isSound) => new()
    {
        ["sound"] = isSound,
        ["symbols"] = Text.Array(checks, check => new JsonObject
        {
            ["symbol"] = check.Symbol,
            ["total_trading_days"] = check.Figures.TotalTradingDays,
            ["valid_days"] = check.Figures.ValidDays,
            ["completeness_percentage"] = check.Figures.Percentage,
            ["missing_candles"] = check.Figures.MissingCandles,
            ["incomplete_days"] = Text.Array(check.Days.Where(day => day.IsTradingDay && !day.IsValid), day => new JsonObject
            {
                ["date"] = Text.Date(day.Date),
                ["expected_candles"] = day.ExpectedCandles,
                ["actual_candles"] = day.ActualCandles,
                ["gaps"] = Text.Array(day.Gaps, gap => new JsonObject { ["start"] = Text.Time(gap.Start), ["end"] = Text.Time(gap.End), ["missing_candles"] = gap.MissingCandles, ["confirmed_empty"] = gap.IsConfirmedEmpty }),
            }),
            ["errors"] = Text.Array(check.Errors, error => JsonValue.Create(error)),
            ["outliers"] = Text.Array(check.Outliers, move => new JsonObject { ["time"] = Text.Time(move.Time), ["previous_close"] = CandleText.Price(move.PreviousClose), ["extreme"] = CandleText.Price(move.Extreme) }),
        }),
        ["damaged"] = Text.Array(store.Candles.Damaged, damaged => new JsonObject { ["path"] = damaged.Path, ["set_aside_as"] = damaged.SetAsideAs, ["problem"] = damaged.Problem }),
    };

    private sealed record SymbolCheck(string Symbol)
    {
        public List<DayValidation> Days { get; } = [];

        public List<string> Errors { get; } = [];

        public List<PriceMove> Outliers { get; } = [];

        public CompletenessFigures Figures => CompletenessAnalysis.Sum(Days);

        public bool IsSound => Errors.Count == 0 && Outliers.Count == 0 && Figures.InvalidDays == 0;
    }
}

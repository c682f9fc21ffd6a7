using System.CommandLine;
using System.Text.Json.Nodes;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;

namespace Trading.Cli.Data;

/// <summary><c>sim data resample</c>: longer candles of the stored minutes.</summary>
internal static class ResampleCommand
{
    public static Command Make(CliHost host)
    {
        var symbols = new Argument<string[]>("symbol") { Description = "Symbols; default: all that have minutes.", Arity = ArgumentArity.ZeroOrMore };
        var (store, settings, json) = (Options.Store(), Options.Settings(), Options.Json());
        var (from, to) = (Options.Date("--from", "First trading day."), Options.Date("--to", "Last trading day."));
        var command = new Command("resample", "Make all longer timeframes of the stored minutes.") { symbols, from, to, store, settings, json };
        command.SetAction((parsed, ct) =>
        {
            var range = Options.Range(parsed.GetValue(from), parsed.GetValue(to));
            var opened = DataStore.Open(parsed.GetRequiredValue(store), make: false, parsed.GetValue(settings), host);
            return RunAsync(host, opened, [.. (parsed.GetValue(symbols) ?? []).Select(Options.Canonical)], range, parsed.GetValue(json), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliHost host, DataStore store, IReadOnlyList<string> wanted, (DateOnly First, DateOnly Last) range, bool asJson, CancellationToken cancellationToken)
    {
        var stored = await store.Candles.SymbolsAsync(Timeframe.OneMinute, cancellationToken).ConfigureAwait(false);
        if (wanted.Except(stored, StringComparer.Ordinal).FirstOrDefault() is { } unknown) throw new CliException($"no minutes of {unknown} are stored");
        var symbols = wanted.Count > 0 ? wanted : stored;
        var resampling = new StoredResampling(store.Candles, store.Markets);
        var made = await ProgressLine.RunAsync(host, async draw =>
        {
            var counts = new List<(string Symbol, ResampledCount Count)>();
            foreach (var symbol in symbols)
            {
                draw($"resampling {symbol}", (double)counts.Count / symbols.Count);
                var days = await store.Candles.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken).ConfigureAwait(false);
                counts.Add((symbol, await resampling.ResampleAsync(symbol, days.Where(day => day >= range.First && day <= range.Last), Timeframes.All.Skip(1), cancellationToken).ConfigureAwait(false)));
            }

            return counts;
        }).ConfigureAwait(false);
        if (asJson)
        {
            await host.Output.WriteLineAsync(Text.Json(new JsonObject { ["symbols"] = Text.Array(made, one => new JsonObject { ["symbol"] = one.Symbol, ["candles"] = one.Count.Candles, ["files_written"] = one.Count.FilesWritten }) })).ConfigureAwait(false);
            return ExitCodes.Done;
        }

        foreach (var (symbol, count) in made) await host.Output.WriteLineAsync($"{symbol}: {Text.Count(count.Candles, "longer candle")}, {Text.Count(count.FilesWritten, "file")} changed").ConfigureAwait(false);
        return ExitCodes.Done;
    }
}

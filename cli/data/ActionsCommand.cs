using System.CommandLine;
using System.Text.Json.Nodes;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;

namespace Trading.Cli.Data;

/// <summary><c>sim data actions import|list</c>: splits and dividends.</summary>
internal static class ActionsCommand
{
    private const long LargestFile = 256L << 20;

    public static Command Make(CliHost host) => new("actions", "Splits and dividends, by which prices are adjusted when they are read.") { Import(host), List(host) };

    private static Command Import(CliHost host)
    {
        var path = new Argument<string>("path") { Description = $"CSV ({CorporateActionsFile.Header}) or JSON; file, folder or pattern." };
        var source = new Option<string>("--source") { Description = "Where they come from, kept with the table.", DefaultValueFactory = _ => "import" };
        var (store, json) = (Options.Store(), Options.Json());
        var command = new Command("import", "Add splits and dividends; of two of one kind and day the new one counts.") { path, source, store, json };
        command.SetAction((parsed, ct) => ImportAsync(host, parsed.GetRequiredValue(path), parsed.GetRequiredValue(source), parsed.GetRequiredValue(store), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> ImportAsync(CliHost host, string path, string source, string folder, bool asJson, CancellationToken cancellationToken)
    {
        var tables = new List<CorporateActions>();
        foreach (var file in InputFiles.Find(path, ".csv", ".json"))
        {
            if (new FileInfo(file).Length > LargestFile) throw new CliException($"{file} is larger than {Text.Bytes(LargestFile)}");
            try
            {
                tables.AddRange(CorporateActionsFile.Parse(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), Path.GetFileName(file)));
            }
            catch (FormatException problem)
            {
                throw new CliException(problem.Message.ReplaceLineEndings(" "), problem);
            }
        }

        // all files are read before anything is written
        var store = DataStore.Open(folder, make: true, null, host);
        var changed = 0;
        foreach (var table in tables) changed += await PatientWriter.MergeAsync(store.Actions, table, source, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        var (splits, dividends, symbols) = (tables.Sum(table => table.Splits.Count), tables.Sum(table => table.Dividends.Count), tables.Select(table => table.Symbol).Distinct(StringComparer.Ordinal).Count());
        await host.Output.WriteLineAsync(asJson
            ? Text.Json(new JsonObject { ["symbols"] = symbols, ["splits"] = splits, ["dividends"] = dividends, ["tables_changed"] = changed })
            : $"read {Text.Count(splits, "split")} and {Text.Count(dividends, "dividend")} of {Text.Count(symbols, "symbol")}; {Text.Count(changed, "table")} changed").ConfigureAwait(false);
        return ExitCodes.Done;
    }

    private static Command List(CliHost host)
    {
        var symbols = new Argument<string[]>("symbol") { Description = "Symbols; default: all with stored candles.", Arity = ArgumentArity.ZeroOrMore };
        var (store, json) = (Options.Store(), Options.Json());
        var command = new Command("list", "List known splits and dividends.") { symbols, store, json };
        command.SetAction((parsed, ct) => ListAsync(host, [.. (parsed.GetValue(symbols) ?? []).Select(Options.Canonical)], parsed.GetRequiredValue(store), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> ListAsync(CliHost host, IReadOnlyList<string> wanted, string folder, bool asJson, CancellationToken cancellationToken)
    {
        var store = DataStore.Open(folder, make: false, null, host);
        var symbols = new SortedSet<string>(wanted, StringComparer.Ordinal);
        if (wanted.Count == 0)
        {
            foreach (var timeframe in (Timeframe[])[Timeframe.OneMinute, Timeframe.Daily]) symbols.UnionWith(await store.Candles.SymbolsAsync(timeframe, cancellationToken).ConfigureAwait(false));
        }

        var tables = new List<CorporateActions>();
        foreach (var symbol in symbols) tables.Add(await store.Actions.ReadAsync(symbol, null, cancellationToken).ConfigureAwait(false));
        if (asJson)
        {
            await host.Output.WriteLineAsync(Text.Json(new JsonObject { ["actions"] = Text.Array(tables, ToJson) })).ConfigureAwait(false);
            return ExitCodes.Done;
        }

        await host.Output.WriteLineAsync(CorporateActionsFile.Header).ConfigureAwait(false);
        foreach (var table in tables)
        {
            foreach (var split in table.Splits) await host.Output.WriteLineAsync($"{table.Symbol},{Text.Date(split.ExDate)},split,{Number(split.From)},{Number(split.To)},").ConfigureAwait(false);
            foreach (var dividend in table.Dividends) await host.Output.WriteLineAsync($"{table.Symbol},{Text.Date(dividend.ExDate)},dividend,,,{Number(dividend.Cash)}").ConfigureAwait(false);
        }

        return ExitCodes.Done;
    }

    private static JsonObject ToJson(CorporateActions table) => new()
    {
        ["symbol"] = table.Symbol,
        ["splits"] = Text.Array(table.Splits, split => new JsonObject { ["ex_date"] = Text.Date(split.ExDate), ["from"] = Number(split.From), ["to"] = Number(split.To) }),
        ["dividends"] = Text.Array(table.Dividends, dividend => new JsonObject { ["ex_date"] = Text.Date(dividend.ExDate), ["cash"] = Number(dividend.Cash) }),
    };

    private static string Number(long units) => (units / 100_000_000m).ToString("0.########", System.Globalization.CultureInfo.InvariantCulture);
}

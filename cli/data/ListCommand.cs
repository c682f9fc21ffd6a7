using System.CommandLine;
using System.Text.Json.Nodes;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.MarketData.Candles;
using Trading.MarketData.Store;

namespace Trading.Cli.Data;

/// <summary><c>sim data list</c>: what is stored, from names and file ends alone.</summary>
internal static class ListCommand
{
    public static Command Make(CliHost host)
    {
        var store = Options.Store();
        var settings = Options.Settings();
        var json = Options.Json();
        var timeframe = new Option<string?>("--timeframe") { Description = "Only this one; default: all.", HelpName = "NAME" };
        var command = new Command("list", "List symbols, days and where they come from.") { store, settings, timeframe, json };
        command.SetAction((parsed, ct) => RunAsync(host, DataStore.Open(parsed.GetRequiredValue(store), make: false, parsed.GetValue(settings), host), parsed.GetValue(timeframe), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> RunAsync(CliHost host, DataStore store, string? wanted, bool asJson, CancellationToken cancellationToken)
    {
        var timeframes = Timeframes.All;
        if (wanted is not null) timeframes = Timeframes.TryParse(wanted, out var one, out var problem) ? [one] : throw new CliException(problem);
        var entries = new List<Entry>();
        foreach (var timeframe in timeframes)
        {
            foreach (var symbol in await store.Candles.SymbolsAsync(timeframe, cancellationToken).ConfigureAwait(false))
            {
                var parts = await store.Candles.DescribeAsync(symbol, timeframe, new DateOnly(1900, 1, 1), new DateOnly(2199, 12, 31), cancellationToken).ConfigureAwait(false);
                if (parts.Count > 0) entries.Add(Entry.Of(symbol, timeframe, parts));
            }
        }

        entries.Sort((left, right) => (string.CompareOrdinal(left.Symbol, right.Symbol), left.Timeframe.CompareTo(right.Timeframe)) switch { (0, var second) => second, (var first, _) => first });
        if (asJson) await host.Output.WriteLineAsync(Text.Json(new JsonObject { ["stored"] = Text.Array(entries, entry => entry.ToJson()) })).ConfigureAwait(false);
        else Write(host.Output, entries);
        return ExitCodes.Done;
    }

    private static void Write(TextWriter output, List<Entry> entries)
    {
        if (entries.Count == 0)
        {
            output.WriteLine("nothing is stored");
            return;
        }

        var width = Math.Max(6, entries.Max(entry => entry.Symbol.Length));
        output.WriteLine($"{"symbol".PadRight(width)}  timeframe  first       last          files      candles       size  from");
        foreach (var entry in entries)
        {
            output.WriteLine($"{entry.Symbol.PadRight(width)}  {entry.Timeframe.Name(),-9}  {Text.Time(entry.First)[..10]}  {Text.Time(entry.Last)[..10]}  {Text.Count(entry.Files),7}  {Text.Count(entry.Candles),11}  {Text.Bytes(entry.Bytes),9}  {entry.Origin}");
        }
    }

    /// <param name="First">Start of the first candle.</param>
    /// <param name="Last">Start of the last candle.</param>
    /// <param name="Origin">Provider, source and data version.</param>
    private sealed record Entry(string Symbol, Timeframe Timeframe, int Files, long Candles, long Bytes, long First, long Last, string Origin)
    {
        public static Entry Of(string symbol, Timeframe timeframe, IReadOnlyList<PartitionSummary> parts)
        {
            var filled = parts.Where(part => part.Summary.Count > 0).DefaultIfEmpty(parts[0]).ToList();
            var origin = string.Join(", ", parts.Select(part => $"{part.Summary.Info.Provider}/{part.Summary.Info.Source}/{part.Summary.Info.DataVersion}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            return new(symbol, timeframe, parts.Count, parts.Sum(part => (long)part.Summary.Count), parts.Sum(part => part.Bytes), filled[0].Summary.FirstTime, filled[^1].Summary.LastTime, origin);
        }

        public JsonObject ToJson() => new()
        {
            ["symbol"] = Symbol,
            ["timeframe"] = Timeframe.Name(),
            ["first"] = Text.Time(First),
            ["last"] = Text.Time(Last),
            ["files"] = Files,
            ["candles"] = Candles,
            ["bytes"] = Bytes,
            ["origin"] = Origin,
        };
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Trading.Cli.Output;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;

namespace Trading.Cli.Data;

/// <summary>What an import took, what it left out and why.</summary>
internal sealed class ImportSummary(ImportReport report, FoundFiles found, ImportOptions options, TimeSpan took)
{
    private const int MostShown = 20;

    public void Write(TextWriter output)
    {
        var taken = report.Files.Sum(file => file.Taken);
        var refused = report.Files.Count(file => file.Refused is not null);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(options.DryRun ? "dry run: read" : "imported")} {Text.Count(taken, "row")} of {Text.Count(report.Files.Count - refused, "file")} for {Text.Count(report.Symbols.Count, "symbol")} in {took.TotalSeconds:0.0} s"));
        foreach (var symbol in report.Symbols.Take(options.DryRun ? MostShown : int.MaxValue)) WriteSymbol(output, symbol);
        foreach (var (reason, count) in LeftOut()) output.WriteLine($"left out {Text.Count(count, "row")}: {reason}");
        foreach (var (reason, count) in found.Skipped) output.WriteLine($"passed over {Text.Count(count, "file")}: {reason}");
        Note(output, report.Files.Sum(file => file.Issues.Rounded), "value", "had more than 8 places and was rounded");
        Note(output, report.Files.Sum(file => file.Issues.AmbiguousTimes), "local time", "occurs twice, when clocks go back; the order of rows decided");
    }

    /// <summary>Everything that keeps the import from being whole, one line each.</summary>
    public void WriteProblems(TextWriter error)
    {
        foreach (var problem in found.Problems) error.WriteLine($"error: {problem}");
        foreach (var file in report.Files)
        {
            if (file.Refused is { } refused)
            {
                error.WriteLine($"error: {file.Name} was not taken: {WithoutName(refused, file.Name)}");
                continue;
            }

            foreach (var issue in file.Issues.First) error.WriteLine($"skipped: {issue}");
            if (file.Issues.Count > file.Issues.First.Count) error.WriteLine($"skipped: {file.Name}: {Text.Count(file.Issues.Count - file.Issues.First.Count, "more unreadable row")}");
        }

        foreach (var symbol in report.Symbols.Where(symbol => symbol.Problem is not null)) error.WriteLine($"error: {symbol.Symbol}: {symbol.Problem}");
        if (report.WasStopped) error.WriteLine("stopped; what was stored until now is whole, and the same command again completes it");
    }

    public JsonObject ToJson() => new()
    {
        ["complete"] = report.IsWhole && found.Problems.Count == 0,
        ["stopped"] = report.WasStopped,
        ["dry_run"] = options.DryRun,
        ["rows_taken"] = report.Files.Sum(file => file.Taken),
        ["files"] = Text.Array(report.Files, file => new JsonObject
        {
            ["name"] = file.Name,
            ["rows"] = file.Rows,
            ["taken"] = file.Taken,
            ["unreadable"] = file.Issues.Count,
            ["refused"] = file.Refused,
            ["issues"] = Text.Array(file.Issues.First, issue => new JsonObject { ["line"] = issue.Line, ["column"] = issue.Column, ["value"] = issue.Value, ["rule"] = issue.Rule }),
            ["left_out"] = new JsonObject(file.LeftOut.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value))),
            ["rounded"] = file.Issues.Rounded,
            ["ambiguous_times"] = file.Issues.AmbiguousTimes,
        }),
        ["symbols"] = Text.Array(report.Symbols, symbol => new JsonObject
        {
            ["symbol"] = symbol.Symbol,
            ["rows"] = symbol.Rows,
            ["days"] = symbol.Days,
            ["first"] = Text.Time(symbol.FirstTime),
            ["last"] = Text.Time(symbol.LastTime),
            ["files_written"] = symbol.FilesWritten,
            ["files_unchanged"] = symbol.FilesUnchanged,
            ["candles_added"] = symbol.CandlesAdded,
            ["candles_replaced"] = symbol.CandlesReplaced,
            ["candles_resampled"] = symbol.CandlesResampled,
            ["out_of_order"] = symbol.OutOfOrder,
            ["repeated"] = symbol.Repeated,
            ["outliers"] = symbol.OutlierCount,
            ["problem"] = symbol.Problem,
        }),
        ["passed_over"] = new JsonObject(found.Skipped.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value))),
        ["problems"] = Text.Array(found.Problems, problem => JsonValue.Create(problem)),
    };

    private void WriteSymbol(TextWriter output, SymbolReport symbol)
    {
        output.WriteLine($"  {symbol.Symbol}: {Text.Count(symbol.Rows, "row")} from {Text.Time(symbol.FirstTime)} to {Text.Time(symbol.LastTime)}, {Text.Count(symbol.Days, "day")}");
        if (!options.DryRun && symbol.Problem is null)
        {
            output.WriteLine($"    {Text.Count(symbol.CandlesAdded, "candle")} new, {Text.Count(symbol.CandlesReplaced)} replaced; {Text.Count(symbol.FilesWritten, "file")} written, {Text.Count(symbol.FilesUnchanged)} unchanged; {Text.Count(symbol.CandlesResampled)} longer candles made");
        }

        Note(output, symbol.OutOfOrder, "row", "out of order, put in order", "    ");
        Note(output, symbol.Repeated, "row", "with the time of the row before: the later one counts", "    ");
        if (symbol.OutlierCount == 0) return;
        var first = symbol.Outliers[0];
        output.WriteLine($"    {Text.Count(symbol.OutlierCount, "move")} of more than 20 % within a minute, kept as they are; the first at {Text.Time(first.Time)}: {CandleText.Price(first.PreviousClose)} to {CandleText.Price(first.Extreme)}");
    }

    private SortedDictionary<string, long> LeftOut()
    {
        var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (reason, count) in report.Files.SelectMany(file => file.LeftOut)) reasons[reason] = reasons.GetValueOrDefault(reason) + count;
        var unreadable = report.Files.Where(file => file.Refused is null).Sum(file => file.Issues.Count);
        if (unreadable > 0) reasons["unreadable"] = unreadable;
        return reasons;
    }

    private static void Note(TextWriter output, long count, string noun, string what, string indent = "")
    {
        if (count > 0) output.WriteLine($"{indent}{Text.Count(count, noun)} {what}");
    }

    private static string WithoutName(string message, string name) => message.StartsWith(name, StringComparison.Ordinal) ? message[name.Length..].TrimStart(':', ' ') : message;
}

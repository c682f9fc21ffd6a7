using NodaTime;
using Trading.Cli.Composition;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Csv;
using Trading.MarketData.Imports.Lean;
using Trading.MarketData.Imports.Parquet;
using Trading.MarketData.Instruments;

namespace Trading.Cli.Data;

/// <param name="Inputs">Files to import, in order.</param>
/// <param name="Skipped">Files passed over, counted by reason.</param>
/// <param name="Problems">Files that cannot be imported, each with the reason.</param>
internal sealed record FoundFiles(IReadOnlyList<ImportInput> Inputs, IReadOnlyDictionary<string, int> Skipped, IReadOnlyList<string> Problems);

/// <summary>Turns the paths of a command line into inputs.</summary>
internal static class ImportFiles
{
    public static FoundFiles Csv(string[] paths, string? symbol, CsvFormat format) => Tables(paths, symbol, [".csv", ".txt", ".tsv", ".csv.gz", ".txt.gz"], path => (issues, ct) => ReadCsv(path, format, issues, ct));

    public static FoundFiles Parquet(string[] paths, string? symbol, CsvFormat format) => Tables(paths, symbol, [".parquet"], path => (issues, ct) => ParquetInput.Read(path, format, issues, ct));

    /// <param name="paths">Data folder, a part of it, or files.</param>
    /// <param name="daily">Daily files instead of minute files.</param>
    /// <param name="zone">Null for the zone of each market.</param>
    /// <param name="round">Round instead of refusing.</param>
    public static FoundFiles Lean(string[] paths, bool daily, DateTimeZone? zone, bool round)
    {
        var inputs = new List<ImportInput>();
        var skipped = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var path in All(paths, ".zip"))
        {
            if (!LeanFile.TryParse(path, out var file, out var reason))
            {
                skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
            }
            else if (file!.IsDaily != daily)
            {
                reason = daily ? "minute bars: --daily takes daily bars" : "daily bars: import them with --daily";
                skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
            }
            else if (!SymbolName.TryCanonical(file.Symbol, out var symbol, out var problem))
            {
                problems.Add($"{Options.Shown(file.Symbol)}: {problem}");
            }
            else
            {
                inputs.Add(Input(path, symbol, (issues, _) => [new ImportBatch(LeanReader.Read(file, issues, zone, round), null)]));
            }
        }

        return new(inputs, skipped, problems);
    }

    private static FoundFiles Tables(string[] paths, string? symbol, string[] endings, Func<string, Func<ImportIssues, CancellationToken, IEnumerable<ImportBatch>>> read)
    {
        var inputs = new List<ImportInput>();
        foreach (var path in All(paths, endings))
        {
            // without a usable name the rows have to name their symbol themselves, which the reader finds out
            var known = symbol ?? (SymbolName.TryCanonical(InputFiles.SymbolText(path), out var canonical, out _) ? canonical : null);
            var reader = read(path);
            inputs.Add(Input(path, known, (issues, ct) => Checked(reader(issues, ct), known, symbol is not null, issues)));
        }

        return new(inputs, new Dictionary<string, int>(), []);
    }

    private static IEnumerable<ImportBatch> Checked(IEnumerable<ImportBatch> batches, string? symbol, bool isGiven, ImportIssues issues)
    {
        foreach (var batch in batches)
        {
            if (batch.Symbols is null && symbol is null) throw new ImportException($"{issues.File}: the file's name is no symbol and no column has one; say --symbol");
            // a symbol that was given holds for all rows
            yield return isGiven && batch.Symbols is not null ? batch with { Symbols = null } : batch;
        }
    }

    private static List<string> All(string[] paths, params string[] endings)
    {
        var all = new List<string>();
        foreach (var path in paths) all.AddRange(InputFiles.Find(path, endings).Except(all, StringComparer.Ordinal));
        return all;
    }

    private static ImportInput Input(string path, string? symbol, Func<ImportIssues, CancellationToken, IEnumerable<ImportBatch>> read)
    {
        var shown = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return new ImportInput(shown.StartsWith("..", StringComparison.Ordinal) ? path : shown, new FileInfo(path).Length, symbol, InputFiles.Modified(path), read);
    }

    private static IEnumerable<ImportBatch> ReadCsv(string path, CsvFormat format, ImportIssues issues, CancellationToken cancellationToken)
    {
        using var stream = CsvCandleReader.Open(path);
        foreach (var batch in CsvCandleReader.Read(stream, format, issues, cancellationToken)) yield return batch;
    }
}

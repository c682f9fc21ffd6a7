using System.CommandLine;
using System.Globalization;
using NodaTime;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Csv;

namespace Trading.Cli.Data;

/// <summary><c>sim data import csv|lean|parquet PATH</c>.</summary>
internal sealed class ImportCommand
{
    private readonly CliHost _host;
    private readonly Argument<string[]> _path = new("path") { Description = "File, folder or pattern with * and ?.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _store = Options.Store();
    private readonly Option<string?> _settings = Options.Settings();
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<string?> _symbol = new("--symbol") { Description = "Symbol of all rows. Default: a column named symbol or ticker, otherwise the file's name." };
    private readonly Option<string> _provider = new("--provider") { Description = "Whose data they are, kept with every file.", DefaultValueFactory = _ => "import" };
    private readonly Option<string?> _source = new("--source") { Description = "How they came, kept with every file. Default: csv, lean or parquet." };
    private readonly Option<string> _version = new("--data-version") { Description = "raw; split or adjusted when the prices are adjusted already.", DefaultValueFactory = _ => "raw" };
    private readonly Option<bool> _daily = new("--daily") { Description = "Daily bars, into the daily timeframe." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and check everything, write nothing." };
    private readonly Option<bool> _resample = new("--resample") { Description = "Make the longer timeframes of the days touched (default)." };
    private readonly Option<bool> _noResample = new("--no-resample") { Description = "Store the bars alone." };
    private readonly Option<bool> _extended = new("--extended-hours") { Description = "Keep minutes before and after regular hours of US equities." };
    private readonly Option<long> _maxErrors = new("--max-errors") { Description = "Unreadable rows that a file may have; with more it is refused as a whole.", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _round = new("--round") { Description = "Round values of more than 8 places half to even instead of refusing them." };
    private readonly Option<DateTimeZone> _zone = Options.Zone();
    private readonly Option<BarLabels> _labels = new("--labels") { Description = "Which end of its interval a bar's time names: open or close.", HelpName = "open|close", DefaultValueFactory = _ => BarLabels.Open };
    private readonly Option<string[]> _columns = new("--columns") { Description = "Columns by name or number from 1: time=ts,open=2,volume=none. With date and time: date=1,time=2.", HelpName = "MAP", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _timeFormat = new("--time-format") { Description = "iso, compact (yyyyMMdd HH:mm), s, ms, us, ns, or a pattern like 'dd.MM.yyyy HH:mm'. Default: found out.", HelpName = "FORMAT" };
    private readonly Option<string?> _delimiter = new("--delimiter") { Description = "comma, semicolon or tab. Default: found out." };
    private readonly Option<bool?> _header = new("--header") { Description = "Whether the first line names the columns: true or false. Default: found out." };

    private ImportCommand(CliHost host) => _host = host;

    public static Command Make(CliHost host) => new("import", "Import bars into the store.")
    {
        new ImportCommand(host).Csv(),
        new ImportCommand(host).Lean(),
        new ImportCommand(host).Parquet(),
    };

    private Command Csv()
    {
        var command = Common("csv", "CSV files (.csv, .txt, .tsv, also .gz).");
        foreach (var option in (Option[])[_symbol, _labels, _columns, _timeFormat, _delimiter, _header]) command.Add(option);
        command.SetAction((parsed, ct) => RunAsync(parsed, "csv", format => ImportFiles.Csv(Paths(parsed), Symbol(parsed), format), ct));
        return command;
    }

    private Command Lean()
    {
        var command = Common("lean", "Zipped minute or daily bars in LEAN's folder layout: a data folder, a part of it, or single files.");
        command.SetAction((parsed, ct) => RunAsync(
            parsed, "lean", format => ImportFiles.Lean(Paths(parsed), parsed.GetValue(_daily), parsed.GetResult(_zone) is null ? null : format.Zone, format.Round), ct));
        return command;
    }

    private Command Parquet()
    {
        var command = Common("parquet", "Parquet files of other tools.");
        foreach (var option in (Option[])[_symbol, _labels, _columns, _timeFormat]) command.Add(option);
        command.SetAction((parsed, ct) => RunAsync(parsed, "parquet", format => ImportFiles.Parquet(Paths(parsed), Symbol(parsed), format), ct));
        return command;
    }

    private Command Common(string name, string description) => new(name, description)
    {
        _path, _store, _provider, _source, _version, _zone, _daily, _dryRun, _resample, _noResample, _extended, _maxErrors, _round, _settings, _json,
    };

    private string[] Paths(ParseResult parsed) => parsed.GetRequiredValue(_path);

    private string? Symbol(ParseResult parsed) => parsed.GetValue(_symbol) is { } symbol ? Options.Canonical(symbol) : null;

    private async Task<int> RunAsync(ParseResult parsed, string source, Func<CsvFormat, FoundFiles> find, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_resample) && parsed.GetValue(_noResample)) throw new CliException("--resample and --no-resample contradict each other");
        var options = new ImportOptions
        {
            Provider = Name(parsed.GetRequiredValue(_provider), "--provider"),
            Source = Name(parsed.GetValue(_source) ?? source, "--source"),
            DataVersion = parsed.GetRequiredValue(_version) is "raw" or "split" or "adjusted" ? parsed.GetRequiredValue(_version) : throw new CliException("--data-version must be raw, split or adjusted"),
            Daily = parsed.GetValue(_daily),
            DryRun = parsed.GetValue(_dryRun),
            Resample = !parsed.GetValue(_noResample),
            MaxErrors = parsed.GetValue(_maxErrors) is var most and >= 0 ? most : throw new CliException("--max-errors must not be below 0"),
        };
        var found = find(Format(parsed));
        var store = DataStore.Open(parsed.GetRequiredValue(_store), make: !options.DryRun, parsed.GetValue(_settings), _host, extendedHours: parsed.GetValue(_extended), isDryRun: options.DryRun);
        var started = _host.Time.GetTimestamp();
        var report = await ProgressLine.RunAsync(_host, draw => new CandleImporter(options.DryRun ? null : store.Candles, store.Markets, options, _host.Time)
            .RunAsync(found.Inputs, new Drawing(draw), cancellationToken)).ConfigureAwait(false);
        var summary = new ImportSummary(report, found, options, _host.Time.GetElapsedTime(started));
        if (parsed.GetValue(_json)) await _host.Output.WriteLineAsync(Text.Json(summary.ToJson())).ConfigureAwait(false);
        else summary.Write(_host.Output);
        summary.WriteProblems(_host.Error);
        return report.WasStopped ? ExitCodes.Stopped : report.IsWhole && found.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Names of providers and sources go into files and answers: letters, digits, '_' and '-' only.</summary>
    private static string Name(string value, string option) =>
        value.Length is >= 1 and <= 64 && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-')
            ? value
            : throw new CliException($"{option} must have 1 to 64 letters, digits, '_' or '-'");

    private CsvFormat Format(ParseResult parsed)
    {
        var (timeFormat, pattern) = parsed.GetValue(_timeFormat) switch
        {
            null => (CsvTimeFormat.Detect, ""),
            "iso" => (CsvTimeFormat.Iso, ""),
            "compact" => (CsvTimeFormat.Compact, ""),
            "s" => (CsvTimeFormat.EpochSeconds, ""),
            "ms" => (CsvTimeFormat.EpochMilliseconds, ""),
            "us" => (CsvTimeFormat.EpochMicroseconds, ""),
            "ns" => (CsvTimeFormat.EpochNanoseconds, ""),
            var custom => (CsvTimeFormat.Custom, custom),
        };
        return new CsvFormat
        {
            Delimiter = parsed.GetValue(_delimiter) switch
            {
                null => null,
                "," or "comma" => ',',
                ";" or "semicolon" => ';',
                "\t" or "tab" => '\t',
                _ => throw new CliException("--delimiter must be comma, semicolon or tab"),
            },
            HasHeader = parsed.GetValue(_header),
            Columns = Columns(parsed.GetValue(_columns) ?? []),
            TimeFormat = timeFormat,
            TimePattern = pattern,
            Zone = parsed.GetValue(_zone) ?? DateTimeZone.Utc,
            Labels = parsed.GetValue(_labels),
            Daily = parsed.GetValue(_daily),
            Round = parsed.GetValue(_round),
        };
    }

    private static Dictionary<CsvColumn, string> Columns(IEnumerable<string> maps)
    {
        var columns = new Dictionary<CsvColumn, string>();
        foreach (var entry in maps.SelectMany(map => map.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var parts = entry.Split('=', 2);
            CsvColumn? column = parts[0].ToLowerInvariant() switch
            {
                "time" => CsvColumn.Time,
                "date" => CsvColumn.Date,
                "open" => CsvColumn.Open,
                "high" => CsvColumn.High,
                "low" => CsvColumn.Low,
                "close" => CsvColumn.Close,
                "volume" => CsvColumn.Volume,
                "symbol" => CsvColumn.Symbol,
                _ => null,
            };
            if (column is null || parts.Length < 2 || parts[1].Length == 0 || !columns.TryAdd(column.Value, parts[1]))
            {
                throw new CliException(string.Create(CultureInfo.InvariantCulture, $"--columns has '{Options.Shown(entry)}'; write NAME=COLUMN once each, with time, date, open, high, low, close, volume or symbol as NAME"));
            }
        }

        return columns;
    }

    private sealed class Drawing(Action<string, double> draw) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) =>
            draw(value.Name.Length == 0 ? "" : value.Step == ImportStep.Reading ? $"importing {value.Name}" : $"resampling {value.Name}", value.Total == 0 ? 1 : (double)value.Done / value.Total);
    }
}

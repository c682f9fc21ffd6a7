using System.CommandLine;
using System.Text.Json.Nodes;
using Trading.Cli.Composition;
using Trading.Cli.Output;
using Trading.MarketData.Candles;
using Trading.MarketData.Exports;

namespace Trading.Cli.Data;

/// <summary><c>sim data export csv|parquet SYMBOL</c>.</summary>
internal sealed class ExportCommand
{
    private readonly CliHost _host;
    private readonly Argument<string> _symbol = new("symbol") { Description = "Symbol, e.g. AAPL or EURUSD." };
    private readonly Option<string> _store = Options.Store();
    private readonly Option<string?> _settings = Options.Settings();
    private readonly Option<bool> _json = Options.Json();
    private readonly Option<Timeframe> _timeframe = Options.Timeframe();
    private readonly Option<DateOnly?> _from = Options.Date("--from", "First trading day.");
    private readonly Option<DateOnly?> _to = Options.Date("--to", "Last trading day.");
    private readonly Option<string> _adjustment = new("--adjustment") { Description = "raw, split, or adjusted (splits and dividends).", DefaultValueFactory = _ => "raw" };
    private readonly Option<string?> _out = new("--out") { Description = "File to write; replaced when it is there. Default for CSV: the output.", HelpName = "FILE" };

    private ExportCommand(CliHost host) => _host = host;

    public static Command Make(CliHost host) => new("export", "Export candles.")
    {
        new ExportCommand(host).Format("csv", "CSV: timestamp_utc,open,high,low,close,volume; UTC, start of the candle, exact decimals.", isParquet: false),
        new ExportCommand(host).Format("parquet", "Parquet: date as a UTC timestamp, prices and volume as DECIMAL(18,8).", isParquet: true),
    };

    private Command Format(string name, string description, bool isParquet)
    {
        var command = new Command(name, description) { _symbol, _timeframe, _from, _to, _adjustment, _out, _store, _settings, _json };
        command.SetAction((parsed, ct) => RunAsync(parsed, isParquet, ct));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, bool isParquet, CancellationToken cancellationToken)
    {
        var symbol = Options.Canonical(parsed.GetRequiredValue(_symbol));
        var (first, last) = Options.Range(parsed.GetValue(_from), parsed.GetValue(_to));
        var adjustment = parsed.GetRequiredValue(_adjustment);
        if (adjustment is not ("raw" or "split" or "adjusted")) throw new CliException($"--adjustment is '{Options.Shown(adjustment)}', but must be raw, split or adjusted");
        var file = parsed.GetValue(_out);
        if (file is null && (isParquet || parsed.GetValue(_json))) throw new CliException("say which file to write (--out)");
        var store = DataStore.Open(parsed.GetRequiredValue(_store), make: false, parsed.GetValue(_settings), _host);
        var timeframe = parsed.GetValue(_timeframe);
        var days = (await store.Candles.DaysAsync(symbol, timeframe, cancellationToken).ConfigureAwait(false)).Where(day => day >= first && day <= last).ToList();
        if (days.Count == 0) throw new CliException($"no {timeframe.Name()} candles of {symbol} are stored{(parsed.GetValue(_from) is null && parsed.GetValue(_to) is null ? "" : " in that range")}");

        var reader = new CandleExport(store.Candles, store.Adjuster, symbol, timeframe, adjustment);
        var count = file is null
            ? await ToOutputAsync(reader, days, cancellationToken).ConfigureAwait(false)
            : await ToFileAsync(reader, days, file, isParquet, cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(_json)) await _host.Output.WriteLineAsync(Text.Json(new JsonObject { ["symbol"] = symbol, ["timeframe"] = timeframe.Name(), ["candles"] = count, ["file"] = file })).ConfigureAwait(false);
        else if (file is not null) await _host.Output.WriteLineAsync($"exported {Text.Count(count, "candle")} of {symbol} to {file}").ConfigureAwait(false);
        return ExitCodes.Done;
    }

    private async Task<long> ToOutputAsync(CandleExport reader, List<DateOnly> days, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var isFirst = true;
        var count = 0L;
        await foreach (var candles in reader.ReadAsync(days, cancellationToken).ConfigureAwait(false))
        {
            CandleCsv.Write(bytes, candles, withHeader: isFirst);
            isFirst = false;
            count += candles.Count;
            await _host.Output.WriteAsync(System.Text.Encoding.ASCII.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)).ConfigureAwait(false);
            bytes.SetLength(0);
        }

        return count;
    }

    /// <summary>The file is there as a whole or not at all.</summary>
    private async Task<long> ToFileAsync(CandleExport reader, List<DateOnly> days, string file, bool isParquet, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(file);
        if (Directory.Exists(full)) throw new CliException($"{file} is a folder");
        var temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            long count;
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            await using (stream.ConfigureAwait(false))
            {
                count = await ProgressLine.RunAsync(_host, draw => reader.WriteAsync(days, stream, isParquet, share => draw($"exporting {Path.GetFileName(file)}", share), cancellationToken)).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
            return count;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}

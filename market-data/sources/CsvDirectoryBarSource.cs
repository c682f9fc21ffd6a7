using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;

namespace Trading.MarketData.Sources;

/// <summary>
/// Bars from CSV files: <c>{directory of the provider}/minute/{SYMBOL}.csv</c> holds adjusted bars, <c>…/minute_raw/{SYMBOL}.csv</c> raw ones.
/// A file <c>{SYMBOL}.source</c> beside it says in one word where the bars come from, e.g. <c>synthetic</c>; without it they are <c>csv</c>.
/// Files whose name is no symbol (<see cref="SymbolName"/>) are no series.
/// </summary>
public sealed class CsvDirectoryBarSource : IBarSource
{
    /// <summary>Source of bars whose file has no marker.</summary>
    public const string PlainSource = "csv";

    /// <summary>Extension of the marker file.</summary>
    public const string MarkerExtension = ".source";

    /// <summary>Length of a bar in microseconds.</summary>
    public const long MinuteMicros = 60_000_000;

    /// <summary>A longer file is refused: it would not fit into one array.</summary>
    private const long MaxFileBytes = 1L << 30;

    private readonly FrozenDictionary<string, string> _directories;
    private readonly InstrumentTable _instruments;
    private readonly TradingCalendars _calendars;
    private readonly ConcurrentDictionary<string, CsvSummary> _summaries = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The options are wrong; the message names the setting.</exception>
    public CsvDirectoryBarSource(CsvBarSourceOptions options, InstrumentTable instruments, TradingCalendars calendars)
    {
        options.Validate();
        _directories = options.ProviderDirectories.ToFrozenDictionary(StringComparer.Ordinal);
        _instruments = instruments;
        _calendars = calendars;
    }

    public bool IsKnownProvider(string provider) => DataProviders.Known.Contains(provider);

    public bool IsConfigured(string provider) => _directories.ContainsKey(provider);

    /// <inheritdoc/>
    /// <remarks>The whole file as it is now, whatever the range and the instant: nothing is kept of a file that was replaced.</remarks>
    public async Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        var file = new FileInfo(path);
        if (!file.Exists) return null;
        if (file.Length > MaxFileBytes) throw new BarSourceException(BarSourceProblem.MalformedData, $"{file.Name} has {file.Length} bytes, more than the {MaxFileBytes} that a bar file may have");
        var source = await ReadMarkerAsync(path, cancellationToken).ConfigureAwait(false);
        var text = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        // off the caller's scheduler: a year of minutes takes tens of milliseconds
        return await Task.Run(() => ToSeries(key, source, CsvBarParser.Parse(text, file.Name, MinuteMicros)), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Lengths and times of writing of the file and its marker.</remarks>
    public ValueTask<string> StampAsync(BarSeriesKey key, BarRange range, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        return ValueTask.FromResult(StampOf(new FileInfo(path)) + "|" + StampOf(new FileInfo(MarkerOf(path))));

        static string StampOf(FileInfo file) => file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length}:{file.LastWriteTimeUtc.Ticks}") : "";
    }

    public async Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default)
    {
        var found = new List<AvailableSeries>();
        foreach (var provider in _directories.Keys.Order(StringComparer.Ordinal))
        {
            foreach (var version in new[] { DataVersions.Adjusted, DataVersions.Raw })
            {
                var directory = DirectoryOf(provider, version);
                if (!Directory.Exists(directory)) continue;
                foreach (var path in Directory.EnumerateFiles(directory, "*.csv").Order(StringComparer.Ordinal))
                {
                    var symbol = Path.GetFileNameWithoutExtension(path);
                    if (!SymbolName.IsValid(symbol, out _)) continue;
                    var summary = await SummaryOfAsync(path, cancellationToken).ConfigureAwait(false);
                    found.Add(new AvailableSeries(new BarSeriesKey(symbol, provider, version), summary.Source, summary.Bars, summary.FirstBar, summary.LastBar, summary.Problem));
                }
            }
        }

        return found;
    }

    private static string MarkerOf(string csvPath) => Path.ChangeExtension(csvPath, MarkerExtension);

    private static async Task<string> ReadMarkerAsync(string csvPath, CancellationToken cancellationToken)
    {
        const int longest = 64;
        var marker = new FileInfo(MarkerOf(csvPath));
        if (!marker.Exists) return PlainSource;
        var text = marker.Length > longest ? "" : (await File.ReadAllTextAsync(marker.FullName, cancellationToken).ConfigureAwait(false)).Trim();
        var isWord = text.Length > 0 && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_');
        if (!isWord) throw new BarSourceException(BarSourceProblem.MalformedData, $"{marker.Name} must hold one word of a to z, 0 to 9 and '_', at most {longest} characters");
        return text;
    }

    private string PathOf(BarSeriesKey key)
    {
        if (!SymbolName.IsValid(key.Symbol, out var problem)) throw new BarSourceException(BarSourceProblem.BadSymbol, problem);
        if (!IsKnownProvider(key.Provider))
        {
            throw new BarSourceException(BarSourceProblem.UnknownProvider, $"unknown data provider; known are {string.Join(", ", DataProviders.Known.Order(StringComparer.Ordinal))}");
        }

        if (!IsConfigured(key.Provider))
        {
            throw new BarSourceException(BarSourceProblem.ProviderNotConfigured, $"data provider '{key.Provider}' is known, but not configured in this deployment");
        }

        if (key.DataVersion is not (DataVersions.Adjusted or DataVersions.Raw))
        {
            throw new BarSourceException(BarSourceProblem.UnknownDataVersion, $"bars of '{key.Provider}' are {DataVersions.Adjusted} or {DataVersions.Raw} here");
        }

        return Path.Combine(DirectoryOf(key.Provider, key.DataVersion), key.Symbol + ".csv");
    }

    private string DirectoryOf(string provider, string dataVersion) =>
        Path.Combine(_directories[provider], dataVersion == DataVersions.Raw ? "minute_raw" : "minute");

    private BarSeries ToSeries(BarSeriesKey key, string source, BarColumns columns)
    {
        var instrument = _instruments[key.Symbol];
        return new BarSeries(
            instrument,
            _calendars.For(instrument.AssetClass).All,
            MinuteMicros,
            source,
            key.DataVersion,
            columns.OpenTime,
            columns.Open,
            columns.High,
            columns.Low,
            columns.Close,
            columns.Volume);
    }

    private async Task<CsvSummary> SummaryOfAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        string source;
        try
        {
            source = await ReadMarkerAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (BarSourceException malformed)
        {
            return new CsvSummary(file.Length, file.LastWriteTimeUtc, PlainSource, 0, null, null, malformed.Message);
        }

        if (_summaries.TryGetValue(path, out var known) && known.IsOf(file) && known.Source == source) return known;
        var summary = await CsvSummary.ReadAsync(file, source, cancellationToken).ConfigureAwait(false);
        _summaries[path] = summary;
        return summary;
    }
}

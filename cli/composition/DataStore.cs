using Microsoft.Extensions.Configuration;
using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.Cli.Composition;

/// <summary>A candle store and all that commands need to work with it.</summary>
internal sealed class DataStore
{
    public const string DefaultFolder = "./data/storage";

    // made when first asked for: a dry run leaves no folder behind
    private readonly Lazy<DiskFiles> _files;
    private readonly Lazy<ICandleStore> _candles;
    private readonly Lazy<ICorporateActionStore> _actions;

    private DataStore(string folder, MarketDataOptions options, TimeProvider time)
    {
        _files = new Lazy<DiskFiles>(() => new DiskFiles(folder));
        Options = options;
        Instruments = InstrumentTable.Load(folder, options.CryptoQuotesInForce);
        Markets = new MarketTable(Instruments, new TradingCalendars(options), options);
        _candles = new Lazy<ICandleStore>(() => new CandleStore(_files.Value, new ParquetCandleFormat(), Markets, options.Storage, time));
        _actions = new Lazy<ICorporateActionStore>(() => new FileCorporateActionStore(_files.Value, time, TimeSpan.FromDays(options.Storage.KeepSupersededDays)));
    }

    public MarketDataOptions Options { get; }

    public InstrumentTable Instruments { get; }

    public MarketTable Markets { get; }

    public ICandleStore Candles => _candles.Value;

    public ICorporateActionStore Actions => _actions.Value;

    public CandleAdjuster Adjuster => new(Candles, Actions, Markets);

    /// <summary>Opens the store below <paramref name="folder"/>.</summary>
    /// <param name="folder">The folder that holds <c>candles/</c>.</param>
    /// <param name="make">Make it when it is not there.</param>
    /// <param name="settingsFile">JSON file with a section <c>Data</c>; null for none.</param>
    /// <param name="host">Clock and environment.</param>
    /// <param name="extendedHours">Switches extended hours of US equities on, whatever the settings say.</param>
    /// <param name="isDryRun">Nothing will be read from it or written to it.</param>
    /// <exception cref="CliException">It cannot be opened, or a setting is wrong.</exception>
    public static DataStore Open(string folder, bool make, string? settingsFile, CliHost host, bool extendedHours = false, bool isDryRun = false)
    {
        var full = Path.GetFullPath(folder);
        if (!make && !isDryRun && !Directory.Exists(full)) throw new CliException($"there is no store at {folder} (--store names its folder)");
        var options = Settings(settingsFile, host);
        if (extendedHours)
        {
            if (!options.AssetClasses.TryGetValue("us_equity", out var equities)) options.AssetClasses["us_equity"] = equities = new AssetClassSettings();
            equities.ExtendedHours = true;
        }

        try
        {
            var store = new DataStore(full, options, host.Time);
            if (make || Directory.Exists(full)) _ = store._files.Value;
            return store;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the store {folder} cannot be opened: {problem.Message.ReplaceLineEndings(" ")}", problem);
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidDataException)
        {
            throw new CliException(problem.Message.ReplaceLineEndings(" "), problem);
        }
    }

    private static MarketDataOptions Settings(string? file, CliHost host)
    {
        var options = new MarketDataOptions();
        try
        {
            var builder = new ConfigurationBuilder();
            if (file is not null) builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
            builder.AddConfiguration(host.Environment).Build().GetSection(MarketDataOptions.Section).Bind(options);
        }
        catch (Exception problem) when (problem is FileNotFoundException or InvalidDataException or InvalidOperationException or FormatException)
        {
            // the value in question may be a key: only the name of the setting is repeated
            throw new CliException(problem is FileNotFoundException ? $"there is no settings file {file}" : $"the settings cannot be read{(file is null ? "" : $" from {file}")}: {Name(problem)}", problem);
        }

        return options;
    }

    private static string Name(Exception problem)
    {
        var at = problem.Message.IndexOf($"{MarketDataOptions.Section}:", StringComparison.Ordinal);
        return at < 0 ? "they are no well-formed JSON" : $"{problem.Message[at..].Split('\'', ' ')[0]} has a value that it cannot have";
    }
}

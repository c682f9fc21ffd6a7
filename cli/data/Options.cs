using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NodaTime;
using Trading.Cli.Composition;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;

namespace Trading.Cli.Data;

/// <summary>Options that several commands have.</summary>
internal static class Options
{
    public static Option<string> Store() => new("--store") { Description = "Folder of the candle store.", HelpName = "DIR", DefaultValueFactory = _ => DataStore.DefaultFolder };

    public static Option<string?> Settings() => new("--settings") { Description = "JSON file of settings with a section Data, as the service reads it; the environment (TRADING_Data__...) wins.", HelpName = "FILE" };

    public static Option<bool> Json() => new("--json") { Description = "One JSON object instead of text." };

    public static Option<Timeframe> Timeframe() => new("--timeframe")
    {
        Description = string.Join(", ", Timeframes.Names),
        HelpName = "NAME",
        DefaultValueFactory = _ => MarketData.Candles.Timeframe.OneMinute,
        CustomParser = result => Timeframes.TryParse(result.Tokens[0].Value, out var timeframe, out var problem) ? timeframe : Wrong<Timeframe>(result, problem),
    };

    public static Option<DateOnly?> Date(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "YYYY-MM-DD",
        CustomParser = result => DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : Wrong<DateOnly?>(result, $"{name} is '{result.Tokens[0].Value}', but must be a date like 2024-07-16"),
    };

    public static Option<DateTimeZone> Zone() => new("--timezone")
    {
        Description = "Zone of times that name none, by IANA name. Default UTC, for LEAN that of the market.",
        HelpName = "NAME",
        CustomParser = result => DateTimeZoneProviders.Tzdb.GetZoneOrNull(result.Tokens[0].Value)
            ?? Wrong<DateTimeZone>(result, $"--timezone is '{result.Tokens[0].Value}', but must be an IANA name like America/New_York"),
    };

    /// <summary>Checks a symbol as a person writes it.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static string Canonical(string symbol) =>
        SymbolName.TryCanonical(symbol, out var canonical, out var problem) ? canonical : throw new CliException($"'{Shown(symbol)}' is no symbol: {problem}");

    /// <exception cref="CliException">The range is reversed.</exception>
    public static (DateOnly First, DateOnly Last) Range(DateOnly? from, DateOnly? to)
    {
        var (first, last) = (from ?? new DateOnly(1900, 1, 1), to ?? new DateOnly(2199, 12, 31));
        return first <= last ? (first, last) : throw new CliException($"--from {first:yyyy-MM-dd} is after --to {last:yyyy-MM-dd}");
    }

    /// <summary>Text of the command line as it may stand in a message.</summary>
    public static string Shown(string text) => string.Concat(text.Take(64).Select(character => char.IsControl(character) ? '\uFFFD' : character));

    private static T Wrong<T>(ArgumentResult result, string problem)
    {
        result.AddError(problem);
        return default!;
    }
}

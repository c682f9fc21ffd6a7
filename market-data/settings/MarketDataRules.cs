using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;

namespace Trading.MarketData.Settings;

/// <summary>The rules of the section <c>Data</c> (OHLCV-163): every broken one with the setting, its value and what would be right. Keys are never repeated.</summary>
public static class MarketDataRules
{
    private const int MostPageSize = 10_000;

    private static readonly TimeOnly EarliestNightlyStart = new(20, 0);

    /// <param name="options">The settings.</param>
    /// <param name="others">Providers that a build adds (OHLCV-014).</param>
    public static IReadOnlyList<string> Problems(MarketDataOptions options, params IReadOnlyList<ProviderRegistration> others)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        CheckStorage(options.Storage, problems);
        problems.AddRange(ProviderTable.Problems(options.Providers, others));
        CheckNightly(options.Nightly, problems);
        CheckAssetClasses(options, problems);
        problems.AddRange(SpecialDays.Problems(options));
        foreach (var quote in options.CryptoQuotes)
        {
            if (quote.Length is < 2 or > 8 || !quote.All(char.IsAsciiLetterUpper)) problems.Add($"{Name("CryptoQuotes")} has '{quote}', but must have currencies of 2 to 8 upper-case letters");
        }

        foreach (var user in options.Operators)
        {
            if (string.IsNullOrWhiteSpace(user)) problems.Add($"{Name("Operators")} has '{user}', but must have user ids");
        }

        return problems;
    }

    private static void CheckStorage(StorageSettings storage, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(storage.BasePath)) problems.Add($"{Name("Storage:BasePath")} is '{storage.BasePath}', but must be a folder");
        if (string.IsNullOrWhiteSpace(storage.CandlesPath) || Path.IsPathRooted(storage.CandlesPath) || storage.CandlesPath.Split('/', '\\').Any(part => part is "" or "." or ".."))
        {
            problems.Add($"{Name("Storage:CandlesPath")} is '{storage.CandlesPath}', but must be a folder below BasePath");
        }

        Range("Storage:MaxPageSize", storage.MaxPageSize, 1, MostPageSize, problems);
        Range("Storage:DefaultPageSize", storage.DefaultPageSize, 1, Math.Clamp(storage.MaxPageSize, 1, MostPageSize), problems);
        Range("Storage:KeepSupersededDays", storage.KeepSupersededDays, 0, 3_650, problems);
        Range("Storage:MinimumFreePercent", storage.MinimumFreePercent, 0, 100, problems);
        Range("Storage:CacheBytes", storage.CacheBytes, 0, 1L << 40, problems);
    }

    private static void CheckNightly(NightlySettings nightly, List<string> problems)
    {
        if (nightly.Schedule is not ("auto" or "true" or "false")) problems.Add($"{Name("Nightly:Schedule")} is '{nightly.Schedule}', but must be auto, true or false");
        if (!TimeOnly.TryParseExact(nightly.StartTime, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start) || start < EarliestNightlyStart)
        {
            // after-hours trading ends at 20:00; later than 23:59 would be the next day
            problems.Add($"{Name("Nightly:StartTime")} is '{nightly.StartTime}', but must be a New York time HH:mm from 20:00, when the last session of the day has ended");
        }

        Range("Nightly:MaxConcurrentSymbols", nightly.MaxConcurrentSymbols, 1, 100, problems);
        Range("Nightly:FirstFetchDays", nightly.FirstFetchDays, 1, 20_000, problems);
        Range("Nightly:KeepResultsDays", nightly.KeepResultsDays, 1, 3_650, problems);
        foreach (var symbol in nightly.DefaultSymbols)
        {
            if (!SymbolName.IsValid(symbol, out var problem)) problems.Add($"{Name("Nightly:DefaultSymbols")} has '{symbol}', but {problem}");
        }

        foreach (var name in nightly.TargetTimeframes)
        {
            if (!Timeframes.TryParse(name, out var timeframe, out _) || timeframe == Timeframe.OneMinute)
            {
                problems.Add($"{Name("Nightly:TargetTimeframes")} has '{name}', but must have some of {string.Join(", ", NightlySettings.FactoryTimeframes)}");
            }
        }
    }

    private static void CheckAssetClasses(MarketDataOptions options, List<string> problems)
    {
        foreach (var (name, settings) in options.AssetClasses)
        {
            var known = AssetClassRules.Names.ToList().IndexOf(name);
            if (known < 0) problems.Add($"{Name("AssetClasses:" + name)} is no asset class; there are {string.Join(", ", AssetClassRules.Names)}");
            else problems.AddRange(AssetClassRules.Problems((AssetClass)known, settings));
        }
    }

    private static void Range(string name, double value, double least, double most, List<string> problems)
    {
        // written so that a value that is no number fails
        if (!(value >= least && value <= most)) problems.Add(string.Create(CultureInfo.InvariantCulture, $"{Name(name)} is {value}, but must be {least} to {most}"));
    }

    private static string Name(string setting) => $"{MarketDataOptions.Section}:{setting}";
}

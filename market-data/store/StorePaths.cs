using System.Globalization;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;

namespace Trading.MarketData.Store;

/// <summary>Where everything lies below the store's root (section 6 of the specification), and what a name there means.</summary>
internal sealed class StorePaths
{
    public const string Suffix = ".parquet";
    public const string Locks = "locks";

    /// <summary>No symbol begins with a dot.</summary>
    public const string HealthLock = Locks + "/.health.lock";
    public const string Superseded = "superseded";
    public const string Damaged = "damaged";
    public const string TemporarySuffix = ".tmp";
    private const string DayFormat = "yyyy-MM-dd";
    private const int DayLength = 10;

    public StorePaths(string candles)
    {
        Candles = candles.Replace('\\', '/').Trim('/');
        if (Candles.Length == 0) throw new ArgumentException("the folder of the candles needs a name", nameof(candles));
    }

    public string Candles { get; }

    public string Folder(Timeframe timeframe) => $"{Candles}/{timeframe.Name()}";

    /// <summary>Folder of a symbol's files, one per day; for <see cref="Timeframe.Daily"/> of those that another program left (OHLCV-033).</summary>
    public string DayFolder(Timeframe timeframe, string symbol) => $"{Candles}/{timeframe.Name()}/{symbol}";

    public string DailyFile(string symbol) => $"{Candles}/{Timeframe.Daily.Name()}/{symbol}{Suffix}";

    public static string Lock(string symbol) => $"{Locks}/{symbol}.lock";

    public static string SupersededFolder(Timeframe timeframe, string symbol) => $"{Superseded}/{timeframe.Name()}/{symbol}";

    public static string DayName(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture) + Suffix;

    public static string SupersededName(DateOnly day, long supersededAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}~{supersededAt}{Suffix}");

    /// <summary>A name for the next version of a file until it is complete; readers take it for nothing.</summary>
    public static string TemporaryName(string name) => $".{name}.{Guid.NewGuid():N}{TemporarySuffix}";

    public static bool IsTemporary(ReadOnlySpan<char> name) => name.StartsWith('.') && name.EndsWith(TemporarySuffix, StringComparison.Ordinal);

    /// <summary>Whether a name is exactly that of a day's file.</summary>
    public static bool TryDay(ReadOnlySpan<char> name, out DateOnly day)
    {
        day = default;
        return name.Length == DayLength + Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) && TryDate(name[..DayLength], out day);
    }

    /// <summary>Whether a name is exactly that of a superseded day's file.</summary>
    public static bool TrySuperseded(ReadOnlySpan<char> name, out DateOnly day, out long supersededAt)
    {
        day = default;
        supersededAt = 0;
        if (name.Length <= DayLength + 1 + Suffix.Length || name[DayLength] != '~' || !name.EndsWith(Suffix, StringComparison.Ordinal)) return false;
        return TryDate(name[..DayLength], out day)
            && long.TryParse(name[(DayLength + 1)..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out supersededAt);
    }

    /// <summary>Whether a name is that of a symbol's daily file.</summary>
    public static bool TryDailySymbol(ReadOnlySpan<char> name, out string symbol)
    {
        symbol = name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length].ToString() : "";
        return SymbolName.IsValid(symbol, out _);
    }

    private static bool TryDate(ReadOnlySpan<char> text, out DateOnly day) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}

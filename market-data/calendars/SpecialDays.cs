using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using NodaTime.Text;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Calendars;

/// <summary>Days on which the exchange closes, or closes early, by announcement at short notice: settings, so that no release is needed (OHLCV-087). Immutable.</summary>
public sealed class SpecialDays
{
    private static readonly LocalTime EarliestClose = new(9, 31);
    private static readonly LocalTime RegularClose = new(16, 0);
    private readonly SortedDictionary<LocalDate, string> _closures = [];
    private readonly SortedDictionary<LocalDate, LocalTime> _earlyCloses = [];

    private SpecialDays()
    {
    }

    /// <summary>No special days.</summary>
    public static SpecialDays None { get; } = new();

    /// <summary>Tells calendars with other special days apart, e.g. <c>+3f2a90c1</c>; empty without special days. Reasons do not matter.</summary>
    public string VersionSuffix
    {
        get
        {
            if (_closures.Count + _earlyCloses.Count == 0) return "";
            var text = new StringBuilder();
            foreach (var date in _closures.Keys) text.Append(CultureInfo.InvariantCulture, $"{date:uuuu-MM-dd} closed\n");
            foreach (var (date, close) in _earlyCloses) text.Append(CultureInfo.InvariantCulture, $"{date:uuuu-MM-dd} {close:HH:mm}\n");
            return "+" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..8];
        }
    }

    /// <summary>Why the exchange stays closed; null when it does not.</summary>
    public string? ClosureOn(LocalDate date) => _closures.GetValueOrDefault(date);

    /// <summary>When the exchange closes early, in New York time; null when it does not.</summary>
    public LocalTime? EarlyCloseOn(LocalDate date) => _earlyCloses.TryGetValue(date, out var close) ? close : null;

    /// <exception cref="ArgumentException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static SpecialDays From(MarketDataOptions options)
    {
        var problems = new List<string>();
        var special = Read(options, problems);
        return problems.Count == 0 ? special : throw new ArgumentException(string.Join("; ", problems), nameof(options));
    }

    /// <summary>What is wrong with the special days of the settings: each entry names the setting, its value and the rule.</summary>
    public static IReadOnlyList<string> Problems(MarketDataOptions options)
    {
        var problems = new List<string>();
        Read(options, problems);
        return problems;
    }

    private static SpecialDays Read(MarketDataOptions options, List<string> problems)
    {
        ArgumentNullException.ThrowIfNull(options);
        var special = new SpecialDays();
        foreach (var (text, reason) in options.SpecialClosures)
        {
            if (ReadDate(nameof(options.SpecialClosures), text, problems) is { } date) special._closures[date] = string.IsNullOrWhiteSpace(reason) ? "special closing" : reason;
        }

        foreach (var (text, time) in options.SpecialEarlyCloses)
        {
            if (ReadDate(nameof(options.SpecialEarlyCloses), text, problems) is not { } date) continue;
            var close = LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(time ?? "");
            if (!close.Success || close.Value < EarliestClose || close.Value >= RegularClose)
            {
                problems.Add($"{Name(nameof(options.SpecialEarlyCloses), text)} is '{time}'; it must be a New York time HH:mm after 09:30 and before 16:00");
            }
            else if (special._closures.ContainsKey(date))
            {
                problems.Add($"{Name(nameof(options.SpecialEarlyCloses), text)} is '{time}'; the same date is closed by {nameof(options.SpecialClosures)}");
            }
            else
            {
                special._earlyCloses[date] = close.Value;
            }
        }

        return special;
    }

    private static LocalDate? ReadDate(string setting, string text, List<string> problems)
    {
        var date = LocalDatePattern.Iso.Parse(text);
        if (!date.Success || date.Value < TradingCalendar.FirstDate || date.Value > TradingCalendar.LastDate)
        {
            problems.Add($"{Name(setting, text)}: '{text}' must be a date YYYY-MM-DD from 1990 to 2050");
            return null;
        }

        if (date.Value.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday)
        {
            problems.Add($"{Name(setting, text)}: {text} is a {date.Value.DayOfWeek}, on which the exchange is closed anyway");
            return null;
        }

        return date.Value;
    }

    private static string Name(string setting, string key) => $"{MarketDataOptions.Section}:{setting}:{key}";
}

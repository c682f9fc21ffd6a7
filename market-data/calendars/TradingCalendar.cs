using NodaTime;
using NodaTime.TimeZones;
using Trading.Engine.Bars;

namespace Trading.MarketData.Calendars;

/// <summary>The rules of one market's trading days: when it opens and closes on any date from 1990 to 2050.</summary>
/// <remarks>
/// Hours are exchange-local and become instants through the time zone database, so daylight saving needs no rule of its own.
/// Immutable and safe for concurrent use.
/// </remarks>
public abstract class TradingCalendar
{
    /// <summary>First date for which the rules are known.</summary>
    public static readonly LocalDate FirstDate = new(1990, 1, 1);

    /// <summary>Last date for which the rules are known.</summary>
    public static readonly LocalDate LastDate = new(2050, 12, 31);

    private static readonly LocalDate UnixDate = new(1970, 1, 1);
    private readonly Lazy<TradingDays> _all;

    /// <param name="name">As it stands in day tables and manifests.</param>
    /// <param name="rulesVersion">Differs whenever a rule or table of the calendar changes.</param>
    private protected TradingCalendar(string name, string rulesVersion)
    {
        Name = name;
        Version = $"{name}/{rulesVersion} tzdb/{TzdbDateTimeZoneSource.Default.TzdbVersion}";
        _all = new Lazy<TradingDays>(() => Days(FirstDate, LastDate));
    }

    /// <summary><c>us_equity</c>, <c>crypto</c> or <c>forex</c>.</summary>
    public string Name { get; }

    /// <summary>Version of the rules and of the time zone database they were applied with, e.g. <c>us_equity/1 tzdb/2025b</c>.</summary>
    public string Version { get; }

    /// <summary>Every trading day from <see cref="FirstDate"/> to <see cref="LastDate"/>; made once and shared.</summary>
    public TradingDays All => _all.Value;

    /// <summary>The trading days from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range ends before it begins or leaves 1990..2050.</exception>
    public TradingDays Days(LocalDate first, LocalDate last)
    {
        if (first < FirstDate) throw new ArgumentOutOfRangeException(nameof(first), first, $"the {Name} calendar begins at {FirstDate:uuuu-MM-dd}");
        if (last > LastDate) throw new ArgumentOutOfRangeException(nameof(last), last, $"the {Name} calendar ends at {LastDate:uuuu-MM-dd}");
        if (last < first) throw new ArgumentOutOfRangeException(nameof(last), last, $"the range ends before it begins at {first:uuuu-MM-dd}");

        var hours = new List<DayHours>();
        for (var date = first; date <= last; date = date.PlusDays(1))
        {
            if (HoursOn(date) is { } open) hours.Add(open);
        }

        return new TradingDays(
            Name,
            Version,
            [.. hours.Select(day => DaysSinceEpoch(day.Date))],
            [.. hours.Select(day => Micros(day.ExtendedOpen))],
            [.. hours.Select(day => Micros(day.RegularOpen))],
            [.. hours.Select(day => Micros(day.RegularClose))],
            [.. hours.Select(day => Micros(day.ExtendedClose))]);
    }

    /// <summary>Days from 1970-01-01 to <paramref name="date"/>, the form in which <see cref="TradingDays"/> holds dates.</summary>
    public static int DaysSinceEpoch(LocalDate date) => Period.DaysBetween(UnixDate, date);

    /// <summary>The hours of <paramref name="date"/>, or null when the market stays closed.</summary>
    private protected abstract DayHours? HoursOn(LocalDate date);

    private static long Micros(Instant instant) => instant.ToUnixTimeTicks() / 10;

    /// <summary>One trading day; without an extended session its bounds equal those of the regular one.</summary>
    private protected readonly record struct DayHours(LocalDate Date, Instant ExtendedOpen, Instant RegularOpen, Instant RegularClose, Instant ExtendedClose);
}

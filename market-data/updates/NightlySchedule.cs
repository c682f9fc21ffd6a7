using NodaTime;
using NodaTime.Text;

namespace Trading.MarketData.Updates;

/// <summary>When the nightly update is due: at a New York wall-clock time, Monday to Friday, on both sides of every clock change (OHLCV-131).</summary>
/// <remarks>Immutable and safe for concurrent use. A night is named by its New York date, as days since 1970-01-01.</remarks>
public sealed class NightlySchedule
{
    private static readonly LocalDate UnixDate = new(1970, 1, 1);
    private static readonly LocalTimePattern Pattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private readonly DateTimeZone _newYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    private readonly LocalTime _start;

    /// <param name="startTime">New York time, <c>HH:mm</c>.</param>
    /// <exception cref="FormatException">The time is not of that form.</exception>
    public NightlySchedule(string startTime) => _start = Pattern.Parse(startTime).GetValueOrThrow();

    /// <summary>The last night whose start is at or before <paramref name="now"/>.</summary>
    public int LastDue(DateTimeOffset now)
    {
        var instant = Instant.FromDateTimeOffset(now);
        var date = instant.InZone(_newYork).Date.PlusDays(1);
        while (!IsNight(date) || StartOf(date) > instant) date = date.PlusDays(-1);
        return Number(date);
    }

    /// <summary>The start of the first night after <paramref name="night"/>.</summary>
    public DateTimeOffset StartAfter(int night)
    {
        var date = UnixDate.PlusDays(night + 1);
        while (!IsNight(date)) date = date.PlusDays(1);
        return StartOf(date).ToDateTimeOffset();
    }

    private static bool IsNight(LocalDate date) => date.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday);

    private static int Number(LocalDate date) => Period.DaysBetween(UnixDate, date);

    // a time that a clock change leaves out moves behind the gap, one that comes twice is the first of the two: one start per night in any case
    private Instant StartOf(LocalDate date) => date.At(_start).InZoneLeniently(_newYork).ToInstant();
}

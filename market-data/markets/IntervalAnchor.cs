using System.Diagnostics.CodeAnalysis;
using NodaTime;
using NodaTime.Text;

namespace Trading.MarketData.Markets;

/// <summary>What the intervals of a timeframe are counted from: the session open, or a time of day in a zone. Immutable.</summary>
public sealed class IntervalAnchor
{
    private const long DayMicros = 86_400_000_000;
    private readonly DateTimeZone? _zone;
    private readonly long _timeOfDay;

    private IntervalAnchor(DateTimeZone? zone, LocalTime time)
    {
        _zone = zone;
        _timeOfDay = time.TickOfDay / 10;
    }

    /// <summary>Each part of a session (pre-market, regular, after-hours) counts from its own first minute.</summary>
    public static IntervalAnchor SessionOpen { get; } = new(null, LocalTime.Midnight);

    /// <summary>00:00 UTC.</summary>
    public static IntervalAnchor UtcMidnight { get; } = new(DateTimeZone.Utc, LocalTime.Midnight);

    public bool IsSessionOpen => _zone is null;

    /// <summary>A time of day of a zone of the IANA data base.</summary>
    public static IntervalAnchor At(LocalTime time, DateTimeZone zone) => new(zone, time);

    /// <summary>Reads <c>session_open</c> or e.g. <c>08:00 Europe/London</c>.</summary>
    /// <param name="text">The setting.</param>
    /// <param name="anchor">The anchor.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IntervalAnchor? anchor, [NotNullWhen(false)] out string? problem)
    {
        anchor = null;
        problem = null;
        if (text == "session_open")
        {
            anchor = SessionOpen;
            return true;
        }

        var parts = (text ?? "").Split(' ');
        var time = LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(parts[0]);
        if (parts.Length != 2 || !time.Success)
        {
            problem = "it is neither session_open nor a time of day and a zone, e.g. '08:00 Europe/London'";
            return false;
        }

        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(parts[1]) is not { } zone)
        {
            problem = $"'{parts[1]}' is no zone of the IANA data base";
            return false;
        }

        anchor = At(time.Value, zone);
        return true;
    }

    /// <summary>
    /// The anchor on a date, in microseconds since 1970-01-01Z, with the zone's offset that is in force at <paramref name="instant"/>: when the clock of the
    /// zone changes before the session begins, the intervals of the session still lie on the clock that people see.
    /// </summary>
    /// <param name="date">Days since 1970-01-01.</param>
    /// <param name="instant">Where the session begins.</param>
    /// <exception cref="InvalidOperationException">The anchor is the session open.</exception>
    public long On(int date, long instant)
    {
        if (_zone is null) throw new InvalidOperationException("the session open is no time of day");
        var offset = ReferenceEquals(_zone, DateTimeZone.Utc) ? 0 : _zone.GetUtcOffset(Instant.FromUnixTimeTicks(instant * 10)).Ticks / 10;
        return (date * DayMicros) + _timeOfDay - offset;
    }
}

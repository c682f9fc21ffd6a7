using NodaTime;
using NodaTime.TimeZones;

namespace Trading.MarketData.Imports.Csv;

internal enum ZoneResult
{
    Unique,

    /// <summary>The time occurs twice; the order of the rows decided which it is.</summary>
    Ambiguous,

    /// <summary>Clocks jumped over the time.</summary>
    Missing,
}

/// <summary>Turns local times of a zone into UTC (OHLCV-175, OHLCV-090). Remembers the offset in force, because rows come in order.</summary>
/// <remarks>Instants and local times are microseconds since 1970-01-01, of UTC and of the zone's clocks.</remarks>
internal sealed class ZoneClock(DateTimeZone zone)
{
    private readonly bool _isUtc = zone == DateTimeZone.Utc;
    private long _safeFrom;
    private long _safeUntil = long.MinValue;
    private long _offset;
    private long _previous = long.MinValue;

    /// <summary>Name of the zone.</summary>
    public string Id => zone.Id;

    /// <param name="local">Local time.</param>
    /// <param name="utc">The instant. Of two that a time can mean, the first one that is after the one asked for before.</param>
    public ZoneResult ToUtc(long local, out long utc)
    {
        if (_isUtc)
        {
            utc = local;
            return ZoneResult.Unique;
        }

        if (local >= _safeFrom && local < _safeUntil)
        {
            _previous = utc = local - _offset;
            return ZoneResult.Unique;
        }

        var result = Resolve(local, out utc);
        if (result != ZoneResult.Missing) _previous = utc;
        return result;
    }

    /// <summary>Like <see cref="ToUtc"/>, for times that are surely unique and near the ones before; false says nothing about others.</summary>
    public bool TryToUtcFast(long local, out long utc)
    {
        utc = local - _offset;
        if (local < _safeFrom || local >= _safeUntil) return false;
        _previous = utc;
        return true;
    }

    /// <summary>The zone's local time at an instant.</summary>
    public long ToLocal(long utc) => _isUtc ? utc : utc + OffsetMicros(zone.GetUtcOffset(Instant.FromUnixTimeTicks(utc * 10)));

    private ZoneResult Resolve(long local, out long utc)
    {
        var wanted = LocalDateTime.FromDateTime(DateTime.UnixEpoch.AddTicks(local * 10));
        var mapping = zone.MapLocal(wanted);
        if (mapping.Count == 0)
        {
            utc = 0;
            return ZoneResult.Missing;
        }

        var early = local - OffsetMicros(mapping.EarlyInterval.WallOffset);
        if (mapping.Count == 1)
        {
            Remember(mapping.EarlyInterval);
            utc = early;
            return ZoneResult.Unique;
        }

        var late = local - OffsetMicros(mapping.LateInterval.WallOffset);
        utc = early > _previous ? early : late;
        return ZoneResult.Ambiguous;
    }

    /// <summary>Times a day away from both ends of an interval are unique.</summary>
    private void Remember(ZoneInterval interval)
    {
        const long dayMicros = 86_400_000_000;
        _offset = OffsetMicros(interval.WallOffset);
        _safeFrom = interval.HasStart ? (interval.Start.ToUnixTimeTicks() / 10) + _offset + dayMicros : long.MinValue;
        _safeUntil = interval.HasEnd ? (interval.End.ToUnixTimeTicks() / 10) + _offset - dayMicros : long.MaxValue;
    }

    private static long OffsetMicros(Offset offset) => offset.Ticks / 10;
}

namespace Trading.Engine.Bars;

/// <summary>
/// The trading days of one market as a table: an immutable input of the engine, made by a calendar outside it.
/// All instants are microseconds since 1970-01-01T00:00:00Z; the days are sorted and do not overlap.
/// </summary>
/// <remarks>Safe for concurrent readers.</remarks>
public sealed class TradingDays
{
    private readonly long[] _extendedOpen;
    private readonly long[] _regularOpen;
    private readonly long[] _regularClose;
    private readonly long[] _extendedClose;
    private readonly int[] _date;

    /// <param name="calendar">Name of the calendar, e.g. <c>us_equity</c>, <c>crypto</c>, <c>forex</c>.</param>
    /// <param name="version">Version of the calendar's rules; part of the assumptions manifest.</param>
    /// <param name="date">Exchange-local date of each day, in days since 1970-01-01.</param>
    /// <param name="extendedOpen">First instant of pre-market trading; equal to <paramref name="regularOpen"/> where there is none.</param>
    /// <param name="regularOpen">First instant of the regular session.</param>
    /// <param name="regularClose">First instant after the regular session (early on half days).</param>
    /// <param name="extendedClose">First instant after after-hours trading; equal to <paramref name="regularClose"/> where there is none.</param>
    /// <exception cref="ArgumentException">The arrays differ in length, or a day is out of order.</exception>
    public TradingDays(string calendar, string version, int[] date, long[] extendedOpen, long[] regularOpen, long[] regularClose, long[] extendedClose)
    {
        Calendar = calendar;
        Version = version;
        _date = date;
        _extendedOpen = extendedOpen;
        _regularOpen = regularOpen;
        _regularClose = regularClose;
        _extendedClose = extendedClose;
        if (extendedOpen.Length != date.Length || regularOpen.Length != date.Length || regularClose.Length != date.Length || extendedClose.Length != date.Length)
        {
            throw new ArgumentException("the columns of the day table differ in length", nameof(date));
        }

        for (var day = 0; day < date.Length; day++)
        {
            var ordered = extendedOpen[day] <= regularOpen[day] && regularOpen[day] < regularClose[day] && regularClose[day] <= extendedClose[day]
                && (day == 0 || extendedClose[day - 1] <= extendedOpen[day]);
            if (!ordered) throw new ArgumentException($"trading day {day} is out of order", nameof(date));
        }
    }

    public string Calendar { get; }

    public string Version { get; }

    public int Count => _date.Length;

    /// <summary>Exchange-local date of a day, in days since 1970-01-01.</summary>
    public int Date(int day) => _date[day];

    public long ExtendedOpen(int day) => _extendedOpen[day];

    public long RegularOpen(int day) => _regularOpen[day];

    public long RegularClose(int day) => _regularClose[day];

    public long ExtendedClose(int day) => _extendedClose[day];

    /// <summary>Index of the last day whose extended open is at or before <paramref name="instant"/>; −1 when it lies before every day.</summary>
    public int DayAtOrBefore(long instant)
    {
        var found = Array.BinarySearch(_extendedOpen, instant);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The market session at <paramref name="instant"/>.</summary>
    public MarketSession SessionAt(long instant) => SessionOn(DayAtOrBefore(instant), instant);

    /// <summary>The market session at <paramref name="instant"/>, given the day that <see cref="DayAtOrBefore"/> has for it.</summary>
    internal MarketSession SessionOn(int day, long instant)
    {
        if (day < 0 || instant >= _extendedClose[day]) return MarketSession.Closed;
        if (instant < _regularOpen[day]) return MarketSession.PreMarket;
        return instant < _regularClose[day] ? MarketSession.Regular : MarketSession.AfterHours;
    }
}

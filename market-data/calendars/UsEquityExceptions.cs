using System.Collections.Frozen;
using NodaTime;

namespace Trading.MarketData.Calendars;

/// <summary>What the rules of <see cref="UsEquityHolidays"/> cannot know: days since 1990 on which the NYSE stayed closed, opened late or closed early.</summary>
internal static class UsEquityExceptions
{
    private static readonly FrozenDictionary<LocalDate, string> Closures = new Dictionary<LocalDate, string>
    {
        [new(1994, 4, 27)] = "funeral of President Nixon",
        [new(2001, 9, 11)] = "attack on the World Trade Center",
        [new(2001, 9, 12)] = "attack on the World Trade Center",
        [new(2001, 9, 13)] = "attack on the World Trade Center",
        [new(2001, 9, 14)] = "attack on the World Trade Center",
        [new(2004, 6, 11)] = "mourning for President Reagan",
        [new(2007, 1, 2)] = "mourning for President Ford",
        [new(2012, 10, 29)] = "Hurricane Sandy",
        [new(2012, 10, 30)] = "Hurricane Sandy",
        [new(2018, 12, 5)] = "mourning for President George H. W. Bush",
        [new(2025, 1, 9)] = "mourning for President Carter",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<LocalDate, Hours> IrregularHours = new Dictionary<LocalDate, Hours>
    {
        [new(1990, 12, 27)] = OpensAt(11, 0, "transformer explosion"),
        [new(1991, 1, 17)] = OpensAt(9, 31, "silence for the troops in the Gulf"),
        [new(1991, 2, 25)] = OpensAt(9, 31, "silence for the troops in the Gulf"),
        [new(1994, 2, 11)] = ClosesAt(14, 30, "snowstorm"),
        [new(1995, 12, 18)] = OpensAt(10, 30, "computer trouble"),
        [new(1996, 1, 8)] = new(new LocalTime(11, 0), new LocalTime(14, 0), "snowstorm"),
        [new(1997, 10, 27)] = ClosesAt(15, 30, "circuit breaker"),
        [new(1997, 12, 26)] = ClosesAt(13, 0, "Friday after Christmas"),
        [new(2001, 9, 17)] = OpensAt(9, 33, "silence for the dead of 11 September"),
        [new(2001, 10, 8)] = OpensAt(9, 31, "silence for the troops in Afghanistan"),
        [new(2002, 9, 11)] = OpensAt(12, 0, "anniversary of 11 September"),
        [new(2003, 3, 20)] = OpensAt(9, 32, "silence for the troops in Iraq"),
        [new(2003, 12, 26)] = ClosesAt(13, 0, "Friday after Christmas"),
        [new(2004, 6, 7)] = OpensAt(9, 32, "silence for President Reagan"),
        [new(2005, 6, 1)] = ClosesAt(15, 56, "communication failure"),
        [new(2006, 12, 27)] = OpensAt(9, 32, "silence for President Ford"),
    }.ToFrozenDictionary();

    /// <summary>Why the exchange stayed closed on <paramref name="date"/>; null when it did not, or for a regular holiday.</summary>
    public static string? ClosureOn(LocalDate date) => Closures.GetValueOrDefault(date);

    /// <summary>The unplanned hours of <paramref name="date"/>; null when it went by the rules.</summary>
    public static Hours? HoursOn(LocalDate date) => IrregularHours.GetValueOrDefault(date);

    private static Hours OpensAt(int hour, int minute, string reason) => new(new LocalTime(hour, minute), null, reason);

    private static Hours ClosesAt(int hour, int minute, string reason) => new(null, new LocalTime(hour, minute), reason);

    /// <summary>Regular hours that differ from the rules; a null bound does not differ.</summary>
    internal sealed record Hours(LocalTime? Open, LocalTime? Close, string Reason);
}

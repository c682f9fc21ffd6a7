using Trading.MarketData.Markets;

namespace Trading.MarketData.Updates;

/// <summary>The trading days that an update of a symbol looks at, as indices into the days of its market (OHLCV-123, OHLCV-124, OHLCV-139).</summary>
/// <param name="First">First day.</param>
/// <param name="Last">Last day; before <paramref name="First"/> when there is nothing to look at.</param>
public readonly record struct UpdateBounds(int First, int Last)
{
    private static readonly DateOnly FirstDate = new(1990, 1, 1);

    public bool IsEmpty => Last < First;

    /// <summary>The days of an update.</summary>
    /// <param name="market">The symbol's market.</param>
    /// <param name="now">When the update began, microseconds since 1970-01-01Z: days that were not over then are left for the next one.</param>
    /// <param name="wantedFirst">First day asked for; null for the symbol's first stored one.</param>
    /// <param name="wantedLast">Last day asked for; null for the last finished one.</param>
    /// <param name="stored">The symbol's first and last stored day; null when nothing is stored.</param>
    /// <param name="validate">Whether stored days are looked at, or only what comes after the last of them.</param>
    /// <param name="firstFetchDays">How many days before the last finished one a symbol begins that was never stored.</param>
    public static UpdateBounds Of(MarketRules market, long now, DateOnly? wantedFirst, DateOnly? wantedLast, (DateOnly First, DateOnly Last)? stored, bool validate, int firstFetchDays)
    {
        ArgumentNullException.ThrowIfNull(market);
        var finished = LastFinished(market, now);
        if (finished < 0) return new(0, -1);
        var finishedDate = MarketRules.DateOfDay(market.Days.Date(finished));
        var last = wantedLast is { } end && end < finishedDate ? AtOrBefore(market, end) : finished;
        var from = wantedFirst ?? stored?.First ?? Earlier(finishedDate, firstFetchDays);
        if (!validate && stored is { } known && from <= known.Last) from = known.Last.AddDays(1);
        return new(market.FirstIndexFrom(from), last);
    }

    /// <summary>Index of the last trading day that was over at <paramref name="now"/>, extended hours included where they are stored; −1 for none.</summary>
    public static int LastFinished(MarketRules market, long now)
    {
        ArgumentNullException.ThrowIfNull(market);
        var day = market.Days.DayAtOrBefore(now);
        return day >= 0 && End(market, day) > now ? day - 1 : day;
    }

    /// <summary>First instant of a day that is asked for and kept: the pre-market's where extended hours are stored.</summary>
    public static long Start(MarketRules market, int day)
    {
        ArgumentNullException.ThrowIfNull(market);
        return market.ExtendedHours ? market.Days.ExtendedOpen(day) : market.Days.RegularOpen(day);
    }

    /// <summary>First instant after a day.</summary>
    public static long End(MarketRules market, int day)
    {
        ArgumentNullException.ThrowIfNull(market);
        return market.ExtendedHours ? market.Days.ExtendedClose(day) : market.Days.RegularClose(day);
    }

    /// <summary>Index of the last trading day at or before a date; −1 for none.</summary>
    public static int AtOrBefore(MarketRules market, DateOnly date)
    {
        ArgumentNullException.ThrowIfNull(market);
        var next = market.FirstIndexFrom(date);
        return next < market.Days.Count && market.Days.Date(next) == MarketRules.DayNumber(date) ? next : next - 1;
    }

    private static DateOnly Earlier(DateOnly date, int days) => date.DayNumber - days < FirstDate.DayNumber ? FirstDate : date.AddDays(-days);
}

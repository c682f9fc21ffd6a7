using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Store;

/// <summary>The store as anyone would write it: a list in memory, searched from front to back. Judges the real one.</summary>
internal sealed class NaiveCandles(string symbol, Timeframe timeframe)
{
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    private readonly MarketRules _rules = StoreTesting.Markets[symbol];
    private readonly List<(long Time, long Open, long High, long Low, long Close, long Volume)> _rows = [];
    private readonly Dictionary<DateOnly, string> _providers = [];

    public DateOnly DayOf(long time)
    {
        var instant = Instant.FromUnixTimeTicks(time * 10);
        var date = instant.InZone(_rules.AssetClass == AssetClass.Equity ? NewYork : DateTimeZone.Utc).Date;
        return new DateOnly(date.Year, date.Month, date.Day);
    }

    public void Write(CandleColumns candles, string provider, WriteMode mode)
    {
        foreach (var day in candles.Time.Select(DayOf).Distinct().ToList())
        {
            var replaces = mode == WriteMode.Replace || timeframe == Timeframe.Daily || _providers.GetValueOrDefault(day, provider) != provider;
            if (replaces) _rows.RemoveAll(row => DayOf(row.Time) == day);
            _providers[day] = provider;
        }

        foreach (var row in StoreTesting.Rows(candles))
        {
            _rows.RemoveAll(old => old.Time == row.Time);
            _rows.Add(row);
        }

        if (timeframe != Timeframe.Daily) return;
        foreach (var day in _rows.GroupBy(row => DayOf(row.Time)).ToList())
        {
            foreach (var row in day.OrderBy(row => row.Time).SkipLast(1)) _rows.Remove(row);
        }
    }

    public List<(long Time, long Open, long High, long Low, long Close, long Volume)> Between(DateOnly? first, DateOnly? last) =>
        [.. _rows.Where(row => !(DayOf(row.Time) < first) && !(DayOf(row.Time) > last)).OrderBy(row => row.Time)];

    public List<DateOnly> Days => [.. _rows.Select(row => DayOf(row.Time)).Distinct().Order()];

    public long StartOf(long time) => timeframe == Timeframe.Daily && _rules.AssetClass == AssetClass.Equity && Session(DayOf(time)) is { } session ? session.Open : time;

    public long EndOf(long time)
    {
        var plain = time + (timeframe.Minutes() * TestTime.Minute);
        if (Session(DayOf(time)) is not { } session) return plain;
        if (timeframe == Timeframe.Daily) return session.Close;
        if (time >= session.ExtendedOpen && time < session.Close) return Math.Min(plain, session.Close);
        return time >= session.Close && time < session.ExtendedClose ? Math.Min(plain, session.ExtendedClose) : plain;
    }

    private (long ExtendedOpen, long Open, long Close, long ExtendedClose)? Session(DateOnly day)
    {
        var days = _rules.Days;
        for (var at = 0; at < days.Count; at++)
        {
            if (days.Date(at) == MarketRules.DayNumber(day)) return (days.ExtendedOpen(at), days.RegularOpen(at), days.RegularClose(at), days.ExtendedClose(at));
        }

        return null;
    }
}

using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Tests.Resampling;

/// <summary>What resampling means, minute by minute and with local times; shares nothing with the resampler but the calendar's hours.</summary>
internal static class NaiveResampler
{
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    private static readonly DateTimeZone London = DateTimeZoneProviders.Tzdb["Europe/London"];

    public static List<string> Resample(CandleColumns minutes, Timeframe target, AssetClass assetClass, TradingDays days)
    {
        var groups = new Dictionary<long, List<int>>();
        for (var row = 0; row < minutes.Count; row++)
        {
            if (!TryDay(days, minutes.Time[row], out var day)) continue;
            var start = StartOf(minutes.Time[row], target, assetClass, days, day);
            if (!groups.TryGetValue(start, out var rows)) groups.Add(start, rows = []);
            rows.Add(row);
        }

        return [.. groups.OrderBy(group => group.Key).Select(group => Show(
            group.Key,
            minutes.Open[group.Value[0]],
            group.Value.Max(row => minutes.High[row]),
            group.Value.Min(row => minutes.Low[row]),
            minutes.Close[group.Value[^1]],
            group.Value.Sum(row => minutes.Volume[row])))];
    }

    public static List<string> Lines(CandleColumns candles) =>
        [.. Enumerable.Range(0, candles.Count).Select(row => Show(candles.Time[row], candles.Open[row], candles.High[row], candles.Low[row], candles.Close[row], candles.Volume[row]))];

    private static string Show(long time, long open, long high, long low, long close, long volume) => $"{TestTime.Show(time)} {open} {high} {low} {close} {volume}";

    private static bool TryDay(TradingDays days, long instant, out int day)
    {
        for (day = days.DayAtOrBefore(instant); day >= 0;)
        {
            return instant >= days.RegularOpen(day) && instant < days.RegularClose(day);
        }

        return false;
    }

    private static long StartOf(long instant, Timeframe target, AssetClass assetClass, TradingDays days, int day)
    {
        if (target == Timeframe.Daily) return assetClass == AssetClass.Equity ? days.RegularOpen(day) : Micros(At(instant).InUtc().Date.AtStartOfDayInZone(DateTimeZone.Utc));
        // local wall-clock minutes since the anchor, cut to a multiple of the length
        var (zone, anchor) = assetClass switch
        {
            AssetClass.Equity => (NewYork, At(days.RegularOpen(day)).InZone(NewYork).TimeOfDay),
            AssetClass.Forex when target < Timeframe.OneHour => (London, new LocalTime(8, 0)),
            _ => (DateTimeZone.Utc, LocalTime.Midnight),
        };
        var local = At(instant).InZone(zone).LocalDateTime;
        var past = Period.Between(local.Date + anchor, local.Date + new LocalTime(local.Hour, local.Minute), PeriodUnits.Minutes).Minutes;
        var length = target.Minutes();
        return instant - (instant % TestTime.Minute) - ((((past % length) + length) % length) * TestTime.Minute);
    }

    private static Instant At(long micros) => Instant.FromUnixTimeTicks(micros * 10);

    private static long Micros(ZonedDateTime time) => time.ToInstant().ToUnixTimeTicks() / 10;
}

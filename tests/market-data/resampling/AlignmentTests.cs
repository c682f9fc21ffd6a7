using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Resampling;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Resampling;

/// <summary>Where intervals begin when the settings say so (OHLCV-072, OHLCV-075, OHLCV-084, OHLCV-D08, OHLCV-D09).</summary>
public sealed class AlignmentTests
{
    private static readonly MarketRules Clock = TestMarkets.Of(AssetClass.Equity, new() { HourAlignment = "clock" });
    private static readonly MarketRules Extended = TestMarkets.Of(AssetClass.Equity, new() { ExtendedHours = true });
    private static readonly MarketRules ExtendedClock = TestMarkets.Of(AssetClass.Equity, new() { ExtendedHours = true, HourAlignment = "clock" });
    private static readonly MarketRules NewYorkDays = TestMarkets.Of(AssetClass.Forex, new() { DailyBoundary = "new_york_close" });

    [Theory]
    [Trait("req", "OHLCV-072")]
    [InlineData("2024-07-16", Timeframe.OneHour, "13:00 14:00 15:00 16:00 17:00 18:00 19:00")]
    [InlineData("2024-02-06", Timeframe.OneHour, "14:00 15:00 16:00 17:00 18:00 19:00 20:00")]
    [InlineData("2024-07-16", Timeframe.TwoHours, "12:00 14:00 16:00 18:00")]
    [InlineData("2024-02-06", Timeframe.TwoHours, "13:00 15:00 17:00 19:00")] // even hours of New York, not of UTC
    [InlineData("2024-07-16", Timeframe.FourHours, "12:00 16:00")]
    [InlineData("2024-02-06", Timeframe.FourHours, "13:00 17:00")]
    [InlineData("2024-07-03", Timeframe.TwoHours, "12:00 14:00 16:00")] // half day: the last one ends at 17:00
    public void Candles_of_hours_lie_on_the_exchange_clock_when_selected(string day, Timeframe target, string starts)
    {
        var minutes = TestMarkets.Minutes(Clock, day, day);
        Assert.Equal(starts.Split(' ').Select(start => $"{day} {start}"), Resampler.Resample(minutes, target, Clock).Time.Select(TestTime.Show));
        // and only these timeframes
        Assert.Equal(
            NaiveResampler.Lines(Resampler.Resample(minutes, Timeframe.ThirtyMinutes, TestMarkets.Equity)),
            NaiveResampler.Lines(Resampler.Resample(minutes, Timeframe.ThirtyMinutes, Clock)));
    }

    [Fact]
    [Trait("req", "OHLCV-072")]
    public void Selecting_the_clock_for_one_class_leaves_the_others_as_they_are()
    {
        var options = new MarketDataOptions { AssetClasses = { ["us_equity"] = new() { HourAlignment = "clock" }, ["crypto"] = new() { HourAlignment = "00:30 UTC" } } };
        var markets = new MarketTable(new InstrumentTable(), new TradingCalendars(options), options);
        var day = "2024-07-16";
        Assert.Equal($"{day} 13:00", First(markets["AAPL"], Timeframe.OneHour));
        Assert.Equal($"{day} 00:00", First(markets["EURUSD"], Timeframe.OneHour));
        Assert.Equal($"{day} 00:00", First(markets["BTC-USD"], Timeframe.FiveMinutes));
        var hours = Resampler.Resample(TestMarkets.Minutes(markets["BTC-USD"], day, day), Timeframe.OneHour, markets["BTC-USD"]);
        // the day cuts the interval that began before it: no candle reaches over two days (OHLCV-074)
        Assert.Equal([$"{day} 00:00", $"{day} 00:30", $"{day} 01:30"], hours.Time.Take(3).Select(TestTime.Show));
        Assert.Equal(25, hours.Count);

        string First(MarketRules rules, Timeframe target) => TestTime.Show(Resampler.Resample(TestMarkets.Minutes(rules, day, day), target, rules).Time[0]);
    }

    [Theory]
    [Trait("req", "OHLCV-075")]
    [InlineData(Timeframe.FiveMinutes)]
    [InlineData(Timeframe.OneHour)]
    [InlineData(Timeframe.FourHours)]
    public void Extended_hours_add_candles_and_leave_those_of_the_regular_session_as_they_are(Timeframe target)
    {
        var minutes = TestMarkets.Minutes(Extended, "2024-07-01", "2024-07-05", extended: true);
        var regular = NaiveResampler.Lines(Resampler.Resample(minutes, target, TestMarkets.Equity));
        var all = Resampler.Resample(minutes, target, Extended);
        Assert.Subset(NaiveResampler.Lines(all).ToHashSet(), regular.ToHashSet());
        Assert.Equal(minutes.Volume.Sum(), all.Volume.Sum());
        Assert.Equal(all.Time, all.Time.Order().Distinct());
        Assert.Equal(regular, NaiveResampler.Lines(Resampler.Resample(minutes, target, TestMarkets.Of(AssetClass.Equity, new() { ExtendedHours = false }))));
    }

    [Fact]
    public void With_extended_hours_each_part_of_the_day_counts_from_its_own_start()
    {
        var candles = Resampler.Resample(TestMarkets.Minutes(Extended, "2024-07-16", "2024-07-16", extended: true), Timeframe.FourHours, Extended);
        Assert.Equal(["2024-07-16 08:00", "2024-07-16 12:00", "2024-07-16 13:30", "2024-07-16 17:30", "2024-07-16 20:00"], candles.Time.Select(TestTime.Show));
    }

    [Fact]
    public void On_the_clock_with_extended_hours_an_hour_reaches_over_the_open_as_it_does_for_vendors()
    {
        var minutes = TestMarkets.Minutes(ExtendedClock, "2024-07-16", "2024-07-16", extended: true);
        var candles = Resampler.Resample(minutes, Timeframe.OneHour, ExtendedClock);
        Assert.Equal(Enumerable.Range(0, 16).Select(hour => TestTime.At("2024-07-16 08:00") + (hour * 60 * TestTime.Minute)), candles.Time);
        Assert.Equal(minutes.Volume.Skip(300).Take(60).Sum(), candles.Volume[5]);
    }

    [Fact]
    [Trait("req", "OHLCV-073")]
    public void With_extended_hours_a_daily_candle_runs_from_close_to_close()
    {
        var minutes = TestMarkets.Minutes(Extended, "2024-07-02", "2024-07-08", extended: true);
        var daily = Resampler.Resample(minutes, Timeframe.Daily, Extended);
        // the after-hours of the 8th belong to the 9th
        Assert.Equal(["2024-07-02 13:30", "2024-07-03 13:30", "2024-07-05 13:30", "2024-07-08 13:30", "2024-07-09 13:30"], daily.Time.Select(TestTime.Show));
        // 5 July: from the early close of the 3rd, over the holiday, to its own close
        Assert.Equal(Sum("2024-07-03 17:00", "2024-07-05 20:00"), daily.Volume[2]);
        var afterHours = minutes.FirstAtOrAfter(TestTime.At("2024-07-03 17:00"));
        Assert.Equal(minutes.Open[afterHours], daily.Open[2]);
        Assert.Equal(minutes.Volume.Sum(), daily.Volume.Sum());

        long Sum(string from, string to)
        {
            var first = minutes.FirstAtOrAfter(TestTime.At(from));
            return minutes.Volume.AsSpan(first, minutes.FirstAtOrAfter(TestTime.At(to)) - first).ToArray().Sum();
        }
    }

    [Theory]
    [Trait("req", "OHLCV-081")]
    [InlineData("2024-02-06")]
    [InlineData("2024-07-16")]
    [InlineData("2024-03-20")] // New York in summer time, London not
    [InlineData("2024-03-31")] // the Sunday on which London changes
    [InlineData("2024-10-30")]
    public void Short_forex_candles_count_from_eight_in_london_and_so_lie_on_utc(string day)
    {
        var minutes = TestMarkets.Minutes(TestMarkets.Forex, day, day);
        var london = NodaTime.DateTimeZoneProviders.Tzdb["Europe/London"];
        foreach (var target in new[] { Timeframe.FiveMinutes, Timeframe.FifteenMinutes, Timeframe.ThirtyMinutes })
        {
            var candles = Resampler.Resample(minutes, target, TestMarkets.Forex);
            Assert.Equal(minutes.Count / target.Minutes(), candles.Count);
            Assert.All(candles.Time, time =>
            {
                Assert.Equal(0, time % (target.Minutes() * TestTime.Minute));
                var local = NodaTime.Instant.FromUnixTimeTicks(time * 10).InZone(london).TimeOfDay;
                Assert.Equal(0, ((local.Hour * 60) + local.Minute - 480) % target.Minutes());
            });
        }
    }

    [Fact]
    [Trait("req", "OHLCV-084")]
    public void An_anchor_that_is_not_a_multiple_of_the_utc_grid_follows_its_zone_through_the_year()
    {
        var rules = TestMarkets.Of(AssetClass.Forex, new() { MinuteAlignment = "08:10 Europe/London", HourAlignment = "17:00 America/New_York" });
        Assert.Equal(["10:00", "10:10", "10:40"], Starts("2024-07-16", Timeframe.ThirtyMinutes, 10));
        Assert.Equal(["00:00", "01:00", "05:00"], Starts("2024-07-16", Timeframe.FourHours, 0));
        Assert.Equal(["00:00", "02:00", "06:00"], Starts("2024-02-06", Timeframe.FourHours, 0));

        string[] Starts(string day, Timeframe target, int fromHour)
        {
            var from = TestTime.At($"{day} 00:00") + (fromHour * 60 * TestTime.Minute);
            var minutes = TestMarkets.Minutes(rules, day, day);
            var candles = Resampler.Resample(minutes.Slice(minutes.FirstAtOrAfter(from), 600), target, rules);
            // the first candle is named by its interval even where its first minutes are missing, but never before its day
            return [.. candles.Time.Take(3).Select(time => TestTime.Show(Math.Max(time, from))[11..])];
        }
    }

    [Fact]
    [Trait("req", "OHLCV-084")]
    public void A_forex_day_may_end_at_the_new_york_close()
    {
        var minutes = TestMarkets.Minutes(NewYorkDays, "2024-03-08", "2024-03-15");
        var daily = Resampler.Resample(minutes, Timeframe.Daily, NewYorkDays);
        // no short candle on Sunday the 10th: its evening belongs to Monday
        Assert.Equal(["08", "11", "12", "13", "14", "15"], daily.Time.Select(time => TestTime.Show(time)[8..10]));
        Assert.All(daily.Time, time => Assert.Equal(0, time % (1440 * TestTime.Minute)));
        Assert.Equal(Sum("2024-03-10 21:00", "2024-03-11 21:00"), daily.Volume[1]);
        Assert.Equal(Sum("2024-03-14 21:00", "2024-03-15 21:00"), daily.Volume[5]);
        Assert.Equal(minutes.Volume.Sum(), daily.Volume.Sum());
        // by default the Sunday has its own
        Assert.Equal(7, Resampler.Resample(minutes, Timeframe.Daily, TestMarkets.Forex).Count);

        long Sum(string from, string to)
        {
            var first = minutes.FirstAtOrAfter(TestTime.At(from));
            return minutes.Volume.AsSpan(first, minutes.FirstAtOrAfter(TestTime.At(to)) - first).ToArray().Sum();
        }
    }

    [Fact]
    [Trait("req", "OHLCV-068")]
    public void The_plan_names_the_days_that_a_correction_touches_and_the_minutes_they_need()
    {
        DateOnly monday = TestMarkets.Date("2024-07-08"), friday = TestMarkets.Date("2024-07-05"), saturday = TestMarkets.Date("2024-07-06"), sunday = TestMarkets.Date("2024-07-07");
        Assert.Equal([friday, monday], ResamplePlan.Touched([monday, friday, monday, saturday], Timeframe.OneHour, TestMarkets.Equity));
        Assert.Equal([friday], ResamplePlan.Touched([friday], Timeframe.Daily, TestMarkets.Equity));
        Assert.Equal([friday, monday], ResamplePlan.Touched([friday], Timeframe.Daily, Extended));
        Assert.Equal([sunday, monday], ResamplePlan.Touched([sunday], Timeframe.Daily, NewYorkDays));
        Assert.Equal((monday, monday), ResamplePlan.MinutesNeeded(monday, monday, Timeframe.Daily, TestMarkets.Equity));
        Assert.Equal((friday, monday), ResamplePlan.MinutesNeeded(monday, monday, Timeframe.Daily, Extended));
        Assert.Equal((monday, monday), ResamplePlan.MinutesNeeded(monday, monday, Timeframe.FourHours, Extended));
        Assert.Equal((sunday, monday), ResamplePlan.MinutesNeeded(monday, monday, Timeframe.Daily, NewYorkDays));
    }

    [Fact]
    [Trait("req", "OHLCV-068")]
    public void Recomputing_the_touched_days_alone_gives_what_recomputing_everything_gives()
    {
        var random = new Random(68);
        foreach (var rules in new[] { TestMarkets.Equity, Extended, Clock, TestMarkets.Crypto, TestMarkets.Forex, NewYorkDays })
        {
            var minutes = TestMarkets.Minutes(rules, "2024-02-26", "2024-03-22", extended: rules.ExtendedHours, seed: 3, missing: 0.1);
            foreach (var target in Timeframes.All)
            {
                var before = ByDay(Resampler.Resample(minutes, target, rules), rules);
                // one minute is corrected
                var corrected = CandleColumns.Concat([minutes.Slice(0, minutes.Count - 1), minutes.Slice(minutes.Count - 1, 1)]);
                var row = random.Next(minutes.Count);
                corrected.High[row] += 1_000_000_000_000;
                foreach (var day in ResamplePlan.Touched([rules.DayOf(corrected.Time[row])], target, rules))
                {
                    var (first, last) = ResamplePlan.MinutesNeeded(day, day, target, rules);
                    var from = corrected.FirstAtOrAfter(rules.BoundsOf(first).Start);
                    var needed = corrected.Slice(from, corrected.FirstAtOrAfter(rules.BoundsOf(last).End) - from);
                    var candles = Resampler.Resample(needed, target, rules, day, day);
                    if (candles.Count > 0) before[day] = NaiveResampler.Lines(candles);
                }

                Assert.Equal(NaiveResampler.Lines(Resampler.Resample(corrected, target, rules)), before.Values.SelectMany(lines => lines));
            }
        }
    }

    private static SortedDictionary<DateOnly, List<string>> ByDay(CandleColumns candles, MarketRules rules) => new(
        Enumerable.Range(0, candles.Count).GroupBy(row => rules.DayOf(candles.Time[row]))
            .ToDictionary(day => day.Key, day => day.SelectMany(row => NaiveResampler.Lines(candles.Slice(row, 1))).ToList()));
}

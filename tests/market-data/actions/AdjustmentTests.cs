using System.Numerics;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Sources;
using Trading.MarketData.Tests.Sources;

namespace Trading.MarketData.Tests.Actions;

public sealed class AdjustmentTests
{
    private const long Unit = 100_000_000;

    private readonly MemoryCandleStore _store = new();
    private readonly MemoryActions _actions = new();

    private CandleAdjuster Adjuster => new(_store, _actions, MemoryCandleStore.Markets);

    [Fact]
    public async Task Four_for_one_quarters_the_prices_before_it_and_quadruples_the_volumes()
    {
        Days("AAPL", ("2020-08-28 19:59", 499.23m, 1000.5m), ("2020-08-31 13:30", 127.58m, 4000m));
        _actions.Set(new("AAPL", [new(Date("2020-08-31"), Unit, 4 * Unit)], []));
        var split = await Adjusted("AAPL", "split");
        Assert.Equal([12_480_750_000, 12_758_000_000], split.Close);
        Assert.Equal([400_200_000_000, 400_000_000_000], split.Volume);
        Same((await Adjusted("AAPL", "adjusted")).Close, split.Close);
        Same((await Adjusted("AAPL", "raw")).Close, 49_923_000_000, 12_758_000_000);
    }

    [Fact]
    public async Task A_dividend_lowers_the_prices_before_it_by_its_part_of_the_close_before_and_leaves_volumes_alone()
    {
        Days("KO", ("2024-06-12 19:59", 64m, 10m), ("2024-06-13 19:59", 50m, 10m), ("2024-06-14 13:30", 49.5m, 10m));
        _actions.Set(new("KO", [], [new(Date("2024-06-14"), 50_000_000)]));
        var adjusted = await Adjusted("KO", "adjusted");
        // 1 − 0.5 / 50 = 0.99
        Assert.Equal([63_36_000_000, 49_50_000_000, 49_50_000_000], adjusted.Close);
        Assert.Equal([10 * Unit, 10 * Unit, 10 * Unit], adjusted.Volume);
        Same((await Adjusted("KO", "split")).Close, 64 * Unit, 50 * Unit, 49_50_000_000);
    }

    [Fact]
    public async Task The_close_before_a_dividend_is_the_last_regular_minute_of_the_last_stored_day()
    {
        // the minute after the close and the days without data do not count
        Days("KO", ("2024-06-07 19:59", 50m, 1m), ("2024-06-07 20:05", 99m, 1m), ("2024-06-14 13:30", 49.5m, 1m));
        _actions.Set(new("KO", [], [new(Date("2024-06-14"), 50_000_000)]));
        Assert.Equal(49_50_000_000, (await Adjusted("KO", "adjusted")).Close[0]);
    }

    [Fact]
    public async Task A_split_and_a_dividend_of_one_day_meet_in_shares_of_that_day()
    {
        // 100.00 before a 2-for-1 is 50.00 of the new shares, of which 1.00 is paid: 50 × (1 − 1 / 50)
        Days("KO", ("2024-06-13 19:59", 100m, 3m), ("2024-06-14 13:30", 49m, 1m));
        _actions.Set(new("KO", [new(Date("2024-06-14"), Unit, 2 * Unit)], [new(Date("2024-06-14"), Unit)]));
        var adjusted = await Adjusted("KO", "adjusted");
        Assert.Equal((49 * Unit, 6 * Unit), (adjusted.Close[0], adjusted.Volume[0]));
    }

    [Fact]
    public async Task A_reverse_split_raises_prices_and_lowers_volumes()
    {
        Days("KO", ("2024-06-13 19:59", 0.1234m, 1000m), ("2024-06-14 13:30", 1.2m, 100m));
        _actions.Set(new("KO", [new(Date("2024-06-14"), 10 * Unit, Unit)], []));
        var split = await Adjusted("KO", "split");
        Assert.Equal((123_400_000, 100 * Unit), (split.Close[0], split.Volume[0]));
    }

    [Fact]
    public async Task A_later_action_reaches_back_over_earlier_ones_also_when_it_lies_beyond_the_days_read()
    {
        Days("KO", ("2023-12-29 20:59", 80m, 1m), ("2024-06-13 19:59", 50m, 1m), ("2025-03-14 19:59", 40m, 1m), ("2025-03-17 13:30", 10m, 1m));
        _actions.Set(new("KO", [new(Date("2025-03-17"), Unit, 4 * Unit)], [new(Date("2025-03-17"), Unit)]));
        var year = await _store.ReadAsync("KO", Timeframe.OneMinute, Date("2024-01-01"), Date("2024-12-31"), null, default, default);
        // 40.00 is 10.00 of the new shares, of which 1.00 is paid
        Same((await Adjuster.AdjustAsync("KO", year, "adjusted", null, default)).Close, 11_25_000_000);
    }

    [Fact]
    public async Task A_dividend_with_nothing_before_it_changes_nothing()
    {
        Days("KO", ("2024-06-14 13:30", 49.5m, 1m));
        _actions.Set(new("KO", [], [new(Date("2024-06-14"), Unit), new(Date("2024-06-13"), Unit)]));
        Same((await Adjusted("KO", "adjusted")).Close, 49_50_000_000);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(51)]
    public async Task A_dividend_that_is_not_below_the_close_is_a_clear_error(int cash)
    {
        Days("KO", ("2024-06-13 19:59", 50m, 1m), ("2024-06-14 13:30", 49.5m, 1m));
        _actions.Set(new("KO", [], [new(Date("2024-06-14"), cash * Unit)]));
        var problem = await Assert.ThrowsAsync<BarSourceException>(() => Adjusted("KO", "adjusted"));
        Assert.Equal(BarSourceProblem.MalformedData, problem.Problem);
        Assert.Contains($"the dividend of KO on 2024-06-14, {cash}, is not below the close of 2024-06-13, 50", problem.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Adjusted("KO", "split")).Count);
    }

    [Fact]
    public async Task A_price_never_becomes_zero_and_a_volume_that_does_not_fit_is_a_clear_error()
    {
        Days("KO", ("2024-06-13 19:59", 0.00000003m, 1m), ("2024-06-14 13:30", 1m, 1m));
        _actions.Set(new("KO", [new(Date("2024-06-14"), Unit, 1000 * Unit)], []));
        Same((await Adjusted("KO", "split")).Close, 1, Unit);

        Days("PEP", ("2024-06-13 19:59", 50m, 50_000_000_000m), ("2024-06-14 13:30", 1m, 1m));
        _actions.Set(new("PEP", [new(Date("2024-06-14"), Unit, 4 * Unit)], []));
        var problem = await Assert.ThrowsAsync<BarSourceException>(() => Adjusted("PEP", "split"));
        Assert.Contains("the volume of PEP at 2024-06-13T19:59:00Z does not fit", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw", "raw", true)]
    [InlineData("raw", "split", true)]
    [InlineData("raw", "adjusted", true)]
    [InlineData("split", "raw", false)]
    [InlineData("split", "split", true)]
    [InlineData("split", "adjusted", true)]
    [InlineData("adjusted", "raw", false)]
    [InlineData("adjusted", "split", false)]
    [InlineData("adjusted", "adjusted", true)]
    public async Task What_was_taken_out_before_cannot_be_put_back(string stored, string wanted, bool served)
    {
        _store.Write("KO", Minutes(("2024-06-13 19:59", 50m, 1m)), dataVersion: stored);
        _store.Write("KO", Minutes(("2024-06-14 13:30", 50m, 1m)));
        if (served)
        {
            Assert.Equal(2, (await Adjusted("KO", wanted)).Count);
            return;
        }

        var problem = await Assert.ThrowsAsync<BarSourceException>(() => Adjusted("KO", wanted));
        Assert.Equal(BarSourceProblem.VersionNotAvailable, problem.Problem);
        Assert.Contains($"KO came {stored}: there is no data version '{wanted}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_stored_raw_and_split_adjusted_give_the_same_adjusted_prices()
    {
        var actions = new CorporateActions("KO", [new(Date("2024-06-17"), Unit, 2 * Unit)], [new(Date("2024-06-14"), Unit), new(Date("2024-06-18"), Unit)]);
        (string, decimal, decimal)[] raw = [("2024-06-13 19:59", 100m, 1m), ("2024-06-14 19:59", 98m, 1m), ("2024-06-17 19:59", 50m, 1m), ("2024-06-18 19:59", 49m, 1m)];
        _store.Write("KO", Minutes(raw));
        _store.Write("PEP", Minutes([.. raw.Select((one, day) => day < 2 ? (one.Item1, one.Item2 / 2, one.Item3 * 2) : one)]), dataVersion: "split");
        _actions.Set(actions);
        _actions.Set(actions with { Symbol = "PEP" });
        Same((await Adjusted("KO", "adjusted")).Close, 48_51_000_000, 48_02_000_000, 49_00_000_000, 49_00_000_000);
        Same((await Adjusted("KO", "adjusted")).Close, (await Adjusted("PEP", "adjusted")).Close);
        Same((await Adjusted("KO", "split")).Volume, (await Adjusted("PEP", "split")).Volume);
    }

    [Fact]
    public async Task Adjusted_candles_equal_those_of_a_naive_implementation_in_rationals()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var symbol = $"T{seed}";
            var first = Date("2023-11-01").AddDays(random.Next(30));
            var days = Enumerable.Range(0, 90).Select(first.AddDays).Where(day => MemoryCandleStore.Markets[symbol].IndexOf(day) >= 0 && random.Next(5) > 0).ToList();
            var candles = RandomCandles(random, symbol, days);
            _store.Write(symbol, candles);
            var actions = new CorporateActions(
                symbol,
                [.. Dates(random, first, 4).Select(date => new Split(date, random.Next(1, 11) * Unit, random.Next(1, 11) * Unit))],
                [.. Dates(random, first, 8).Select(date => new Dividend(date, random.NextInt64(1, Unit / 20)))]);
            _actions.Set(actions);
            foreach (var version in new[] { "raw", "split", "adjusted" })
            {
                var actual = await Adjusted(symbol, version);
                var expected = Naive(candles, actions, version, symbol);
                Assert.True(expected.Open.SequenceEqual(actual.Open) && expected.High.SequenceEqual(actual.High) && expected.Low.SequenceEqual(actual.Low) && expected.Close.SequenceEqual(actual.Close) && expected.Volume.SequenceEqual(actual.Volume), $"seed {seed} {version}");
                for (var at = 0; at < actual.Count; at++)
                {
                    Assert.True(actual.Low[at] > 0 && actual.Low[at] <= Math.Min(actual.Open[at], actual.Close[at]) && actual.High[at] >= Math.Max(actual.Open[at], actual.Close[at]), $"seed {seed} {version} candle {at}");
                }
            }
        }
    }

    private static CandleColumns Naive(CandleColumns raw, CorporateActions actions, string version, string symbol)
    {
        var rules = MemoryCandleStore.Markets[symbol];
        var result = new CandleColumns(raw.Count);
        for (var at = 0; at < raw.Count; at++)
        {
            BigInteger priceUp = 1, priceDown = 1, volumeUp = 1, volumeDown = 1;
            var day = rules.DayOf(raw.Time[at]);
            foreach (var split in actions.Splits.Where(one => version != "raw" && one.ExDate > day))
            {
                (priceUp, priceDown) = (priceUp * split.From, priceDown * split.To);
                (volumeUp, volumeDown) = (volumeUp * split.To, volumeDown * split.From);
            }

            foreach (var dividend in actions.Dividends.Where(one => version == "adjusted" && one.ExDate > day))
            {
                var before = Enumerable.Range(0, raw.Count).Last(one => rules.DayOf(raw.Time[one]) < dividend.ExDate);
                BigInteger close = raw.Close[before], per = 1;
                foreach (var split in actions.Splits.Where(one => one.ExDate > rules.DayOf(raw.Time[before]) && one.ExDate <= dividend.ExDate)) (close, per) = (close * split.From, per * split.To);
                (priceUp, priceDown) = (priceUp * (close - dividend.Cash * per), priceDown * close);
            }

            result.Time[at] = raw.Time[at];
            result.Open[at] = Price(raw.Open[at]);
            result.High[at] = Price(raw.High[at]);
            result.Low[at] = Price(raw.Low[at]);
            result.Close[at] = Price(raw.Close[at]);
            result.Volume[at] = (long)ExactFactorTests.Rounded(raw.Volume[at] * volumeUp, volumeDown);

            long Price(long value) => (long)BigInteger.Max(1, ExactFactorTests.Rounded(value * priceUp, priceDown));
        }

        return result;
    }

    private static CandleColumns RandomCandles(Random random, string symbol, List<DateOnly> days)
    {
        var rules = MemoryCandleStore.Markets[symbol];
        var candles = new CandleColumns(days.Count * 3);
        for (var at = 0; at < candles.Count; at++)
        {
            var prices = Enumerable.Range(0, 4).Select(_ => 50 * Unit + random.NextInt64(100 * Unit)).Order().ToArray();
            candles.Time[at] = rules.Days.RegularOpen(rules.IndexOf(days[at / 3])) + at % 3 * TestTime.Minute;
            (candles.Low[at], candles.Open[at], candles.Close[at], candles.High[at]) = (prices[0], prices[1], prices[2], prices[3]);
            candles.Volume[at] = random.NextInt64(1_000_000 * Unit);
        }

        return candles;
    }

    private static IEnumerable<DateOnly> Dates(Random random, DateOnly first, int most) =>
        Enumerable.Range(0, random.Next(most + 1)).Select(_ => first.AddDays(random.Next(-10, 120))).Distinct().Order();

    private async Task<CandleColumns> Adjusted(string symbol, string version)
    {
        var stored = await _store.ReadAsync(symbol, Timeframe.OneMinute, Date("2000-01-01"), Date("2040-01-01"), null, default, default);
        return await Adjuster.AdjustAsync(symbol, stored, version, null, default);
    }

    private void Days(string symbol, params (string Utc, decimal Price, decimal Volume)[] minutes) => _store.Write(symbol, Minutes(minutes));

    private static CandleColumns Minutes(params (string Utc, decimal Price, decimal Volume)[] minutes)
    {
        var price = Array.ConvertAll(minutes, one => (long)(one.Price * Unit));
        return new([.. minutes.Select(one => TestTime.At(one.Utc))], price, price, price, price, [.. minutes.Select(one => (long)(one.Volume * Unit))]);
    }

    private static void Same(long[] actual, params long[] expected) => Assert.Equal(expected, actual);

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}

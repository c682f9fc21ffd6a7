using Trading.MarketData.Candles;
using Trading.MarketData.Tests.Resampling;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Tests.Validation;

public sealed class CandleChecksTests
{
    [Theory]
    [Trait("req", "OHLCV-021")]
    [Trait("req", "OHLCV-022")]
    [InlineData(10, 12, 9, 11, 5, null)]
    [InlineData(10, 10, 10, 10, 0, null)]
    [InlineData(10, 12, 11, 11, 5, "low 0.00000011 is above open")]
    [InlineData(12, 12, 11, 10, 5, "low 0.00000011 is above open 0.00000012 or close 0.0000001")]
    [InlineData(13, 12, 9, 11, 5, "high 0.00000012 is below open")]
    [InlineData(10, 12, 9, 13, 5, "high 0.00000012 is below open 0.0000001 or close 0.00000013")]
    [InlineData(0, 12, 0, 11, 5, "open is 0.00")]
    [InlineData(10, 12, 0, 11, 5, "low is 0.00")]
    [InlineData(10, -1, -2, 11, 5, "high is -0.00000001")]
    [InlineData(10, 12, 9, -11, 5, "close is -0.00000011")]
    [InlineData(10, 12, 9, 11, -1, "volume is -0.00000001")]
    public void A_candle_breaks_a_rule_or_keeps_them_all(long open, long high, long low, long close, long volume, string? part)
    {
        long[] time = [TestTime.At("2024-07-16 13:30")];
        var candles = new CandleColumns(time, [open], [high], [low], [close], [volume]);
        var problem = CandleChecks.Problem(candles, 0);
        if (part is null) Assert.Null(problem);
        else Assert.StartsWith(part, problem, StringComparison.Ordinal);

        var clean = CandleChecks.Clean(candles);
        Assert.Equal(part is null ? 1 : 0, clean.Candles.Count);
        Assert.Equal(part is null ? 0 : 1, clean.RowsDropped);
        if (part is not null) Assert.Equal([new DroppedRow(0, time[0], problem!)], clean.Dropped);
    }

    [Fact]
    public void Clean_candles_are_handed_on_as_they_are()
    {
        var candles = TestMarkets.Minutes(TestMarkets.Equity, "2024-07-15", "2024-07-19");
        var clean = CandleChecks.Clean(candles);
        Assert.Same(candles, clean.Candles);
        Assert.Equal((candles.Count, 0, 0, 0, 0, false), (clean.RowsRead, clean.RowsDropped, clean.RowsRepeated, clean.RowsReplaced, clean.RowsRealigned, clean.WasUnordered));
        Assert.Same(CandleColumns.Empty, CandleChecks.Clean(CandleColumns.Empty).Candles);
    }

    [Fact]
    [Trait("req", "OHLCV-173")]
    [Trait("req", "OHLCV-174")]
    public void Rows_in_any_order_repeated_and_broken_become_what_was_meant_and_a_report()
    {
        var random = new Random(173);
        for (var round = 0; round < 100; round++)
        {
            var expected = TestMarkets.Minutes(TestMarkets.Equity, "2024-07-16", "2024-07-16", seed: round, missing: 0.5);
            var rows = Enumerable.Range(0, expected.Count).Select(row => expected.Slice(row, 1)).ToList();
            int broken = random.Next(0, 150), repeated = random.Next(0, 20), replaced = random.Next(0, 20), realigned = random.Next(0, 20);
            // the row that counts stays where it is; an older form of it goes in front of everything
            var older = new List<CandleColumns>();
            foreach (var row in Pick(replaced)) older.Add(With(rows[row], volume: rows[row].Volume[0] + 1));
            foreach (var row in Pick(realigned)) rows[row] = With(rows[row], time: rows[row].Time[0] + random.Next(1, 60_000_000));
            foreach (var row in Pick(repeated)) rows.Insert(random.Next(rows.Count + 1), With(expected.Slice(row, 1), volume: expected.Volume[row]));
            var order = rows.OrderBy(_ => random.Next()).ToList();
            order.InsertRange(0, older);
            var raw = CandleColumns.Concat(order);
            for (var bad = 0; bad < broken; bad++)
            {
                var at = random.Next(order.Count + 1);
                order.Insert(at, With(expected.Slice(0, 1), volume: -1));
            }

            raw = CandleColumns.Concat(order);
            var clean = CandleChecks.Clean(raw);
            Assert.Equal(NaiveResampler.Lines(expected), NaiveResampler.Lines(clean.Candles));
            Assert.Equal(-1, clean.Candles.FirstUnordered());
            Assert.Equal((raw.Count, broken, realigned, repeated, replaced), (clean.RowsRead, clean.RowsDropped, clean.RowsRealigned, clean.RowsRepeated, clean.RowsReplaced));
            Assert.Equal(Math.Min(broken, CandleChecks.MaxReported), clean.Dropped.Count);
            Assert.All(clean.Dropped, row => Assert.Equal(-1, raw.Volume[row.Row]));

            IEnumerable<int> Pick(int count) => Enumerable.Range(0, expected.Count).OrderBy(_ => random.Next()).Take(count).ToArray();
        }
    }

    [Fact]
    [Trait("req", "OHLCV-173")]
    public void Of_two_rows_of_one_minute_the_later_one_counts()
    {
        var minute = TestTime.At("2024-07-16 13:30");
        var raw = new CandleColumns([minute, minute], [10, 20], [10, 20], [10, 20], [10, 20], [1, 2]);
        var clean = CandleChecks.Clean(raw);
        Assert.Equal([20L], clean.Candles.Close);
        Assert.Equal((1, 0, false), (clean.RowsReplaced, clean.RowsRepeated, clean.WasUnordered));
    }

    [Fact]
    [Trait("req", "OHLCV-172")]
    public void A_move_above_twenty_percent_is_reported_and_left_as_it_is()
    {
        var minutes = TestMarkets.Minutes(TestMarkets.Equity, "2024-07-16", "2024-07-17");
        Flatten(minutes, 10_000_000_000);
        minutes.High[100] = 12_000_000_000; // 20 % exactly is none
        minutes.Low[101] = 8_000_000_000;
        minutes.High[200] = 12_000_000_001;
        minutes.Low[300] = 7_999_999_999;
        // overnight everything is a quarter, as after a split: no move between minutes
        for (var row = 390; row < 780; row++) Set(minutes, row, 2_500_000_000);
        var before = NaiveResampler.Lines(minutes);

        var moves = PriceMoves.Find(minutes, TestMarkets.Equity);
        Assert.Equal([minutes.Time[200], minutes.Time[300]], moves.Select(move => move.Time));
        Assert.Equal([12_000_000_001L, 7_999_999_999L], moves.Select(move => move.Extreme));
        Assert.Equal(-20.00m, moves[1].Percent);
        Assert.Equal(before, NaiveResampler.Lines(minutes));
        // nor does cleaning change or drop them
        Assert.Same(minutes, CandleChecks.Clean(minutes).Candles);
        Assert.Equal(4, PriceMoves.Find(minutes, TestMarkets.Equity, abovePercent: 19).Count);
        Assert.Single(PriceMoves.Find(minutes, TestMarkets.Equity, limit: 1));
    }

    private static void Flatten(CandleColumns minutes, long price)
    {
        for (var row = 0; row < minutes.Count; row++) Set(minutes, row, price);
    }

    private static void Set(CandleColumns minutes, int row, long price)
    {
        foreach (var column in (long[][])[minutes.Open, minutes.High, minutes.Low, minutes.Close]) column[row] = price;
    }

    private static CandleColumns With(CandleColumns row, long? time = null, long? volume = null) =>
        new([time ?? row.Time[0]], [row.Open[0]], [row.High[0]], [row.Low[0]], [row.Close[0]], [volume ?? row.Volume[0]]);
}

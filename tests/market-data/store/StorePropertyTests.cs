using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>Random writes, reads and pages of every timeframe and asset class, judged by a list in memory.</summary>
public sealed class StorePropertyTests
{
    /// <summary>Both sides of New York's and Europe's clock changes, half days, a leap day, a year's end, days without a session.</summary>
    private static readonly DateOnly[] Days =
    [
        new(2023, 12, 31), new(2024, 1, 1), new(2024, 2, 29), new(2024, 3, 8), new(2024, 3, 9), new(2024, 3, 10), new(2024, 3, 11), new(2024, 3, 31),
        new(2024, 7, 3), new(2024, 10, 27), new(2024, 11, 1), new(2024, 11, 3), new(2024, 11, 4), new(2024, 11, 29),
    ];

    private static readonly string[] Symbols = ["AAPL", "BTC-USD", "EURUSD"];

    public static TheoryData<string, Timeframe> Series()
    {
        var series = new TheoryData<string, Timeframe>();
        foreach (var symbol in Symbols)
        {
            foreach (var timeframe in Timeframes.All) series.Add(symbol, timeframe);
        }

        return series;
    }

    [Theory]
    [MemberData(nameof(Series))]
    [Trait("req", "OHLCV-032")]
    [Trait("req", "OHLCV-035")]
    [Trait("req", "OHLCV-036")]
    [Trait("req", "OHLCV-041")]
    [Trait("req", "OHLCV-047")]
    [Trait("req", "OHLCV-048")]
    [Trait("req", "OHLCV-049")]
    [Trait("req", "OHLCV-050")]
    [Trait("req", "OHLCV-051")]
    [Trait("req", "OHLCV-052")]
    [Trait("req", "OHLCV-053")]
    public async Task Whatever_is_written_is_read_and_paged_as_a_list_in_memory_would(string symbol, Timeframe timeframe)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random((seed * 100) + (int)timeframe);
            var testing = new StoreTesting(new FaultFiles(random), format: seed % 2 == 0 ? new ParquetCandleFormat() : new PlainCandleFormat());
            var naive = new NaiveCandles(symbol, timeframe);
            for (var step = 0; step < 8; step++)
            {
                var candles = RandomCandles(random, symbol, timeframe);
                var mode = random.Next(3) == 0 ? WriteMode.Replace : WriteMode.Merge;
                var provider = random.Next(4) == 0 ? "tiingo" : "polygon";
                naive.Write(candles, provider, mode);
                await testing.WriteAsync(symbol, timeframe, candles, StoreTesting.Info(provider), mode);
                testing.Time.Advance(TimeSpan.FromSeconds(random.Next(2)));
                await CompareAsync(random, testing, naive, symbol, timeframe);
            }

            Assert.Empty(testing.Reported);
        }
    }

    private static async Task CompareAsync(Random random, StoreTesting testing, NaiveCandles naive, string symbol, Timeframe timeframe)
    {
        Assert.Equal(naive.Days, await testing.Store.DaysAsync(symbol, timeframe, default));
        Assert.Equal(naive.Days[^1], await testing.Store.LastDayAsync(symbol, timeframe, default));
        for (var query = 0; query < 4; query++)
        {
            DateOnly? first = random.Next(4) == 0 ? null : Days[random.Next(Days.Length)].AddDays(random.Next(-1, 2));
            DateOnly? last = random.Next(4) == 0 ? null : Days[random.Next(Days.Length)].AddDays(random.Next(-1, 2));
            var expected = naive.Between(first, last);
            var read = await testing.ReadAsync(symbol, timeframe, first ?? DateOnly.MinValue, last ?? DateOnly.MaxValue);
            Assert.Equal(expected, StoreTesting.Rows(read.Columns));
            await ComparePagesAsync(random, testing, naive, new CandleQuery(symbol, timeframe, first, last, random.Next(2) == 0, 1, random.Next(1, 40)), expected);
        }
    }

    private static async Task ComparePagesAsync(
        Random random, StoreTesting testing, NaiveCandles naive, CandleQuery query, List<(long Time, long Open, long High, long Low, long Close, long Volume)> expected)
    {
        var ordered = query.Descending ? expected.AsEnumerable().Reverse().ToList() : expected;
        var pages = (expected.Count + query.PageSize - 1) / query.PageSize;
        foreach (var number in (int[])[1, Math.Max(1, pages), pages + 1, random.Next(1, pages + 2)])
        {
            var page = await testing.Store.PageAsync(query with { Page = number }, default);
            Assert.True(page.IsKnown);
            Assert.Equal(expected.Count, page.TotalItems);
            Assert.Equal(ordered.Skip((number - 1) * query.PageSize).Take(query.PageSize), StoreTesting.Rows(page.Candles));
            Assert.Equal(expected.Count == 0 ? null : naive.StartOf(expected[0].Time), page.Start);
            Assert.Equal(expected.Count == 0 ? null : naive.EndOf(expected[^1].Time), page.End);
        }
    }

    /// <summary>In no order, with repeats, at any time of a few days of the symbol's market.</summary>
    private static CandleColumns RandomCandles(Random random, string symbol, Timeframe timeframe)
    {
        var rules = StoreTesting.Markets[symbol];
        var step = timeframe == Timeframe.Daily ? TestTime.Minute : timeframe.Minutes() * TestTime.Minute;
        var times = new List<long>();
        for (var day = random.Next(1, 4); day > 0; day--)
        {
            var (start, end) = rules.BoundsOf(Days[random.Next(Days.Length)]);
            for (var candle = random.Next(1, 30); candle > 0; candle--)
            {
                var time = start + (random.NextInt64(0, (end - start + step - 1) / step) * step);
                if (time < end) times.Add(time);
                if (random.Next(6) == 0) times.Add(random.Next(2) == 0 ? end - TestTime.Minute : start);
            }
        }

        var shuffled = times.OrderBy(_ => random.Next()).ToArray();
        return StoreTesting.At(random.Next(2) == 0 ? shuffled : [.. shuffled.Distinct().Order()], random.Next(3));
    }
}

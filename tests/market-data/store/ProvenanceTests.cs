using Trading.MarketData.Candles;
using Trading.MarketData.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>Where the candles of a day come from, when they are written more than once.</summary>
public sealed class ProvenanceTests
{
    private const string Symbol = "NVDA";
    private static readonly DateOnly Day = new(2024, 7, 16);
    private readonly StoreTesting _testing = new(new FaultFiles(new Random(1)));

    [Fact]
    public async Task A_day_never_mixes_providers_nor_raw_with_adjusted_candles()
    {
        await _testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Day));
        foreach (var info in (PartitionInfo[])[StoreTesting.Info("tiingo"), StoreTesting.Info("tiingo") with { DataVersion = "adjusted" }])
        {
            var few = StoreTesting.DayOfMinutes(Symbol, Day, seed: info.DataVersion.Length, limit: 10);
            await _testing.WriteAsync(Symbol, Timeframe.OneMinute, few, info);
            var read = await _testing.ReadAsync(Symbol, Timeframe.OneMinute, Day, Day);
            StoreTesting.AssertSame(few, read.Columns);
            var partition = Assert.Single(read.Partitions);
            Assert.Equal((info.Provider, info.DataVersion, 10), (partition.Summary.Info.Provider, partition.Summary.Info.DataVersion, partition.Summary.Count));
        }
    }

    [Fact]
    public async Task Equal_candles_that_have_become_final_are_written_again_and_those_fetched_later_are_not()
    {
        var candles = StoreTesting.DayOfMinutes(Symbol, Day);
        await _testing.WriteAsync(Symbol, Timeframe.OneMinute, candles, StoreTesting.Info() with { Finality = Finality.Provisional });
        var final = await _testing.WriteAsync(Symbol, Timeframe.OneMinute, candles);
        var later = await _testing.WriteAsync(Symbol, Timeframe.OneMinute, candles, StoreTesting.Info(fetchedAt: 77));
        Assert.Equal((1, 0, 0, 1), (final.FilesWritten, final.CandlesReplaced, later.FilesWritten, later.FilesUnchanged));
        Assert.Equal((Finality.Final, 1L), (await InfoAsync() is var info ? info.Finality : default, info.FetchedAt));
    }

    [Fact]
    public async Task Confirmed_gaps_stay_when_a_day_is_merged_until_a_candle_fills_them()
    {
        var minutes = StoreTesting.DayOfMinutes(Symbol, Day);
        var open = minutes.Time[0];
        TimeSpanMicros first = new(open + (10 * TestTime.Minute), open + (12 * TestTime.Minute)), second = new(open + (20 * TestTime.Minute), open + (21 * TestTime.Minute));
        await _testing.WriteAsync(Symbol, Timeframe.OneMinute, minutes.Slice(0, 10));
        await using (var writer = await _testing.Store.OpenWriterAsync(Symbol, default))
            await writer.AnnotateAsync(Timeframe.OneMinute, Day, StoreTesting.Info() with { ConfirmedEmpty = [first, second] }, default);
        Assert.Equal([first, second], (await InfoAsync()).ConfirmedEmpty);
        await _testing.WriteAsync(Symbol, Timeframe.OneMinute, minutes.Slice(30, 10));
        Assert.Equal([first, second], (await InfoAsync()).ConfirmedEmpty);
        await _testing.WriteAsync(Symbol, Timeframe.OneMinute, minutes.Slice(11, 1));
        Assert.Equal([second], (await InfoAsync()).ConfirmedEmpty);
        await _testing.WriteAsync(Symbol, Timeframe.OneMinute, minutes, mode: WriteMode.Replace);
        Assert.Empty((await InfoAsync()).ConfirmedEmpty);
    }

    [Fact]
    public async Task A_note_on_a_day_that_is_not_stored_makes_an_empty_file()
    {
        await using (var writer = await _testing.Store.OpenWriterAsync(Symbol, default))
            await writer.AnnotateAsync(Timeframe.OneMinute, Day, StoreTesting.Info() with { ConfirmedEmpty = [new(1, 2)] }, default);
        Assert.Equal([Day], await _testing.Store.DaysAsync(Symbol, Timeframe.OneMinute, default));
        var partition = Assert.Single((await _testing.ReadAsync(Symbol, Timeframe.OneMinute, Day, Day)).Partitions);
        Assert.Equal((0, new TimeSpanMicros(1, 2)), (partition.Summary.Count, partition.Summary.Info.ConfirmedEmpty[0]));
    }

    [Fact]
    public async Task The_daily_file_names_all_providers_whose_days_it_holds()
    {
        var one = StoreTesting.DayOfMinutes(Symbol, Day, limit: 1);
        var other = StoreTesting.DayOfMinutes(Symbol, Day.AddDays(1), limit: 1);
        await _testing.WriteAsync(Symbol, Timeframe.Daily, one, StoreTesting.Info("tiingo"));
        await _testing.WriteAsync(Symbol, Timeframe.Daily, other, StoreTesting.Info("polygon"));
        Assert.Equal("polygon+tiingo", await DailyProviderAsync());
        await _testing.WriteAsync(Symbol, Timeframe.Daily, CandleColumns.Concat([one, other]), StoreTesting.Info("alpaca"));
        Assert.Equal("alpaca", await DailyProviderAsync());

        async Task<string> DailyProviderAsync() =>
            Assert.Single(await _testing.Store.DescribeAsync(Symbol, Timeframe.Daily, Day, Day, default)).Summary.Info.Provider;
    }

    private async Task<PartitionInfo> InfoAsync() =>
        Assert.Single(await _testing.Store.DescribeAsync(Symbol, Timeframe.OneMinute, Day, Day, default)).Summary.Info;
}

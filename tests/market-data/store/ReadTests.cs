using Trading.MarketData.Candles;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>Which files a question opens, and what the cache spares.</summary>
public sealed class ReadTests : IDisposable
{
    private static readonly DateOnly First = new(2018, 1, 1);
    private readonly TemporaryDirectory _folder = new();
    private readonly CountingFiles _files;
    private readonly PlainCandleFormat _format = new();
    private readonly StoreTesting _testing;

    public ReadTests()
    {
        _files = new CountingFiles(new DiskFiles(_folder.Path));
        _testing = new StoreTesting(_files, format: _format);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("req", "OHLCV-040")]
    public async Task The_last_day_of_2500_daily_files_is_found_without_opening_one()
    {
        await StoreDaysAsync(2500, 1);
        _files.Clear();
        Assert.Equal(First.AddDays(2499), await _testing.Store.LastDayAsync("BTC-USD", Timeframe.OneMinute, default));
        Assert.Equal(2500, (await _testing.Store.DaysAsync("BTC-USD", Timeframe.OneMinute, default)).Count);
        Assert.Empty(_files.Opened);
    }

    [Fact]
    [Trait("req", "OHLCV-040")]
    public async Task The_last_day_of_the_one_daily_file_comes_from_its_end()
    {
        var times = Enumerable.Range(0, 1000).Select(day => Start(day)).ToArray();
        await _testing.WriteAsync("BTC-USD", Timeframe.Daily, StoreTesting.At(times));
        var decoded = _format.Decoded;
        Assert.Equal(First.AddDays(999), await _testing.Store.LastDayAsync("BTC-USD", Timeframe.Daily, default));
        Assert.Equal(decoded, _format.Decoded);
        Assert.True(_format.Summarized > 0);
    }

    [Fact]
    [Trait("req", "OHLCV-041")]
    [Trait("req", "OHLCV-060")]
    [Trait("req", "OHLCV-177")]
    public async Task A_query_for_one_day_looks_at_one_file_whether_1_or_100_or_1000_days_are_stored()
    {
        var seen = new List<(int Opened, int Stats, int Scans, int Decoded)>();
        foreach (var days in (int[])[1, 100, 1000])
        {
            await StoreDaysAsync(days, 2);
            foreach (var isPage in (bool[])[false, true])
            {
                var fresh = new StoreTesting(_files, format: _format, time: _testing.Time);
                _files.Clear();
                var decoded = _format.Decoded;
                if (isPage) Assert.Equal(2, (await fresh.Store.PageAsync(new CandleQuery("BTC-USD", Timeframe.OneMinute, First, First, true, 1, 100), default)).Candles.Count);
                else Assert.Equal(2, (await fresh.ReadAsync("BTC-USD", Timeframe.OneMinute, First, First)).Columns.Count);
                Assert.All(_files.Opened, path => Assert.Equal("candles/1min/BTC-USD/2018-01-01.parquet", path));
                seen.Add((_files.Opened.Count, _files.Stats, _files.Scans, _format.Decoded - decoded));
            }
        }

        Assert.Equal([(1, 2, 0, 1), (2, 3, 0, 1)], seen.Distinct());
    }

    [Fact]
    [Trait("req", "OHLCV-060")]
    [Trait("req", "OHLCV-179")]
    public async Task A_page_of_a_long_range_decodes_only_the_files_of_its_candles_and_counts_each_file_once()
    {
        await StoreDaysAsync(1000, 10);
        var query = new CandleQuery("BTC-USD", Timeframe.OneMinute, null, null, true, 500, 15);
        var decoded = _format.Decoded;
        var page = await _testing.Store.PageAsync(query, default);
        Assert.Equal((10_000L, 15), (page.TotalItems, page.Candles.Count));
        Assert.InRange(_format.Decoded - decoded, 1, 3);
        _files.Clear();
        await _testing.Store.PageAsync(query with { Page = 2 }, default);
        Assert.InRange(_files.Opened.Count, 1, 3);
    }

    [Fact]
    [Trait("req", "OHLCV-041")]
    public async Task A_range_opens_only_the_files_of_its_days()
    {
        await StoreDaysAsync(400, 1);
        _files.Clear();
        var read = await _testing.ReadAsync("BTC-USD", Timeframe.OneMinute, First.AddDays(100), First.AddDays(299));
        Assert.Equal(200, read.Columns.Count);
        Assert.Equal(200, read.Partitions.Count);
        Assert.Equal(200, _files.Opened.Distinct().Count());
        Assert.DoesNotContain("candles/1min/BTC-USD/2018-01-01.parquet", _files.Opened);
    }

    [Fact]
    [Trait("req", "OHLCV-180")]
    public async Task A_day_read_again_comes_from_the_cache_until_its_file_changes_also_by_another_process()
    {
        await StoreDaysAsync(3, 5);
        var before = await ReadFirstAsync();
        _files.Clear();
        StoreTesting.AssertSame(before, await ReadFirstAsync());
        Assert.Empty(_files.Opened);

        var other = new StoreTesting(new DiskFiles(_folder.Path), format: _format, time: _testing.Time);
        var changed = StoreTesting.At(before.Time, seed: 99);
        await other.WriteAsync("BTC-USD", Timeframe.OneMinute, changed);
        StoreTesting.AssertSame(changed, await ReadFirstAsync());
    }

    [Fact]
    [Trait("req", "OHLCV-180")]
    public async Task The_cache_holds_no_more_bytes_than_it_may()
    {
        var cache = new DayCache(10_000);
        for (var file = 0; file < 50; file++)
        {
            cache.Put($"file{file}", new FileStatus(false, 1, 1, file), new CandleFileContent(StoreTesting.At(new long[20]), StoreTesting.Info()));
            Assert.InRange(cache.Bytes, 1, 10_000);
        }

        Assert.True(cache.TryGet("file49", new FileStatus(false, 1, 1, 49), out _));
        Assert.False(cache.TryGet("file49", new FileStatus(false, 1, 2, 49), out _));
        Assert.False(cache.TryGet("file0", new FileStatus(false, 1, 1, 0), out _));
        var testing = new StoreTesting(_files, new StorageSettings { CacheBytes = 0 }, _format, _testing.Time);
        await StoreDaysAsync(1, 5);
        _files.Clear();
        for (var read = 0; read < 3; read++) await testing.ReadAsync("BTC-USD", Timeframe.OneMinute, First, First);
        Assert.Equal(3, _files.Opened.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-178")]
    public async Task Only_the_columns_asked_for_are_decoded_and_the_cache_answers_alike()
    {
        await StoreDaysAsync(1, 5);
        var whole = await ReadFirstAsync();
        var fresh = new StoreTesting(_files, format: _format, time: _testing.Time);
        foreach (var testing in (StoreTesting[])[fresh, _testing])
        {
            var part = (await testing.ReadAsync("BTC-USD", Timeframe.OneMinute, First, First, fields: CandleFields.Close | CandleFields.Volume)).Columns;
            Assert.Equal((long[][])[whole.Time, whole.Close, whole.Volume], [part.Time, part.Close, part.Volume]);
            Assert.All(part.Open.Concat(part.High).Concat(part.Low), value => Assert.Equal(0, value));
        }

        Assert.Equal(CandleFields.Close | CandleFields.Volume, _format.LastFields);
    }

    [Fact]
    [Trait("req", "OHLCV-033")]
    public async Task Daily_files_per_day_of_another_program_are_read_for_days_that_the_symbols_file_lacks()
    {
        await _testing.WriteAsync("BTC-USD", Timeframe.Daily, StoreTesting.At([Start(1), Start(2)], seed: 1));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "candles/daily/BTC-USD"));
        foreach (var day in (int[])[0, 1, 5])
        {
            var bytes = _format.Write(StoreTesting.At([Start(day)], seed: 10 + day), StoreTesting.Info());
            await File.WriteAllBytesAsync(Path.Combine(_folder.Path, $"candles/daily/BTC-USD/{First.AddDays(day):yyyy-MM-dd}.parquet"), bytes);
        }

        var expected = CandleColumns.Concat([StoreTesting.At([Start(0)], 10), StoreTesting.At([Start(1), Start(2)], 1), StoreTesting.At([Start(5)], 15)]);
        StoreTesting.AssertSame(expected, await _testing.AllAsync("BTC-USD", Timeframe.Daily));
        Assert.Equal([First, First.AddDays(1), First.AddDays(2), First.AddDays(5)], await _testing.Store.DaysAsync("BTC-USD", Timeframe.Daily, default));
        Assert.Equal(First.AddDays(5), await _testing.Store.LastDayAsync("BTC-USD", Timeframe.Daily, default));
        var page = await _testing.Store.PageAsync(new CandleQuery("BTC-USD", Timeframe.Daily, First, First.AddDays(4), true, 1, 2), default);
        Assert.Equal((3L, Start(0), Start(3)), (page.TotalItems, page.Start!.Value, page.End!.Value));
        Assert.Equal([Start(2), Start(1)], page.Candles.Time);
        Assert.Equal(["BTC-USD"], await _testing.Store.SymbolsAsync(Timeframe.Daily, default));
    }

    [Fact]
    public async Task The_stamp_of_a_range_changes_with_its_files_only_and_opens_none()
    {
        await StoreDaysAsync(10, 2);
        var range = (Start: First.AddDays(2), End: First.AddDays(4));
        var before = await StampAsync();
        await _testing.WriteAsync("BTC-USD", Timeframe.OneMinute, StoreTesting.At([Start(7)], 5));
        _testing.Time.Advance(TimeSpan.FromSeconds(1));
        _files.Clear();
        Assert.Equal(before, await StampAsync());
        Assert.Empty(_files.Opened);
        var since = _testing.Now;
        _testing.Time.Advance(TimeSpan.FromSeconds(1));
        await _testing.WriteAsync("BTC-USD", Timeframe.OneMinute, StoreTesting.At([Start(3)], 5));
        Assert.NotEqual(before, await StampAsync());
        Assert.Equal([First.AddDays(3)], await _testing.Store.ChangedDaysAsync("BTC-USD", Timeframe.OneMinute, First, First.AddDays(9), since, default));

        Task<string> StampAsync() => _testing.Store.StampAsync("BTC-USD", Timeframe.OneMinute, range.Start, range.End, default);
    }

    private static long Start(int day) => StoreTesting.Markets["BTC-USD"].BoundsOf(First.AddDays(day)).Start;

    private async Task StoreDaysAsync(int days, int candles)
    {
        var times = Enumerable.Range(0, days).SelectMany(day => Enumerable.Range(0, candles).Select(minute => Start(day) + (minute * TestTime.Minute)));
        await _testing.WriteAsync("BTC-USD", Timeframe.OneMinute, StoreTesting.At([.. times]));
    }

    private async Task<CandleColumns> ReadFirstAsync() => (await _testing.ReadAsync("BTC-USD", Timeframe.OneMinute, First, First)).Columns;
}

using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Store;

/// <summary>What a write leaves, over real files and over files in memory.</summary>
public sealed class WriteTests : IDisposable
{
    private static readonly DateOnly Summer = new(2024, 7, 16);
    private static readonly DateOnly Winter = new(2024, 2, 6);
    private readonly TemporaryDirectory _folder = new();
    private readonly StoreTesting _disk;

    public WriteTests() => _disk = new StoreTesting(new DiskFiles(_folder.Path), format: new ParquetCandleFormat());

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("req", "OHLCV-028")]
    [Trait("req", "OHLCV-029")]
    [Trait("req", "OHLCV-030")]
    [Trait("req", "OHLCV-031")]
    [Trait("req", "OHLCV-034")]
    public async Task Files_lie_at_the_stated_paths_one_per_day_and_for_daily_one_per_symbol()
    {
        foreach (var timeframe in Timeframes.All)
        {
            var two = CandleColumns.Concat([StoreTesting.DayOfMinutes("BRK.B", Winter, limit: 1), StoreTesting.DayOfMinutes("BRK.B", Summer, limit: 1)]);
            await _disk.WriteAsync("BRK.B", timeframe, two);
        }

        string[] intraday = ["1min", "5min", "15min", "30min", "1h", "2h", "4h"];
        var expected = intraday.SelectMany(name => (string[])[$"candles/{name}/BRK.B/2024-02-06.parquet", $"candles/{name}/BRK.B/2024-07-16.parquet"])
            .Append("candles/daily/BRK.B.parquet")
            .Append("locks/BRK.B.lock")
            .Order(StringComparer.Ordinal);
        Assert.Equal(expected, Paths());
        Assert.All(expected.Where(path => path.StartsWith("candles", StringComparison.Ordinal)), path => Assert.Equal("PAR1"u8, File.ReadAllBytes(Path.Combine(_folder.Path, path))[^4..]));
    }

    [Fact]
    [Trait("req", "OHLCV-035")]
    [Trait("req", "OHLCV-036")]
    [Trait("req", "OHLCV-037")]
    public async Task Storing_a_day_twice_leaves_390_rows_and_the_file_to_the_byte()
    {
        var day = StoreTesting.DayOfMinutes("NVDA", Summer);
        var first = await _disk.WriteAsync("NVDA", Timeframe.OneMinute, day);
        var path = Path.Combine(_folder.Path, "candles/1min/NVDA/2024-07-16.parquet");
        var bytes = await File.ReadAllBytesAsync(path);
        var status = _disk.Files.Stat("candles/1min/NVDA/2024-07-16.parquet");
        _disk.Time.Advance(TimeSpan.FromHours(1));
        var second = await _disk.WriteAsync("NVDA", Timeframe.OneMinute, day, StoreTesting.Info(fetchedAt: 99));
        Assert.Equal((1, 0, 390, 0), (first.FilesWritten, first.FilesUnchanged, first.CandlesAdded, first.CandlesReplaced));
        Assert.Equal((0, 1, 0, 0), (second.FilesWritten, second.FilesUnchanged, second.CandlesAdded, second.CandlesReplaced));
        Assert.Empty(second.ChangedDays);
        Assert.Equal(status, _disk.Files.Stat("candles/1min/NVDA/2024-07-16.parquet"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
        StoreTesting.AssertSame(day, await _disk.AllAsync("NVDA", Timeframe.OneMinute));
    }

    [Fact]
    [Trait("req", "OHLCV-035")]
    [Trait("req", "OHLCV-036")]
    public async Task Written_candles_replace_those_of_their_time_and_join_the_others_in_order()
    {
        var day = StoreTesting.DayOfMinutes("NVDA", Summer);
        var corrected = StoreTesting.DayOfMinutes("NVDA", Summer, seed: 2);
        await _disk.WriteAsync("NVDA", Timeframe.OneMinute, CandleColumns.Concat([day.Slice(200, 100), day.Slice(0, 100)]));
        var summary = await _disk.WriteAsync("NVDA", Timeframe.OneMinute, corrected.Slice(50, 200));
        Assert.Equal((1, 100, 100), (summary.FilesWritten, summary.CandlesAdded, summary.CandlesReplaced));
        Assert.Equal([Summer], summary.ChangedDays);
        var expected = CandleColumns.Concat([day.Slice(0, 50), corrected.Slice(50, 200), day.Slice(250, 50)]);
        StoreTesting.AssertSame(expected, await _disk.AllAsync("NVDA", Timeframe.OneMinute));
    }

    [Fact]
    public async Task A_write_of_many_days_cuts_them_at_the_markets_midnight_across_clock_changes()
    {
        DateOnly[] days = [.. Enumerable.Range(0, 500).Select(new DateOnly(2023, 6, 1).AddDays)];
        var rules = StoreTesting.Markets["NVDA"];
        var times = days.SelectMany(day => (long[])[rules.BoundsOf(day).Start, rules.BoundsOf(day).End - TestTime.Minute]).ToArray();
        var summary = await _disk.WriteAsync("NVDA", Timeframe.OneMinute, StoreTesting.At(times));
        Assert.Equal((500, 1000), (summary.FilesWritten, summary.CandlesAdded));
        Assert.Equal(days, summary.ChangedDays);
        var read = await _disk.ReadAsync("NVDA", Timeframe.OneMinute, days[0], days[^1]);
        Assert.Equal(days, read.Partitions.Select(partition => partition.Day));
        Assert.All(read.Partitions, partition => Assert.Equal(2, partition.Summary.Count));
        Assert.Equal(times, read.Columns.Time);
    }

    private IEnumerable<string> Paths() => Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}

using Trading.MarketData.Candles;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>What a write leaves, over real files and over files in memory.</summary>
public sealed class WriteTests : IDisposable
{
    private static readonly DateOnly Summer = new(2024, 7, 16);
    private static readonly DateOnly Winter = new(2024, 2, 6);
    private readonly TemporaryDirectory _folder = new();
    private readonly StoreTesting _disk;

    public WriteTests() => _disk = new StoreTesting(new DiskFiles(_folder.Path));

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

    private IEnumerable<string> Paths() => Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}

using Trading.MarketData.Candles;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>A session that goes on after a crash reads what it began with, although days were rewritten meanwhile.</summary>
public sealed class AsOfTests
{
    private const string Symbol = "NVDA";
    private static readonly DateOnly[] Days = [new(2024, 7, 15), new(2024, 7, 16), new(2024, 7, 17)];

    [Fact]
    [Trait("req", "OHLCV-200")]
    public async Task What_was_read_at_an_instant_is_read_as_of_it_for_ever_after_random_rewrites()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var testing = new StoreTesting(new FaultFiles(random));
            var seen = new List<(long Instant, CandleColumns Columns)>();
            for (var step = 0; step < 12; step++)
            {
                testing.Time.Advance(TimeSpan.FromMicroseconds(random.Next(1, 1 << random.Next(1, 30))));
                var day = StoreTesting.DayOfMinutes(Symbol, Days[random.Next(3)], random.Next(3), random.Next(1, 20));
                await testing.WriteAsync(Symbol, Timeframe.OneMinute, day, StoreTesting.Info(random.Next(4) == 0 ? "tiingo" : "polygon"), random.Next(2) == 0 ? WriteMode.Merge : WriteMode.Replace);

                // at the instant of a write itself, either version would be right
                testing.Time.Advance(TimeSpan.FromMicroseconds(random.Next(1, 1 << random.Next(1, 30))));
                seen.Add((testing.Now, await testing.AllAsync(Symbol, Timeframe.OneMinute)));
            }

            var reopened = new StoreTesting(testing.Files, time: testing.Time);
            foreach (var (instant, columns) in seen)
                StoreTesting.AssertSame(columns, (await reopened.ReadAsync(Symbol, Timeframe.OneMinute, Days[0], Days[2], instant)).Columns);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-200")]
    public async Task Superseded_files_keep_their_bytes_and_time_under_the_documented_name_and_go_after_the_days_to_keep()
    {
        using var folder = new TemporaryDirectory();
        var files = new DiskFiles(folder.Path);
        var testing = new StoreTesting(files, new StorageSettings { KeepSupersededDays = 30 });
        const string Path = "candles/1min/NVDA/2024-07-16.parquet";
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[1], 1));
        var first = (Bytes: await File.ReadAllBytesAsync(System.IO.Path.Combine(folder.Path, Path)), files.Stat(Path)!.Value.Modified);
        Assert.Equal(testing.Now, first.Modified);
        testing.Time.Advance(TimeSpan.FromHours(3));
        var rewritten = testing.Now;
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[1], 2));

        var kept = $"superseded/1min/NVDA/2024-07-16~{rewritten}.parquet";
        Assert.Equal(first.Bytes, await File.ReadAllBytesAsync(System.IO.Path.Combine(folder.Path, kept)));
        Assert.Equal(first.Modified, files.Stat(kept)!.Value.Modified);

        testing.Time.Advance(TimeSpan.FromDays(30));
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[0], 1));
        Assert.True(files.Exists(kept));
        testing.Time.Advance(TimeSpan.FromSeconds(1));
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[2], 1));
        Assert.False(files.Exists(kept));
    }

    [Fact]
    public async Task A_day_that_came_later_did_not_exist()
    {
        var testing = new StoreTesting(new FaultFiles(new Random(1)));
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[0]));
        var before = testing.Now;
        testing.Time.Advance(TimeSpan.FromMinutes(1));
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[1]));
        Assert.Equal(390, (await testing.ReadAsync(Symbol, Timeframe.OneMinute, Days[0], Days[2], before)).Columns.Count);
        Assert.Equal(780, (await testing.ReadAsync(Symbol, Timeframe.OneMinute, Days[0], Days[2], testing.Now)).Columns.Count);
    }

    [Fact]
    public async Task Nothing_is_kept_when_no_days_are_to_be_kept_and_of_longer_timeframes_never()
    {
        var files = new FaultFiles(new Random(1));
        var testing = new StoreTesting(files, new StorageSettings { KeepSupersededDays = 0 });
        var longer = new StoreTesting(files);
        for (var seed = 1; seed < 3; seed++)
        {
            await testing.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Days[0], seed));
            await longer.WriteAsync(Symbol, Timeframe.OneHour, StoreTesting.DayOfMinutes(Symbol, Days[0], seed));
        }

        Assert.DoesNotContain(files.Paths, path => path.StartsWith("superseded", StringComparison.Ordinal));
    }
}

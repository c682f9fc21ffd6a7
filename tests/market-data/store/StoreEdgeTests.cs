using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>Names that are none, symbols that nobody stored, pages past the end, a store that cannot be written, room.</summary>
public sealed class StoreEdgeTests
{
    private static readonly DateOnly Day = new(2024, 7, 16);

    [Theory]
    [InlineData("../NVDA")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("A/B")]
    [InlineData("A\\B")]
    [InlineData("/etc/passwd")]
    [InlineData("NVDA/../../x")]
    [InlineData("NVDA\0")]
    [InlineData("nvda")]
    [InlineData("%2e%2e%2fNVDA")]
    [InlineData("A..B")]
    [InlineData("C:NVDA")]
    [Trait("req", "OHLCV-034")]
    public async Task No_path_is_ever_made_of_a_name_that_is_no_symbol(string name)
    {
        var files = new CountingFiles(new FaultFiles(new Random(1)));
        var store = new StoreTesting(files).Store;
        Func<Task>[] calls =
        [
            () => store.DaysAsync(name, Timeframe.OneMinute, default),
            () => store.LastDayAsync(name, Timeframe.Daily, default),
            () => store.ReadAsync(name, Timeframe.OneMinute, Day, Day, null, CandleFields.All, default),
            () => store.PageAsync(new CandleQuery(name, Timeframe.Daily, null, null, true, 1, 1), default),
            () => store.DescribeAsync(name, Timeframe.OneMinute, Day, Day, default),
            () => store.StampAsync(name, Timeframe.OneMinute, Day, Day, default),
            () => store.OpenWriterAsync(name, default),
        ];
        foreach (var call in calls)
        {
            var refused = await Assert.ThrowsAsync<CandleStoreException>(call);
            Assert.Equal(CandleStoreProblem.BadSymbol, refused.Problem);
        }

        Assert.Equal((0, 0, 0), (files.Opened.Count, files.Stats, files.Scans));
    }

    [Theory]
    [Trait("req", "OHLCV-061")]
    [Trait("req", "OHLCV-062")]
    [InlineData(Timeframe.OneMinute)]
    [InlineData(Timeframe.Daily)]
    public async Task Symbols_of_a_timeframe_are_sorted_and_there_once_in_whatever_order_the_device_lists_them(Timeframe timeframe)
    {
        var testing = new StoreTesting(new BackwardFiles(new FaultFiles(new Random(1))));
        foreach (var symbol in new[] { "KO", "BRK.B", "NVDA", "BRK-B", "A" }) await testing.WriteAsync(symbol, timeframe, StoreTesting.DayOfMinutes(symbol, Day, limit: 1));
        await testing.WriteAsync("MSFT", Timeframe.OneHour, StoreTesting.DayOfMinutes("MSFT", Day, limit: 1));
        Assert.Equal(["A", "BRK-B", "BRK.B", "KO", "NVDA"], await testing.Store.SymbolsAsync(timeframe, default));
        Assert.Equal(["MSFT"], await testing.Store.SymbolsAsync(Timeframe.OneHour, default));
    }

    [Fact]
    [Trait("req", "OHLCV-054")]
    [Trait("req", "OHLCV-056")]
    [Trait("req", "OHLCV-057")]
    [Trait("req", "OHLCV-058")]
    public async Task A_page_tells_a_symbol_never_stored_from_one_without_data_in_the_range_and_one_past_the_end()
    {
        var testing = new StoreTesting(new FaultFiles(new Random(1)));
        await testing.WriteAsync("NVDA", Timeframe.OneMinute, StoreTesting.DayOfMinutes("NVDA", Day));
        await testing.WriteAsync("KO", Timeframe.Daily, StoreTesting.DayOfMinutes("KO", Day, limit: 1));
        var unknown = await PageAsync("MSFT", Timeframe.OneMinute, null, 1);
        var otherTimeframe = await PageAsync("NVDA", Timeframe.FourHours, null, 1);
        var onlyDaily = await PageAsync("KO", Timeframe.OneMinute, null, 1);
        var otherDay = await PageAsync("NVDA", Timeframe.OneMinute, Day.AddDays(1), 1);
        var pastEnd = await PageAsync("NVDA", Timeframe.OneMinute, null, 41);
        var farPastEnd = await PageAsync("NVDA", Timeframe.OneMinute, null, int.MaxValue);
        Assert.Equal([false, true, true, true, true, true], ((CandlePage[])[unknown, otherTimeframe, onlyDaily, otherDay, pastEnd, farPastEnd]).Select(page => page.IsKnown));
        foreach (var page in (CandlePage[])[unknown, otherTimeframe, onlyDaily, otherDay])
            Assert.Equal((0, 0L, null, null), (page.Candles.Count, page.TotalItems, page.Start, page.End));
        foreach (var page in (CandlePage[])[pastEnd, farPastEnd])
            Assert.Equal((0, 390L, "2024-07-16 13:30", "2024-07-16 20:00"), (page.Candles.Count, page.TotalItems, TestTime.Show(page.Start!.Value), TestTime.Show(page.End!.Value)));

        Task<CandlePage> PageAsync(string symbol, Timeframe timeframe, DateOnly? day, int page) =>
            testing.Store.PageAsync(new CandleQuery(symbol, timeframe, day, day, true, page, 10), default);
    }

    [Fact]
    [Trait("req", "OHLCV-053")]
    public async Task Daily_pages_span_from_the_session_open_of_the_first_day_to_the_close_of_the_last_half_days_included()
    {
        var testing = new StoreTesting(new FaultFiles(new Random(1)));
        var days = (DateOnly[])[new(2024, 2, 6), new(2024, 7, 2), new(2024, 7, 3)];
        await testing.WriteAsync("NVDA", Timeframe.Daily, CandleColumns.Concat([.. days.Select(day => StoreTesting.DayOfMinutes("NVDA", day, limit: 1))]));
        var page = await testing.Store.PageAsync(new CandleQuery("NVDA", Timeframe.Daily, null, null, true, 1, 10), default);
        Assert.Equal((3L, "2024-02-06 14:30", "2024-07-03 17:00"), (page.TotalItems, TestTime.Show(page.Start!.Value), TestTime.Show(page.End!.Value)));
    }

    [Fact]
    [Trait("req", "OHLCV-052")]
    public async Task The_end_of_the_last_candle_is_cut_at_the_close()
    {
        var testing = new StoreTesting(new FaultFiles(new Random(1)));
        await testing.WriteAsync("NVDA", Timeframe.FourHours, StoreTesting.At([TestTime.At("2024-07-16 13:30"), TestTime.At("2024-07-16 17:30")]));
        var page = await testing.Store.PageAsync(new CandleQuery("NVDA", Timeframe.FourHours, null, null, true, 1, 10), default);
        Assert.Equal("2024-07-16 20:00", TestTime.Show(page.End!.Value));
    }

    [Fact]
    [Trait("req", "OHLCV-170")]
    public async Task A_store_that_may_not_be_written_is_read_and_says_what_it_could_not_do_where()
    {
        var files = new FaultFiles(new Random(1));
        await new StoreTesting(files).WriteAsync("NVDA", Timeframe.OneMinute, StoreTesting.DayOfMinutes("NVDA", Day));
        files.Replace("candles/1min/NVDA/2024-07-17.parquet", "damaged"u8.ToArray());
        var testing = new StoreTesting(new UnwritableFiles(files));
        for (var read = 0; read < 3; read++) Assert.Equal(390, (await testing.AllAsync("NVDA", Timeframe.OneMinute)).Count);
        Assert.Null(Assert.Single(testing.Reported).SetAsideAs);
        var refused = await Assert.ThrowsAsync<CandleStoreException>(() => testing.Store.OpenWriterAsync("NVDA", default));
        Assert.Equal(CandleStoreProblem.ReadOnly, refused.Problem);
        Assert.Equal("cannot lock locks/NVDA.lock: no permission, or the device is read-only", refused.Message);
    }

    [Fact]
    [Trait("req", "OHLCV-170")]
    public async Task A_folder_that_may_not_be_read_is_named()
    {
        var testing = new StoreTesting(new UnreadableFiles(new FaultFiles(new Random(1))));
        var refused = await Assert.ThrowsAsync<CandleStoreException>(() => testing.Store.DaysAsync("NVDA", Timeframe.FiveMinutes, default));
        Assert.Equal((CandleStoreProblem.ReadOnly, "cannot list candles/5min/NVDA: no permission, or the device is read-only"), (refused.Problem, refused.Message));
    }

    [Fact]
    [Trait("req", "OHLCV-168")]
    public async Task Space_is_that_of_the_device_and_of_all_files_and_follows_writes()
    {
        using var folder = new TemporaryDirectory();
        var testing = new StoreTesting(new DiskFiles(folder.Path), format: new ParquetCandleFormat());
        Assert.Equal(0, (await testing.Store.SpaceAsync(default)).StoreBytes);
        for (var seed = 0; seed < 3; seed++)
        {
            await testing.WriteAsync("NVDA", Timeframe.OneMinute, StoreTesting.DayOfMinutes("NVDA", Day, seed));
            await testing.WriteAsync("NVDA", Timeframe.Daily, StoreTesting.DayOfMinutes("NVDA", Day, seed, limit: 1));
            testing.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var space = await testing.Store.SpaceAsync(default);
        var drive = new DriveInfo(folder.Path);
        Assert.Equal(Directory.EnumerateFiles(folder.Path, "*.parquet", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length), space.StoreBytes);
        Assert.Equal(drive.TotalSize, space.TotalBytes);
        Assert.InRange(space.FreePercent, 0, 100);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "candles/1min/NVDA/foreign"), new byte[1000]);
        testing.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(space.StoreBytes + 1000, (await testing.Store.SpaceAsync(default)).StoreBytes);
    }

    [Fact]
    public async Task A_value_of_more_than_18_digits_is_refused_and_nothing_is_stored()
    {
        var files = new FaultFiles(new Random(1));
        var testing = new StoreTesting(files, format: new ParquetCandleFormat());
        var candles = StoreTesting.DayOfMinutes("NVDA", Day);
        candles.Volume[7] = ParquetCandleFormat.MaxUnits + 1;
        await Assert.ThrowsAsync<CandleFileException>(() => testing.WriteAsync("NVDA", Timeframe.OneMinute, candles));
        Assert.Empty(files.Paths);
    }

    [Fact]
    public async Task A_cancelled_write_leaves_whole_batches_and_a_writer_that_goes_on()
    {
        var testing = new StoreTesting(new FaultFiles(new Random(1)));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await using var writer = await testing.Store.OpenWriterAsync("NVDA", default);
        var day = StoreTesting.DayOfMinutes("NVDA", Day);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync(Timeframe.OneMinute, day, StoreTesting.Info(), WriteMode.Merge, cancelled.Token));
        Assert.Equal(390, (await writer.WriteAsync(Timeframe.OneMinute, day, StoreTesting.Info(), WriteMode.Merge, default)).CandlesAdded);
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer.WriteAsync(Timeframe.OneMinute, day, StoreTesting.Info(), WriteMode.Merge, default));
    }
}

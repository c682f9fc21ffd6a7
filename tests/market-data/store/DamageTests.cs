using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Store;

/// <summary>Files that are not what their names say, in a folder of the real file system.</summary>
public sealed class DamageTests : IDisposable
{
    private const string Symbol = "NVDA";
    private const string Middle = "candles/1min/NVDA/2024-07-16.parquet";
    private static readonly DateOnly[] Days = [new(2024, 7, 15), new(2024, 7, 16), new(2024, 7, 17)];
    private readonly TemporaryDirectory _folder = new();
    private readonly StoreTesting _disk;

    public DamageTests() => _disk = new StoreTesting(new DiskFiles(_folder.Path), format: new ParquetCandleFormat());

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Kinds() => ["empty", "one byte", "half", "tail lost", "head lost", "text", "zeros", "flipped middle", "flipped footer", "magic only", "another day"];

    [Theory]
    [MemberData(nameof(Kinds))]
    [Trait("req", "OHLCV-169")]
    public async Task A_damaged_file_is_set_aside_with_its_reason_reported_once_and_counts_as_not_stored(string kind)
    {
        await StoreThreeDaysAsync();
        var damaged = Damage(await File.ReadAllBytesAsync(At(Middle)), kind);
        await File.WriteAllBytesAsync(At(Middle), damaged);

        var expected = CandleColumns.Concat([Minutes(Days[0]), Minutes(Days[2])]);
        StoreTesting.AssertSame(expected, await _disk.AllAsync(Symbol, Timeframe.OneMinute));
        StoreTesting.AssertSame(expected, await _disk.AllAsync(Symbol, Timeframe.OneMinute));

        var found = Assert.Single(_disk.Store.Damaged);
        Assert.Equal(found, Assert.Single(_disk.Reported));
        Assert.Equal((Symbol, Timeframe.OneMinute, Days[1], Middle), (found.Symbol, found.Timeframe, found.Day!.Value, found.Path));
        Assert.False(File.Exists(At(Middle)));
        Assert.Equal(damaged, await File.ReadAllBytesAsync(At(found.SetAsideAs!)));
        Assert.StartsWith("damaged/", found.SetAsideAs, StringComparison.Ordinal);
        Assert.Equal($"{Middle}: {found.Problem}\n", await File.ReadAllTextAsync(At(found.SetAsideAs + ".reason")));
        Assert.Equal([Days[0], Days[2]], await _disk.Store.DaysAsync(Symbol, Timeframe.OneMinute, default));

        await _disk.WriteAsync(Symbol, Timeframe.OneMinute, Minutes(Days[1]));
        Assert.Equal(CandleColumns.Concat([.. Days.Select(Minutes)]).Count, (await _disk.AllAsync(Symbol, Timeframe.OneMinute)).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    [Trait("req", "OHLCV-169")]
    public async Task Pages_leave_damaged_files_out_of_their_candles_and_their_count(string kind)
    {
        await StoreThreeDaysAsync();
        await File.WriteAllBytesAsync(At(Middle), Damage(await File.ReadAllBytesAsync(At(Middle)), kind));
        var page = await _disk.Store.PageAsync(new CandleQuery(Symbol, Timeframe.OneMinute, Days[0], Days[2], false, 1, 1000), default);
        Assert.Equal(780, page.TotalItems);
        StoreTesting.AssertSame(CandleColumns.Concat([Minutes(Days[0]), Minutes(Days[2])]), page.Candles);
        Assert.Single(_disk.Reported);
    }

    [Fact]
    [Trait("req", "OHLCV-169")]
    public async Task A_writer_sets_a_damaged_file_aside_before_it_writes_the_day_anew()
    {
        await StoreThreeDaysAsync();
        await File.WriteAllTextAsync(At(Middle), "not parquet");
        var summary = await _disk.WriteAsync(Symbol, Timeframe.OneMinute, Minutes(Days[1]));
        Assert.Equal((1, 390), (summary.FilesWritten, summary.CandlesAdded));
        Assert.Equal("not parquet", await File.ReadAllTextAsync(At(Assert.Single(_disk.Reported).SetAsideAs!)));
        Assert.Equal(1170, (await _disk.AllAsync(Symbol, Timeframe.OneMinute)).Count);
    }

    [Fact]
    public async Task While_somebody_writes_the_symbol_a_damaged_file_is_passed_over_and_set_aside_later()
    {
        await StoreThreeDaysAsync();
        await File.WriteAllTextAsync(At(Middle), "not parquet");
        await using (await _disk.Store.OpenWriterAsync(Symbol, default))
        {
            for (var read = 0; read < 3; read++) Assert.Equal(780, (await _disk.AllAsync(Symbol, Timeframe.OneMinute)).Count);
            Assert.Null(Assert.Single(_disk.Store.Damaged).SetAsideAs);
            Assert.Single(_disk.Reported);
            Assert.True(File.Exists(At(Middle)));
        }

        Assert.Equal(780, (await _disk.AllAsync(Symbol, Timeframe.OneMinute)).Count);
        Assert.NotNull(Assert.Single(_disk.Store.Damaged).SetAsideAs);
        Assert.False(File.Exists(At(Middle)));
    }

    [Fact]
    [Trait("req", "OHLCV-169")]
    public async Task A_damaged_daily_file_is_set_aside()
    {
        await _disk.WriteAsync(Symbol, Timeframe.Daily, StoreTesting.At([Minutes(Days[0]).Time[0]]));
        await File.WriteAllTextAsync(At("candles/daily/NVDA.parquet"), "PAR1 but not really PAR1");
        Assert.Null(await _disk.Store.LastDayAsync(Symbol, Timeframe.Daily, default));
        Assert.Equal(0, (await _disk.AllAsync(Symbol, Timeframe.Daily)).Count);
        Assert.Null(Assert.Single(_disk.Reported).Day);
        Assert.DoesNotContain(Symbol, await _disk.Store.SymbolsAsync(Timeframe.Daily, default));
    }

    [Fact]
    public async Task Names_that_are_none_of_ours_and_symbolic_links_are_passed_over()
    {
        await StoreThreeDaysAsync();
        var folder = At("candles/1min/NVDA");
        string[] odd = ["2024-07-18.parquet.bak", "2024-7-18.parquet", "2024-02-30.parquet", "notes.txt", ".2024-07-18.parquet.x.tmp", "2024-07-18", "2024-07-18.PARQUET", "2024-07-16 (1).parquet"];
        foreach (var name in odd) File.Copy(At(Middle), Path.Combine(folder, name));
        Directory.CreateDirectory(Path.Combine(folder, "2024-07-19.parquet"));
        File.CreateSymbolicLink(Path.Combine(folder, "2024-07-22.parquet"), At(Middle));
        Directory.CreateSymbolicLink(At("candles/1min/LINK"), folder);
        Directory.CreateDirectory(At("candles/1min/lower case"));
        Directory.CreateDirectory(At("candles/1min/EMPTY"));
        await File.WriteAllTextAsync(At("candles/1min/FILE"), "x");

        Assert.Equal(Days, await _disk.Store.DaysAsync(Symbol, Timeframe.OneMinute, default));
        Assert.Equal(Days[2], await _disk.Store.LastDayAsync(Symbol, Timeframe.OneMinute, default));
        Assert.Equal(1170, (await _disk.AllAsync(Symbol, Timeframe.OneMinute)).Count);
        Assert.Equal(1170, (await _disk.ReadAsync(Symbol, Timeframe.OneMinute, Days[0], Days[2].AddDays(10))).Columns.Count);
        Assert.Equal([Symbol], await _disk.Store.SymbolsAsync(Timeframe.OneMinute, default));
        Assert.Equal(0, (await _disk.AllAsync("LINK", Timeframe.OneMinute)).Count);
        Assert.Empty(_disk.Reported);
    }

    [Fact]
    public async Task A_good_file_of_another_writer_without_statistics_is_read_counted_and_left_alone()
    {
        var format = new WithoutSummaries();
        var testing = new StoreTesting(new DiskFiles(_folder.Path), format: format);
        await testing.WriteAsync(Symbol, Timeframe.OneMinute, Minutes(Days[0]));
        var page = await testing.Store.PageAsync(new CandleQuery(Symbol, Timeframe.OneMinute, null, null, true, 1, 10), default);
        Assert.Equal(390, page.TotalItems);
        Assert.Equal(390, Assert.Single(await testing.Store.DescribeAsync(Symbol, Timeframe.OneMinute, Days[0], Days[0], default)).Summary.Count);
        Assert.Empty(testing.Reported);
    }

    private static CandleColumns Minutes(DateOnly day) => StoreTesting.DayOfMinutes(Symbol, day);

    private static byte[] Damage(byte[] good, string kind) => kind switch
    {
        "empty" => [],
        "one byte" => [80],
        "half" => good[..(good.Length / 2)],
        "tail lost" => good[..^1],
        "head lost" => good[1..],
        "text" => "date,open,high,low,close,volume\n"u8.ToArray(),
        "zeros" => new byte[good.Length],
        "flipped middle" => Flipped(good, good.Length / 3),
        "flipped footer" => Flipped(good, good.Length - 40),
        "magic only" => "PAR1PAR1"u8.ToArray(),
        _ => new ParquetCandleFormat().Write(StoreTesting.DayOfMinutes(Symbol, Days[2]), StoreTesting.Info()),
    };

    private static byte[] Flipped(byte[] good, int at)
    {
        good[at] ^= 0x10;
        return good;
    }

    private async Task StoreThreeDaysAsync() => await _disk.WriteAsync(Symbol, Timeframe.OneMinute, CandleColumns.Concat([.. Days.Select(Minutes)]));

    private string At(string path) => Path.Combine(_folder.Path, path);

    /// <summary>A format whose files say nothing at their ends.</summary>
    private sealed class WithoutSummaries : ICandleFileFormat
    {
        private readonly PlainCandleFormat _plain = new();

        public byte[] Write(CandleColumns candles, PartitionInfo info) => _plain.Write(candles, info);

        public CandleFileContent Read(ReadOnlyMemory<byte> bytes, CandleFields fields) => _plain.Read(bytes, fields);

        public int ReadSummary(ReadOnlyMemory<byte> tail, out CandleFileSummary? summary) => throw new CandleFileException("no statistics");
    }
}

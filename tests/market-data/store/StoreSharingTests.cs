using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Store;

/// <summary>Readers beside writers, and two stores, as of two processes, on one folder.</summary>
public sealed class StoreSharingTests : IDisposable
{
    private const string Symbol = "NVDA";
    private static readonly DateOnly Day = new(2024, 7, 16);
    private readonly TemporaryDirectory _folder = new();
    private readonly StoreTesting _one;
    private readonly StoreTesting _other;

    public StoreSharingTests()
    {
        _one = new StoreTesting(new DiskFiles(_folder.Path), format: new ParquetCandleFormat());
        _other = new StoreTesting(new DiskFiles(_folder.Path), format: new ParquetCandleFormat(), time: _one.Time);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("req", "OHLCV-039")]
    [Trait("req", "OHLCV-171")]
    public async Task Of_two_stores_one_writes_a_symbol_at_a_time_and_other_symbols_are_free()
    {
        await using (await _one.Store.OpenWriterAsync(Symbol, default))
        {
            foreach (var store in (CandleStore[])[_one.Store, _other.Store])
            {
                var busy = await Assert.ThrowsAsync<CandleStoreException>(() => store.OpenWriterAsync(Symbol, default));
                Assert.Equal(CandleStoreProblem.Busy, busy.Problem);
                Assert.Contains("locks/NVDA.lock", busy.Message, StringComparison.Ordinal);
            }

            await (await _other.Store.OpenWriterAsync("AAPL", default)).DisposeAsync();
        }

        await (await _other.Store.OpenWriterAsync(Symbol, default)).DisposeAsync();
    }

    [Fact]
    [Trait("req", "OHLCV-039")]
    [Trait("req", "OHLCV-171")]
    public async Task Competing_writers_lose_no_candle()
    {
        var whole = StoreTesting.DayOfMinutes(Symbol, Day);
        var next = -1;
        async Task CompeteAsync(StoreTesting testing)
        {
            for (var part = Interlocked.Increment(ref next); part < 39; part = Interlocked.Increment(ref next))
            {
                for (var written = false; !written;)
                {
                    try
                    {
                        await testing.WriteAsync(Symbol, Timeframe.OneMinute, whole.Slice(part * 10, 10));
                        written = true;
                    }
                    catch (CandleStoreException exception) when (exception.Problem == CandleStoreProblem.Busy)
                    {
                        await Task.Yield();
                    }
                }
            }
        }

        await Task.WhenAll(Task.Run(() => CompeteAsync(_one)), Task.Run(() => CompeteAsync(_other)), Task.Run(() => CompeteAsync(_one)));
        StoreTesting.AssertSame(whole, await _one.AllAsync(Symbol, Timeframe.OneMinute));
    }

    [Fact]
    [Trait("req", "OHLCV-038")]
    [Trait("req", "OHLCV-171")]
    [Trait("req", "OHLCV-200")]
    public async Task Readers_beside_a_writer_see_the_old_or_the_new_day_and_as_of_before_always_the_old_one()
    {
        var versions = (CandleColumns[])[StoreTesting.DayOfMinutes(Symbol, Day, 1, 200), StoreTesting.DayOfMinutes(Symbol, Day, 2, 390)];
        await _one.WriteAsync(Symbol, Timeframe.OneMinute, versions[0], mode: WriteMode.Replace);
        var before = _one.Now;
        _one.Time.Advance(TimeSpan.FromMinutes(1));
        using var done = new CancellationTokenSource();
        var readers = ((StoreTesting[])[_one, _other]).Select(testing => Task.Run(() => ReadAsync(testing))).ToArray();
        for (var round = 1; round <= 150; round++)
        {
            _one.Time.Advance(TimeSpan.FromMilliseconds(1));
            await _one.WriteAsync(Symbol, Timeframe.OneMinute, versions[round % 2], mode: WriteMode.Replace);
        }

        await done.CancelAsync();
        var seen = (await Task.WhenAll(readers)).Sum();
        Assert.True(seen > 0);
        Assert.Empty(_one.Reported);
        Assert.Empty(_other.Reported);

        async Task<int> ReadAsync(StoreTesting testing)
        {
            var reads = 0;
            do
            {
                var read = await testing.AllAsync(Symbol, Timeframe.OneMinute);
                StoreTesting.AssertSame(versions[read.Count == 200 ? 0 : 1], read);
                StoreTesting.AssertSame(versions[0], (await testing.ReadAsync(Symbol, Timeframe.OneMinute, Day, Day, before)).Columns);
                var page = await testing.Store.PageAsync(new CandleQuery(Symbol, Timeframe.OneMinute, Day, Day, false, 1, 500), default);
                Assert.Equal(page.TotalItems, page.Candles.Count);
                StoreTesting.AssertSame(versions[page.TotalItems == 200 ? 0 : 1], page.Candles);
                reads++;
            }
            while (!done.IsCancellationRequested);
            return reads;
        }
    }

    [Fact]
    [Trait("req", "OHLCV-039")]
    public async Task What_a_killed_writer_left_does_not_stop_the_next_one_and_is_removed()
    {
        await _one.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Day));
        string[] leftovers = ["candles/1min/NVDA/.2024-07-16.parquet.0123.tmp", "candles/daily/.NVDA.parquet.4567.tmp"];
        const string OfAnother = "candles/daily/.NVDA.A.parquet.89ab.tmp";
        Directory.CreateDirectory(Path.Combine(_folder.Path, "candles/daily"));
        foreach (var path in leftovers.Append(OfAnother)) await File.WriteAllTextAsync(Path.Combine(_folder.Path, path), "half a file");
        await _one.WriteAsync(Symbol, Timeframe.OneMinute, StoreTesting.DayOfMinutes(Symbol, Day));
        await _one.WriteAsync(Symbol, Timeframe.Daily, StoreTesting.DayOfMinutes(Symbol, Day, limit: 1));
        Assert.All(leftovers, path => Assert.False(File.Exists(Path.Combine(_folder.Path, path))));
        Assert.True(File.Exists(Path.Combine(_folder.Path, OfAnother)));
    }
}

using Trading.MarketData.Actions;
using Trading.Storage.Files;

namespace Trading.MarketData.Tests.Actions;

public sealed class FileCorporateActionStoreTests : IDisposable
{
    private const long Unit = 100_000_000;
    private static readonly DateTimeOffset Begin = new(2026, 2, 3, 9, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly SetTime _time = new() { Now = Begin };

    private FileCorporateActionStore Store => new(new DiskFiles(_directory.Path), _time, TimeSpan.FromDays(30));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_merged_is_read_again_and_newer_actions_of_a_date_win()
    {
        var apple = new CorporateActions("AAPL", [new(new(2020, 8, 31), Unit, 4 * Unit)], [new(new(2020, 8, 7), 82_000_000), new(new(2020, 11, 6), 20_500_000)]);
        Assert.True(await Store.MergeAsync(apple, "polygon", default));
        Assert.False(await Store.MergeAsync(apple, "polygon", default));
        Assert.True(await Store.MergeAsync(new("AAPL", [new(new(2014, 6, 9), Unit, 7 * Unit)], [new(new(2020, 8, 7), 20_500_000)]), "import", default));
        var read = await Store.ReadAsync("AAPL", null, default);
        Assert.Equal([new(new(2014, 6, 9), Unit, 7 * Unit), new(new(2020, 8, 31), Unit, 4 * Unit)], read.Splits);
        Assert.Equal([new(new(2020, 8, 7), 20_500_000), new(new(2020, 11, 6), 20_500_000)], read.Dividends);
        Assert.Equal("AAPL", read.Symbol);
        Assert.Empty((await Store.ReadAsync("MSFT", null, default)).Splits);
        Assert.Contains("\"schema_version\": 1", await File.ReadAllTextAsync(Path.Combine(_directory.Path, "actions", "AAPL.json")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-200")]
    public async Task A_table_can_be_read_as_it_was_at_every_instant_for_as_long_as_it_is_kept()
    {
        var instants = new List<long>();
        for (var version = 1; version <= 4; version++)
        {
            instants.Add(Micros(_time.Now));
            await Store.MergeAsync(new("KO", [], [new(new DateOnly(2024, 1, version), version * Unit)]), "polygon", default);
            _time.Now += TimeSpan.FromDays(10);
        }

        Assert.Empty((await Store.ReadAsync("KO", instants[0] - 1, default)).Dividends);
        for (var version = 1; version <= 4; version++)
        {
            Assert.Equal(version, (await Store.ReadAsync("KO", instants[version - 1], default)).Dividends.Count);
            Assert.Equal(version, (await Store.ReadAsync("KO", instants[version - 1] + 1_000_000, default)).Dividends.Count);
        }

        // the clock stands still, or goes back: versions keep their order
        _time.Now = Begin;
        await Store.MergeAsync(new("KO", [], [new(new DateOnly(2024, 2, 1), Unit)]), "polygon", default);
        Assert.Equal(5, (await Store.ReadAsync("KO", null, default)).Dividends.Count);
        Assert.Equal(4, (await Store.ReadAsync("KO", instants[3], default)).Dividends.Count);

        _time.Now = Begin + TimeSpan.FromDays(45);
        await Store.MergeAsync(new("KO", [], [new(new DateOnly(2024, 2, 2), Unit)]), "polygon", default);
        Assert.Equal(4, Directory.GetFiles(Path.Combine(_directory.Path, "superseded", "actions")).Length);
    }

    [Theory]
    [InlineData("{", "damaged")]
    [InlineData("""{"schema_version":2,"symbol":"KO"}""", "schema 2")]
    [InlineData("""{"schema_version":1,"symbol":"KO","unknown":1}""", "damaged")]
    [InlineData("""{"schema_version":1,"symbol":"KO","splits":[{"ex_date":"2024-13-01","from":"1","to":"2"}]}""", "2024-13-01")]
    [InlineData("""{"schema_version":1,"symbol":"PEP","splits":[{"ex_date":"2024-12-01","from":"1","to":"2"}]}""", "PEP")]
    public async Task A_damaged_table_is_an_error_and_never_half_read(string text, string said)
    {
        _directory.Write("actions/KO.json", text);
        var problem = await Assert.ThrowsAsync<IOException>(() => Store.ReadAsync("KO", null, default));
        Assert.Contains(said, problem.Message, StringComparison.Ordinal);
        Assert.Contains("actions/KO.json", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_a_symbol_becomes_a_path()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync("../KO", null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.MergeAsync(CorporateActions.None("../KO"), "import", default));
    }

    [Fact]
    public async Task Writers_in_parallel_lose_nothing()
    {
        var store = Store;
        await Task.WhenAll(Enumerable.Range(1, 20).Select(day => store.MergeAsync(new("KO", [], [new(new DateOnly(2024, 1, day), Unit)]), "polygon", default)));
        Assert.Equal(20, (await store.ReadAsync("KO", null, default)).Dividends.Count);
    }

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

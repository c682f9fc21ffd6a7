using System.Text;
using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Documents;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Usage;

namespace Trading.Postgres.Tests;

/// <summary>Documents, reports and metering in PostgreSQL keep the promises of their interfaces, also over connections that are cut.</summary>
public sealed class StoreTests : IAsyncLifetime
{
    private static readonly DateOnly Monday = new(2026, 2, 2);
    private static readonly SessionKey First = new("user_1", "run one/ä"), Second = new("user_1", "two"), Other = new("user_2", "two");

    private readonly string _connection = Databases.New();
    private NpgsqlDataSource _database = null!;
    private PostgresCalls _calls = null!;

    public Task InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(_connection);
        _calls = new PostgresCalls(_database);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Of_two_writers_of_a_document_with_the_same_tag_one_wins_and_a_tag_never_comes_back()
    {
        var store = new PostgresDocumentStore(_calls);
        var first = await store.WriteAsync("a/b c", "1"u8.ToArray(), null, default);
        Assert.NotNull(first);
        Assert.Null(await store.WriteAsync("a/b c", "x"u8.ToArray(), null, default));
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await store.WriteAsync("a/b c", Encoding.UTF8.GetBytes($"w{i}"), first, default))));
        var winner = Assert.Single(results, tag => tag is not null);
        Assert.Equal($"w{Array.IndexOf(results, winner)}", await TextAsync(store, "a/b c"));
        Assert.False(await store.DeleteAsync("a/b c", first!, default));
        Assert.True(await store.DeleteAsync("a/b c", winner!, default));
        Assert.Null(await store.ReadAsync("a/b c", default));
        Assert.Null(await store.WriteAsync("a/b c", "y"u8.ToArray(), winner, default));
        Assert.NotEqual(first, await store.WriteAsync("a/b c", "1"u8.ToArray(), null, default));
        Assert.Null(await store.WriteAsync("a/b c", "1"u8.ToArray(), "no tag", default));
    }

    [Fact]
    public async Task Keys_of_documents_that_look_alike_stay_apart_and_are_listed_by_prefix()
    {
        var store = new PostgresDocumentStore(_calls);
        string[] keys = ["grain/a", "grain/A", "grain_a", "grain/a ", "grain/ä", "other/" + new string('x', 190)];
        foreach (var key in keys) Assert.NotNull(await store.WriteAsync(key, Encoding.UTF8.GetBytes(key), null, default));
        foreach (var key in keys) Assert.Equal(key, await TextAsync(store, key));
        Assert.Equal(keys.Where(key => key.StartsWith("grain/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), await store.ListAsync("grain/", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadAsync("", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadAsync(new string('x', 201), default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.ReadAsync("half \ud800 pair", default));
    }

    [Fact]
    public async Task A_document_write_whose_answer_is_lost_at_any_point_succeeds_once()
    {
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var cut = NpgsqlDataSource.Create(_connection.Through(proxy));
        var store = new PostgresDocumentStore(new PostgresCalls(cut));
        var tag = await store.WriteAsync("k", "0"u8.ToArray(), null, default);
        for (var i = 1; i <= 60; i++)
        {
            proxy.Arm(i % 2 == 0, i * 11 % 400);
            var next = await store.WriteAsync("k", Encoding.UTF8.GetBytes($"{i}"), tag, default);
            proxy.Disarm();
            Assert.NotNull(next);
            Assert.Equal($"{i}", await TextAsync(store, "k"));
            tag = next;
        }

        Assert.True(proxy.Cuts > 20, $"only {proxy.Cuts} cuts");
    }

    [Fact]
    [Trait("req", "SIM-294")]
    public async Task A_report_is_kept_for_its_time_listed_newest_first_and_then_purged_in_bounded_steps()
    {
        var time = new SettableTime();
        var store = new PostgresResultStore(_calls, time);
        await store.SaveAsync(First, "1"u8.ToArray(), default);
        time.Now += TimeSpan.FromMinutes(1);
        await store.SaveAsync(Second, "2"u8.ToArray(), default);
        await store.SaveAsync(Other, "3"u8.ToArray(), default);
        time.Now += TimeSpan.FromMinutes(1);
        await store.SaveAsync(First, "replaced"u8.ToArray(), default);
        Assert.Equal([First, Second], (await store.ListAsync("user_1", default)).Select(result => result.Key));
        Assert.Equal("replaced", Encoding.UTF8.GetString((await store.LoadAsync(First, default))!.Value.Span));
        Assert.Null(await store.LoadAsync(new SessionKey("user_2", "run one/ä"), default));
        Assert.Equal(0, await store.PurgeAsync(100, default));
        time.Now += TimeSpan.FromDays(30);
        Assert.Null(await store.LoadAsync(First, default));
        Assert.Empty(await store.ListAsync("user_1", default));
        Assert.Equal(2, await store.PurgeAsync(2, default));
        Assert.Equal(1, await store.PurgeAsync(2, default));
    }

    [Fact]
    [Trait("req", "SIM-079")]
    public async Task Repeated_late_and_reordered_metering_over_cut_connections_never_counts_twice()
    {
        var random = new Random(3);
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var cut = NpgsqlDataSource.Create(_connection.Through(proxy));
        var store = new PostgresUsageStore(new PostgresCalls(cut));
        var updates = Enumerable.Range(1, 100).Select(_ => new MeteringRecord("ann", $"s{random.Next(5)}", Monday, MeteringKind.Ticks, random.Next(1000))).ToList();
        foreach (var update in updates.Concat(updates.OrderBy(_ => random.Next())))
        {
            proxy.Arm(random.Next(2) == 0, random.Next(2000));
            await store.RecordAsync([update, update, new("bob", "s", Monday, MeteringKind.Report, 1)], default);
        }

        proxy.Disarm();
        var expected = updates.GroupBy(update => update.Session).Sum(session => session.Max(update => update.Quantity));
        Assert.Equal(new UsageTotals(expected, 0, 0), await store.TotalsAsync("ann", Monday, default));
        Assert.Equal(new UsageTotals(0, 0, 1), await store.TotalsAsync("bob", Monday, default));
        var read = new List<MeteringRecord>();
        await foreach (var record in store.ReadAsync("ann", DateOnly.MinValue, DateOnly.MaxValue, default)) read.Add(record);
        Assert.Equal(["s0", "s1", "s2", "s3", "s4"], read.Select(record => record.Session));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.RecordAsync([new("ann", "s", Monday, MeteringKind.Ticks, -1)], default));
    }

    private static async Task<string> TextAsync(PostgresDocumentStore store, string key) => Encoding.UTF8.GetString((await store.ReadAsync(key, default))!.Value.Content.Span);

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 2, 3, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

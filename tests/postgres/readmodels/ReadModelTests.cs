using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.ReadModels;
using Trading.Storage.Results;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Postgres.Tests.ReadModels;

/// <summary>Read models hold exactly what the appends that passed have changed, judged by the simplest tables there are.</summary>
public sealed class ReadModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_any_series_of_changes_every_table_holds_what_a_list_holds(int seed)
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        var runs = Enumerable.Range(0, 6).Select(i => (Key: new SessionKey($"tenant{i % 2}", $"sitzung ö{i}"), Run: new RandomRun(seed * 100 + i))).ToArray();
        for (var round = 0; round < 25; round++)
        {
            // all of them share commits
            var appends = runs.Select(one => (one.Key, one.Run, Change: one.Run.Next())).ToList();
            var results = await Task.WhenAll(appends.Select(one => journal.AppendAsync(one.Key, one.Run.Tables.Version, Payloads("record", "and another"), one.Change, default).AsTask()));
            for (var at = 0; at < appends.Count; at++) appends[at].Run.Tables.Apply(results[at].Version, appends[at].Change);
        }

        foreach (var (key, run) in runs)
        {
            Assert.Equal(50, run.Tables.Version);
            Assert.Equal(run.Tables.Lines(key.Tenant, key.Session), await StoredTables.LinesAsync(database, key));
        }
    }

    [Fact]
    public async Task An_append_that_loses_its_fence_leaves_no_trace_while_others_of_its_commit_do()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database, new PostgresJournalOptions { Lanes = 1 });
        var (winner, loser, other) = (new RandomRun(1), new RandomRun(2), new RandomRun(3));
        foreach (var (run, key) in new[] { (winner, Alpha), (other, Beta) })
        {
            var first = run.Next();
            run.Tables.Apply((await journal.AppendAsync(key, 0, Payloads("a"), first, default)).Version, first);
        }

        for (var round = 0; round < 20; round++)
        {
            // the lane is taken by the first, the others travel together: a stale one, a new one and a good one
            var (passing, good) = (winner.Next(), other.Next());
            var occupying = journal.AppendAsync(new SessionKey("tenant", $"occupying {round}"), 0, Payloads("x"), default).AsTask();
            var lost = journal.AppendAsync(Alpha, winner.Tables.Version + 1, Payloads("lost"), loser.Next(), default).AsTask();
            var kept = journal.AppendAsync(Beta, other.Tables.Version, Payloads("kept"), good, default).AsTask();
            await occupying;
            Assert.Equal(new AppendResult(AppendStatus.Conflict, winner.Tables.Version), await lost);
            other.Tables.Apply((await kept).Version, good);
            winner.Tables.Apply((await journal.AppendAsync(Alpha, winner.Tables.Version, Payloads("won"), passing, default)).Version, passing);
            Assert.Equal(winner.Tables.Lines("tenant", "alpha"), await StoredTables.LinesAsync(database, Alpha));
        }

        Assert.Equal(other.Tables.Lines("tenant", "beta"), await StoredTables.LinesAsync(database, Beta));
    }

    [Fact]
    public async Task Of_two_processes_with_the_same_expected_version_the_tables_show_the_one_that_won()
    {
        var database = Databases.New();
        await using var first = new PostgresSessionJournal(database);
        await using var second = new PostgresSessionJournal(database);
        var run = new RandomRun(5);
        for (var version = 0; version < 30; version++)
        {
            var changes = new[] { run.Next(), run.Next() };
            var results = await Task.WhenAll(
                first.AppendAsync(Alpha, version, Payloads("f"), changes[0], default).AsTask(),
                second.AppendAsync(Alpha, version, Payloads("s"), changes[1], default).AsTask());
            Assert.Single(results, result => result.IsAppended);
            run.Tables.Apply(version + 1, changes[results[0].IsAppended ? 0 : 1]);
            Assert.Equal(run.Tables.Lines("tenant", "alpha"), await StoredTables.LinesAsync(database, Alpha));
        }
    }

    [Fact]
    public async Task Data_that_the_server_refuses_fails_its_own_append_and_no_other_of_the_commit()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database, new PostgresJournalOptions { Lanes = 1 });
        var (good, bad) = (new RandomRun(1), new RandomRun(2));
        var change = good.Next();
        var broken = bad.Next() with { Orders = [], Fills = [Fill(1), Fill(1)] };
        var occupying = journal.AppendAsync(new SessionKey("tenant", "occupying"), 0, Payloads("x"), default).AsTask();
        var refused = journal.AppendAsync(Beta, 0, Payloads("refused"), broken, default).AsTask();
        var passing = journal.AppendAsync(Alpha, 0, Payloads("passing"), change, default).AsTask();
        await occupying;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => refused);
        good.Tables.Apply((await passing).Version, change);
        Assert.Equal(good.Tables.Lines("tenant", "alpha"), await StoredTables.LinesAsync(database, Alpha));
        Assert.Empty(await StoredTables.LinesAsync(database, Beta));
        Assert.Equal(0, await journal.VersionAsync(Beta, default));
    }

    [Fact]
    public async Task Text_that_the_server_cannot_hold_is_replaced_and_disturbs_nobody()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        var change = new RandomRun(1).Next() with { Orders = [], Fills = [Fill(1) with { OrderId = "a\0b" }, Fill(2) with { OrderId = "half \ud800 pair" }] };
        Assert.True((await journal.AppendAsync(Alpha, 0, Payloads("a"), change, default)).IsAppended);
        var fills = (await StoredTables.LinesAsync(database, Alpha)).FindAll(line => line.StartsWith("fill", StringComparison.Ordinal));
        Assert.Equal(["fill|1|a\ufffdb|ACME", "fill|2|half \ufffd pair|ACME"], fills.Select(line => string.Join('|', line.Split('|').Take(4))));
    }

    [Fact]
    public async Task Without_a_change_and_with_read_models_switched_off_nothing_is_written_to_the_tables()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        await using var without = new PostgresSessionJournal(database, new PostgresJournalOptions { ReadModels = false });
        Assert.Equal((true, false), (journal.KeepsReadModels, without.KeepsReadModels));
        await journal.AppendAsync(Alpha, 0, Payloads("a"), null, default);
        await without.AppendAsync(Beta, 0, Payloads("b"), new RandomRun(1).Next(), default);
        Assert.Empty(await StoredTables.LinesAsync(database, Alpha));
        Assert.Empty(await StoredTables.LinesAsync(database, Beta));

        // an append without a change leaves the rows as of the version that they name
        var run = new RandomRun(2);
        var change = run.Next();
        run.Tables.Apply((await journal.AppendAsync(Alpha, 1, Payloads("c"), change, default)).Version, change);
        await journal.AppendAsync(Alpha, 2, Payloads("d"), null, default);
        Assert.Equal(run.Tables.Lines("tenant", "alpha"), await StoredTables.LinesAsync(database, Alpha));
    }

    [Fact]
    public async Task A_deleted_session_leaves_no_row_and_a_new_one_of_its_name_begins_with_empty_tables_while_its_result_stays()
    {
        var database = Databases.New();
        await using var source = NpgsqlDataSource.Create(database);
        await using var journal = new PostgresSessionJournal(database);
        IResultStore results = new PostgresResultStore(new PostgresCalls(source));
        var (old, fresh, other) = (new RandomRun(1), new RandomRun(2), new RandomRun(3));
        for (var version = 0; version < 5; version++)
        {
            await journal.AppendAsync(Alpha, version, Payloads("a"), old.Next(), default);
            var change = other.Next();
            other.Tables.Apply((await journal.AppendAsync(Beta, version, Payloads("b"), change, default)).Version, change);
        }

        await results.SaveAsync(Alpha, "{}"u8.ToArray(), default);
        await journal.DeleteAsync(Alpha, default);
        Assert.Empty(await StoredTables.LinesAsync(database, Alpha));
        await using (var connection = await source.OpenConnectionAsync())
        {
            foreach (var table in new[] { "orders", "fills", "positions", "portfolio_snapshots" })
            {
                Assert.Equal("0", (await StoredTables.RowsAsync(connection, $"SELECT count(*) FROM {table} WHERE run_id NOT IN (SELECT run_id FROM runs)"))[0][0]);
            }
        }

        Assert.NotNull(await results.LoadAsync(Alpha, default));
        var first = fresh.Next();
        fresh.Tables.Apply((await journal.AppendAsync(Alpha, 0, Payloads("n"), first, default)).Version, first);
        Assert.Equal(fresh.Tables.Lines("tenant", "alpha"), await StoredTables.LinesAsync(database, Alpha));
        Assert.Equal(other.Tables.Lines("tenant", "beta"), await StoredTables.LinesAsync(database, Beta));
    }

    [Fact]
    public async Task A_run_has_a_bounded_number_of_portfolio_snapshots_and_always_the_last()
    {
        var database = Databases.New();
        await using var journal = new PostgresSessionJournal(database);
        var run = new RandomRun(1);
        var change = run.Next();
        foreach (var (version, tick) in new[] { 0, 1, 2, 3, 249, 250, 99_998, 99_999, 100_000 }.Index())
        {
            await journal.AppendAsync(Alpha, version, Payloads("a"), change with { Run = change.Run with { Tick = tick, Ticks = 100_000 }, Account = Account() }, default);
        }

        var points = (await StoredTables.LinesAsync(database, Alpha)).FindAll(line => line.StartsWith("point", StringComparison.Ordinal));
        Assert.Equal(["point|0|3", "point|2|250", "point|999|99999", "point|1000|100000"], points.Select(line => string.Join('|', line.Split('|').Take(3))));
    }

    private static AccountRow Account() => new() { Cash = 1, Equity = 2, BuyingPower = 3, DayPnl = 4, RealizedPnl = 5, OpenOrders = 6, Positions = [] };

    private static FillRow Fill(int execution) => new()
    {
        Execution = execution,
        OrderId = "o-1",
        Symbol = "ACME",
        Side = Engine.Orders.OrderSide.Buy,
        Quantity = 1,
        Price = 1,
        ReferencePrice = 1,
        Commission = 0,
        Fees = 0,
        Remaining = 0,
        Reason = Engine.Orders.FillReason.Market,
        SimTime = 0,
        Tick = 1,
    };
}

using System.Text;
using Trading.Postgres.Tests.ReadModels;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.ReadModels;
using Trading.Storage.Tests.Journal;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Postgres.Tests;

/// <summary>Connections cut at every point of a commit, a server that dies, an outage: nothing acknowledged is lost, nothing is doubled, nobody is told what is not certain.</summary>
public sealed class LostAnswerTests
{
    private static readonly PostgresJournalOptions Patient = new() { ResolveFor = TimeSpan.FromSeconds(20) };

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_connection_cut_after_any_number_of_bytes_of_a_commit_loses_and_doubles_nothing(bool towardsServer, bool withReadModels)
    {
        var database = Databases.New();
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var journal = new PostgresSessionJournal(database.Through(proxy), Patient);
        await using var direct = new PostgresSessionJournal(database);
        await journal.AppendedAsync(Alpha, 0, "first");
        var run = new RandomRun(11);

        // a new connection sends the text of the statements, too: some 1,200 bytes to the server and 60 back, with read models some 11,000 and 150; every point is one cut
        var (version, repeated) = (1, 0);
        for (var bytes = 0; repeated < 3; bytes += (towardsServer, withReadModels) switch { (true, true) => 307, (true, false) => 41, (false, true) => 5, _ => 2 })
        {
            proxy.Arm(towardsServer, bytes);
            var cuts = proxy.Cuts;
            var change = withReadModels ? run.Next() : null;
            try
            {
                var result = await journal.AppendAsync(Alpha, version, Payloads($"record {version}", $"and {version}"), change, default);
                Assert.Equal(new AppendResult(AppendStatus.Appended, version + 2), result);
                version += 2;
                if (change is not null) run.Tables.Apply(version, change);
            }
            catch (JournalUnavailableException)
            {
                // the cut met a connection that was being opened: promised that nothing was written, which the version below proves
            }

            proxy.Disarm();
            repeated = proxy.Cuts == cuts ? repeated + 1 : 0;
            Assert.Equal(version, await direct.VersionAsync(Alpha, default));
            Assert.Equal(run.Tables.Lines("tenant", "alpha"), await StoredTables.LinesAsync(database, Alpha));
        }

        Assert.True(proxy.Cuts > 20, $"only {proxy.Cuts} cuts");
        var texts = await journal.TextsAsync(Alpha);
        Assert.Equal(version, texts.Count);
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public async Task A_lost_answer_of_an_append_that_a_competitor_forestalled_is_a_conflict_and_not_an_acknowledgement()
    {
        var database = Databases.New();
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var cut = new PostgresSessionJournal(database.Through(proxy), Patient);
        await using var other = new PostgresSessionJournal(database);
        await other.AppendedAsync(Alpha, 0, "same bytes");
        await cut.VersionAsync(Alpha, default);

        // the competitor's record has the very bytes that the lost append would have written
        proxy.Arm(towardsServer: false, 0);
        var result = await cut.AppendAsync(Alpha, 0, Payloads("same bytes"), default);
        Assert.Equal(new AppendResult(AppendStatus.Conflict, 1), result);
        Assert.Equal(1, proxy.Cuts);
        Assert.Equal(["same bytes"], await other.TextsAsync(Alpha));
    }

    [Fact]
    public async Task While_the_outcome_of_a_commit_is_unknown_nothing_is_served_and_when_the_database_is_back_everything_is()
    {
        var database = Databases.New();
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var journal = new PostgresSessionJournal(database.Through(proxy), new PostgresJournalOptions { ResolveFor = TimeSpan.FromMilliseconds(50) });
        await journal.AppendedAsync(Alpha, 0, "a");
        var sent = SentThenOutage(proxy, journal);
        await Assert.ThrowsAsync<UncertainAppendException>(async () => await sent);

        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.VersionAsync(Alpha, default));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.TextsAsync(Alpha));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(Beta, 0, Payloads("b"), default));

        proxy.Refuse(false);
        var texts = await EventuallyAsync(async () => await journal.TextsAsync(Alpha));
        Assert.True(texts is ["a"] or ["a", "uncertain"], string.Join(",", texts));
        await journal.AppendedAsync(Alpha, texts.Count, "next");
        Assert.Equal(new AppendResult(AppendStatus.Conflict, texts.Count + 1), await journal.AppendAsync(Alpha, texts.Count, Payloads("stale"), default));
    }

    [Fact]
    public async Task An_outage_before_anything_was_sent_writes_nothing_and_says_so()
    {
        var database = Databases.New();
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var journal = new PostgresSessionJournal(database.Through(proxy), new PostgresJournalOptions { ResolveFor = TimeSpan.Zero });
        proxy.Refuse(true);
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(Alpha, 0, Payloads("a"), default));
        Assert.Contains("Nothing was written", refused.Message, StringComparison.Ordinal);
        proxy.Refuse(false);
        await journal.AppendedAsync(Alpha, 0, "a");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Competing_writers_over_connections_that_are_cut_at_random_agree_with_a_list(int seed)
    {
        var random = new Random(seed);
        var database = Databases.New();
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var first = new PostgresSessionJournal(database.Through(proxy), Patient);
        await using var second = new PostgresSessionJournal(database.Through(proxy), Patient);
        var keys = Enumerable.Range(0, 4).Select(i => new SessionKey("tenant", $"sitzung-ö{i}")).ToArray();
        var models = keys.ToDictionary(key => key, _ => new List<string>());
        var runs = keys.Select((key, at) => (key, new RandomRun(seed * 10 + at))).ToDictionary();
        for (var round = 0; round < 60; round++)
        {
            if (random.Next(2) == 0) proxy.Arm(random.Next(2) == 0, random.Next(3000));
            var calls = Enumerable.Range(0, random.Next(1, 9)).Select(i => Call(random.Next(2) == 0 ? first : second, keys[random.Next(keys.Length)], $"{round}.{i}", random)).ToList();
            // one that is repeated may come after one that began later, so they are in the order of their versions
            var outcomes = await Task.WhenAll(calls.Select(one => one(models, runs)).ToList());
            foreach (var (key, expected, records, change, result) in outcomes.Where(outcome => outcome.Result.IsAppended).OrderBy(outcome => outcome.Expected))
            {
                Assert.Equal(expected + records.Count, result.Version);
                models[key].AddRange(records);
                runs[key].Tables.Apply(result.Version, change);
            }

            proxy.Disarm();
            foreach (var key in keys)
            {
                Assert.Equal(models[key], await second.TextsAsync(key));
                Assert.Equal(runs[key].Tables.Lines(key.Tenant, key.Session), await StoredTables.LinesAsync(database, key));
            }
        }

        Assert.True(proxy.Cuts > 5, $"only {proxy.Cuts} cuts");
        Assert.True(models.Values.Sum(list => list.Count) > 50);
    }

    [Fact]
    public async Task A_server_that_is_killed_while_many_sessions_append_has_every_acknowledged_record_when_it_is_back()
    {
        var server = PostgresServer.New();
        try
        {
            var database = server.NewDatabase();
            await Databases.Migrate(database);
            await using var journal = new PostgresSessionJournal(database, Patient);
            var acknowledged = new int[16];
            var target = 40;
            var writers = Enumerable.Range(0, acknowledged.Length).Select(session => Task.Run(async () =>
            {
                var key = new SessionKey("tenant", $"s{session}");
                while (acknowledged[session] < target)
                {
                    try
                    {
                        var result = await journal.AppendAsync(key, acknowledged[session], Payloads($"{session}/{acknowledged[session] + 1}"), default);
                        acknowledged[session] = (int)result.Version;
                    }
                    catch (Exception away) when (away is JournalUnavailableException or UncertainAppendException)
                    {
                        acknowledged[session] = (int)await EventuallyAsync(async () => await journal.VersionAsync(key, default));
                    }
                }
            })).ToList();
            for (var kill = 0; kill < 3 && !writers.TrueForAll(writer => writer.IsCompleted); kill++)
            {
                server.Kill();
                server.Restart();
                lock (acknowledged) target += 20;
            }

            await Task.WhenAll(writers);
            for (var session = 0; session < acknowledged.Length; session++)
            {
                Assert.Equal(Enumerable.Range(1, acknowledged[session]).Select(version => $"{session}/{version}"), await journal.TextsAsync(new SessionKey("tenant", $"s{session}")));
            }
        }
        finally
        {
            server.Dispose();
        }
    }

    /// <summary>An append whose bytes reach the server while the way back is cut for good.</summary>
    private static async Task SentThenOutage(CuttingProxy proxy, PostgresSessionJournal journal)
    {
        proxy.WhenCut = () => proxy.Refuse(true);
        proxy.Arm(towardsServer: false, 0);
        try
        {
            await journal.AppendAsync(Alpha, 1, Payloads("uncertain"), default);
        }
        finally
        {
            proxy.WhenCut = null;
        }
    }

    private static Func<Dictionary<SessionKey, List<string>>, Dictionary<SessionKey, RandomRun>, Task<(SessionKey Key, int Expected, List<string> Records, SessionChange Change, AppendResult Result)>> Call(
        PostgresSessionJournal journal,
        SessionKey key,
        string name,
        Random random)
    {
        var size = random.Next(1, 4);
        var skew = random.Next(10) == 0 ? 1 : 0;
        return async (models, runs) =>
        {
            var expected = models[key].Count + skew;
            var change = runs[key].Next();
            var records = Enumerable.Range(0, size).Select(i => $"{name}.{i}").ToList();
            try
            {
                return (key, expected, records, change, await journal.AppendAsync(key, expected, [.. records.Select(record => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(record))], change, default));
            }
            catch (JournalUnavailableException)
            {
                // promised: nothing was written
                return (key, expected, records, change, new AppendResult(AppendStatus.Conflict, -1));
            }
        };
    }

    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (JournalUnavailableException) when (attempt < 2400)
            {
                await Task.Delay(50);
            }
        }
    }
}

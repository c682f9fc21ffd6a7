using System.Text;
using Trading.Storage.Journal;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Storage.Tests.Journal;

/// <summary>What every journal does, whatever it is made of.</summary>
public abstract class JournalContractTests
{
    protected abstract ISessionJournal Open();

    [Fact]
    public async Task Versions_count_from_one_without_gaps_and_records_come_back_in_order()
    {
        var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a", "b");
        await journal.AppendedAsync(Beta, 0, "x");
        await journal.AppendedAsync(Alpha, 2, "c");
        Assert.Equal(["a", "b", "c"], await journal.TextsAsync(Alpha));
        Assert.Equal(["b", "c"], await journal.TextsAsync(Alpha, after: 1));
        Assert.Equal(["c"], await journal.TextsAsync(Alpha, after: 2));
        Assert.Empty(await journal.TextsAsync(Alpha, after: 3));
        Assert.Equal(3, await journal.VersionAsync(Alpha, default));
        Assert.Equal(0, await journal.VersionAsync(new SessionKey("tenant", "unknown"), default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_append_with_another_expected_version_writes_nothing_and_tells_the_actual_one(long expected)
    {
        var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a", "b");
        Assert.Equal(new AppendResult(AppendStatus.Conflict, 2), await journal.AppendAsync(Alpha, expected, Payloads("c"), default));
        Assert.Equal(["a", "b"], await journal.TextsAsync(Alpha));
    }

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task Of_many_writers_with_the_same_expected_version_exactly_one_wins()
    {
        var journal = Open();
        for (var version = 0; version < 50; version++)
        {
            var expected = version;
            var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () => await journal.AppendAsync(Alpha, expected, Payloads($"{expected}:{writer}"), default))));
            Assert.Equal(1, results.Count(result => result.IsAppended));
            Assert.All(results, result => Assert.Equal(expected + 1, result.Version));
        }
        Assert.Equal(50, (await journal.TextsAsync(Alpha)).Count);
    }

    [Fact]
    public async Task Many_sessions_append_at_the_same_time_without_mixing()
    {
        var journal = Open();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(session => Task.Run(async () =>
        {
            for (var version = 0; version < 20; version++)
                await journal.AppendedAsync(new SessionKey("tenant", $"s{session}"), version, $"{session}/{version + 1}");
        })));
        for (var session = 0; session < 32; session++)
            Assert.Equal(Enumerable.Range(1, 20).Select(version => $"{session}/{version}"), await journal.TextsAsync(new SessionKey("tenant", $"s{session}")));
    }

    [Fact]
    public async Task A_deleted_session_is_gone_with_its_snapshots_and_its_key_begins_anew()
    {
        var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a", "b");
        await journal.SaveSnapshotAsync(Alpha, 2, new byte[] { 1 }, default);
        await journal.DeleteAsync(Alpha, default);
        await journal.DeleteAsync(Alpha, default);
        Assert.Equal(0, await journal.VersionAsync(Alpha, default));
        Assert.Null(await journal.LoadSnapshotAsync(Alpha, default));
        await journal.AppendedAsync(Alpha, 0, "n", "m", "o");
        Assert.Null(await journal.LoadSnapshotAsync(Alpha, default));
        Assert.Equal(["n", "m", "o"], await journal.TextsAsync(Alpha));
    }

    [Fact]
    public async Task The_newest_snapshot_is_loaded_and_an_older_one_never_replaces_it()
    {
        var journal = Open();
        await journal.AppendedAsync(Alpha, 0, "a", "b", "c");
        Assert.Null(await journal.LoadSnapshotAsync(Alpha, default));
        await journal.SaveSnapshotAsync(Alpha, 2, "two"u8.ToArray(), default);
        await journal.SaveSnapshotAsync(Alpha, 1, "one"u8.ToArray(), default);
        await journal.SaveSnapshotAsync(Alpha, 2, "zwei"u8.ToArray(), default);
        var snapshot = await journal.LoadSnapshotAsync(Alpha, default);
        Assert.Equal((2L, "zwei"), (snapshot!.Value.Version, Encoding.UTF8.GetString(snapshot.Value.Snapshot.Span)));
        Assert.Equal(["c"], await journal.TextsAsync(Alpha, after: 2));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await journal.SaveSnapshotAsync(Alpha, 4, default, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await journal.SaveSnapshotAsync(Beta, 1, default, default));
    }

    [Fact]
    public async Task Sessions_are_listed_per_tenant_in_order()
    {
        var journal = Open();
        foreach (var (tenant, session) in new[] { ("t", "b"), ("t", "a"), ("u", "c"), ("t", "ä/../x y") })
            await journal.AppendedAsync(new SessionKey(tenant, session), 0, "r");
        await journal.AppendAsync(new SessionKey("t", "never"), 5, Payloads("r"), default);
        var listed = new List<string>();
        await foreach (var key in journal.ListAsync("t", default))
            listed.Add(key.Session);
        Assert.Equal(["a", "b", "ä/../x y"], listed);
    }

    [Fact]
    public async Task The_sessions_of_all_tenants_are_listed_page_by_page_also_behind_one_that_is_gone()
    {
        var journal = Open();
        var keys = new[] { new SessionKey("t", "a"), new SessionKey("t", "b"), new SessionKey("t2", "a"), new SessionKey("u", "A"), new SessionKey("u", "a") };
        foreach (var key in keys.Reverse())
            await journal.AppendedAsync(key, 0, "r");
        Assert.Equal(keys, await journal.ListAllAsync(null, 100, default));
        Assert.Equal(keys[..2], await journal.ListAllAsync(null, 2, default));
        await journal.DeleteAsync(keys[1], default);
        Assert.Equal(keys[2..4], await journal.ListAllAsync(keys[1], 2, default));
        Assert.Equal(keys[4..], await journal.ListAllAsync(keys[3], 2, default));
        Assert.Empty(await journal.ListAllAsync(keys[4], 2, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await journal.ListAllAsync(null, 0, default));
    }

    [Fact]
    public async Task Wrong_arguments_are_refused_before_anything_happens()
    {
        var journal = Open();
        async Task RefusedAsync(SessionKey key, long expected, params ReadOnlyMemory<byte>[] payloads) =>
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await journal.AppendAsync(key, expected, payloads, default));
        await RefusedAsync(new SessionKey("", "s"), 0, new byte[1]);
        await RefusedAsync(new SessionKey("t", new string('s', 129)), 0, new byte[1]);
        await RefusedAsync(new SessionKey("t", "a\nb"), 0, new byte[1]);
        await RefusedAsync(new SessionKey("t", "half \ud800 pair"), 0, new byte[1]);
        await RefusedAsync(Alpha, -1, new byte[1]);
        await RefusedAsync(Alpha, 0);
        await RefusedAsync(Alpha, 0, new byte[JournalLimits.MaxPayloadBytes + 1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await journal.AppendAsync(Alpha, 0, Payloads("a"), new CancellationToken(true)));
        Assert.Equal(0, await journal.VersionAsync(Alpha, default));
        await journal.AppendedAsync(new SessionKey(new string('ü', 128), "🙂 session"), 0, "", "largest", new string('x', JournalLimits.MaxPayloadBytes));
    }
}

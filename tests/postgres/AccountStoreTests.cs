using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Accounts;
using Trading.Storage.Postgres;

namespace Trading.Postgres.Tests;

/// <summary>Accounts in PostgreSQL: the rules are those of every account store, the storage is shared by many processes.</summary>
public sealed class AccountStoreTests : IAsyncLifetime
{
    private readonly string _connection = Databases.New();
    private NpgsqlDataSource _database = null!;

    public Task InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(_connection);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    [Trait("req", "SIM-043")]
    [Trait("req", "SIM-047")]
    public async Task Keys_are_issued_rotated_disabled_and_enabled_and_another_process_sees_it()
    {
        using var service = new PostgresAccountStore(_database);
        using var administration = new PostgresAccountStore(_database);
        var account = await administration.CreateAsync(new NewAccount("ann") { Plan = Plan.Professional }, default);
        var key = await administration.IssueKeyAsync(account.UserId, default);
        Assert.Equal((account.UserId, ApiKeyState.Active), await SeenAsync(service, key.Secret, match => match?.State == ApiKeyState.Active));
        var rotated = await administration.RotateKeyAsync(key.KeyId, default);
        Assert.Equal((account.UserId, ApiKeyState.Retired), await SeenAsync(service, key.Secret, match => match?.State == ApiKeyState.Retired));
        await administration.DisableKeyAsync(rotated.KeyId, default);
        Assert.Equal((account.UserId, ApiKeyState.Disabled), await SeenAsync(service, rotated.Secret, match => match?.State == ApiKeyState.Disabled));
        await Assert.ThrowsAsync<AccountException>(async () => await administration.EnableKeyAsync(key.KeyId, default));
        await administration.EnableKeyAsync(rotated.KeyId, default);
        Assert.Equal((account.UserId, ApiKeyState.Active), await SeenAsync(service, rotated.Secret, match => match?.State == ApiKeyState.Active));
        Assert.Null(await service.FindByKeyAsync(rotated.Secret[..^1] + "!", default));
    }

    [Fact]
    public async Task Processes_that_change_the_same_account_at_the_same_time_lose_nothing()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new PostgresAccountStore(_database)).ToArray();
        var account = await stores[0].CreateAsync(new NewAccount("a"), default);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () => await stores[i % 4].IssueKeyAsync(account.UserId, default))));
        using var fresh = new PostgresAccountStore(_database);
        var found = (await fresh.FindAsync(account.UserId, default))!;
        Assert.Equal(24, found.Keys.Count);
        Assert.Equal(25, found.Revision);
        foreach (var store in stores) store.Dispose();
    }

    [Fact]
    [Trait("req", "SIM-064")]
    public async Task A_plan_limit_changed_by_another_process_is_reported_to_watchers_of_accounts_on_that_plan_only()
    {
        using var service = new PostgresAccountStore(_database);
        using var administration = new PostgresAccountStore(_database);
        var free = await administration.CreateAsync(new NewAccount("free") { Plan = Plan.Free }, default);
        var paid = await administration.CreateAsync(new NewAccount("paid") { Plan = Plan.Professional }, default);
        using var stop = new CancellationTokenSource();
        var changes = service.WatchAsync(stop.Token).GetAsyncEnumerator();
        Assert.Equal(new[] { free.UserId, paid.UserId }.Order(), new[] { await NextAsync(changes), await NextAsync(changes) }.Order());
        await administration.SetPlanLimitAsync(Plan.Professional, LimitNames.OrdersPerMinute, 5, default);
        Assert.Equal(paid.UserId, await NextAsync(changes));
        Assert.Equal(5, (await service.PlanLimitsAsync(Plan.Professional, default))[LimitNames.OrdersPerMinute]);
        await Assert.ThrowsAsync<AccountException>(async () => await administration.SetPlanLimitAsync(Plan.Free, "no_such_limit", 5, default));
        await stop.CancelAsync();
    }

    [Fact]
    [Trait("req", "SIM-050")]
    public async Task The_database_holds_no_key_and_shows_tenants_and_keys_as_tables()
    {
        using var store = new PostgresAccountStore(_database);
        var account = await store.CreateAsync(new NewAccount("ann") { Plan = Plan.Enterprise, LimitOverrides = new Dictionary<string, long> { [LimitNames.OrdersPerMinute] = 7 } }, default);
        var key = await store.IssueKeyAsync(account.UserId, default);
        await using var dump = _database.CreateCommand("SELECT string_agg(document::text, ' ') FROM accounts");
        Assert.DoesNotContain(key.Secret.Split('_')[^1], (string)(await dump.ExecuteScalarAsync())!, StringComparison.Ordinal);
        await using var view = _database.CreateCommand("SELECT t.name || '/' || t.plan || '/' || k.state || '/' || k.key_id FROM tenants t JOIN api_keys k USING (user_id)");
        Assert.Equal($"ann/Enterprise/Active/{key.KeyId}", (string)(await view.ExecuteScalarAsync())!);
    }

    [Fact]
    public async Task A_database_that_is_away_is_an_error_and_everything_is_there_when_it_is_back()
    {
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        await using var database = NpgsqlDataSource.Create(_connection.Through(proxy));
        using var store = new PostgresAccountStore(database);
        var account = await store.CreateAsync(new NewAccount("a"), default);
        proxy.Refuse(true);
        await Assert.ThrowsAsync<IOException>(async () => await store.IssueKeyAsync(account.UserId, default));
        proxy.Refuse(false);
        using var fresh = new PostgresAccountStore(database);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Assert.NotNull(await fresh.FindAsync(account.UserId, default));
                return;
            }
            catch (IOException) when (attempt < 100)
            {
                // a connection of the pool may still be a dead one
            }
        }
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<AccountChange> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        return changes.Current.Account.UserId;
    }

    /// <summary>What the service answers once it has noticed the change.</summary>
    private static async Task<(string User, ApiKeyState State)> SeenAsync(PostgresAccountStore store, string secret, Func<ApiKeyMatch?, bool> noticed)
    {
        for (var attempt = 0; ; attempt++)
        {
            var match = await store.FindByKeyAsync(secret, default);
            if (noticed(match) || attempt == 200) return (match!.Account.UserId, match.State);
            await Task.Delay(25);
        }
    }
}

using System.Text;
using Trading.Storage.Accounts;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.Storage.Tests.Accounts;

public sealed class AccountStoreTests
{
    private readonly FaultFiles _files = new(new Random(5));
    private readonly ManualTime _time = new();

    private FileAccountStore Open() => new(_files, _time);

    [Fact]
    [Trait("req", "SIM-027")]
    [Trait("req", "SIM-044")]
    public async Task A_key_carries_the_prefix_and_identifies_exactly_one_user()
    {
        var store = Open();
        var first = await store.CreateAsync(new NewAccount("first"), default);
        var second = await store.CreateAsync(new NewAccount("second"), default);
        Assert.StartsWith("user_", first.UserId, StringComparison.Ordinal);
        var keys = new List<(string User, IssuedApiKey Key)>();
        for (var i = 0; i < 5; i++)
        {
            keys.Add((first.UserId, await store.IssueKeyAsync(first.UserId, default)));
            keys.Add((second.UserId, await store.IssueKeyAsync(second.UserId, default)));
        }
        Assert.All(keys, key => Assert.StartsWith("sk_live_", key.Key.Secret, StringComparison.Ordinal));
        Assert.Equal(keys.Count, keys.Select(key => key.Key.Secret).Distinct().Count());
        foreach (var (user, key) in keys)
        {
            var match = await store.FindByKeyAsync(key.Secret, default);
            Assert.Equal((user, key.KeyId, ApiKeyState.Active), (match!.Account.UserId, match.KeyId, match.State));
        }
    }

    [Fact]
    public async Task A_key_that_differs_in_any_character_is_unknown()
    {
        var store = Open();
        var user = await store.CreateAsync(new NewAccount("a"), default);
        var secret = (await store.IssueKeyAsync(user.UserId, default)).Secret;
        for (var at = 0; at < secret.Length; at++)
        {
            var altered = secret.ToCharArray();
            altered[at] = altered[at] == 'A' ? 'B' : 'A';
            Assert.Null(await store.FindByKeyAsync(new string(altered), default));
        }
        foreach (var wrong in new[] { "", "sk_live_", secret[..^1], secret + "A", secret.ToUpperInvariant(), "sk_test_" + secret[8..] })
            Assert.Null(await store.FindByKeyAsync(wrong, default));
    }

    [Fact]
    [Trait("req", "SIM-050")]
    public async Task Keys_are_stored_as_salted_hashes_only()
    {
        var store = Open();
        var user = await store.CreateAsync(new NewAccount("a"), default);
        var keys = new[] { await store.IssueKeyAsync(user.UserId, default), await store.IssueKeyAsync(user.UserId, default) };
        var rotated = await store.RotateKeyAsync(keys[1].KeyId, default);
        foreach (var path in _files.Paths)
        {
            var text = Encoding.UTF8.GetString(_files.Content(path));
            foreach (var key in keys.Append(rotated))
            {
                Assert.DoesNotContain(key.Secret, text, StringComparison.Ordinal);
                Assert.DoesNotContain(key.Secret.Split('_')[^1], text, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(key.Secret)), text, StringComparison.Ordinal);
                Assert.DoesNotContain(key.Secret, key.ToString(), StringComparison.Ordinal);
            }
        }
        // A salt of its own for each: the same key under two salts has two hashes.
        Assert.NotEqual(ApiKey.Hash("same", ApiKey.NewSalt()), ApiKey.Hash("same", ApiKey.NewSalt()));
        var document = Encoding.UTF8.GetString(_files.Content($"users/{user.UserId}.json"));
        var salts = System.Text.Json.JsonDocument.Parse(document).RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("salt").GetBytesFromBase64()).ToList();
        Assert.Equal(3, salts.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(salts, salt => Assert.Equal(16, salt.Length));
    }

    [Fact]
    [Trait("req", "SIM-043")]
    [Trait("req", "SIM-047")]
    public async Task Rotation_issues_a_new_key_and_retires_the_old_in_one_step()
    {
        var store = Open();
        var user = await store.CreateAsync(new NewAccount("a"), default);
        var old = await store.IssueKeyAsync(user.UserId, default);
        var fresh = await store.RotateKeyAsync(old.KeyId, default);
        // Retired, not disabled: the next exchange refuses it, and nothing tells the gateways to close its connections.
        Assert.Equal(ApiKeyState.Retired, (await store.FindByKeyAsync(old.Secret, default))!.State);
        var match = await store.FindByKeyAsync(fresh.Secret, default);
        Assert.Equal((user.UserId, ApiKeyState.Active), (match!.Account.UserId, match.State));
        Assert.Equal([ApiKeyState.Retired, ApiKeyState.Active], match.Account.Keys.Select(key => key.State));
        await Assert.ThrowsAsync<AccountException>(async () => await store.RotateKeyAsync(old.KeyId, default));
        await Assert.ThrowsAsync<AccountException>(async () => await store.EnableKeyAsync(old.KeyId, default));
    }

    [Fact]
    public async Task A_rotation_that_fails_or_is_interrupted_leaves_a_key_that_works()
    {
        for (var failAt = 0; failAt < 14; failAt++)
        {
            var files = new FaultFiles(new Random(failAt));
            var store = new FileAccountStore(files, _time);
            var user = await store.CreateAsync(new NewAccount("a"), default);
            var old = await store.IssueKeyAsync(user.UserId, default);
            var operations = 0;
            files.Plan = (_, _) => operations++ == failAt ? Fault.Crash : Fault.None;
            IssuedApiKey? fresh = null;
            try
            {
                fresh = await store.RotateKeyAsync(old.KeyId, default);
            }
            catch (IOException)
            {
                Assert.True(files.Crashed);
            }
            var reopened = new FileAccountStore(files.AfterPowerLoss(), _time);
            var states = (await reopened.FindAsync(user.UserId, default))!.Keys.Select(key => key.State).ToArray();
            if (fresh is not null)
                Assert.Equal(ApiKeyState.Active, (await reopened.FindByKeyAsync(fresh.Secret, default))!.State);
            Assert.Equal(1, states.Count(state => state == ApiKeyState.Active));
        }
    }

    [Fact]
    [Trait("req", "SIM-043")]
    public async Task A_disabled_key_is_reported_as_disabled_and_can_be_enabled_again()
    {
        var store = Open();
        var user = await store.CreateAsync(new NewAccount("a"), default);
        var key = await store.IssueKeyAsync(user.UserId, default);
        await store.DisableKeyAsync(key.KeyId, default);
        await store.DisableKeyAsync(key.KeyId, default);
        Assert.Equal(ApiKeyState.Disabled, (await store.FindByKeyAsync(key.Secret, default))!.State);
        await Assert.ThrowsAsync<AccountException>(async () => await store.RotateKeyAsync(key.KeyId, default));
        await store.EnableKeyAsync(key.KeyId, default);
        Assert.Equal(ApiKeyState.Active, (await store.FindByKeyAsync(key.Secret, default))!.State);
        await Assert.ThrowsAsync<AccountException>(async () => await store.DisableKeyAsync("nokey", default));
        await Assert.ThrowsAsync<AccountException>(async () => await store.IssueKeyAsync("user_none", default));
    }

    [Fact]
    [Trait("req", "SIM-077")]
    public async Task Tier_and_plan_are_two_attributes_with_a_default_mapping()
    {
        var store = Open();
        async Task<(Plan, BillingTier)> CreatedAsync(Plan? plan, BillingTier? tier)
        {
            var account = await store.CreateAsync(new NewAccount("a") { Plan = plan, Tier = tier }, default);
            return (account.Plan, account.Tier);
        }
        Assert.Equal((Plan.Free, BillingTier.Starter), await CreatedAsync(null, BillingTier.Starter));
        Assert.Equal((Plan.Professional, BillingTier.Pro), await CreatedAsync(null, BillingTier.Pro));
        Assert.Equal((Plan.Enterprise, BillingTier.Enterprise), await CreatedAsync(null, BillingTier.Enterprise));
        Assert.Equal((Plan.Free, BillingTier.None), await CreatedAsync(null, null));
        Assert.Equal((Plan.Professional, BillingTier.Starter), await CreatedAsync(Plan.Professional, BillingTier.Starter));

        var follower = await store.CreateAsync(new NewAccount("a") { Tier = BillingTier.Starter }, default);
        Assert.Equal(Plan.Professional, (await store.UpdateAsync(follower.UserId, new AccountUpdate { Tier = BillingTier.Pro }, default)).Plan);
        var apart = await store.CreateAsync(new NewAccount("a") { Plan = Plan.Enterprise, Tier = BillingTier.Starter }, default);
        Assert.Equal(Plan.Enterprise, (await store.UpdateAsync(apart.UserId, new AccountUpdate { Tier = BillingTier.Pro }, default)).Plan);
        Assert.Equal(BillingTier.Pro, (await store.UpdateAsync(apart.UserId, new AccountUpdate { Plan = Plan.Free }, default)).Tier);
    }

    [Fact]
    [Trait("req", "SIM-078")]
    public async Task Pay_per_use_is_off_until_the_account_opts_in()
    {
        var store = Open();
        foreach (var tier in Enum.GetValues<BillingTier>())
            Assert.False((await store.CreateAsync(new NewAccount("a") { Tier = tier }, default)).PayPerUse);
        var account = await store.CreateAsync(new NewAccount("a"), default);
        Assert.True((await store.UpdateAsync(account.UserId, new AccountUpdate { PayPerUse = true }, default)).PayPerUse);
        Assert.True((await Open().FindAsync(account.UserId, default))!.PayPerUse);
    }

    [Fact]
    [Trait("req", "SIM-064")]
    public async Task Every_limit_is_adjustable_per_plan_and_per_user()
    {
        var store = Open();
        var account = await store.CreateAsync(new NewAccount("a") { Plan = Plan.Professional }, default);
        async Task<long> EffectiveAsync(string name)
        {
            var current = (await store.FindAsync(account.UserId, default))!;
            return PlanLimits.Effective(current, await store.PlanLimitsAsync(current.Plan, default))[name];
        }
        foreach (var name in LimitNames.OfPlan)
        {
            var original = await EffectiveAsync(name);
            Assert.Equal(PlanLimits.DefaultsOf(Plan.Professional)[name], original);
            await store.SetPlanLimitAsync(Plan.Professional, name, 7, default);
            Assert.Equal(7, await EffectiveAsync(name));
            Assert.Equal(PlanLimits.DefaultsOf(Plan.Free)[name], (await store.PlanLimitsAsync(Plan.Free, default))[name]);
            await store.UpdateAsync(account.UserId, new AccountUpdate { Limits = new Dictionary<string, long?> { [name] = 3 } }, default);
            Assert.Equal(3, await EffectiveAsync(name));
            await store.UpdateAsync(account.UserId, new AccountUpdate { Limits = new Dictionary<string, long?> { [name] = LimitNames.Unlimited } }, default);
            Assert.Equal(LimitNames.Unlimited, await EffectiveAsync(name));
            await store.UpdateAsync(account.UserId, new AccountUpdate { Limits = new Dictionary<string, long?> { [name] = null } }, default);
            Assert.Equal(7, await EffectiveAsync(name));
            await store.SetPlanLimitAsync(Plan.Professional, name, null, default);
            Assert.Equal(original, await EffectiveAsync(name));
        }
        await Assert.ThrowsAsync<AccountException>(async () => await store.SetPlanLimitAsync(Plan.Free, "no_such_limit", 1, default));
        await Assert.ThrowsAsync<AccountException>(async () => await store.SetPlanLimitAsync(Plan.Free, LimitNames.SessionsPerHour, -2, default));
        await Assert.ThrowsAsync<AccountException>(async () => await store.CreateAsync(new NewAccount("b") { LimitOverrides = new Dictionary<string, long> { ["x"] = 1 } }, default));
    }

    [Fact]
    public async Task Two_names_of_one_limit_never_differ()
    {
        var store = Open();
        var account = await store.CreateAsync(
            new NewAccount("a") { LimitOverrides = new Dictionary<string, long> { [LimitNames.WebsocketConnections] = 4, [LimitNames.MaxSimulationHours] = 2 } }, default);
        var limits = PlanLimits.Effective(account, await store.PlanLimitsAsync(account.Plan, default));
        Assert.Equal(LimitNames.All.Order(StringComparer.Ordinal), limits.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((4L, 4L), (limits[LimitNames.WebsocketConnections], limits[LimitNames.ConcurrentConnections]));
        Assert.Equal((2L, 7200L), (limits[LimitNames.MaxSimulationHours], limits[LimitNames.MaxSimulationDurationSec]));
    }

    [Theory]
    [InlineData(Plan.Free, 3600, 1800, 86400, 1, 5, 1, 100, 24, 5)]
    [InlineData(Plan.Professional, 28800, 3600, 604800, 10, 50, 10, 1000, 168, 50)]
    [InlineData(Plan.Enterprise, 86400, 7200, 31536000, 100, 500, 100, 10000, 8760, 500)]
    public void Plans_start_with_the_documented_limits(Plan plan, long connection, long idle, long simulation, long connections, long perHour, long sessions, long orders, long hours, long symbols)
    {
        var limits = PlanLimits.DefaultsOf(plan);
        Assert.Equal(
            [connection, idle, simulation, connections, perHour, sessions, orders, hours, symbols, connections],
            LimitNames.OfPlan.Select(name => limits[name]));
    }

    [Fact]
    [Trait("req", "SIM-042")]
    public async Task A_running_service_notices_changes_of_another_process_within_a_second()
    {
        var service = Open();
        var administration = Open();
        var account = await administration.CreateAsync(new NewAccount("a") { Plan = Plan.Free }, default);
        var key = await administration.IssueKeyAsync(account.UserId, default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ApiKeyState.Active, (await service.FindByKeyAsync(key.Secret, default))!.State);
        await administration.DisableKeyAsync(key.KeyId, default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ApiKeyState.Disabled, (await service.FindByKeyAsync(key.Secret, default))!.State);
    }

    [Fact]
    public async Task Watching_reports_every_account_once_and_then_each_change()
    {
        var service = Open();
        var administration = Open();
        var first = await administration.CreateAsync(new NewAccount("first") { Plan = Plan.Free }, default);
        var second = await administration.CreateAsync(new NewAccount("second") { Plan = Plan.Professional }, default);
        using var stop = new CancellationTokenSource();
        var changes = service.WatchAsync(stop.Token).GetAsyncEnumerator();
        async Task<Account> NextAsync()
        {
            var next = changes.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                if (_time.Timers > 0)
                    _time.Advance(FileAccountStore.PollInterval);
                await Task.Yield();
            }
            Assert.True(await next);
            return changes.Current.Account;
        }
        Assert.Equal(new[] { first.UserId, second.UserId }.Order(), new[] { (await NextAsync()).UserId, (await NextAsync()).UserId }.Order());
        var key = await administration.IssueKeyAsync(first.UserId, default);
        Assert.Single((await NextAsync()).Keys);
        await administration.DisableKeyAsync(key.KeyId, default);
        Assert.Equal(ApiKeyState.Disabled, (await NextAsync()).Keys[0].State);
        await administration.SetPlanLimitAsync(Plan.Professional, LimitNames.OrdersPerMinute, 5, default);
        Assert.Equal(second.UserId, (await NextAsync()).UserId);
        var waiting = changes.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Two_processes_that_change_the_same_account_lose_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("accounts");
        try
        {
            using var left = new FileAccountStore(folder.FullName);
            using var right = new FileAccountStore(folder.FullName);
            var account = await left.CreateAsync(new NewAccount("a"), default);
            await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () => await (i % 2 == 0 ? left : right).IssueKeyAsync(account.UserId, default))));
            using var fresh = new FileAccountStore(folder.FullName);
            Assert.Equal(10, (await fresh.FindAsync(account.UserId, default))!.Keys.Count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_damaged_account_file_is_a_clear_error()
    {
        var account = await Open().CreateAsync(new NewAccount("a"), default);
        _files.Replace($"users/{account.UserId}.json", "{\"schema_version\":1}"u8.ToArray());
        var error = Assert.Throws<InvalidDataException>(Open);
        Assert.Contains(account.UserId, error.Message, StringComparison.Ordinal);
    }
}

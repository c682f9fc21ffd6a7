using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tests.Support;
using Trading.Storage.Accounts;
using Trading.Storage.Usage;

namespace Trading.Grains.Tests.Tenants;

public class TenantGrainTests : IAsyncLifetime
{
    private GrainHost _host = null!;
    private int _batches;

    public async Task InitializeAsync() => _host = await GrainHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [Trait("req", "SIM-059")]
    [Trait("req", "SIM-060")]
    [Trait("req", "SIM-066")]
    [Trait("req", "SIM-067")]
    [Trait("req", "SIM-068")]
    [InlineData(Plan.Free, 100, "free")]
    [InlineData(Plan.Professional, 1000, "professional")]
    [InlineData(Plan.Enterprise, 10000, "enterprise")]
    public async Task Orders_beyond_the_minute_are_refused_as_a_batch_and_the_next_minute_is_free_again(Plan plan, int quota, string name)
    {
        var tenant = Tenant("u", plan);
        Assert.True((await tenant.AdmitOrders(NextBatch(), quota - 3)).Allowed);

        var minute = _host.Time.Now.AddMinutes(1);
        var refused = await tenant.AdmitOrders(NextBatch(), 4);
        Assert.Equal(new LimitVerdict(false, "orders_per_minute", $"{quota} orders/minute", quota + 1, quota, minute, name, "RATE_LIMIT_EXCEEDED", false), refused);

        // the refused batch took nothing: what fits is still admitted
        Assert.True((await tenant.AdmitOrders(NextBatch(), 3)).Allowed);
        Assert.False((await tenant.AdmitOrders(NextBatch(), 1)).Allowed);
        _host.Time.Now = minute;
        Assert.True((await tenant.AdmitOrders(NextBatch(), quota)).Allowed);
    }

    [Fact]
    [Trait("req", "SIM-070")]
    public async Task The_order_that_reaches_80_percent_of_the_minute_warns_once()
    {
        var tenant = Tenant("u", Plan.Free);
        Assert.False((await tenant.AdmitOrders(NextBatch(), 79)).Warn);
        var warning = await tenant.AdmitOrders(NextBatch(), 1);
        Assert.Equal((true, true, "orders_per_minute", 80L, 100L), (warning.Allowed, warning.Warn, warning.Limit, warning.CurrentUsage, warning.Allowance));
        Assert.False((await tenant.AdmitOrders(NextBatch(), 1)).Warn);
        _host.Time.Now += TimeSpan.FromMinutes(1);
        Assert.True((await tenant.AdmitOrders(NextBatch(), 90)).Warn);
    }

    [Fact]
    [Trait("req", "SIM-059")]
    public async Task A_batch_that_is_asked_for_again_in_its_minute_counts_once()
    {
        var tenant = Tenant("u", Plan.Free);
        var first = await tenant.AdmitOrders("s\nc\nb", 90);
        Assert.True(first is { Allowed: true, Warn: true });
        for (var repetition = 0; repetition < 5; repetition++) Assert.Equal(first, await tenant.AdmitOrders("s\nc\nb", 90));
        Assert.True((await tenant.AdmitOrders("s\nc\nb-2", 10)).Allowed);

        // what was refused is asked for anew, and in the next minute everything is
        Assert.False((await tenant.AdmitOrders("s\nc\nb-3", 10)).Allowed);
        _host.Time.Now += TimeSpan.FromMinutes(1);
        Assert.True((await tenant.AdmitOrders("s\nc\nb-3", 10)).Allowed);
        Assert.True((await tenant.AdmitOrders("s\nc\nb", 90)).Allowed);
        Assert.False((await tenant.AdmitOrders("s\nc\nb-4", 1)).Allowed);
        Assert.Equal(100, (await tenant.GetLimits()).Usage["orders_per_minute"]);
    }

    [Theory]
    [Trait("req", "SIM-054")]
    [Trait("req", "SIM-065")]
    [InlineData(Plan.Free, 1)]
    [InlineData(Plan.Professional, 10)]
    [InlineData(Plan.Enterprise, 100)]
    public async Task Connections_of_many_gateways_at_once_get_exactly_the_plans_places(Plan plan, int places)
    {
        var tenant = Tenant("u", plan);
        _host.Accounts.AddKey("u", "key-1", "secret-1");
        await tenant.AccountChanged();
        var admissions = await Task.WhenAll(Enumerable.Range(0, places + 20).Select(connection => tenant.AdmitConnection($"c-{connection}", "key-1", null)));
        Assert.Equal(places, admissions.Count(admission => admission.Admitted));
        Assert.All(admissions, admission => Assert.False(admission.KeyRevoked));
    }

    [Fact]
    [Trait("req", "SIM-065")]
    public async Task Concurrent_attempts_through_many_callers_never_pass_a_limit()
    {
        var tenant = Tenant("u", Plan.Professional);
        var sessions = await Task.WhenAll(Enumerable.Range(0, 40).Select(session => tenant.AdmitSession($"s-{session}", 1)));
        var orders = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => tenant.AdmitOrders(NextBatch(), 7)));
        Assert.Equal(10, sessions.Count(verdict => verdict.Allowed));
        Assert.Equal(1000 / 7, orders.Count(verdict => verdict.Allowed));
    }

    [Fact]
    public async Task A_displaced_connection_frees_its_place_at_once()
    {
        var tenant = Tenant("u", Plan.Free);
        _host.Accounts.AddKey("u", "key-1", "secret-1");
        await tenant.AccountChanged();
        Assert.True((await tenant.AdmitConnection("half-dead", "key-1", null)).Admitted);
        Assert.False((await tenant.AdmitConnection("new", "key-1", null)).Admitted);
        await tenant.DisplaceConnection("half-dead");
        Assert.True((await tenant.AdmitConnection("new", "key-1", null)).Admitted);
        Assert.False(await tenant.RenewConnection("half-dead"));
        Assert.True(await tenant.RenewConnection("new"));
    }

    [Fact]
    [Trait("req", "SIM-048")]
    public async Task Disabling_a_key_reaches_its_connections_and_no_others()
    {
        var tenant = Tenant("u", Plan.Professional);
        _host.Accounts.AddKey("u", "key-1", "secret-1");
        _host.Accounts.AddKey("u", "key-2", "secret-2");
        var revoked = new Revocations();
        var observer = _host.Client.CreateObjectReference<ITenantObserver>(revoked);
        await tenant.AccountChanged();
        Assert.True((await tenant.AdmitConnection("c-1", "key-1", observer)).Admitted);
        Assert.True((await tenant.AdmitConnection("c-2", "key-2", observer)).Admitted);

        // the change comes by itself, through the watcher
        _host.Accounts.SetKey("u", "key-1", ApiKeyState.Disabled);
        Assert.Equal("c-1", await revoked.First.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(await tenant.RenewConnection("c-1"));
        Assert.True(await tenant.RenewConnection("c-2"));

        var again = await tenant.AdmitConnection("c-3", "key-1", observer);
        Assert.Equal((false, true), (again.Admitted, again.KeyRevoked));
        GC.KeepAlive(revoked);
    }

    [Fact]
    [Trait("req", "SIM-047")]
    public async Task Rotating_a_key_leaves_connections_alone_and_ends_the_old_key()
    {
        var tenant = Tenant("u", Plan.Professional);
        _host.Accounts.AddKey("u", "key-1", "secret-1");
        await tenant.AccountChanged();
        Assert.True((await tenant.AdmitConnection("c-1", "key-1", null)).Admitted);

        _host.Accounts.SetKey("u", "key-1", ApiKeyState.Retired);
        _host.Accounts.AddKey("u", "key-2", "secret-2");
        await tenant.AccountChanged();

        Assert.True(await tenant.RenewConnection("c-1"));
        Assert.True((await tenant.AdmitConnection("reconnected-with-its-token", "key-1", null)).Admitted);
        Assert.Equal(KeyStatus.Unknown, (await Authenticate("secret-1")).Status);
        Assert.Equal(new KeyVerdict(KeyStatus.Active, "u", "professional", "key-2"), await Authenticate("secret-2"));
    }

    [Fact]
    public async Task Unknown_and_disabled_keys_are_told_apart_and_name_nobody()
    {
        Tenant("u", Plan.Free);
        _host.Accounts.AddKey("u", "key-1", "secret-1");
        _host.Accounts.SetKey("u", "key-1", ApiKeyState.Disabled);
        Assert.Equal(new KeyVerdict(KeyStatus.Unknown, null, null, null), await Authenticate("never-issued"));
        Assert.Equal(new KeyVerdict(KeyStatus.Disabled, null, null, null), await Authenticate("secret-1"));
    }

    [Fact]
    [Trait("req", "SIM-064")]
    public async Task A_changed_limit_holds_from_the_next_attempt_on()
    {
        var tenant = Tenant("u", Plan.Free);
        Assert.False((await tenant.AdmitOrders(NextBatch(), 101)).Allowed);
        var account = (await _host.Accounts.FindAsync("u", CancellationToken.None))!;
        _host.Accounts.Put(account with { LimitOverrides = new Dictionary<string, long> { [LimitNames.OrdersPerMinute] = 500 } });
        await tenant.AccountChanged();
        Assert.True((await tenant.AdmitOrders(NextBatch(), 101)).Allowed);
    }

    [Fact]
    [Trait("req", "SIM-072")]
    [Trait("req", "SIM-073")]
    [Trait("req", "SIM-074")]
    [Trait("req", "SIM-075")]
    public async Task Counters_and_metering_marks_survive_the_loss_of_every_activation()
    {
        var tenant = Tenant("u", Plan.Free);
        await tenant.AdmitSession("s-1", 2);
        await tenant.SessionStarted("s-1");
        await tenant.MeterTicks("s-1", 200);
        await _host.DeactivateAllAsync();

        // a resumed session repeats itself
        await tenant.SessionStarted("s-1");
        await tenant.MeterTicks("s-1", 150);
        await tenant.MeterTicks("s-1", 390);
        await tenant.MeterReport("s-1");
        await _host.DeactivateAllAsync();

        var refused = await tenant.AdmitSession("s-2", 1);
        Assert.Equal("concurrent_sessions", refused.Limit);
        await tenant.SessionEnded("s-1");
        Assert.True((await tenant.AdmitSession("s-2", 1)).Allowed);
        Assert.Equal(2, (await tenant.GetLimits()).Usage["sessions_per_hour"]);
        Assert.Equal(new UsageTotals(390, 1, 1), await _host.Usage.TotalsAsync("u", new DateOnly(2026, 2, 3), CancellationToken.None));
    }

    [Fact]
    [Trait("req", "SIM-079")]
    public async Task Records_that_the_usage_store_did_not_take_are_delivered_after_a_restart()
    {
        var tenant = Tenant("u", Plan.Free);
        await tenant.AdmitSession("s-1", 1);
        _host.Usage.IsDown = true;
        await tenant.SessionStarted("s-1");
        await tenant.MeterTicks("s-1", 100);
        Assert.Empty(_host.Usage.Records);

        await _host.DeactivateAllAsync();
        _host.Usage.IsDown = false;
        await tenant.GetLimits();
        Assert.Equal(new UsageTotals(100, 1, 0), await _host.Usage.TotalsAsync("u", new DateOnly(2026, 2, 3), CancellationToken.None));
    }

    [Fact]
    public async Task Limits_view_shows_use_and_the_moments_of_reset()
    {
        var tenant = Tenant("u", Plan.Professional);
        await tenant.AdmitSession("s-1", 1);
        await tenant.AdmitSession("s-2", 1);
        await tenant.AdmitOrders(NextBatch(), 12);
        var view = await tenant.GetLimits();
        Assert.Equal("professional", view.Plan);
        Assert.Equal(LimitNames.OfPlan.Order(StringComparer.Ordinal), view.Limits.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2L, 2L, 12L), (view.Usage["sessions_per_hour"], view.Usage["concurrent_sessions"], view.Usage["orders_per_minute"]));
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 10, 0, 0, TimeSpan.Zero), view.ResetTimes["sessions_per_hour"]);
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 9, 16, 0, TimeSpan.Zero), view.ResetTimes["orders_per_minute"]);
    }

    [Fact]
    public async Task Token_requests_have_a_limit_of_their_own()
    {
        var tenant = Tenant("u", Plan.Enterprise);
        for (var request = 0; request < 60; request++) Assert.True((await tenant.AdmitToken()).Allowed);
        Assert.Equal((false, "60 token requests/minute", 61L), Parts(await tenant.AdmitToken()));

        static (bool, string?, long) Parts(LimitVerdict verdict) => (verdict.Allowed, verdict.LimitText, verdict.CurrentUsage);
    }

    [Fact]
    public async Task A_user_that_does_not_exist_gets_no_connection()
    {
        var admission = await _host.Client.GetGrain<ITenantGrain>("nobody").AdmitConnection("c-1", "key-1", null);
        Assert.Equal((false, true), (admission.Admitted, admission.KeyRevoked));
    }

    private string NextBatch() => $"s\nc\n{++_batches}";

    private ITenantGrain Tenant(string user, Plan plan, BillingTier tier = BillingTier.Enterprise)
    {
        _host.Accounts.Add(user, plan, tier);
        return _host.Client.GetGrain<ITenantGrain>(user);
    }

    private Task<KeyVerdict> Authenticate(string key) => _host.Client.GetGrain<IAccountsGrain>(0).Authenticate(key, CancellationToken.None);

    private sealed class Revocations : ITenantObserver
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task KeyRevoked(string connectionId)
        {
            First.TrySetResult(connectionId);
            return Task.CompletedTask;
        }
    }
}

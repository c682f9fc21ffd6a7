using Trading.Silo.Admin;
using Trading.Storage.Accounts;
using Trading.Storage.Tests.Faults;
using Trading.Storage.Usage;

namespace Trading.Storage.Tests.Accounts;

public sealed class AdminCommandsTests : IDisposable
{
    private readonly FaultFiles _files = new(new Random(5));
    private readonly FileAccountStore _accounts;
    private readonly FileUsageStore _usage;

    public AdminCommandsTests()
    {
        _accounts = new FileAccountStore(_files, new ManualTime());
        _usage = new FileUsageStore(_files);
    }

    public void Dispose()
    {
        _accounts.Dispose();
        _usage.Dispose();
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await new AdminCommands(_accounts, _usage, output, error).RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), default);
        return (code, output.ToString().Trim(), error.ToString().Trim());
    }

    private async Task<string> DoneAsync(string line)
    {
        var (code, output, error) = await RunAsync(line);
        Assert.True(code == 0, $"{line}: {code} {error}");
        return output;
    }

    [Fact]
    [Trait("req", "SIM-042")]
    [Trait("req", "SIM-043")]
    public async Task The_account_system_covers_accounts_keys_limits_plans_billing_and_usage_from_the_command_line()
    {
        var user = await DoneAsync("tenant create --plan professional --tier pro --name Ada --pay-per-use");
        var created = (await _accounts.FindAsync(user, default))!;
        Assert.Equal((Plan.Professional, BillingTier.Pro, "Ada", true), (created.Plan, created.Tier, created.Name, created.PayPerUse));

        var key = await DoneAsync($"key issue {user}");
        var match = (await _accounts.FindByKeyAsync(key, default))!;
        var rotated = await DoneAsync($"key rotate {match.KeyId}");
        Assert.Equal(ApiKeyState.Retired, (await _accounts.FindByKeyAsync(key, default))!.State);
        var rotatedId = (await _accounts.FindByKeyAsync(rotated, default))!.KeyId;
        await DoneAsync($"key disable {rotatedId}");
        Assert.Equal(ApiKeyState.Disabled, (await _accounts.FindByKeyAsync(rotated, default))!.State);
        await DoneAsync($"key enable {rotatedId}");
        var listed = await DoneAsync($"key list {user}");
        Assert.Contains(match.KeyId, listed, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_live_", listed, StringComparison.Ordinal);

        var shown = await DoneAsync($"tenant set {user} --limit orders_per_minute=7 --limit sessions_per_hour=unlimited --tier enterprise");
        Assert.Contains("orders_per_minute = 7", shown, StringComparison.Ordinal);
        Assert.Contains("sessions_per_hour = unlimited", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("orders_per_minute", await DoneAsync($"tenant set {user} --limit orders_per_minute=plan"), StringComparison.Ordinal);
        await DoneAsync("plan set free --limit sessions_per_hour=9");
        Assert.Contains("sessions_per_hour = 9", await DoneAsync("plan list"), StringComparison.Ordinal);
        Assert.Contains("Ada", await DoneAsync("tenant list"), StringComparison.Ordinal);

        await _usage.RecordAsync([new MeteringRecord(user, "s", new DateOnly(2026, 2, 3), MeteringKind.Ticks, 2500)], default);
        var usage = await DoneAsync($"usage show {user}");
        Assert.Contains("2026-02-03  s  ticks 2500  0.025 USD", usage, StringComparison.Ordinal);
        Assert.Contains("total 0.025 USD", usage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unlimited_account_has_every_limit_lifted()
    {
        var user = await DoneAsync("tenant create --unlimited");
        var account = (await _accounts.FindAsync(user, default))!;
        var limits = PlanLimits.Effective(account, await _accounts.PlanLimitsAsync(account.Plan, default));
        Assert.All(LimitNames.All, name => Assert.Equal(LimitNames.Unlimited, limits[name]));
    }

    [Theory]
    [InlineData("key issue user_none", 1, "no user 'user_none'")]
    [InlineData("key rotate abc", 1, "no key 'abc'")]
    [InlineData("tenant create --limit nonsense=1", 1, "no limit 'nonsense'")]
    [InlineData("tenant create --limit sessions_per_hour=many", 1, "'many'")]
    [InlineData("tenant create --limit sessions_per_hour", 1, "name=value")]
    [InlineData("tenant create --plan gold", 2, "gold")]
    [InlineData("tenant creat", 2, "creat")]
    [InlineData("key issue", 2, "user")]
    public async Task A_wrong_command_says_what_is_wrong_and_changes_nothing(string line, int code, string says)
    {
        var result = await RunAsync(line);
        Assert.Equal(code, result.Code);
        Assert.Contains(says, result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Output);
        Assert.Empty(await _accounts.ListAsync(default));
    }
}

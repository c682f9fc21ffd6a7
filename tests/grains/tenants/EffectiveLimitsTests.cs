using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tenants;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Tenants;

public class EffectiveLimitsTests
{
    private static readonly PlanOptions Options = new();

    [Fact]
    [Trait("req", "SIM-049")]
    public void Every_limit_follows_from_the_plan()
    {
        Assert.Equal(new UserLimits("free", 3600, 1800, 86400, 1, 5, 1, 100, 5), Of(Plan.Free).Wire);
        Assert.Equal(new UserLimits("professional", 28800, 3600, 604800, 10, 50, 10, 1000, 50), Of(Plan.Professional).Wire);
        Assert.Equal(new UserLimits("enterprise", 86400, 7200, 31536000, 100, 500, 100, 10000, 500), Of(Plan.Enterprise).Wire);
    }

    [Fact]
    [Trait("req", "SIM-064")]
    public void A_users_own_value_wins_over_the_plan_and_may_lift_the_limit()
    {
        var limits = Of(Plan.Free, BillingTier.Starter, (LimitNames.OrdersPerMinute, 250), (LimitNames.SessionsPerHour, LimitNames.Unlimited)).Wire;
        Assert.Equal(250, limits.OrdersPerMinute);
        Assert.Null(limits.SessionsPerHour);
        Assert.Equal(1, limits.ConcurrentSessions);
    }

    [Theory]
    [Trait("req", "SIM-061")]
    [InlineData(LimitNames.MaxSimulationHours, 2, 7200)]
    [InlineData(LimitNames.MaxSimulationDurationSec, 900, 900)]
    public void Duration_in_hours_and_in_seconds_are_one_limit(string name, long value, int seconds)
    {
        var limits = Of(Plan.Professional, BillingTier.Pro, (name, value));
        Assert.Equal(seconds, limits.Wire.MaxSimulationDurationSec);
        Assert.Equal(seconds, limits.ToMap()[LimitNames.MaxSimulationDurationSec]);
        Assert.Equal(seconds / 3600, limits.ToMap()[LimitNames.MaxSimulationHours]);
    }

    [Theory]
    [Trait("req", "SIM-063")]
    [InlineData(LimitNames.WebsocketConnections)]
    [InlineData(LimitNames.ConcurrentConnections)]
    public void Both_names_of_the_connection_limit_set_and_show_the_same_value(string name)
    {
        var limits = Of(Plan.Professional, BillingTier.Pro, (name, 3));
        Assert.Equal(3, limits.Wire.ConcurrentConnections);
        Assert.Equal(3, limits.ToMap()[LimitNames.WebsocketConnections]);
        Assert.Equal(3, limits.ToMap()[LimitNames.ConcurrentConnections]);
    }

    [Fact]
    public void When_both_names_are_set_for_a_user_the_tighter_one_holds()
    {
        var limits = Of(Plan.Enterprise, BillingTier.Pro, (LimitNames.WebsocketConnections, 3), (LimitNames.ConcurrentConnections, 7), (LimitNames.MaxSimulationHours, LimitNames.Unlimited), (LimitNames.MaxSimulationDurationSec, 60));
        Assert.Equal(3, limits.Wire.ConcurrentConnections);
        Assert.Equal(60, limits.Wire.MaxSimulationDurationSec);
    }

    [Fact]
    public void The_map_has_exactly_the_ten_names_and_shows_a_lifted_limit_as_the_largest_int()
    {
        var map = Of(Plan.Free, BillingTier.Starter, (LimitNames.OrdersPerMinute, LimitNames.Unlimited)).ToMap();
        Assert.Equal(LimitNames.OfPlan.Order(StringComparer.Ordinal), map.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(int.MaxValue, map[LimitNames.OrdersPerMinute]);
        Assert.Equal(5, map[LimitNames.SessionsPerHour]);
    }

    [Theory]
    [Trait("req", "SIM-076")]
    [InlineData(BillingTier.Starter, 10_000L, 3L)]
    [InlineData(BillingTier.Pro, 1_000_000L, null)]
    [InlineData(BillingTier.Enterprise, null, null)]
    public void Daily_allowances_follow_from_the_tier(BillingTier tier, long? ticks, long? simulations)
    {
        var limits = Of(Plan.Enterprise, tier);
        Assert.Equal((ticks, simulations), (limits.TicksPerDay, limits.SimulationsPerDay));
    }

    [Fact]
    [Trait("req", "SIM-077")]
    public void Tier_and_plan_decide_separately()
    {
        var limits = Of(Plan.Free, BillingTier.Enterprise);
        Assert.Equal(5, limits.Wire.SessionsPerHour);
        Assert.Null(limits.SimulationsPerDay);
    }

    [Fact]
    public void Wrong_options_name_the_setting_its_value_and_the_rule()
    {
        Assert.Empty(Options.Problems());
        var wrong = new PlanOptions { WarningPercent = 0, TokensPerMinute = -1, Starter = new TierOptions { TicksPerDay = -5 } };
        Assert.Equal(
            [
                "Plans:Starter:TicksPerDay is -5, but must be 0 or more (absent = unlimited)",
                "Plans:WarningPercent is 0, but must be 1 to 100",
                "Plans:TokensPerMinute is -1, but must be 1 to 100000",
            ],
            wrong.Problems());
    }

    private static EffectiveLimits Of(Plan plan, BillingTier tier = BillingTier.Enterprise, params (string Name, long Value)[] overrides) =>
        EffectiveLimits.Of(PlanTables.Account(plan, tier, overrides), PlanTables.Of(plan), Options.Of(tier));
}

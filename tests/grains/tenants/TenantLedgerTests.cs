using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tenants;
using Trading.Storage.Accounts;
using Trading.Storage.Journal;
using Trading.Storage.Usage;

namespace Trading.Grains.Tests.Tenants;

public class TenantLedgerTests
{
    private readonly PlanOptions _options = new();
    private readonly TenantState _state = new();
    private DateTimeOffset _now = new(2026, 2, 3, 9, 15, 0, TimeSpan.Zero);

    private TenantLedger Ledger => new(_state, _options);

    [Theory]
    [Trait("req", "SIM-057")]
    [Trait("req", "SIM-066")]
    [Trait("req", "SIM-067")]
    [Trait("req", "SIM-068")]
    [InlineData(Plan.Free, 5, "free")]
    [InlineData(Plan.Professional, 50, "professional")]
    [InlineData(Plan.Enterprise, 500, "enterprise")]
    public void One_session_more_than_the_hours_quota_is_refused_and_counted_as_attempted(Plan plan, int quota, string name)
    {
        var limits = Limits(plan);
        for (var session = 1; session <= quota; session++) CreateAndEnd($"s-{session}", limits);

        var refused = Ledger.AdmitSession("s-more", 1, limits, _now);
        Assert.Equal(new LimitVerdict(false, "sessions_per_hour", $"{quota} sessions/hour", quota + 1, quota, At("10:00"), name, "RATE_LIMIT_EXCEEDED", false), refused);
        Assert.Equal(refused, Ledger.AdmitSession("s-again", 1, limits, _now));

        _now = At("10:00");
        Assert.True(Ledger.AdmitSession("s-next-hour", 1, limits, _now).Allowed);
    }

    [Theory]
    [Trait("req", "SIM-058")]
    [InlineData(Plan.Free, 1)]
    [InlineData(Plan.Professional, 10)]
    [InlineData(Plan.Enterprise, 100)]
    public void Sessions_without_a_connection_hold_their_place_until_they_end(Plan plan, int places)
    {
        var limits = Limits(plan, (LimitNames.SessionsPerHour, LimitNames.Unlimited));
        for (var session = 1; session <= places; session++) Assert.True(Ledger.AdmitSession($"s-{session}", 1, limits, _now).Allowed);
        Ledger.StartSession("s-1", _now);

        var refused = Ledger.AdmitSession("s-more", 1, limits, _now);
        Assert.Equal((false, "concurrent_sessions", (long)places + 1, "RATE_LIMIT_EXCEEDED"), (refused.Allowed, refused.Limit, refused.CurrentUsage, refused.Code));
        Assert.Equal(_now.AddHours(24), refused.ResetTime);

        Ledger.EndSession("s-1", _now);
        Assert.True(Ledger.AdmitSession("s-more", 1, limits, _now).Allowed);
    }

    [Fact]
    public void A_session_that_nobody_mentions_expires_after_24_hours()
    {
        var limits = Limits(Plan.Free);
        Ledger.AdmitSession("forgotten", 1, limits, _now);
        _now = _now.AddHours(24).AddSeconds(-1);
        Assert.False(Ledger.AdmitSession("next", 1, limits, _now).Allowed);
        _now = _now.AddSeconds(1);
        Assert.True(Ledger.AdmitSession("next", 1, limits, _now).Allowed);
    }

    [Fact]
    public void A_resume_keeps_the_place_for_another_24_hours()
    {
        var limits = Limits(Plan.Free);
        Ledger.AdmitSession("kept", 1, limits, _now);
        Ledger.StartSession("kept", _now);
        Ledger.StartSession("kept", _now.AddHours(23));
        Assert.Equal(1, Ledger.OpenSessions(_now.AddHours(46)));
        Assert.Equal(0, Ledger.OpenSessions(_now.AddHours(47)));
    }

    [Theory]
    [Trait("req", "SIM-062")]
    [InlineData(Plan.Free, 5)]
    [InlineData(Plan.Professional, 50)]
    [InlineData(Plan.Enterprise, 500)]
    public void Too_many_symbols_are_refused_and_cost_nothing(Plan plan, int symbols)
    {
        var limits = Limits(plan);
        var refused = Ledger.AdmitSession("s-1", symbols + 1, limits, _now);
        Assert.Equal((false, "TOO_MANY_SYMBOLS", symbols + 1L, (long)symbols), (refused.Allowed, refused.Code, refused.CurrentUsage, refused.Allowance));
        Assert.Equal(0, Ledger.SessionsThisHour(_now));
        Assert.True(Ledger.AdmitSession("s-1", symbols, limits, _now).Allowed);
    }

    [Fact]
    public void Repeating_an_admission_counts_nothing()
    {
        var limits = Limits(Plan.Free);
        Ledger.AdmitSession("s-1", 1, limits, _now);
        Assert.True(Ledger.AdmitSession("s-1", 1, limits, _now).Allowed);
        Assert.Equal((1, 1L), (Ledger.OpenSessions(_now), Ledger.SessionsThisHour(_now)));
    }

    [Fact]
    [Trait("req", "SIM-070")]
    public void The_fourth_of_five_sessions_of_an_hour_warns_once()
    {
        var limits = Limits(Plan.Free);
        var warnings = new List<bool>();
        for (var session = 1; session <= 5; session++) warnings.Add(CreateAndEnd($"s-{session}", limits).Warn);
        Assert.Equal([false, false, false, true, false], warnings);
    }

    [Fact]
    [Trait("req", "SIM-073")]
    [Trait("req", "SIM-076")]
    public void The_fourth_simulation_of_a_starters_day_is_refused_whatever_the_plan_allows()
    {
        var limits = Limits(Plan.Enterprise, BillingTier.Starter);
        for (var session = 1; session <= 3; session++) CreateAndEnd($"s-{session}", limits, start: true);

        var refused = Ledger.AdmitSession("s-4", 1, limits, _now);
        Assert.Equal(new LimitVerdict(false, "simulations_per_day", "3 simulations/day", 4, 3, At("00:00").AddDays(1), "enterprise", "DAILY_QUOTA_EXCEEDED", false), refused);

        _now = At("00:00").AddDays(1);
        Assert.True(Ledger.AdmitSession("s-4", 1, limits, _now).Allowed);
    }

    [Fact]
    [Trait("req", "SIM-076")]
    public void Sessions_created_but_not_started_take_their_share_of_the_day()
    {
        var limits = Limits(Plan.Enterprise, BillingTier.Starter);
        for (var session = 1; session <= 3; session++) Assert.True(Ledger.AdmitSession($"s-{session}", 1, limits, _now).Allowed);
        Assert.Equal("DAILY_QUOTA_EXCEEDED", Ledger.AdmitSession("s-4", 1, limits, _now).Code);
        Ledger.EndSession("s-1", _now);
        Assert.True(Ledger.AdmitSession("s-4", 1, limits, _now).Allowed);
    }

    [Fact]
    [Trait("req", "SIM-076")]
    public void A_run_may_finish_beyond_the_days_ticks_but_the_next_is_refused()
    {
        var limits = Limits(Plan.Enterprise, BillingTier.Starter);
        Run("s-1", limits);
        Assert.True(Ledger.MeterTicks("s-1", 9_999, _now));
        Assert.True(Ledger.AdmitSession("s-2", 1, limits, _now).Allowed);
        Assert.True(Ledger.MeterTicks("s-1", 12_000, _now));
        Assert.Equal(("DAILY_QUOTA_EXCEEDED", "10000 ticks/day", 12_001L), Parts(Ledger.AdmitSession("s-3", 1, limits, _now)));
        _now = At("00:00").AddDays(1);
        Assert.True(Ledger.AdmitSession("s-3", 1, limits, _now).Allowed);

        static (string?, string?, long) Parts(LimitVerdict verdict) => (verdict.Code, verdict.LimitText, verdict.CurrentUsage);
    }

    [Fact]
    [Trait("req", "SIM-072")]
    [Trait("req", "SIM-075")]
    public void Ticks_are_counted_when_first_sent_and_never_twice()
    {
        Run("s-1", Limits(Plan.Enterprise));
        foreach (var ticks in new[] { 100, 100, 40, 250, 390, 390, 200 }) Ledger.MeterTicks("s-1", ticks, _now);
        Assert.Equal(390, Records(MeteringKind.Ticks).Single().Quantity);
        Assert.Equal(390, FixedWindow.Day.Used(_state.TicksToday, _now));
    }

    [Fact]
    [Trait("req", "SIM-072")]
    public void Ticks_of_a_run_over_midnight_go_to_the_day_on_which_each_was_sent()
    {
        Run("s-1", Limits(Plan.Enterprise));
        Ledger.MeterTicks("s-1", 300, _now);
        _now = _now.AddDays(1);
        Ledger.MeterTicks("s-1", 390, _now);
        Ledger.MeterTicks("s-1", 400, _now);
        Assert.Equal([(3, 300L), (4, 100L)], Records(MeteringKind.Ticks).Select(record => (record.Day.Day, record.Quantity)));
    }

    [Fact]
    [Trait("req", "SIM-073")]
    public void A_start_that_is_repeated_is_one_simulation()
    {
        Run("s-1", Limits(Plan.Enterprise));
        Ledger.StartSession("s-1", _now);
        Ledger.StartSession("s-1", _now.AddDays(1));
        Assert.Equal(1, Records(MeteringKind.Simulation).Single().Quantity);
        Assert.Equal(1, FixedWindow.Day.Used(_state.SimulationsToday, _now));
    }

    [Fact]
    [Trait("req", "SIM-074")]
    public void A_report_is_counted_once_per_session()
    {
        Run("s-1", Limits(Plan.Enterprise));
        Ledger.MeterReport("s-1", _now);
        Ledger.MeterReport("s-1", _now);
        Assert.Equal(1, Records(MeteringKind.Report).Single().Quantity);
    }

    [Fact]
    [Trait("req", "SIM-079")]
    public void Every_record_names_user_session_day_and_quantity_and_a_reused_session_id_is_a_run_of_its_own()
    {
        var limits = Limits(Plan.Enterprise);
        Run("again", limits);
        Ledger.MeterTicks("again", 10, _now);
        Ledger.EndSession("again", _now);
        _now = _now.AddMinutes(1);
        Run("again", limits);
        Ledger.MeterTicks("again", 7, _now);
        Assert.Equal(
            [
                new MeteringRecord("user_1", "again@20260203T091500.000Z", new DateOnly(2026, 2, 3), MeteringKind.Ticks, 10),
                new MeteringRecord("user_1", "again@20260203T091600.000Z", new DateOnly(2026, 2, 3), MeteringKind.Ticks, 7),
            ],
            Records(MeteringKind.Ticks));
    }

    [Fact]
    public void A_run_name_always_fits_and_long_ids_stay_apart()
    {
        var name = TenantLedger.RunName(new string('x', 127) + "a", _now);
        var other = TenantLedger.RunName(new string('x', 127) + "b", _now);
        var pairs = TenantLedger.RunName(string.Concat(Enumerable.Repeat("😀", 64)), _now);
        Assert.NotEqual(name, other);
        Assert.All([name, other, pairs], text => new SessionKey("user_1", text).Validate());
    }

    [Fact]
    public void Late_ticks_of_an_ended_session_still_count_and_unknown_sessions_do_not()
    {
        Run("s-1", Limits(Plan.Enterprise));
        Ledger.EndSession("s-1", _now);
        Assert.True(Ledger.MeterTicks("s-1", 390, _now));
        Assert.Equal(390, Records(MeteringKind.Ticks).Single().Quantity);
        Assert.False(Ledger.MeterTicks("never-created", 390, _now));
    }

    [Fact]
    public void Ended_sessions_are_forgotten_so_that_the_stored_state_stays_small()
    {
        var limits = Limits(Plan.Enterprise, (LimitNames.SessionsPerHour, LimitNames.Unlimited));
        for (var session = 0; session < 3000; session++) CreateAndEnd($"s-{session}", limits);
        Assert.InRange(_state.Sessions.Count, 0, 1000);
        Assert.Equal(0, Ledger.OpenSessions(_now.Add(TenantLedger.EndedRetention)));
        Assert.Empty(_state.Sessions);
    }

    private LimitVerdict CreateAndEnd(string session, EffectiveLimits limits, bool start = false)
    {
        var verdict = Ledger.AdmitSession(session, 1, limits, _now);
        Assert.True(verdict.Allowed, session);
        if (start) Ledger.StartSession(session, _now);
        Ledger.EndSession(session, _now);
        return verdict;
    }

    private void Run(string session, EffectiveLimits limits)
    {
        Assert.True(Ledger.AdmitSession(session, 1, limits, _now).Allowed);
        Assert.True(Ledger.StartSession(session, _now));
    }

    private IReadOnlyList<MeteringRecord> Records(MeteringKind kind) => [.. Ledger.PendingRecords("user_1").Where(record => record.Kind == kind)];

    private EffectiveLimits Limits(Plan plan, params (string Name, long Value)[] overrides) => Limits(plan, BillingTier.Enterprise, overrides);

    private EffectiveLimits Limits(Plan plan, BillingTier tier, params (string Name, long Value)[] overrides) =>
        EffectiveLimits.Of(PlanTables.Account(plan, tier, overrides), PlanTables.Of(plan), _options.Of(tier));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-02-03T{time}:00Z", System.Globalization.CultureInfo.InvariantCulture);
}

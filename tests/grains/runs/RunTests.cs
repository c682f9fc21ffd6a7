using System.Security.Cryptography;
using System.Text;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tests.Sessions;
using Trading.Storage.Accounts;
using Trading.Storage.Usage;

namespace Trading.Grains.Tests.Runs;

/// <summary>Runs from the beginning to the end, computed by the threads of the silo.</summary>
public class RunTests
{
    [Theory]
    [InlineData(1, 500, 1_000_000)]
    [InlineData(1, 1, 600)]
    [InlineData(3, 37, 1_800)]
    [InlineData(4, 10_000, 1_000_000_000)]
    public async Task A_sweep_has_the_same_results_and_hash_however_it_is_cut(int workers, int sliceTicks, int assignedTicks)
    {
        await using var host = await RunHost.StartAsync(workers, options: options => options with { SliceTicks = sliceTicks, AssignedTicks = assignedTicks });
        var expected = RunHost.Expected(RunHost.Sweep());
        var begun = await host.BeginAsync("sweep", RunHost.Sweep());
        Assert.Equal((RunState.Queued, RunHost.Sets, 12), (begun.State, begun.Sets, begun.Skipped));
        var status = await host.EndAsync("sweep");
        Assert.Equal((RunState.Completed, RunHost.Sets, 0, RunHost.Sets * 600L, RunHost.Sets * 600L), (status.State, status.Done, status.Failed, status.TicksDone, status.TicksTotal!.Value));
        Assert.Equal(expected, await host.ResultsAsync("sweep"));
        Assert.Equal(expected.OrderByDescending(result => result.FinalEquity).ThenBy(result => result.Set.Number).First(), status.Best);
        var text = string.Concat(expected.Select(result => $"{result.Set.Number}:{result.ResultHash}\n"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text))), status.Hash);
        Assert.True(status.StartedAt >= status.CreatedAt && status.EndedAt >= status.StartedAt);
        Assert.Equal(RunHost.Sets, host.Pool.Sets);
        Assert.Equal(RunHost.Sets * 600, host.Pool.Ticks);
    }

    [Fact]
    public async Task Results_come_in_every_order_page_by_page()
    {
        await using var host = await RunHost.StartAsync(2);
        await host.BeginAsync("sweep", RunHost.Sweep() with { Slow = new[] { 9, 16, 23, 900 } });
        await host.EndAsync("sweep");
        var all = await host.ResultsAsync("sweep");
        Assert.Contains(all, result => result.Sharpe is null);
        Assert.Equal(all.OrderByDescending(result => result.FinalEquity).ThenBy(result => result.Set.Number), await host.ResultsAsync("sweep", ResultOrder.FinalEquity));
        Assert.Equal(all.OrderBy(result => result.Sharpe is null).ThenByDescending(result => result.Sharpe).ThenBy(result => result.Set.Number), await host.ResultsAsync("sweep", ResultOrder.SharpeRatio));
        Assert.Equal(all.OrderBy(result => result.MaxDrawdown).ThenBy(result => result.Set.Number), await host.ResultsAsync("sweep", ResultOrder.MaxDrawdown));
        Assert.Equal(all.OrderByDescending(result => result.Trades).ThenBy(result => result.Set.Number), await host.ResultsAsync("sweep", ResultOrder.Trades));
        var pages = new List<SetResult>();
        for (var page = 1; page <= 6; page++) pages.AddRange(await host.ResultsAsync("sweep", ResultOrder.FinalEquity, page, 10));
        Assert.Equal(await host.ResultsAsync("sweep", ResultOrder.FinalEquity), pages);
        Assert.Empty(await host.ResultsAsync("sweep", ResultOrder.Set, 7, 10));
        Assert.Empty(await host.ResultsAsync("sweep", ResultOrder.Set, int.MaxValue, 1_000));

        // also after the grain was let go: they are read again
        await host.Sessions.Grains.DeactivateAllAsync();
        Assert.Equal(all, await host.ResultsAsync("sweep"));
    }

    [Fact]
    public async Task A_range_without_trading_time_has_results_without_a_trade()
    {
        await using var host = await RunHost.StartAsync();
        var config = RunHost.Config with { Start = SmallBars.FirstOpen + (200 * SmallBars.Minute), End = SmallBars.FirstOpen + (300 * SmallBars.Minute) };
        await host.BeginAsync("empty", RunHost.Sweep() with { Config = SimulationConfigJson.Write(config) });
        var status = await host.EndAsync("empty");
        Assert.Equal((RunState.Completed, RunHost.Sets, 0L, 0L), (status.State, status.Done, status.TicksDone, status.TicksTotal!.Value));
        Assert.All(await host.ResultsAsync("empty"), result => Assert.Equal((0, config.InitialCash), (result.Fills, result.FinalEquity)));
    }

    [Fact]
    public async Task Repeating_a_request_is_harmless_and_another_one_under_its_id_is_refused()
    {
        await using var host = await RunHost.StartAsync();
        var first = await host.Run("a").Begin(RunHost.Sweep(), default);
        var again = await host.Run("a").Begin(RunHost.Sweep(), default);
        Assert.Equal((true, false), (first.IsNew, again.IsNew));
        var status = await host.EndAsync("a");
        again = await host.Run("a").Begin(RunHost.Sweep(), default);
        Assert.Equal((false, RunState.Completed, status.Hash), (again.IsNew, again.Status!.State, again.Status.Hash));
        Assert.Equal((RunProblemKind.Conflict, "IDEMPOTENCY_KEY_REUSED"), await host.RefusedAsync("a", RunHost.Sweep() with { Short = false }) is { } problem ? (problem.Kind, problem.Code) : default);
        Assert.Equal(["a"], (await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
    }

    [Fact]
    public async Task The_lists_name_own_runs_of_one_kind_newest_first()
    {
        await using var host = await RunHost.StartAsync();
        foreach (var id in (string[])["s1", "s2", "s3"]) await host.BeginAsync(id, RunHost.Sweep(2, 2, 1));
        await host.BeginAsync("b1", RunHost.Backtest());
        foreach (var id in (string[])["s1", "s2", "s3", "b1"]) await host.EndAsync(id);
        Assert.Equal(["s3", "s2", "s1"], (await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
        var page = await host.Runs().List(RunKind.Sweep, 1, 1, default);
        Assert.Equal((3, "s2"), (page.Total, page.Ids.Single()));
        Assert.Equal(["b1"], (await host.Runs().List(RunKind.Backtest, 0, 10, default)).Ids);
        Assert.Empty((await host.Runs("somebody_else").List(RunKind.Sweep, 0, 10, default)).Ids);
        Assert.Null(await host.Run("s1", "somebody_else").GetStatus(default));
    }

    [Theory]
    [InlineData("UNSUPPORTED_DATA_PROVIDER")]
    [InlineData("INVALID_DATE_RANGE")]
    [InlineData("UNKNOWN_STRATEGY")]
    [InlineData("TOO_MANY_SYMBOLS")]
    public async Task What_needs_no_bars_is_refused_at_once(string code)
    {
        await using var host = await RunHost.StartAsync(plan: Plan.Free);
        var request = RunHost.Backtest();
        var wrong = code switch
        {
            "UNSUPPORTED_DATA_PROVIDER" => request with { DataProvider = "nobody" },
            "INVALID_DATE_RANGE" => request with { Config = SimulationConfigJson.Write(RunHost.Config with { End = RunHost.Config.Start }) },
            "UNKNOWN_STRATEGY" => request with { Strategy = "magic" },
            _ => request with { Symbols = Enumerable.Range(0, 600).Select(at => $"S{at}").ToArray() },
        };
        var problem = await host.RefusedAsync("x", wrong);
        Assert.Equal((RunProblemKind.Invalid, code), (problem.Kind, problem.Code));
        Assert.Null(await host.Run("x").GetStatus(default));
        Assert.Empty((await host.Runs().List(RunKind.Backtest, 0, 10, default)).Ids);
    }

    [Fact]
    public async Task A_run_without_bars_fails_and_says_why()
    {
        await using var host = await RunHost.StartAsync();
        await host.BeginAsync("none", RunHost.Backtest(symbols: "NOBODY"));
        var status = await host.EndAsync("none");
        Assert.Equal((RunState.Failed, "NO_DATA_FOR_SYMBOL"), (status.State, status.Error!.Code));
        Assert.Contains("NOBODY", status.Error.Message, StringComparison.Ordinal);
        Assert.Null(await host.Run("none").GetReport(default));

        // of two symbols one is enough, as for a session
        await host.BeginAsync("half", RunHost.Backtest(symbols: ["NOBODY", "WAVE"]));
        Assert.Equal(RunState.Completed, (await host.EndAsync("half")).State);
    }

    [Fact]
    public async Task A_configuration_that_the_engine_refuses_fails_the_run()
    {
        await using var host = await RunHost.StartAsync();
        await host.BeginAsync("wrong", RunHost.Backtest() with { Config = SimulationConfigJson.Write(RunHost.Config with { Leverage = -1 }) });
        var status = await host.EndAsync("wrong");
        Assert.Equal((RunState.Failed, "INVALID_FIELD"), (status.State, status.Error!.Code));
    }

    [Fact]
    public async Task Bars_that_cannot_be_read_for_a_minute_fail_the_run()
    {
        await using var host = await RunHost.StartAsync();
        host.Sessions.Bars.IsDown = true;
        await host.BeginAsync("down", RunHost.Backtest());
        while (!host.Log.Entries.Any(entry => entry.Number == 3504)) await Task.Delay(5);
        host.Sessions.Grains.Time.Now += TimeSpan.FromSeconds(59);
        var asked = host.Log.Entries.Count(entry => entry.Number == 3504);
        while (host.Log.Entries.Count(entry => entry.Number == 3504) == asked) await Task.Delay(5);
        Assert.Equal(RunState.Queued, (await host.Run("down").GetStatus(default))!.State);
        host.Sessions.Grains.Time.Now += TimeSpan.FromSeconds(1);
        var down = await host.EndAsync("down");
        Assert.Equal((RunState.Failed, "DATA_PROVIDER_UNAVAILABLE"), (down.State, down.Error!.Code));
        host.Sessions.Bars.IsDown = false;
        await host.BeginAsync("after", RunHost.Backtest());
        Assert.Equal(RunState.Completed, (await host.EndAsync("after")).State);
    }

    [Fact]
    public async Task What_nobody_expected_of_the_bars_fails_the_run_as_well()
    {
        await using var host = await RunHost.StartAsync();
        host.Sessions.Bars.Fault = new InvalidOperationException("a fault of ours");
        await host.BeginAsync("broken", RunHost.Backtest());
        while (!host.Log.Entries.Any(entry => entry.Number == 3504)) await Task.Delay(5);
        Assert.Contains(host.Log.Entries, entry => entry.Number == 3523);
        host.Sessions.Grains.Time.Now += TimeSpan.FromSeconds(60);
        var status = await host.EndAsync("broken");
        Assert.Equal((RunState.Failed, "INTERNAL_ERROR"), (status.State, status.Error!.Code));
        Assert.DoesNotContain("a fault of ours", status.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_name_may_be_used_again_when_the_time_of_its_run_is_over(bool isOther)
    {
        await using var host = await RunHost.StartAsync();
        await host.BeginAsync("named", RunHost.Sweep());
        await host.EndAsync("named");
        Assert.False((await host.Run("named").Begin(RunHost.Sweep(), default)).IsNew);
        while (host.Sessions.Grains.Usage.Records.Count < 2) await Task.Delay(5);

        host.Sessions.Grains.Time.Now += TimeSpan.FromDays(30);
        Assert.Null(await host.Run("named").GetStatus(default));
        var started = await host.Run("named").Begin(isOther ? RunHost.Sweep(2, 2, 1) : RunHost.Sweep(), default);
        Assert.Equal((true, null), (started.IsNew, started.Problem));
        var status = await host.EndAsync("named");
        Assert.Equal(RunState.Completed, status.State);
        Assert.Equal(status.Sets, (await host.ResultsAsync("named")).Length);

        // what is forgotten when the next one begins is what was due, and this one is not
        await host.BeginAsync("next", RunHost.Backtest());
        Assert.Equal(["named"], (await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
        await host.Sessions.Grains.DeactivateAllAsync();
        Assert.Equal(status, await host.Run("named").GetStatus(default) is { } again ? again with { Request = status.Request } : null);
    }

    [Fact]
    public async Task A_name_is_not_free_before_the_accounts_of_its_run_are_settled()
    {
        await using var host = await RunHost.StartAsync();
        host.Sessions.Grains.Usage.IsDown = true;
        await host.BeginAsync("named", RunHost.Backtest());
        await host.EndAsync("named");
        host.Sessions.Grains.Time.Now += TimeSpan.FromDays(30);
        var refused = await host.RefusedAsync("named", RunHost.Backtest());
        Assert.Equal((RunProblemKind.Unavailable, "RUN_IS_ENDING"), (refused.Kind, refused.Code));
        host.Sessions.Grains.Usage.IsDown = false;
        while ((await host.Run("named").Begin(RunHost.Backtest(), default)).Problem is { Code: "RUN_IS_ENDING" }) await Task.Delay(5);
        Assert.Equal(RunState.Completed, (await host.EndAsync("named")).State);
        Assert.Equal(4, host.Sessions.Grains.Usage.Records.Count);
    }

    [Fact]
    public async Task Bars_that_pass_away_for_a_while_do_not_fail_a_run()
    {
        await using var host = await RunHost.StartAsync();
        host.Sessions.Bars.IsDown = true;
        await host.BeginAsync("passing", RunHost.Backtest());
        while (!host.Log.Entries.Any(entry => entry.Number == 3504)) await Task.Delay(5);
        host.Sessions.Bars.IsDown = false;
        Assert.Equal(RunState.Completed, (await host.EndAsync("passing")).State);
    }

    [Fact]
    public async Task What_was_computed_is_metered_once()
    {
        await using var host = await RunHost.StartAsync();
        await host.BeginAsync("sweep", RunHost.Sweep(2, 2, 1));
        await host.BeginAsync("one", RunHost.Backtest());
        var sets = (await host.EndAsync("sweep")).Done;
        await host.EndAsync("one");
        await host.Sessions.Grains.DeactivateAllAsync();
        await host.Run("sweep").GetStatus(default);
        var day = new DateOnly(2026, 2, 3);
        MeteringRecord[] expected =
        [
            new(RunHost.User, "run-one", day, MeteringKind.Ticks, 600),
            new(RunHost.User, "run-one", day, MeteringKind.Simulation, 1),
            new(RunHost.User, "run-sweep", day, MeteringKind.Ticks, sets * 600L),
            new(RunHost.User, "run-sweep", day, MeteringKind.Simulation, sets),
        ];
        while (host.Sessions.Grains.Usage.Records.Count < expected.Length) await Task.Delay(5);
        Assert.Equal(expected.ToHashSet(), host.Sessions.Grains.Usage.Records.ToHashSet());
    }

    [Fact]
    public async Task A_usage_store_that_is_down_delays_metering_and_nothing_else()
    {
        await using var host = await RunHost.StartAsync();
        host.Sessions.Grains.Usage.IsDown = true;
        await host.BeginAsync("one", RunHost.Backtest());
        Assert.Equal(RunState.Completed, (await host.EndAsync("one")).State);
        while (!host.Log.Entries.Any(entry => entry.Number == 3506)) await Task.Delay(5);
        Assert.Empty(host.Sessions.Grains.Usage.Records);
        host.Sessions.Grains.Usage.IsDown = false;
        while (host.Sessions.Grains.Usage.Records.Count < 2) await Task.Delay(5);
    }

    [Fact]
    public async Task More_runs_than_the_plan_allows_wait_for_one_to_end()
    {
        await using var host = await RunHost.StartAsync(workers: 0, plan: Plan.Free);
        await host.BeginAsync("first", RunHost.Sweep());
        var refused = await host.RefusedAsync("second", RunHost.Sweep());
        Assert.Equal((RunProblemKind.Limit, "RATE_LIMIT_EXCEEDED"), (refused.Kind, refused.Code));
        await host.BeginAsync("first", RunHost.Sweep());
        await host.Run("first").Cancel(default);
        await host.BeginAsync("second", RunHost.Sweep());
        Assert.Equal(["second", "first"], (await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
    }

    [Fact]
    public async Task More_runs_than_the_service_takes_are_refused_for_now()
    {
        await using var host = await RunHost.StartAsync(workers: 0, options: options => options with { MaxActive = 1 });
        await host.BeginAsync("first", RunHost.Sweep());
        Assert.Equal(RunProblemKind.Unavailable, (await host.RefusedAsync("second", RunHost.Sweep())).Kind);
        await host.Run("first").Cancel(default);
        await host.BeginAsync("second", RunHost.Sweep());
    }

    [Fact]
    public async Task A_run_that_never_began_takes_no_place_for_long()
    {
        await using var host = await RunHost.StartAsync(workers: 0, plan: Plan.Free);
        Assert.Null(await host.Runs().Admit("interrupted", RunKind.Sweep, 1, default));
        Assert.Equal(RunProblemKind.Limit, (await host.RefusedAsync("second", RunHost.Sweep())).Kind);
        host.Sessions.Grains.Time.Now += TimeSpan.FromMinutes(1);
        await host.BeginAsync("second", RunHost.Sweep());
    }

    [Fact]
    public async Task Runs_that_have_ended_are_forgotten_after_their_time_and_when_there_are_too_many()
    {
        await using var host = await RunHost.StartAsync(options: options => options with { MaxRunning = 2, MaxKept = 3 });
        foreach (var id in (string[])["a", "b", "c"])
        {
            await host.BeginAsync(id, RunHost.Sweep(2, 2, 1));
            await host.EndAsync(id);
        }

        await host.BeginAsync("d", RunHost.Backtest());
        await host.EndAsync("d");
        Assert.Equal(["c", "b"], (await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
        Assert.Null(await host.Run("a").GetStatus(default));
        Assert.DoesNotContain(host.States.Names, name => name.Contains("/a", StringComparison.Ordinal) && name.StartsWith("run", StringComparison.Ordinal));
        host.Sessions.Grains.Time.Now += TimeSpan.FromDays(30);
        Assert.Null(await host.Run("d").GetStatus(default));
        await host.Runs().AsReference<IRemindable>().ReceiveReminder("retention", default);
        Assert.Empty((await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
        Assert.DoesNotContain(host.States.Names, name => name.StartsWith("run/", StringComparison.Ordinal) || name.StartsWith("run-results/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_small_backtest_does_not_wait_for_another_users_large_sweep()
    {
        await using var host = await RunHost.StartAsync(options: options => options with { SliceTicks = 50 });
        host.Sessions.Grains.Accounts.Add("neighbour", Plan.Enterprise);
        var large = host.Run("large", "neighbour");
        Assert.Null((await large.Begin(RunHost.Sweep(40, 40, 5), default)).Problem);
        while ((await large.GetStatus(default))!.Done == 0) await Task.Delay(1);
        await host.BeginAsync("small", RunHost.Backtest());
        Assert.Equal(RunState.Completed, (await host.EndAsync("small")).State);
        Assert.Equal(RunState.Running, (await large.GetStatus(default))!.State);
        await large.Cancel(default);
    }

    [Fact]
    public async Task A_clients_call_reaches_own_runs_only()
    {
        await using var host = await RunHost.StartAsync(workers: 0);
        RequestContext.Set(CallContext.Tenant, RunHost.User);
        await host.BeginAsync("own", RunHost.Sweep());
        RequestContext.Set(CallContext.Tenant, "somebody_else");
        await Assert.ThrowsAsync<ForeignTenantException>(() => host.Run("own").GetStatus(default));
        await Assert.ThrowsAsync<ForeignTenantException>(() => host.Run("own").Cancel(default));
        await Assert.ThrowsAsync<ForeignTenantException>(() => host.Runs().List(RunKind.Sweep, 0, 10, default));
        await Assert.ThrowsAsync<ForeignTenantException>(() => host.Client.GetGrain<IRunResultsGrain>(GrainKeys.RunResults(GrainKeys.Run(RunHost.User, "own"), 0)).Get(default));
    }

    [Fact]
    public async Task A_cancelled_sweep_computes_no_more_and_keeps_its_results()
    {
        await using var host = await RunHost.StartAsync(options: options => options with { SliceTicks = 50 });
        await host.BeginAsync("sweep", RunHost.Sweep(40, 40, 5));
        await host.UntilAsync("sweep", one => one.Done > 0);
        var status = (await host.Run("sweep").Cancel(default))!;
        Assert.Equal(RunState.Cancelled, status.State);
        Assert.InRange(status.Done, 1, status.Sets - 1);
        Assert.Null(status.Hash);
        var results = await host.ResultsAsync("sweep");
        Assert.Equal(status.Done, results.Length);
        Assert.Equal(results.Select(result => result.Set.Number).Distinct(), results.Select(result => result.Set.Number));

        // idempotent, and the threads are free for the next
        Assert.Equal(status with { Request = null! }, (await host.Run("sweep").Cancel(default))! with { Request = null! });
        await host.BeginAsync("next", RunHost.Backtest());
        await host.EndAsync("next");
        Assert.Equal(status.Done, (await host.Run("sweep").GetStatus(default))!.Done);
        Assert.Null(await host.Run("nobody").Cancel(default));
    }
}

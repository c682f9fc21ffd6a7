using Trading.GrainInterfaces.Data;
using Trading.MarketData.Providers;

namespace Trading.Grains.Tests.Data;

public class ProviderGrainTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(200)]
    [Trait("req", "OHLCV-011")]
    public async Task The_limit_holds_over_all_symbols_at_once(int limit)
    {
        string[] symbols = [.. Enumerable.Range(0, limit == 5 ? 8 : 12).Select(at => $"S{at}")];
        GrantWatch? watch = null;
        await using var host = await DataHost.StartAsync(
            settings: options => options.Providers.Others["first"].RequestsPerMinute = limit,
            vendor: vendor => vendor.PageSize = limit == 5 ? 390 : 20,
            filter: time => watch = new GrantWatch(time.GetUtcNow));
        var details = await host.RunAsync(DataHost.Request("2024-07-15", "2024-07-16", symbols));
        Assert.Equal(UpdateState.Completed, details.State);
        var grants = watch!.Grants;
        Assert.Equal(host.Vendor.Requests.Count, grants.Length);
        Assert.True(grants.Length > limit);
        for (var at = limit; at < grants.Length; at++)
        {
            // no sooner than the clock allows at best, so that a clock that moved in between accuses nobody
            var apart = grants[at].After - grants[at - limit].Before;
            Assert.True(apart > TimeSpan.FromMinutes(1), $"request {at} was granted {apart} after the one that it had to wait for");
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [Trait("req", "OHLCV-011")]
    public async Task A_new_activation_sends_no_more_than_the_old_one_left(int limit)
    {
        var states = new DataStates();
        await using var host = await Limited(states, limit);
        var granted = 0;
        for (var at = 0; at < limit - 1; at++) granted += await TakeAndReport(host) ? 1 : 0;
        Assert.Equal(limit - 1, granted);

        // the next process knows no more than what was stored
        await using var next = await Limited(states.Copy(), limit);
        var more = 0;
        while (await TakeAndReport(next)) more++;
        Assert.True(granted + more <= limit, $"{granted} and {more}");
        next.Time.MoveTo(next.Time.GetUtcNow() + TimeSpan.FromSeconds(61));
        Assert.True(await TakeAndReport(next));
    }

    [Fact]
    [Trait("req", "OHLCV-011")]
    public async Task A_pause_that_a_provider_asked_for_outlives_the_activation()
    {
        var states = new DataStates();
        await using var host = await Limited(states, 5);
        var grain = host.Client.GetGrain<IProviderGrain>("first");
        await grain.Report(new RequestOutcome("slow down", (byte)FailureKind.RateLimited, 90_000), default);
        await using var next = await Limited(states.Copy(), 5);
        var answer = await next.Client.GetGrain<IProviderGrain>("first").Take(default);
        Assert.False(answer.Granted);
        Assert.InRange(answer.WaitMs, 89_000, 90_001);
        next.Time.MoveTo(next.Time.GetUtcNow() + TimeSpan.FromSeconds(91));
        Assert.True((await next.Client.GetGrain<IProviderGrain>("first").Take(default)).Granted);
    }

    [Fact]
    [Trait("req", "OHLCV-161")]
    public async Task Over_all_runs_no_more_requests_are_under_way_than_symbols_may_download()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Providers.MaxConcurrentSymbols = 2);
        var grain = host.Client.GetGrain<IProviderGrain>("first");
        Assert.True((await grain.Take(default)).Granted);
        Assert.True((await grain.Take(default)).Granted);
        Assert.False((await grain.Take(default)).Granted);
        await grain.Report(default, default);
        Assert.True((await grain.Take(default)).Granted);

        // what a crash took is never reported, but times out
        host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        Assert.True((await grain.Take(default)).Granted);
    }

    [Fact]
    public async Task Health_is_asked_for_at_most_once_a_minute_and_counts_against_the_limit()
    {
        await using var host = await Limited(new DataStates(), 5);
        var grain = host.Client.GetGrain<IProviderGrain>("first");
        host.Vendor.Health = new ProviderFailure(FailureKind.Temporary, "first", "no route");
        var bad = await grain.GetHealth(default);
        Assert.Equal((false, "no route", 4), (bad.IsReachable, bad.Problem, bad.RemainingThisMinute));
        host.Vendor.Health = null;
        Assert.Equal(false, (await grain.GetHealth(default)).IsReachable);
        Assert.Equal(1, host.Vendor.Probes);
        host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        Assert.Equal((true, null), ((await grain.GetHealth(default)).IsReachable, (await grain.GetHealth(default)).Problem));
        Assert.Equal(2, host.Vendor.Probes);
        Assert.Null((await host.Client.GetGrain<IProviderGrain>("tiingo").GetHealth(default)).IsReachable);
    }

    [Fact]
    [Trait("req", "OHLCV-194")]
    public async Task A_caller_that_gives_up_waiting_for_health_ends_it_for_nobody_else()
    {
        var (reached, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.ProbeGate = () =>
        {
            reached.TrySetResult();
            return gate.Task;
        });
        var grain = host.Client.GetGrain<IProviderGrain>("first");
        using var patience = new CancellationTokenSource();
        var (impatient, patient) = (grain.GetHealth(patience.Token), grain.GetHealth(default));
        await reached.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();
        Assert.Equal((true, null), (await patient is var health ? (health.IsReachable, health.Problem) : default));
        Assert.Equal(1, host.Vendor.Probes);
    }

    private static Task<DataHost> Limited(DataStates states, int limit) =>
        DataHost.StartAsync(states: states, settings: options => options.Providers.Others["first"].RequestsPerMinute = limit);

    private static async Task<bool> TakeAndReport(DataHost host)
    {
        var grain = host.Client.GetGrain<IProviderGrain>("first");
        if (!(await grain.Take(default)).Granted) return false;
        await grain.Report(default, default);
        return true;
    }
}

using Trading.GrainInterfaces.Data;
using Trading.Grains.Tests.Data;
using Trading.MarketData.Candles;

namespace Trading.Grains.Tests.Cluster;

/// <summary>The data manager where its grains do not share a process.</summary>
public class DataClusterTests
{
    private const string Monday = "2024-07-15";
    private const string Tuesday = "2024-07-16";

    private static readonly string[] TwentySymbols = [.. Enumerable.Range(0, 20).Select(at => $"{(char)('A' + at)}{(char)('A' + at)}")];

    [Fact]
    public async Task An_update_of_twenty_symbols_is_done_by_both_silos_and_followed_from_outside()
    {
        await using var cluster = await DataCluster.StartAsync(settings: options => options.Nightly.MaxConcurrentSymbols = 4);
        var started = await cluster.Client.GetGrain<IDataUpdatesGrain>(0).Start(DataHost.Request(Monday, Tuesday, TwentySymbols), default);
        Assert.Null(started.Problem);
        Assert.Equal(20, started.SymbolCount);
        await cluster.First.States.Ended(started.RequestId).WaitAsync(TimeSpan.FromMinutes(2));

        var update = cluster.Client.GetGrain<IDataUpdateGrain>(started.RequestId);
        var details = (await update.GetDetails(default))!;
        Assert.Equal(UpdateState.Completed, details.State);
        Assert.Equal(TwentySymbols, details.Symbols.Select(symbol => symbol.Symbol).Order(StringComparer.Ordinal));
        Assert.All(details.Symbols, symbol => Assert.Equal((true, 780L, (decimal?)100.0m), (symbol.Success, symbol.CandlesDownloaded, symbol.CompletenessPercent)));
        Assert.Equal((20, 20, 100.0m), (await update.GetStatus(default)) is { } status ? (status.TotalSymbols, status.CompletedSymbols, status.ProgressPercent) : default);
        Assert.All((await update.GetProgress(default))!, symbol => Assert.Equal((SymbolUpdateState.Completed, 100.0m), (symbol.State, symbol.ProgressPercent)));
        Assert.Empty(await cluster.Client.GetGrain<IDataUpdatesGrain>(0).GetActive(default));

        // the work was shared, and no symbol was fetched twice
        Assert.NotEmpty(cluster.First.Vendor.Requests);
        Assert.NotEmpty(cluster.Second.Vendor.Requests);
        var asked = cluster.First.Vendor.Requests.Concat(cluster.Second.Vendor.Requests).Select(request => request.Request.Symbol);
        Assert.Equal(TwentySymbols, asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("req", "OHLCV-011")]
    public async Task Both_silos_share_one_budget_of_a_provider()
    {
        await using var cluster = await DataCluster.StartAsync(settings: options =>
        {
            options.Providers.Others["first"].RequestsPerMinute = 5;
            options.Nightly.MaxConcurrentSymbols = 4;
        });
        var started = await cluster.Client.GetGrain<IDataUpdatesGrain>(0).Start(DataHost.Request(Monday, Monday, TwentySymbols), default);
        await cluster.First.States.Ended(started.RequestId).WaitAsync(TimeSpan.FromMinutes(2));
        var times = cluster.First.Vendor.Requests.Concat(cluster.Second.Vendor.Requests).Select(request => request.At).Order().ToArray();
        Assert.Equal(20, times.Length);

        // five a minute take three minutes more than the first five; two budgets would take one. A request bears the time at which it arrives: those that were let go in
        // one minute, four at a time, may arrive in the next, because the test's clock jumps
        Assert.True(times[^1] - times[0] >= TimeSpan.FromMinutes(3), $"twenty requests in {times[^1] - times[0]}");
        Assert.All(Enumerable.Range(0, times.Length - 9), at => Assert.True(times[at + 9] - times[at] >= TimeSpan.FromMinutes(1), $"ten requests in {times[at + 9] - times[at]}"));
    }

    [Fact]
    public async Task A_page_of_ten_thousand_candles_arrives_as_it_is_stored()
    {
        await using var cluster = await DataCluster.StartAsync();
        var started = await cluster.Client.GetGrain<IDataUpdatesGrain>(0).Start(DataHost.Request("2024-05-20", Tuesday, "AAPL"), default);
        await cluster.First.States.Ended(started.RequestId).WaitAsync(TimeSpan.FromMinutes(2));
        var stored = await cluster.First.ReadAsync("AAPL", Timeframe.OneMinute, "2024-05-20", Tuesday);
        Assert.True(stored.Count > 10_000);

        var page = await cluster.Client.GetGrain<ICandlesGrain>("AAPL").GetPage(new("aapl", "1min", null, null, false, 1, 10_000, "raw"), default);
        Assert.Null(page.Problem);
        Assert.Equal(stored.Count, page.TotalItems);
        var expected = stored.Slice(0, 10_000);
        Assert.Equal(expected.Time, page.Time);
        Assert.Equal(expected.Open, page.Open);
        Assert.Equal(expected.High, page.High);
        Assert.Equal(expected.Low, page.Low);
        Assert.Equal(expected.Close, page.Close);
        Assert.Equal(expected.Volume, page.Volume);

        var newest = await cluster.Client.GetGrain<ICandlesGrain>("AAPL").GetPage(new("AAPL", "daily", null, null, true, 1, 3, "adjusted"), default);
        Assert.Null(newest.Problem);
        Assert.Equal(3, newest.Time.Count);
    }

    [Fact]
    public async Task Refusals_arrive_as_values()
    {
        await using var cluster = await DataCluster.StartAsync();
        var page = await cluster.Client.GetGrain<ICandlesGrain>("AAPL").GetPage(new("AAPL", "7min", null, null, false, 1, null, "raw"), default);
        Assert.Equal((DataProblemKind.Invalid, "INVALID_TIMEFRAME", "timeframe"), (page.Problem!.Kind, page.Problem.Code, page.Problem.Field));
        Assert.Empty(page.Time);
        var unknown = await cluster.Client.GetGrain<ICandlesGrain>("KO").GetPage(new("KO", "1min", null, null, false, 1, null, "raw"), default);
        Assert.Equal((DataProblemKind.NotFound, "UNKNOWN_SYMBOL"), (unknown.Problem!.Kind, unknown.Problem.Code));
        var started = await cluster.Client.GetGrain<IDataUpdatesGrain>(0).Start(DataHost.Request(Tuesday, Monday, "AAPL"), default);
        Assert.Equal(DataProblemKind.Invalid, started.Problem!.Kind);
        var none = cluster.Client.GetGrain<IDataUpdateGrain>(Guid.NewGuid().ToString("D"));
        Assert.Null(await none.GetStatus(default));
        Assert.Null(await none.GetProgress(default));
        Assert.Null(await none.GetDetails(default));
        Assert.False(await none.Cancel(default));
    }

    [Fact]
    [Trait("req", "OHLCV-112")]
    public async Task An_analysis_fills_gaps_through_the_other_silo_and_its_days_arrive()
    {
        await using var cluster = await DataCluster.StartAsync();
        foreach (var symbol in TwentySymbols[..8]) await cluster.First.PutAsync(symbol, Monday, time => time == cluster.First.At(symbol, Monday, 100));
        var grain = cluster.Client.GetGrain<ICompletenessGrain>(Guid.NewGuid().ToString());
        Assert.Null(await grain.Start(new(TwentySymbols[..8], DataHost.Day(Monday), DataHost.Day(Monday), true, true, 3), default));
        CompletenessAnswer? answer;
        while ((answer = await grain.GetResult(default)) is null)
        {
        }

        Assert.Null(answer.Problem);
        Assert.Equal(TwentySymbols[..8], answer.Symbols.Select(symbol => symbol.Symbol));
        Assert.All(answer.Symbols, symbol =>
        {
            Assert.Equal((390L, 390L, 1), (symbol.ExpectedCandles, symbol.ActualCandles, symbol.ValidDays));
            Assert.Equal(new GapFill(1, 1, 1, 1, 1), symbol.GapFill);
            Assert.Empty(Assert.Single(symbol.Days).Gaps);
        });
    }

    [Fact]
    public async Task Health_gathers_the_providers_from_wherever_they_are()
    {
        await using var cluster = await DataCluster.StartAsync();
        await cluster.First.PutAsync("AAPL", Tuesday);
        var health = await cluster.Client.GetGrain<IDataCatalogueGrain>(0).GetHealth(default);
        Assert.Equal("AAPL", Assert.Single(health.Symbols).Symbol);
        Assert.Equal(("first", (bool?)true), Assert.Single(health.Providers) is { } provider ? (provider.Provider, provider.IsReachable) : default);
        Assert.Equal(["AAPL"], (await cluster.Client.GetGrain<IDataCatalogueGrain>(0).GetSymbols("1min", default)).Symbols);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_so_and_the_work_goes_on()
    {
        var gate = new TaskCompletionSource();
        await using var cluster = await DataCluster.StartAsync(vendor: vendor => vendor.Gate = _ => gate.Task);
        await cluster.First.PutAsync("AAPL", Monday, time => time == cluster.First.At("AAPL", Monday, 100));
        var grain = cluster.Client.GetGrain<ICompletenessGrain>(Guid.NewGuid().ToString());
        Assert.Null(await grain.Start(new(["AAPL"], DataHost.Day(Monday), DataHost.Day(Monday), false, true, 3), default));
        using var patience = new CancellationTokenSource();
        var asked = grain.GetResult(patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        gate.SetResult();
        CompletenessAnswer? answer;
        while ((answer = await grain.GetResult(default)) is null)
        {
        }

        Assert.Equal(390, Assert.Single(answer.Symbols).ActualCandles);
    }
}

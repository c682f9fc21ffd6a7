using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Tests.Runs;

/// <summary>A run and its workers, one call after the other: what is handed out, what counts, and what becomes of work that is lost.</summary>
public class WorkTests
{
    private static async Task<(RunHost Host, IRunGrain Run)> BeginAsync(RunRequest? request = null, Func<Trading.Grains.Runs.RunOptions, Trading.Grains.Runs.RunOptions>? options = null)
    {
        var host = await RunHost.StartAsync(workers: 0, options: options);
        await host.BeginAsync("run", request ?? RunHost.Sweep());
        return (host, host.Run("run"));
    }

    [Fact]
    public async Task The_first_worker_says_what_the_bars_are_and_the_others_wait_for_that()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        var (a, b) = (new HandWorker(run, "a"), new HandWorker(run, "b"));
        var orders = await a.CallAsync();
        Assert.Equal((1, null), (orders.Sets.Single().Number, orders.Data));
        Assert.NotNull(orders.Request);
        orders = await b.CallAsync();
        Assert.Equal((0, null, false), (orders.Sets.Count, orders.Data, orders.IsOver));
        Assert.Equal(RunState.Queued, (await run.GetStatus(default))!.State);
        orders = await a.CallAsync(data: HandWorker.Data);
        Assert.Equal("fingerprint", orders.Data!.Fingerprint());
        Assert.Equal((RunState.Running, RunHost.Sets * 600L), (await run.GetStatus(default)) is { } status ? (status.State, status.TicksTotal) : default);
        orders = await b.CallAsync();
        Assert.NotEmpty(orders.Sets);
        Assert.NotNull(orders.Request);
        Assert.Empty(a.Held.Intersect(b.Held));
    }

    [Fact]
    public async Task Results_on_other_bars_than_the_runs_count_for_nothing()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        var (a, b) = (new HandWorker(run, "a"), new HandWorker(run, "b"));
        await a.CallAsync();
        await a.CallAsync(data: HandWorker.Data);
        await b.CallAsync();
        var orders = await b.CallAsync(finished: 1, data: HandWorker.Data with { Fingerprints = new[] { "other" } });
        Assert.Equal("fingerprint", orders.Data!.Fingerprint());
        Assert.Empty(await host.ResultsAsync("run"));
        await b.CallAsync(finished: 1, data: HandWorker.Data);
        Assert.Single(await host.ResultsAsync("run"));
    }

    [Fact]
    public async Task What_a_worker_reports_is_there_at_once_and_progress_counts_what_is_in_work()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        var worker = new HandWorker(run, "a", threads: 2);
        await worker.CallAsync();
        await worker.CallAsync(data: HandWorker.Data);
        var expected = RunHost.Expected(RunHost.Sweep());
        for (var done = 1; worker.Held.Count > 0; done++)
        {
            await worker.CallAsync(finished: 1, data: HandWorker.Data);
            if (worker.Last!.IsOver) break;
            var status = (await run.GetStatus(default))!;
            Assert.Equal((done, RunState.Running, done * 600L), (status.Done, status.State, status.TicksDone));
            var partial = await host.ResultsAsync("run");
            Assert.Equal(expected.Where(result => partial.Any(one => one.Set == result.Set)), partial);
            Assert.Equal(partial.OrderByDescending(result => result.FinalEquity).ThenBy(result => result.Set.Number).First(), status.Best);
            Assert.Null(status.Hash);
        }

        Assert.Equal((RunState.Completed, RunHost.Sets), (await run.GetStatus(default)) is { } end ? (end.State, end.Done) : default);
        Assert.True((await worker.CallAsync()).IsOver);
    }

    [Fact]
    public async Task The_sets_of_a_worker_that_is_not_heard_of_are_given_to_others_and_its_late_results_change_nothing()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        var (lost, other) = (new HandWorker(run, "lost"), new HandWorker(run, "other"));
        await lost.CallAsync();
        await lost.CallAsync(data: HandWorker.Data);
        await other.CallAsync();
        var first = lost.Held.Select(set => set.Number).ToArray();
        while (other.Held.Count > 0) await other.CallAsync(finished: other.Held.Count, data: HandWorker.Data);
        Assert.Equal(RunHost.Sets - first.Length, (await run.GetStatus(default))!.Done);

        // as long as its lease lasts nobody gets them
        host.Sessions.Grains.Time.Now += TimeSpan.FromSeconds(9);
        Assert.Empty((await other.CallAsync(data: HandWorker.Data)).Sets);
        host.Sessions.Grains.Time.Now += TimeSpan.FromSeconds(1);
        while (other.Held.Count == 0)
        {
            await Task.Delay(20);
            await other.CallAsync(data: HandWorker.Data);
        }

        Assert.Equal(first[0], other.Held[0].Number);
        Assert.Contains(host.Log.Entries, entry => entry.Number == 3503);
        while (!other.Last!.IsOver) await other.CallAsync(finished: other.Held.Count, data: HandWorker.Data);
        var status = (await run.GetStatus(default))!;
        Assert.Equal((RunState.Completed, RunHost.Sets), (status.State, status.Done));
        Assert.True((await lost.CallAsync(finished: lost.Held.Count, data: HandWorker.Data)).IsOver);
        Assert.Equal(status.Hash, (await run.GetStatus(default))!.Hash);
        Assert.Equal(RunHost.Expected(RunHost.Sweep()), await host.ResultsAsync("run"));
    }

    [Fact]
    public async Task A_worker_that_leaves_gives_back_what_it_has_at_once()
    {
        var (host, run) = await BeginAsync(RunHost.Sweep(2, 2, 1));
        await using var _ = host;
        var (leaving, other) = (new HandWorker(run, "leaving"), new HandWorker(run, "other"));
        await leaving.CallAsync();
        await leaving.CallAsync(data: HandWorker.Data);
        await leaving.CallAsync(finished: 1, data: HandWorker.Data, isLeaving: true);
        Assert.Empty(leaving.Last!.Sets);
        await other.CallAsync();
        while (!other.Last!.IsOver) await other.CallAsync(finished: other.Held.Count, data: HandWorker.Data);
        Assert.Equal((RunState.Completed, 4), (await run.GetStatus(default)) is { } status ? (status.State, status.Done) : default);
    }

    [Fact]
    public async Task An_answer_that_was_lost_loses_no_set()
    {
        var (host, run) = await BeginAsync(RunHost.Sweep(2, 2, 1));
        await using var _ = host;
        var worker = new HandWorker(run, "a");
        await worker.CallAsync();
        await worker.CallAsync(data: HandWorker.Data);
        worker.Held.Clear();
        Assert.Equal(1, (await worker.CallAsync(data: HandWorker.Data)).Sets[0].Number);
        while (!worker.Last!.IsOver) await worker.CallAsync(finished: worker.Held.Count, data: HandWorker.Data);
        Assert.Equal(4, (await run.GetStatus(default))!.Done);
    }

    [Fact]
    public async Task A_run_whose_grain_is_lost_goes_on_with_what_is_stored_and_with_what_workers_have()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        var (a, b) = (new HandWorker(run, "a"), new HandWorker(run, "b"));
        await a.CallAsync();
        await a.CallAsync(data: HandWorker.Data);
        await b.CallAsync();
        await b.CallAsync(finished: 3, data: HandWorker.Data);
        await host.Sessions.Grains.DeactivateAllAsync();
        await a.CallAsync(data: HandWorker.Data);
        Assert.Equal(a.Held.Count, a.Held.Distinct().Count());
        Assert.Equal((RunState.Running, 3), (await run.GetStatus(default)) is { } status ? (status.State, status.Done) : default);
        for (var round = 0; !a.Last!.IsOver && !b.Last!.IsOver; round++)
        {
            if (round % 4 == 3) await host.Sessions.Grains.DeactivateAllAsync();
            var worker = round % 2 == 0 ? a : b;
            await worker.CallAsync(finished: worker.Held.Count, data: HandWorker.Data);
        }

        Assert.Equal(RunHost.Expected(RunHost.Sweep()), await host.ResultsAsync("run"));
    }

    [Fact]
    public async Task A_set_that_fails_is_counted_and_stops_no_other()
    {
        var (host, run) = await BeginAsync(RunHost.Sweep(2, 2, 1));
        await using var _ = host;
        var worker = new HandWorker(run, "a");
        await worker.CallAsync();
        await worker.CallAsync(finished: 1, data: HandWorker.Data, change: result => SetResult.Failed(result.Set, "broken"));
        while (!worker.Last!.IsOver) await worker.CallAsync(finished: worker.Held.Count, data: HandWorker.Data);
        var status = (await run.GetStatus(default))!;
        Assert.Equal((RunState.Completed, 3, 1), (status.State, status.Done, status.Failed));
        Assert.NotNull(status.Hash);
        Assert.NotEqual(1, status.Best!.Set.Number);
        Assert.Equal("broken", (await host.ResultsAsync("run"))[0].Error);
        foreach (var order in Enum.GetValues<ResultOrder>().Where(order => order != ResultOrder.Set)) Assert.Equal("broken", (await host.ResultsAsync("run", order))[^1].Error);
    }

    [Fact]
    public async Task A_backtest_whose_set_fails_has_failed()
    {
        var (host, run) = await BeginAsync(RunHost.Backtest());
        await using var _ = host;
        var worker = new HandWorker(run, "a");
        await worker.CallAsync();
        await worker.CallAsync(finished: 1, data: HandWorker.Data, change: result => SetResult.Failed(result.Set, "broken"));
        Assert.Equal((RunState.Failed, "INTERNAL_ERROR", "broken"), (await run.GetStatus(default)) is { } status ? (status.State, status.Error!.Code, status.Error.Message) : default);
    }

    [Fact]
    public async Task Two_different_results_of_one_set_are_told_as_an_error_and_the_first_one_counts()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        var (a, b) = (new HandWorker(run, "a"), new HandWorker(run, "b"));
        await a.CallAsync();
        await a.CallAsync(data: HandWorker.Data);
        b.Held.Add(a.Held[0]);
        await b.CallAsync();
        await a.CallAsync(finished: 1, data: HandWorker.Data);
        var expected = (await host.ResultsAsync("run")).Single();
        await b.CallAsync(finished: 1, data: HandWorker.Data, change: result => result with { ResultHash = "other" });
        Assert.Contains(host.Log.Entries, entry => entry.Number == 3505);
        Assert.Equal(expected, (await host.ResultsAsync("run"))[0]);
    }

    [Fact]
    public async Task Results_that_are_none_of_the_runs_are_ignored()
    {
        var (host, run) = await BeginAsync(RunHost.Sweep(2, 2, 1));
        await using var _ = host;
        var worker = new HandWorker(run, "a");
        await worker.CallAsync();
        foreach (var set in (ParameterSet[])[new(0, 2, 9, 1), new(5, 2, 9, 1), new(1, 3, 9, 1), new(-7, 2, 9, 1)])
        {
            var report = new WorkReport { Worker = "a", Threads = 1, KnowsRequest = true, InWork = new[] { set.Number }, Data = HandWorker.Data, Results = new[] { SetResult.Failed(set, "strange") } };
            Assert.False((await run.Work(report, default)).IsOver);
        }

        Assert.Empty(await host.ResultsAsync("run"));
    }

    [Fact]
    public async Task Nobody_works_on_a_run_that_is_over_or_never_was()
    {
        var (host, run) = await BeginAsync();
        await using var _ = host;
        await run.Cancel(default);
        Assert.True((await new HandWorker(run, "a").CallAsync()).IsOver);
        Assert.True((await new HandWorker(host.Run("never"), "a").CallAsync()).IsUnknown);
        Assert.Null(await host.Run("never").GetResults(new ResultQuery(ResultOrder.Set, 1, 10), default));
        Assert.Null(await host.Run("never").GetReport(default));
        await host.Run("never").Forget(default);
    }

    [Fact]
    public async Task Many_results_are_stored_in_documents_of_bounded_size()
    {
        var request = RunHost.Sweep(10, 10, 10) with { Slow = Enumerable.Range(100, 10).ToArray() };
        var (host, run) = await BeginAsync(request);
        await using var _ = host;
        var worker = new HandWorker(run, "a", threads: 8);
        await worker.CallAsync();
        await worker.CallAsync(data: HandWorker.Data);
        while (!worker.Last!.IsOver) await worker.CallAsync(finished: worker.Held.Count, data: HandWorker.Data, change: result => result);
        Assert.Equal(1_000, (await run.GetStatus(default))!.Done);
        Assert.Equal(4, host.States.Names.Count(name => name.StartsWith("run-results/", StringComparison.Ordinal)));
        await host.Sessions.Grains.DeactivateAllAsync();
        Assert.Equal(1_000, (await host.ResultsAsync("run")).Length);
    }
}

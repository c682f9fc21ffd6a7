using Trading.GrainInterfaces.Data;
using Trading.MarketData.Updates;

namespace Trading.Grains.Tests.Data;

public class UpdateRequestTests
{
    private const string Monday = "2024-07-15";

    [Fact]
    [Trait("req", "OHLCV-134")]
    [Trait("req", "OHLCV-140")]
    [Trait("req", "OHLCV-154")]
    [Trait("req", "OHLCV-156")]
    [Trait("req", "OHLCV-157")]
    [Trait("req", "OHLCV-158")]
    public async Task A_start_answers_at_once_and_the_run_is_listed_until_it_ends()
    {
        await using var host = await DataHost.StartAsync();
        var gate = new TaskCompletionSource();
        host.Vendor.Gate = _ => gate.Task;
        var one = await host.Updates.Start(DataHost.Request(Monday, Monday, "AAPL", "KO"), default);
        var other = await host.Updates.Start(DataHost.Request(Monday, Monday, "MSFT"), default);
        Assert.Equal((2, 1), (one.SymbolCount, other.SymbolCount));
        Assert.NotEqual(one.RequestId, other.RequestId);
        Assert.True(Guid.TryParseExact(one.RequestId, "D", out _));
        var grain = host.Client.GetGrain<IDataUpdateGrain>(one.RequestId);
        Assert.NotNull(await grain.GetStatus(default));
        Assert.False((await grain.GetDetails(default))!.IsComplete);
        var active = await host.Updates.GetActive(default);
        Assert.Equal([(one.RequestId, 2, 0.0m), (other.RequestId, 1, 0.0m)], active.Select(update => (update.RequestId, update.SymbolCount, update.ProgressPercent)));
        Assert.All(active, update => Assert.Equal(1721181600000000, update.StartedAt));

        gate.SetResult();
        await host.EndAsync(one.RequestId);
        await host.EndAsync(other.RequestId);
        Assert.Empty(await host.Updates.GetActive(default));
        Assert.True((await grain.GetDetails(default))!.IsComplete);
    }

    [Fact]
    [Trait("req", "OHLCV-128")]
    [Trait("req", "OHLCV-142")]
    [Trait("req", "OHLCV-143")]
    [Trait("req", "OHLCV-144")]
    [Trait("req", "OHLCV-145")]
    [Trait("req", "OHLCV-148")]
    [Trait("req", "OHLCV-150")]
    [Trait("req", "OHLCV-151")]
    public async Task Progress_rises_symbol_by_symbol_to_a_hundred()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Nightly.MaxConcurrentSymbols = 1);
        IDataUpdateGrain? grain = null;
        var known = new TaskCompletionSource();
        var seen = new List<(UpdateStatus Status, IReadOnlyList<SymbolProgress> Progress)>();
        host.Vendor.Gate = async _ =>
        {
            await known.Task;
            host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromSeconds(10));
            seen.Add(((await grain!.GetStatus(default))!, (await grain.GetProgress(default))!));
        };
        var started = await host.Updates.Start(DataHost.Request(Monday, Monday, "A", "B", "C"), default);
        grain = host.Client.GetGrain<IDataUpdateGrain>(started.RequestId);
        known.SetResult();
        await host.EndAsync(started.RequestId);

        Assert.Equal([0.0m, 33.3m, 66.7m], seen.Select(at => at.Status.ProgressPercent));
        Assert.Equal(["A", "B", "C"], seen.Select(at => at.Status.CurrentSymbol));
        Assert.All(seen, at => Assert.Equal((UpdateState.InProgress, UpdatePhase.Downloading, 3, 1), (at.Status.State, at.Status.CurrentPhase, at.Status.TotalSymbols, at.Status.SymbolsInProgress.Count)));
        Assert.Equal([0, 1, 2], seen.Select(at => at.Status.CompletedSymbols));
        Assert.True(seen[1].Status.EstimatedSecondsRemaining > seen[2].Status.EstimatedSecondsRemaining);
        var second = seen[1].Progress;
        Assert.Equal([SymbolUpdateState.Completed, SymbolUpdateState.InProgress, SymbolUpdateState.Waiting], second.Select(symbol => symbol.State));
        Assert.Equal([100.0m, 10.0m, 0.0m], second.Select(symbol => symbol.ProgressPercent));
        Assert.Equal([UpdatePhase.Reporting, UpdatePhase.Downloading, UpdatePhase.Waiting], second.Select(symbol => symbol.Phase));
        Assert.True(second[0].FinishedAt >= second[0].StartedAt && second[1].FinishedAt is null && second[2].StartedAt is null);
        var end = (await grain.GetStatus(default))!;
        Assert.Equal((UpdateState.Completed, 100.0m, 3, 0, 0), (end.State, end.ProgressPercent, end.CompletedSymbols, end.EstimatedSecondsRemaining, end.SymbolsInProgress.Count));
    }

    [Fact]
    [Trait("req", "OHLCV-135")]
    [Trait("req", "OHLCV-136")]
    [Trait("req", "OHLCV-137")]
    public async Task Without_symbols_the_default_ones_are_updated_and_bad_requests_are_refused_with_a_code()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Nightly.DefaultSymbols = ["KO", "MSFT"]);
        var details = await host.RunAsync(new UpdateRequest(null, null, null));
        Assert.Equal(["KO", "MSFT"], details.Symbols.Select(symbol => symbol.Symbol));
        Assert.Equal(["AAPL"], (await host.RunAsync(new UpdateRequest(["AAPL", "aapl"], null, null))).Symbols.Select(symbol => symbol.Symbol));

        await Refused("EMPTY_SYMBOLS", new UpdateRequest([], null, null));
        await Refused("INVALID_SYMBOL", new UpdateRequest(["../etc"], null, null));
        await Refused("INVALID_DATE_RANGE", new UpdateRequest(null, DataHost.Day(Monday), DataHost.Day(Monday) - 1));
        await Refused("INVALID_DATE_RANGE", new UpdateRequest(null, 0, null));
        await Refused("INVALID_LIMIT", new UpdateRequest(null, null, null, MaxConcurrentSymbols: 0));
        await Refused("TOO_MANY_SYMBOLS", new UpdateRequest([.. Enumerable.Range(0, 1001).Select(at => $"S{at}")], null, null));
        Assert.Empty(await host.Updates.GetActive(default));

        async Task Refused(string code, UpdateRequest request)
        {
            var problem = (await host.Updates.Start(request, default)).Problem!;
            Assert.Equal((DataProblemKind.Invalid, code), (problem.Kind, problem.Code));
        }
    }

    [Fact]
    [Trait("req", "OHLCV-149")]
    [Trait("req", "OHLCV-155")]
    public async Task Results_are_kept_for_the_configured_time_and_unknown_requests_are_none()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Nightly.KeepResultsDays = 3);
        var unknown = host.Client.GetGrain<IDataUpdateGrain>(Guid.NewGuid().ToString());
        Assert.Null(await unknown.GetStatus(default));
        Assert.Null(await unknown.GetProgress(default));
        Assert.Null(await unknown.GetDetails(default));
        var grain = host.Client.GetGrain<IDataUpdateGrain>((await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"))).RequestId);
        host.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        await grain.AsReference<IRemindable>().ReceiveReminder("forget", default);
        Assert.NotNull(await grain.GetDetails(default));
        Assert.Single(Updates());
        host.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromDays(3));
        Assert.Null(await grain.GetStatus(default));
        Assert.Null(await grain.GetProgress(default));
        Assert.Null(await grain.GetDetails(default));

        // what nobody is shown any more is not kept either
        await grain.AsReference<IRemindable>().ReceiveReminder("forget", default);
        Assert.Empty(Updates());
        Assert.Null(await grain.GetStatus(default));
        Assert.Empty(await host.Updates.GetActive(default));

        IEnumerable<string> Updates() => host.States.Names.Where(name => name.StartsWith("data-update/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancelled_update_ends_and_what_is_stored_stays()
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Nightly.MaxConcurrentSymbols = 1);
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        host.Vendor.Gate = request =>
        {
            if (request.Symbol != "B") return Task.CompletedTask;
            reached.TrySetResult();
            return gate.Task;
        };
        var started = await host.Updates.Start(DataHost.Request(Monday, Monday, "A", "B", "C"), default);
        await reached.Task;
        var grain = host.Client.GetGrain<IDataUpdateGrain>(started.RequestId);
        Assert.True(await grain.Cancel(default));
        Assert.False(await grain.Cancel(default));
        gate.SetResult();
        var details = await host.EndAsync(started.RequestId);
        Assert.Equal([null, "cancelled", "cancelled"], details.Symbols.Select(symbol => symbol.Error));
        Assert.Equal(["A", "B"], await host.Store.SymbolsAsync(Trading.MarketData.Candles.Timeframe.OneHour, default));
        Assert.DoesNotContain(host.Vendor.Requests, request => request.Request.Symbol == "C");
    }

    [Fact]
    [Trait("req", "OHLCV-141")]
    public async Task Two_runs_with_a_common_symbol_take_turns()
    {
        await using var host = await DataHost.StartAsync();
        var gate = new TaskCompletionSource();
        var (now, most) = (0, 0);
        host.Vendor.Gate = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await gate.Task;
            Interlocked.Decrement(ref now);
        };
        var one = await host.Updates.Start(DataHost.Request(Monday, Monday, "AAPL"), default);
        var other = await host.Updates.Start(DataHost.Request(Monday, Monday, "AAPL"), default);
        gate.SetResult();
        SymbolResult[] results = [(await host.EndAsync(one.RequestId)).Symbols[0], (await host.EndAsync(other.RequestId)).Symbols[0]];
        Assert.All(results, result => Assert.True(result.Success));
        Assert.Equal([0L, 390L], results.Select(result => result.CandlesDownloaded).Order());
        Assert.Equal(1, most);
    }

    [Fact]
    [Trait("req", "OHLCV-141")]
    public async Task A_symbol_belongs_to_one_run_until_it_is_released_or_the_run_is_gone()
    {
        await using var host = await DataHost.StartAsync();
        var symbol = host.Client.GetGrain<ISymbolDataGrain>("AAPL");
        var work = new SymbolWork { FirstDate = DataHost.Day(Monday), LastDate = DataHost.Day(Monday), FetchedAt = 1721181600000000 };
        Assert.Equal(UpdatePhase.Downloading, (await symbol.Advance("one", work, default)).Work.Phase);
        var waiting = await symbol.Advance("other", work, default);
        Assert.Equal((UpdatePhase.Validating, 1000, false), (waiting.Work.Phase, waiting.WaitMs, waiting.IsDone));
        await symbol.Release("one", default);
        Assert.Equal(UpdatePhase.Downloading, (await symbol.Advance("other", work, default)).Work.Phase);
        host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromMinutes(6));
        Assert.Equal(UpdatePhase.Downloading, (await symbol.Advance("one", work, default)).Work.Phase);
    }

    [Fact]
    [Trait("req", "OHLCV-131")]
    public void Every_weekday_has_one_start_at_the_same_New_York_time_across_clock_changes()
    {
        var newYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        var schedule = new NightlySchedule("21:00");
        var night = DataHost.Day("2023-12-29");
        var starts = new List<DateTimeOffset>();
        for (var start = schedule.StartAfter(night); start.Year < 2026; start = schedule.StartAfter(night))
        {
            Assert.Equal(night, schedule.LastDue(start - TimeSpan.FromTicks(1)));
            night = schedule.LastDue(start);
            Assert.Equal(night, schedule.LastDue(start + TimeSpan.FromHours(20)));
            starts.Add(start);
        }

        var local = starts.Select(start => TimeZoneInfo.ConvertTime(start, newYork).DateTime).ToArray();
        Assert.All(local, start => Assert.Equal(new TimeSpan(21, 0, 0), start.TimeOfDay));
        var weekdays = Enumerable.Range(0, 730).Select(day => new DateTime(2024, 1, 1, 21, 0, 0).AddDays(day)).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
        // the last start of the two years is in the next one by UTC
        Assert.Equal(weekdays, local);
        Assert.Equal([1, 2], starts.Select(start => start.UtcDateTime.Hour).Distinct().Order());
    }

    [Fact]
    [Trait("req", "OHLCV-131")]
    public async Task A_night_is_started_once_however_often_the_reminder_comes_and_wherever_the_service_restarts()
    {
        var states = new DataStates();
        await using (var host = await Scheduled(states, DataHost.Tuesday))
        {
            await host.Updates.EnsureSchedule(default);
            Assert.Empty(await Nights(host));
            host.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromHours(22.9));
            await host.Updates.AsReference<IRemindable>().ReceiveReminder("nightly", default);
            Assert.Empty(await Nights(host));
            host.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromHours(23));
            for (var at = 0; at < 3; at++) await host.Updates.AsReference<IRemindable>().ReceiveReminder("nightly", default);
            Assert.Single(await Nights(host));
        }

        // down over two nights and a weekend: one run makes up for them
        await using var next = await Scheduled(states.Copy(), DataHost.Tuesday + TimeSpan.FromDays(5));
        for (var at = 0; at < 2; at++) await next.Updates.EnsureSchedule(default);
        Assert.Single(await Nights(next));
    }

    [Fact]
    [Trait("req", "OHLCV-131")]
    public async Task The_schedule_can_be_switched_off_and_its_time_is_a_setting()
    {
        await using var off = await DataHost.StartAsync(settings: options => options.Nightly.Schedule = "false");
        await off.Updates.EnsureSchedule(default);
        off.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromDays(1));
        await off.Updates.EnsureSchedule(default);
        Assert.Empty(await Nights(off));

        // "auto" runs where somebody can be asked
        await using var alone = await DataHost.StartAsync(settings: options => options.Providers.Others["first"].ApiKey = "");
        await alone.Updates.EnsureSchedule(default);
        alone.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromDays(1));
        await alone.Updates.EnsureSchedule(default);
        Assert.Empty(await Nights(alone));
        await using var early = await DataHost.StartAsync(settings: options => options.Nightly.StartTime = "18:30");
        await early.Updates.EnsureSchedule(default);
        early.Time.MoveTo(DataHost.Tuesday + TimeSpan.FromHours(20.5));
        await early.Updates.EnsureSchedule(default);
        Assert.Single(await Nights(early));
    }

    private static Task<DataHost> Scheduled(DataStates states, DateTimeOffset now) => DataHost.StartAsync(states: states, now: now);

    /// <summary>Nightly runs that were begun, by the log.</summary>
    private static Task<string[]> Nights(DataHost host) => Task.FromResult(host.Log.Entries.Where(entry => entry.Number == 3450).Select(entry => entry.Text).ToArray());
}

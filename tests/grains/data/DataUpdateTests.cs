using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Providers;
using Trading.Storage.Tests.Faults;

namespace Trading.Grains.Tests.Data;

public class DataUpdateTests
{
    private const string Monday = "2024-07-15";
    private const string TuesdayDate = "2024-07-16";

    [Fact]
    [Trait("req", "OHLCV-001")]
    [Trait("req", "OHLCV-122")]
    [Trait("req", "OHLCV-128")]
    [Trait("req", "OHLCV-148")]
    public async Task A_symbol_goes_through_fetching_validating_storing_and_resampling_to_a_served_candle()
    {
        var states = new DataStates();
        var phases = new List<UpdatePhase>();
        states.Seen = (_, state) =>
        {
            if (state is Trading.Grains.Data.DataUpdateState { Symbols: [var symbol] })
            {
                lock (phases) phases.Add(symbol.Work.Phase);
            }
        };
        await using var host = await DataHost.StartAsync(states: states);
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));

        Assert.Equal(UpdateState.Completed, details.State);
        Assert.Equal(new SymbolResult("AAPL", true, 780, 780 / 5 + 52 + 26 + 14 + 8 + 4 + 2, 100.0m, null), Assert.Single(details.Symbols));
        Assert.Equal(phases.Order(), phases);
        Assert.Equal([UpdatePhase.Validating, UpdatePhase.Downloading, UpdatePhase.Resampling, UpdatePhase.Reporting], phases.Distinct());
        var page = await host.Client.GetGrain<ICandlesGrain>("AAPL").GetPage(new("AAPL", "2h", DataHost.Day(TuesdayDate), DataHost.Day(TuesdayDate), false, 1, null, "raw"), default);
        Assert.Null(page.Problem);
        Assert.Equal([.. Enumerable.Range(0, 4).Select(at => host.At("AAPL", TuesdayDate, at * 120))], page.Time);
        Assert.Equal(4, page.TotalItems);
    }

    [Fact]
    [Trait("req", "OHLCV-127")]
    [Trait("req", "OHLCV-146")]
    [Trait("req", "OHLCV-150")]
    [Trait("req", "OHLCV-151")]
    [Trait("req", "OHLCV-152")]
    [Trait("req", "OHLCV-153")]
    [Trait("req", "OHLCV-176")]
    public async Task Of_five_symbols_one_fails_and_four_are_current()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Fault = request =>
            request.Symbol == "KO" ? new ProviderFailure(FailureKind.Unauthorized, vendor.Name, "the key is refused") : null);
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL", "MSFT", "KO", "NVDA", "TSLA"));

        Assert.Equal(UpdateState.CompletedWithErrors, details.State);
        Assert.True(details.IsComplete);
        Assert.Equal(["KO"], details.Symbols.Where(symbol => !symbol.Success).Select(symbol => symbol.Symbol));
        Assert.All(details.Symbols.Where(symbol => symbol.Success), symbol => Assert.Equal((780L, (decimal?)100.0m), (symbol.CandlesDownloaded, symbol.CompletenessPercent)));
        var failed = details.Symbols.Single(symbol => !symbol.Success);
        Assert.Equal("download: KO, 2024-07-15 to 2024-07-16, first: the key is refused", failed.Error);
        Assert.Single(host.Vendor.Requests, request => request.Request.Symbol == "KO");
        Assert.Contains((3420, "download of KO, 2024-07-15 to 2024-07-16, from first: unauthorized: the key is refused"), host.Log.Entries);
        Assert.Equal(["Check key, quota and reachability of first", "Run KO again"], details.Recommendations);
        var status = await host.Client.GetGrain<IDataUpdateGrain>(details.RequestId).GetStatus(default);
        Assert.Equal((5, 5, 100.0m), (status!.TotalSymbols, status.CompletedSymbols, status.ProgressPercent));
        var progress = (await host.Client.GetGrain<IDataUpdateGrain>(details.RequestId).GetProgress(default))!;
        Assert.Equal(
            details.Symbols.Select(symbol => (symbol.Symbol, symbol.Success ? SymbolUpdateState.Completed : SymbolUpdateState.Failed, UpdatePhase.Reporting, 100.0m, symbol.Error)),
            progress.Select(symbol => (symbol.Symbol, symbol.State, symbol.Phase, symbol.ProgressPercent, symbol.Error)));
        Assert.All(progress, symbol => Assert.True(symbol.StartedAt <= symbol.FinishedAt));
    }

    [Fact]
    [Trait("req", "OHLCV-125")]
    [Trait("req", "OHLCV-130")]
    public async Task A_second_run_downloads_nothing_and_leaves_the_same_bytes()
    {
        var files = new FaultFiles(new Random(1));
        await using var host = await DataHost.StartAsync(files);
        await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL", "MSFT"));
        var (requests, before) = (host.Vendor.Requests.Count, DataHost.FilesOf(files));

        host.Time.MoveTo(host.Time.GetUtcNow() + TimeSpan.FromHours(1));
        var again = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL", "MSFT"));
        Assert.All(again.Symbols, symbol => Assert.Equal((true, 0L, 0L, (decimal?)100.0m), (symbol.Success, symbol.CandlesDownloaded, symbol.CandlesResampled, symbol.CompletenessPercent)));
        Assert.Equal(requests, host.Vendor.Requests.Count);
        Assert.Equal(before, DataHost.FilesOf(files));
    }

    [Theory]
    [InlineData(2, null, 2)]
    [InlineData(null, 3, 3)]
    [InlineData(9, 3, 4)]
    [Trait("req", "OHLCV-126")]
    [Trait("req", "OHLCV-147")]
    [Trait("req", "OHLCV-160")]
    [Trait("req", "OHLCV-161")]
    [Trait("req", "OHLCV-182")]
    public async Task Never_more_symbols_are_in_work_than_the_request_the_settings_and_the_provider_setting_allow(int? asked, int? nightly, int expected)
    {
        var together = new TaskCompletionSource();
        var states = new DataStates();
        var most = 0;
        states.Seen = (_, state) =>
        {
            if (state is Trading.Grains.Data.DataUpdateState update) most = Math.Max(most, update.Symbols.Count(symbol => symbol.State == SymbolUpdateState.InProgress));
        };
        await using var host = await DataHost.StartAsync(
            states: states,
            settings: options =>
            {
                options.Providers.MaxConcurrentSymbols = 4;
                options.Nightly.MaxConcurrentSymbols = nightly ?? 1;
            });
        var begun = 0;
        host.Vendor.Gate = _ =>
        {
            if (Interlocked.Increment(ref begun) == expected) together.TrySetResult();
            return together.Task;
        };
        var details = await host.RunAsync(DataHost.Request(Monday, Monday, "A", "B", "C", "D", "E", "F", "G") with { MaxConcurrentSymbols = asked });
        Assert.Equal(UpdateState.Completed, details.State);
        Assert.Equal(expected, host.Vendor.MostUnderWay);
        Assert.Equal(expected, most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("req", "OHLCV-126")]
    [Trait("req", "OHLCV-144")]
    [Trait("req", "OHLCV-146")]
    [Trait("req", "OHLCV-147")]
    public async Task Whatever_vendors_do_no_percentage_ever_falls_and_no_more_symbols_are_in_work_than_asked_for(int seed)
    {
        var random = new Random(seed);
        var seen = new List<(decimal[] Symbols, int Finished, int InWork)>();
        var states = new DataStates
        {
            Seen = (_, state) =>
            {
                if (state is Trading.Grains.Data.DataUpdateState update) seen.Add(([.. update.Symbols.Select(symbol => symbol.Percent)], update.Symbols.Count(symbol => symbol.IsFinished), update.Symbols.Count(symbol => symbol.State == SymbolUpdateState.InProgress)));
            },
        };
        await using var host = await DataHost.StartAsync(states: states, vendors: ["first", "second"], vendor: vendor =>
        {
            (vendor.Longest, vendor.PageSize) = (TimeSpan.FromDays(3), 500);
            vendor.Lacks = (symbol, minute) => (minute / 86_400_000_000 * 7 + symbol[0] + vendor.Name.Length) % 4 == 0;
            vendor.Fault = request =>
            {
                lock (random)
                {
                    if (request.Symbol == "C") return new ProviderFailure(FailureKind.Unauthorized, vendor.Name, "no");
                    return random.Next(4) == 0 ? new ProviderFailure(random.Next(3) == 0 ? FailureKind.NotAvailable : FailureKind.Temporary, vendor.Name, "reset") : null;
                }
            };
        });
        var details = await host.RunAsync(DataHost.Request("2024-07-01", TuesdayDate, "A", "B", "C", "D") with { MaxConcurrentSymbols = 2 });
        Assert.False(details.Symbols[2].Success);
        Assert.All(seen.Zip(seen.Skip(1)), pair =>
        {
            Assert.All(pair.First.Symbols.Zip(pair.Second.Symbols), symbol => Assert.True(symbol.First <= symbol.Second, $"{symbol.First} % fell to {symbol.Second} %"));
            Assert.True(pair.First.Finished <= pair.Second.Finished);
        });
        Assert.Equal(2, seen.Max(state => state.InWork));
        var status = (await host.Client.GetGrain<IDataUpdateGrain>(details.RequestId).GetStatus(default))!;
        Assert.Equal((4, 100.0m), (status.CompletedSymbols, status.ProgressPercent));
    }

    [Fact]
    [Trait("req", "OHLCV-123")]
    public async Task What_is_fetched_is_everything_after_the_last_stored_day_and_every_earlier_day_that_is_incomplete()
    {
        await using var host = await DataHost.StartAsync();
        await host.PutAsync("AAPL", "2024-07-08");
        await host.PutAsync("AAPL", "2024-07-09", time => time == host.At("AAPL", "2024-07-09", 100));
        await host.PutAsync("AAPL", "2024-07-11");
        var details = await host.RunAsync(new UpdateRequest(["AAPL"], null, null));

        Assert.Equal(UpdateState.Completed, details.State);
        // the 8th and the 11th are whole, the 10th is missing among them; the 12th, 15th and 16th come after; a session that is under way is not asked for
        (string, string)[] asked = [("2024-07-09", "2024-07-10"), ("2024-07-12", TuesdayDate)];
        Assert.Equal(asked, host.Vendor.Requests.Select(request => Days(host, request.Request)));
        Assert.Equal(7 * 390, (await host.ReadAsync("AAPL", Timeframe.OneMinute, "2024-07-08", TuesdayDate)).Count);
    }

    [Fact]
    [Trait("req", "OHLCV-124")]
    [Trait("req", "OHLCV-139")]
    public async Task Dates_of_the_request_bound_the_days_and_without_forced_validation_only_last_days_are_compared()
    {
        await using var host = await DataHost.StartAsync();
        await host.PutAsync("AAPL", "2024-07-09", time => time == host.At("AAPL", "2024-07-09", 100));
        await host.RunAsync(new UpdateRequest(["AAPL"], DataHost.Day("2024-07-08"), DataHost.Day("2024-07-11"), ForceValidation: false));
        Assert.Equal(("2024-07-10", "2024-07-11"), Days(host, Assert.Single(host.Vendor.Requests).Request));

        await host.RunAsync(new UpdateRequest(["AAPL"], DataHost.Day("2024-07-09"), DataHost.Day("2024-07-10")));
        Assert.Equal(("2024-07-09", "2024-07-09"), Days(host, host.Vendor.Requests[1].Request));
        Assert.Equal(2, host.Vendor.Requests.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-138")]
    public async Task Resampling_can_be_left_out_and_the_next_run_makes_up_for_it()
    {
        await using var host = await DataHost.StartAsync();
        var without = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL") with { EnableResampling = false });
        Assert.Equal((390L, 0L), (without.Symbols[0].CandlesDownloaded, without.Symbols[0].CandlesResampled));
        Assert.Empty(await host.Store.SymbolsAsync(Timeframe.OneHour, default));

        var with = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        Assert.Equal((0L, 78L + 26 + 13 + 7 + 4 + 2 + 1), (with.Symbols[0].CandlesDownloaded, with.Symbols[0].CandlesResampled));
        Assert.Equal(7, (await host.ReadAsync("AAPL", Timeframe.OneHour, Monday, Monday)).Count);
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(false, true, true)]
    [InlineData(true, null, true)]
    [Trait("req", "OHLCV-162")]
    public async Task The_setting_decides_about_resampling_where_the_request_does_not(bool setting, bool? request, bool expected)
    {
        await using var host = await DataHost.StartAsync(settings: options => options.Nightly.EnableAutoResampling = setting);
        var details = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL") with { EnableResampling = request });
        Assert.Equal(expected, details.Symbols[0].CandlesResampled > 0);
    }

    [Fact]
    [Trait("req", "OHLCV-132")]
    public async Task Two_months_of_missing_days_cost_as_few_requests_as_the_provider_allows()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Longest = TimeSpan.FromDays(30));
        var details = await host.RunAsync(DataHost.Request("2024-05-20", TuesdayDate, "AAPL"));
        var market = host.Markets["AAPL"];
        var (first, last) = (market.IndexOf(DataHost.Date("2024-05-20")), market.IndexOf(DataHost.Date(TuesdayDate)));
        Assert.Equal(Enumerable.Range(first, last - first + 1).Sum(market.ExpectedMinutes), details.Symbols[0].CandlesDownloaded);
        Assert.Equal(2, host.Vendor.Requests.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-003")]
    [Trait("req", "OHLCV-133")]
    public async Task Crypto_and_forex_are_updated_like_equities_over_their_own_days()
    {
        await using var host = await DataHost.StartAsync();
        var details = await host.RunAsync(DataHost.Request("2024-07-12", "2024-07-14", "BTC-USD", "GBP/USD", "AAPL"));
        Assert.Equal(UpdateState.Completed, details.State);

        // three days around the clock; Friday until 17:00 New York, Saturday closed, Sunday from 17:00; one session
        Assert.Equal([("BTC-USD", 4320L), ("GBPUSD", (21 * 60) + (3 * 60L)), ("AAPL", 390L)], details.Symbols.Select(symbol => (symbol.Symbol, symbol.CandlesDownloaded)));
        Assert.All(details.Symbols, symbol => Assert.Equal(100.0m, symbol.CompletenessPercent));
    }

    [Fact]
    public async Task Pages_of_an_answer_are_stored_together_and_count_as_requests()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.PageSize = 100);
        var details = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal(780, details.Symbols[0].CandlesDownloaded);
        Assert.Equal(8, host.Vendor.Requests.Count);
    }

    private static (string First, string Last) Days(DataHost host, MinuteRequest request)
    {
        var market = host.Markets[request.Symbol];
        return ($"{market.DayOf(request.Start):yyyy-MM-dd}", $"{market.DayOf(request.End - 1):yyyy-MM-dd}");
    }
}

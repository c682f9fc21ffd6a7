using System.Text;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.Storage.Files;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>The command line and the service at work on one store.</summary>
public sealed class TwoProcessTests : IAsyncLifetime, IDisposable
{
    private const string Header = "timestamp_utc,open,high,low,close,volume\n";
    private static readonly string[] Days = ["2024-07-08", "2024-07-09", "2024-07-10", "2024-07-11", "2024-07-12"];

    private readonly TemporaryFolder _folder = new();
    private readonly StubVendor _vendor = new("polygon") { PageSize = 100 };
    private UpdateService _service = null!;

    private string Store => Path.Combine(_folder.Path, "storage");

    public async Task InitializeAsync() => _service = await UpdateService.StartAsync(_folder.Path, [_vendor]);

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _vendor.DisposeAsync();
    }

    /// <summary>After the service has gone.</summary>
    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("req", "OHLCV-039")]
    [Trait("req", "OHLCV-171")]
    public async Task Imports_and_updates_of_one_symbol_at_the_same_time_all_complete_and_readers_never_see_a_part()
    {
        // the service fetches the days of this week, three imports bring the same symbol's days of the week before, one by one
        _vendor.Put("RACE", StoredBars.Minutes("RACE", Days.Select(day => (day, "13:30", 390))));
        string[] earlier = ["2024-07-01", "2024-07-02", "2024-07-05"];
        var imports = new List<SimProcess>();
        try
        {
            foreach (var day in earlier) imports.Add(SimProcess.Start("data", "import", "csv", Csv(day), "--symbol", "RACE", "--provider", "polygon", "--store", Store));
            var updates = new List<string>();
            foreach (var day in Days) updates.Add(await _service.BeginAsync($$"""{"symbols":["RACE"],"start_date":"{{day}}","end_date":"{{day}}"}"""));
            foreach (var id in updates)
            {
                var end = await _service.EndOfAsync(id, _ => Assert.All(StoreContent.Files(Store), file => Assert.NotEqual(0, StoreContent.Decode(Store, file).Columns.Count)));
                Assert.Equal("completed", end.GetProperty("status").GetString());
            }

            foreach (var import in imports)
            {
                var (code, output, errors) = await import.EndAsync();
                Assert.True(code == 0, output + errors);
            }
        }
        finally
        {
            imports.ForEach(import => import.Dispose());
        }

        foreach (var day in earlier.Concat(Days))
        {
            // the third of July would be a half day: none of these is
            var whole = StoredBars.Minutes("RACE", (day, "13:30", 390));
            var stored = StoreContent.Decode(Store, $"1min/RACE/{day}.parquet").Columns;
            Assert.Equal(Rows(whole), Rows(stored));
            Assert.Equal(78, StoreContent.Decode(Store, $"5min/RACE/{day}.parquet").Columns.Count);
        }

        Assert.Equal(earlier.Length + Days.Length, StoreContent.Decode(Store, "daily/RACE.parquet").Columns.Count);
        Assert.Empty(Directory.EnumerateFiles(Store, ".*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    [Trait("req", "OHLCV-039")]
    [Trait("req", "OHLCV-141")]
    [Trait("req", "OHLCV-171")]
    public async Task While_another_process_holds_a_symbol_the_service_and_the_command_line_wait_for_it_and_other_symbols_do_not()
    {
        foreach (var symbol in new[] { "HELD", "FREE" }) _vendor.Put(symbol, StoredBars.Minutes(symbol, ("2024-07-16", "13:30", 390)));
        Directory.CreateDirectory(Path.Combine(Store, "locks"));
        string held;
        SimProcess import;
        using (new DiskFiles(Store).Lock("locks/HELD.lock"))
        {
            held = await _service.BeginAsync("""{"symbols":["HELD"],"start_date":"2024-07-16","end_date":"2024-07-16"}""");
            import = SimProcess.Start("data", "import", "csv", Csv("2024-07-15"), "--symbol", "HELD", "--provider", "polygon", "--store", Store);
            Assert.Equal("completed", (await _service.UpdateAsync("""{"symbols":["FREE"],"start_date":"2024-07-16","end_date":"2024-07-16"}""")).GetProperty("status").GetString());
            Assert.False((await _service.GetAsync("/nightly-update/status/" + held)).GetProperty("is_complete").GetBoolean());
            Assert.DoesNotContain(StoreContent.Files(Store), file => file.Contains("HELD", StringComparison.Ordinal));
        }

        using (import)
        {
            var (code, output, errors) = await import.EndAsync();
            Assert.True(code == 0, output + errors);
        }

        Assert.Equal("completed", (await _service.EndOfAsync(held)).GetProperty("status").GetString());
        Assert.Equal(390, StoreContent.Decode(Store, "1min/HELD/2024-07-15.parquet").Columns.Count);
        Assert.Equal(390, StoreContent.Decode(Store, "1min/HELD/2024-07-16.parquet").Columns.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-171")]
    public async Task While_another_process_holds_a_table_of_splits_and_dividends_the_service_and_the_command_line_wait_for_it()
    {
        _vendor.Put("ACTS", StoredBars.Minutes("ACTS", ("2024-07-16", "13:30", 390)));
        _vendor.Put(new CorporateActions("ACTS", [], [new Dividend(new DateOnly(2024, 7, 16), 25_000_000)]));
        var file = Path.Combine(_folder.Path, "actions.csv");
        await File.WriteAllTextAsync(file, CorporateActionsFile.Header + "\nACTS,2023-01-03,split,1,4,\n");
        Directory.CreateDirectory(Path.Combine(Store, "locks"));
        string update;
        SimProcess import;
        using (new DiskFiles(Store).Lock("locks/ACTS.actions.lock"))
        {
            import = SimProcess.Start("data", "actions", "import", file, "--store", Store);
            update = await _service.BeginAsync("""{"symbols":["ACTS"],"start_date":"2024-07-16","end_date":"2024-07-16"}""");
            while (!_vendor.Requests.Any(request => request.Path == "/v3/reference/dividends")) await _service.GetAsync("/nightly-update/status/" + update);
            Assert.False((await _service.GetAsync("/nightly-update/status/" + update)).GetProperty("is_complete").GetBoolean());
        }

        using (import)
        {
            var (code, output, errors) = await import.EndAsync();
            Assert.True(code == 0, output + errors);
        }

        Assert.Equal("completed", (await _service.EndOfAsync(update)).GetProperty("status").GetString());
        var (_, list, _) = await SimProcess.RunAsync("data", "actions", "list", "ACTS", "--store", Store);
        Assert.Equal($"{CorporateActionsFile.Header}\nACTS,2023-01-03,split,1,4,\nACTS,2024-07-16,dividend,,,0.25\n", list);
    }

    private string Csv(string day)
    {
        var minutes = StoredBars.Minutes("RACE", (day, "13:30", 390));
        var text = new StringBuilder(Header);
        foreach (var row in Rows(minutes)) text.Append(string.Join(',', row.Split(' '))).Append('\n');
        var path = Path.Combine(_folder.Path, day + ".csv");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static List<string> Rows(CandleColumns candles) => [.. Enumerable.Range(0, candles.Count).Select(at => StoredBars.Text(candles, at))];
}

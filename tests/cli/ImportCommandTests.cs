using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Trading.Cli.Tests;

public sealed class ImportCommandTests : IDisposable
{
    private const string Header = "timestamp_utc,open,high,low,close,volume\n";
    private readonly Sim _sim = new();

    public void Dispose() => _sim.Dispose();

    [SharedDataFact]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    public async Task All_real_bars_are_imported_and_exported_equal_to_their_files()
    {
        await _sim.DoneAsync("data", "import", "csv", Path.Combine(Sim.SharedData!, "minute"));
        await _sim.DoneAsync("data", "import", "csv", Path.Combine(Sim.SharedData!, "daily"), "--daily");
        foreach (var (folder, timeframe) in (ValueTuple<string, string>[])[("minute", "1min"), ("daily", "daily")])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Sim.SharedData!, folder), "*.csv"))
            {
                var exported = await _sim.DoneAsync("data", "export", "csv", Path.GetFileNameWithoutExtension(file), "--timeframe", timeframe);
                Assert.True(exported == await File.ReadAllTextAsync(file), $"{file} came back different");
            }
        }
    }

    [SharedDataFact]
    [Trait("req", "OHLCV-035")]
    [Trait("req", "OHLCV-037")]
    public async Task Importing_the_same_files_twice_changes_no_byte_of_the_store()
    {
        string[] command = ["data", "import", "csv", Path.Combine(Sim.SharedData!, "minute", "ETHUSD.csv")];
        await _sim.DoneAsync(command);
        var before = Sim.Content(_sim.Store);
        var again = await _sim.DoneAsync(command);
        Assert.Contains("0 candles new, 0 replaced; 0 files written, 4 unchanged", again, StringComparison.Ordinal);
        Assert.Equal(before, Sim.Content(_sim.Store));
    }

    [Fact]
    [Trait("req", "OHLCV-035")]
    public async Task A_candle_that_comes_again_replaces_the_stored_one()
    {
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("EURUSD.csv", Header + "2024-07-16T13:30:00Z,1.08457,1.0846,1.0844,1.08458,0\n"));
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("EURUSD.csv", Header + "2024-07-16T13:30:00Z,1.08457,1.0847,1.0844,1.08459,5.00001234\n2024-07-16T13:31:00Z,0.00001234,0.00001234,0.00001234,0.00001234,0\n"));
        var exported = await _sim.DoneAsync("data", "export", "csv", "EUR/USD");
        Assert.Equal(Header + "2024-07-16T13:30:00Z,1.08457,1.0847,1.0844,1.08459,5.00001234\n2024-07-16T13:31:00Z,0.00001234,0.00001234,0.00001234,0.00001234,0\n", exported);
    }

    [Fact]
    [Trait("req", "OHLCV-173")]
    [Trait("req", "OHLCV-175")]
    public async Task Odd_forms_local_times_and_close_labels_end_as_the_same_candles()
    {
        var expected = Header + "2024-07-16T13:30:00Z,128.4,128.75,128.22,128.61,48210\n";
        foreach (var (text, options) in (ValueTuple<string, string[]>[])[
            (Header + "2024-07-16T13:30:00Z,128.4,128.75,128.22,128.61,48210\n", []),
            ("\uFEFFwhen;o;h;l;c;v\r\n16.07.2024 09:31;128.40;128.75;128.22;128.61;4.821e4\r\n", ["--columns", "time=when", "--timezone", "America/New_York", "--labels", "close", "--time-format", "dd.MM.yyyy HH:mm"]),
            ("2024-07-16\t09:30\t\"128.40\"\t128.75\t128.22\t128.61\t48210\n", ["--timezone", "America/New_York"]),
            ("128.61,128.22,128.75,128.4,48210,1721136600\n", ["--columns", "close=1,low=2,high=3,open=4,volume=5,time=6"]),
        ])
        {
            await _sim.DoneAsync(["data", "import", "csv", _sim.Write("NVDA.txt", text), .. options]);
            Assert.Equal(expected, await _sim.DoneAsync("data", "export", "csv", "NVDA"));
            Directory.Delete(_sim.Store, recursive: true);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-174")]
    public async Task One_unreadable_row_refuses_the_file_unless_errors_are_allowed_and_then_it_is_counted_and_shown()
    {
        var good = _sim.Write("in/GOOD.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        var bad = _sim.Write("in/BAD.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n2024-07-16T13:31:00Z,1,1,2,1,1\n");
        var (code, output, error) = await _sim.RunAsync("data", "import", "csv", Path.Combine(_sim.Folder, "in"));
        Assert.Equal(1, code);
        Assert.Equal($"error: {bad} was not taken: line 3, low '2': must be at most the high of the bar\n", error);
        Assert.Contains("imported 1 row of 1 file for 1 symbol", output, StringComparison.Ordinal);
        Assert.DoesNotContain("BAD", await _sim.DoneAsync("data", "list"), StringComparison.Ordinal);

        (code, output, error) = await _sim.RunAsync("data", "import", "csv", bad, "--max-errors", "1");
        Assert.Equal((0, $"skipped: {bad} line 3, low '2': must be at most the high of the bar\n"), (code, error));
        Assert.Contains("left out 1 row: unreadable", output, StringComparison.Ordinal);
        Assert.NotEqual(good, bad);
    }

    [Fact]
    [Trait("req", "OHLCV-172")]
    public async Task An_outlier_is_reported_and_stored_as_it_is()
    {
        var text = Header + "2024-07-16T13:30:00Z,100,100,100,100,1\n2024-07-16T13:31:00Z,100,150,100,100,1\n";
        var output = await _sim.DoneAsync("data", "import", "csv", _sim.Write("NVDA.csv", text));
        Assert.Contains("1 move of more than 20 % within a minute, kept as they are; the first at 2024-07-16T13:31:00Z: 100.00 to 150.00", output, StringComparison.Ordinal);
        Assert.Equal(text, await _sim.DoneAsync("data", "export", "csv", "NVDA"));
    }

    [Fact]
    public async Task Extended_hours_and_days_without_trading_are_left_out_and_said_so()
    {
        var text = Header + "2024-07-04T14:00:00Z,1,1,1,1,1\n2024-07-16T12:00:00Z,1,1,1,1,1\n2024-07-16T13:30:00Z,1,1,1,1,1\n2024-07-16T20:00:00Z,1,1,1,1,1\n";
        var path = _sim.Write("NVDA.csv", text);
        var output = await _sim.DoneAsync("data", "import", "csv", path);
        Assert.Contains("left out 1 row: on a day without trading", output, StringComparison.Ordinal);
        Assert.Contains("left out 2 rows: outside regular hours (extended hours are off)", output, StringComparison.Ordinal);
        Assert.Contains("left out 1 row: on a day without trading", await _sim.DoneAsync("data", "import", "csv", path, "--extended-hours"), StringComparison.Ordinal);
        Assert.Equal(4, (await _sim.DoneAsync("data", "export", "csv", "NVDA")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_dry_run_reads_all_and_writes_nothing()
    {
        var path = _sim.Write("NVDA.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        Assert.StartsWith("dry run: read 1 row of 1 file", await _sim.DoneAsync("data", "import", "csv", path, "--dry-run"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_sim.Store, "candles")));
    }

    [Fact]
    public async Task Files_of_many_symbols_are_split_by_their_column()
    {
        var path = _sim.Write("2024-07-16.csv", "ticker,volume,open,close,high,low,window_start,transactions\nAA,10,1,1,1,1,1721136600000000000,4\nBRK.B,10,1,1,1,1,1721136600000000000,4\nAA,10,1,1,1,1,1721136660000000000,4\n");
        using var json = JsonDocument.Parse(await _sim.DoneAsync("data", "import", "csv", path, "--json", "--provider", "polygon", "--source", "vendor_history"));
        Assert.Equal(["AA", "BRK.B"], json.RootElement.GetProperty("symbols").EnumerateArray().Select(symbol => symbol.GetProperty("symbol").GetString()));
        Assert.Contains("polygon/vendor_history/raw", await _sim.DoneAsync("data", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_file_in_no_order_is_stored_as_a_small_sorted_one_would_be()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 20_000).Select(minute => $"{DateTime.UnixEpoch.AddDays(19_000).AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)},1,{2 + minute},1,1,{minute}\n").ToArray();
        var sorted = Header + string.Concat(rows);
        random.Shuffle(rows);
        var output = await _sim.DoneAsync("data", "import", "csv", _sim.Write("BTCUSD.csv", Header + string.Concat(rows)), "--no-resample");
        Assert.Contains("out of order, put in order", output, StringComparison.Ordinal);
        Assert.Equal(sorted, await _sim.DoneAsync("data", "export", "csv", "BTCUSD"));
    }

    [Fact]
    [Trait("req", "OHLCV-175")]
    public async Task A_folder_of_LEAN_is_imported_by_its_layout()
    {
        Zip("lean/equity/usa/minute/spy/20240716_trade.zip", "34200000,1284000,1287500,1282200,1286100,48210\n28800000,1284000,1287500,1282200,1286100,7\n");
        Zip("lean/equity/usa/minute/spy/20240206_trade.zip", "34200000,1284000,1287500,1282200,1286100,48210\n");
        Zip("lean/equity/usa/hour/spy.zip", "");
        Zip("lean/equity/usa/daily/spy.zip", "20240716 00:00,1284000,1287500,1282200,1286100,48210\n");
        Zip("lean/crypto/coinbase/minute/btcusd/20240716_trade.zip", "0,63000.5,63000.5,63000.5,63000.5,0.00000001\n");
        Zip("lean/forex/oanda/minute/eurusd/20240716_quote.zip", "60000,1.1,1.1,1.1,1.1,1,1.2,1.2,1.2,1.2,1\n");
        var output = await _sim.DoneAsync("data", "import", "lean", Path.Combine(_sim.Folder, "lean"));
        Assert.Contains("imported 4 rows of 4 files for 3 symbols", output, StringComparison.Ordinal);
        Assert.Contains("passed over 1 file: daily bars: import them with --daily", output, StringComparison.Ordinal);
        Assert.Contains("passed over 1 file: hour data: only minute and daily data are taken", output, StringComparison.Ordinal);
        Assert.Equal(Header + "2024-02-06T14:30:00Z,128.4,128.75,128.22,128.61,48210\n2024-07-16T13:30:00Z,128.4,128.75,128.22,128.61,48210\n", await _sim.DoneAsync("data", "export", "csv", "SPY"));
        Assert.Equal(Header + "2024-07-16T00:01:00Z,1.15,1.15,1.15,1.15,0\n", await _sim.DoneAsync("data", "export", "csv", "EURUSD"));
        Assert.Equal(Header + "2024-07-16T00:00:00Z,63000.5,63000.5,63000.5,63000.5,0.00000001\n", await _sim.DoneAsync("data", "export", "csv", "BTCUSD"));
        await _sim.DoneAsync("data", "import", "lean", Path.Combine(_sim.Folder, "lean"), "--daily");
        Assert.Contains("2024-07-16T13:30:00Z,128.4,128.75,128.22,128.61,48210", await _sim.DoneAsync("data", "export", "csv", "SPY", "--timeframe", "daily"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("a/../../b")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("")]
    [InlineData("A B")]
    public async Task A_symbol_with_path_tricks_is_refused_and_nothing_is_written(string symbol)
    {
        var path = _sim.Write("in.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        Assert.Contains("is no symbol", await _sim.RefusedAsync("data", "import", "csv", path, "--symbol", symbol), StringComparison.Ordinal);
        Assert.Contains("is no symbol", await _sim.RefusedAsync("data", "export", "csv", symbol), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(_sim.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_symbol_column_with_path_tricks_refuses_the_file()
    {
        var path = _sim.Write("in.csv", "symbol," + Header + "../../x,2024-07-16T13:30:00Z,1,1,1,1,1\n");
        Assert.Contains("symbol '../../x'", await _sim.RefusedAsync("data", "import", "csv", path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data", "import", "csv")]
    [InlineData("data", "import", "xml", "x")]
    [InlineData("data", "export", "csv", "A", "--timeframe", "60min")]
    [InlineData("data", "export", "csv", "A", "--from", "yesterday")]
    [InlineData("data", "import", "csv", "x", "--timezone", "Mars/Olympus")]
    [InlineData("data", "import", "csv", "x", "--max-errors", "many")]
    public async Task A_wrong_command_line_is_one_line_and_exit_code_2(params string[] args)
    {
        var (code, _, error) = await _sim.RunAsync(args);
        Assert.Equal(2, code);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("does not exist", "data", "import", "csv", "nowhere.csv")]
    [InlineData("there is no store", "data", "list")]
    [InlineData("there is no store", "data", "export", "csv", "A")]
    [InlineData("--from 2024-07-17 is after --to 2024-07-16", "data", "export", "csv", "A", "--from", "2024-07-17", "--to", "2024-07-16")]
    public async Task What_cannot_be_done_is_one_line_and_exit_code_1(string message, params string[] args) =>
        Assert.Contains(message, await _sim.RefusedAsync(args), StringComparison.Ordinal);

    [Fact]
    public async Task A_store_that_cannot_be_written_is_one_line_that_names_it()
    {
        var path = _sim.Write("NVDA.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        _sim.Write("store", "a file where the folder should be");
        Assert.Contains("store", await _sim.RefusedAsync("data", "import", "csv", path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_symbol_that_somebody_else_writes_is_refused_and_the_others_go_on()
    {
        _sim.Write("in/AA.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        _sim.Write("in/BB.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        Directory.CreateDirectory(Path.Combine(_sim.Store, "locks"));
        using var held = new FileStream(Path.Combine(_sim.Store, "locks", "AA.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("somebody else writes AA", await _sim.RefusedAsync("data", "import", "csv", Path.Combine(_sim.Folder, "in")), StringComparison.Ordinal);
        Assert.Contains("BB", await _sim.DoneAsync("data", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_import_says_so_and_leaves_a_whole_store()
    {
        var path = _sim.Write("NVDA.csv", Header + "2024-07-16T13:30:00Z,1,1,1,1,1\n");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var (code, _, error) = await _sim.RunAsync((IEnumerable<string>)["data", "import", "csv", path], stop.Token);
        Assert.Equal(130, code);
        Assert.Contains("stopped", error, StringComparison.Ordinal);
        await _sim.DoneAsync("data", "import", "csv", path);
    }

    private void Zip(string name, string text)
    {
        var path = Path.Combine(_sim.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var entry = archive.CreateEntry("content.csv").Open();
        entry.Write(Encoding.ASCII.GetBytes(text));
    }
}

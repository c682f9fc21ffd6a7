using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Trading.Cli.Tests;

public sealed partial class DataCommandTests : IDisposable
{
    private const string Header = "timestamp_utc,open,high,low,close,volume\n";
    private readonly Sim _sim = new();

    public void Dispose() => _sim.Dispose();

    [Fact]
    public async Task A_complete_day_is_sound_and_a_missing_minute_is_found()
    {
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("NVDA.csv", Session()));
        Assert.StartsWith("NVDA: 100.0 % complete, 390 of 390 minutes on 1 trading day, 0 incomplete", await _sim.DoneAsync("data", "check"), StringComparison.Ordinal);
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("KO.csv", Session(without: 100)));
        var (code, output, _) = await _sim.RunAsync("data", "check", "KO");
        Assert.Equal(1, code);
        Assert.Contains("2024-07-16: 1 of 390 minutes missing in 1 gap, the first from 2024-07-16T15:10:00Z to 2024-07-16T15:11:00Z", output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await _sim.RunAsync("data", "check", "--json")).Output);
        Assert.False(json.RootElement.GetProperty("sound").GetBoolean());
        (_, output, _) = await _sim.RunAsync("data", "check", "NVDA", "--from", "2024-07-16", "--to", "2024-07-22");
        Assert.Contains("  2024-07-17 to 2024-07-22: 4 trading days without a minute", output, StringComparison.Ordinal);
        (code, output, _) = await _sim.RunAsync("data", "check", "NVDA", "--from", "2024-07-16", "--to", "2024-07-17");
        Assert.Contains("390 of 780 minutes on 2 trading days, 1 incomplete", output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact]
    [Trait("req", "OHLCV-172")]
    public async Task Outliers_and_damaged_files_are_found()
    {
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("NVDA.csv", Session().Replace("T15:10:00Z,1,1.1", "T15:10:00Z,1,9", StringComparison.Ordinal)));
        var (code, output, _) = await _sim.RunAsync("data", "check");
        Assert.Equal(1, code);
        Assert.Contains("outlier: 2024-07-16T15:10:00Z: 1.00 to 9.00 within a minute", output, StringComparison.Ordinal);
        var file = Path.Combine(_sim.Store, "candles", "1h", "NVDA", "2024-07-16.parquet");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 0x55;
        await File.WriteAllBytesAsync(file, bytes);
        (_, output, _) = await _sim.RunAsync("data", "check");
        Assert.Contains("damaged: candles/1h/NVDA/2024-07-16.parquet", output, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        await _sim.DoneAsync("data", "resample", "NVDA");
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Parquet_goes_out_and_comes_in_again_as_the_same_candles()
    {
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("NVDA.csv", Session()));
        var file = Path.Combine(_sim.Folder, "NVDA.parquet");
        await _sim.DoneAsync("data", "export", "parquet", "NVDA", "--out", file);
        var other = Path.Combine(_sim.Folder, "other");
        await _sim.DoneAsync("data", "import", "parquet", file, "--store", other);
        Assert.Equal(Session(), await _sim.DoneAsync("data", "export", "csv", "NVDA", "--store", other));
        Assert.Equal([file], Directory.GetFiles(_sim.Folder, "*.parquet*"));
    }

    [Fact]
    public async Task Splits_and_dividends_are_imported_listed_and_applied_on_export()
    {
        await _sim.DoneAsync("data", "import", "csv", _sim.Write("NVDA.csv", Header + "2024-06-07T13:30:00Z,1200,1210,1190,1205,100\n2024-06-10T13:30:00Z,121,122,120,121,1000\n"));
        var table = "symbol,ex_date,kind,from,to,cash\nNVDA,2024-06-10,split,1,10,\nNVDA,2024-06-11,dividend,,,0.01\n";
        Assert.Equal("read 1 split and 1 dividend of 1 symbol; 1 table changed\n", await _sim.DoneAsync("data", "actions", "import", _sim.Write("actions.csv", table)));
        Assert.Equal(table, await _sim.DoneAsync("data", "actions", "list"));
        Assert.Equal(Header + "2024-06-07T13:30:00Z,120,121,119,120.5,1000\n2024-06-10T13:30:00Z,121,122,120,121,1000\n", await _sim.DoneAsync("data", "export", "csv", "NVDA", "--adjustment", "split"));
    }

    [Fact]
    public async Task Fetching_without_a_key_says_where_keys_go_and_a_key_is_never_repeated()
    {
        Assert.Contains("no provider has a key", await _sim.RefusedAsync("data", "fetch", "NVDA", "--from", "2024-07-16", "--to", "2024-07-16"), StringComparison.Ordinal);
        _sim.Set("Data:Providers:Polygon:ApiKey", "very secret key");
        Assert.DoesNotContain("secret", await _sim.RefusedAsync("data", "fetch", "NVDA", "--from", "2024-07-16", "--to", "2024-07-16"), StringComparison.Ordinal);
        _sim.Set("Data:Providers:Polygon:ApiKey", "k3y-0f-t3st");
        _sim.Set("Data:Providers:Polygon:BaseUrl", "http://127.0.0.1:1");
        _sim.Set("Data:Providers:Retries", "0");
        var (code, output, error) = await _sim.RunAsync("data", "fetch", "NVDA", "--from", "2024-07-16", "--to", "2024-07-16");
        Assert.Equal(1, code);
        Assert.Contains("still missing: 2024-07-16T", output, StringComparison.Ordinal);
        Assert.DoesNotContain("k3y-0f-t3st", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Daily_bars_are_not_taken_for_minutes()
    {
        var path = _sim.Write("EURUSD.csv", Header + string.Concat(Enumerable.Range(1, 12).Select(day => $"2024-07-{day:00},1.1,1.1,1.1,1.1,0\n")));
        var (code, output, error) = await _sim.RunAsync("data", "import", "csv", path);
        Assert.Equal(1, code);
        Assert.Contains("has one row a day: these are no minutes but daily bars (--daily)", output + error, StringComparison.Ordinal);
        await _sim.DoneAsync("data", "import", "csv", path, "--daily");
    }

    [SharedDataFact]
    public Task Every_example_of_the_manual_runs() => ExamplesRunAsync(Path.Combine("docs", "cli.md"), atLeast: 8);

    [SharedDataFact]
    public Task Every_example_of_the_readme_runs() => ExamplesRunAsync("README.md", atLeast: 4);

    private async Task ExamplesRunAsync(string file, int atLeast)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Sim.Root, file));
        var commands = Command().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.True(commands.Count >= atLeast);
        await _sim.DoneAsync("data", "import", "csv", Path.Combine(Sim.SharedData!, "minute"));
        _sim.Write("actions.csv", "symbol,ex_date,kind,from,to,cash\nNVDA,2024-06-10,split,1,10,\n");
        foreach (var command in commands)
        {
            var args = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Resolved).ToArray();
            var (code, _, error) = await _sim.RunAsync((IEnumerable<string>)args);
            Assert.True(code == 0 || (code == 1 && command.StartsWith("data check", StringComparison.Ordinal)), $"{command}: {code} {error}");
        }

        string Resolved(string argument) => argument.StartsWith("../shared/data", StringComparison.Ordinal) ? Sim.SharedData + argument["../shared/data".Length..]
            : argument is "actions.csv" or "EURUSD.parquet" or "EURUSD.csv" ? Path.Combine(_sim.Folder, argument)
            : argument;
    }

    private static string Session(int without = -1)
    {
        var text = new StringBuilder(Header);
        var open = new DateTime(2024, 7, 16, 13, 30, 0, DateTimeKind.Utc);
        for (var minute = 0; minute < 390; minute++)
        {
            if (minute != without) text.Append(CultureInfo.InvariantCulture, $"{open.AddMinutes(minute):yyyy-MM-dd'T'HH:mm:ss'Z'},1,{(minute == 100 ? "1.1" : "1")},1,1,{minute}\n");
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^(?:    )?\./sim (.+)$", RegexOptions.Multiline)]
    private static partial Regex Command();
}

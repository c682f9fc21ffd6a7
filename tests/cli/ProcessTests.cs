using System.Globalization;
using System.Text;

namespace Trading.Cli.Tests;

/// <summary>The program as a process of its own.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly Sim _sim = new();

    public void Dispose() => _sim.Dispose();

    [Theory]
    [Trait("req", "OHLCV-037")]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task An_import_that_is_killed_and_repeated_ends_with_the_bytes_of_an_undisturbed_one(int filesBeforeTheKill)
    {
        var path = _sim.Write("BTCUSD.csv", Bars(days: 12));
        var undisturbed = Path.Combine(_sim.Folder, "undisturbed");
        await _sim.DoneAsync("data", "import", "csv", path, "--store", undisturbed);

        using (var process = Sim.Start("data", "import", "csv", path, "--store", _sim.Store))
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            while (!process.HasExited && Files(_sim.Store) < filesBeforeTheKill) await Task.Yield();
            process.Kill();
            await process.WaitForExitAsync();
            await Task.WhenAll(error, output);
        }

        await _sim.DoneAsync("data", "import", "csv", path);
        var expected = Sim.Content(undisturbed);
        var content = Sim.Content(_sim.Store);
        Assert.Equal(expected.Keys, content.Keys);
        Assert.All(expected, file => Assert.Equal(file.Value, content[file.Key]));
    }

    [Fact]
    public async Task The_program_reports_on_its_streams_and_by_its_exit_code()
    {
        var path = _sim.Write("EURUSD.csv", "timestamp_utc,open,high,low,close,volume\n2024-07-16T13:30:00Z,1.08457,1.0846,1.0844,1.08458,0\n");
        var (code, output, error) = await RunAsync("data", "import", "csv", path, "--store", _sim.Store);
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain('\u001b', output);
        (code, output, _) = await RunAsync("data", "export", "csv", "EURUSD", "--store", _sim.Store);
        Assert.Equal((0, await File.ReadAllTextAsync(path)), (code, output));
        (code, _, error) = await RunAsync("data", "export", "csv", "../EURUSD", "--store", _sim.Store);
        Assert.Equal(1, code);
        Assert.StartsWith("error: '../EURUSD' is no symbol", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var process = Sim.Start(args);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private static int Files(string store) =>
        Directory.Exists(Path.Combine(store, "candles")) ? Directory.EnumerateFiles(Path.Combine(store, "candles"), "*.parquet", SearchOption.AllDirectories).Count() : 0;

    private static string Bars(int days)
    {
        var text = new StringBuilder("timestamp_utc,open,high,low,close,volume\n");
        var start = new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var minute = 0; minute < days * 1440; minute++) text.Append(CultureInfo.InvariantCulture, $"{start.AddMinutes(minute):yyyy-MM-dd'T'HH:mm:ss'Z'},{100 + (minute % 7)},110,90,{100 + (minute % 5)},{minute}\n");
        return text.ToString();
    }
}

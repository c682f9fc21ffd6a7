using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Trading.MarketData.Candles;

namespace Trading.Bench.Data;

/// <param name="Seconds">Median processor time of one resampling.</param>
/// <param name="Candles">How many candles there are.</param>
/// <param name="Sums">Sums of open, high, low, close and volume, in whole units.</param>
internal sealed record PandasResult(double Seconds, int Candles, double[] Sums);

/// <summary>Debian's pandas (package python3-pandas) in a process of its own, on the same columns.</summary>
internal static class PandasPeer
{
    /// <summary>Version and results of <c>5min</c>, <c>1h</c> and <c>daily</c>; null with a reason on <paramref name="output"/> where there is no pandas.</summary>
    public static (string Version, Dictionary<Timeframe, PandasResult> Results)? Run(CandleColumns minutes, int rounds, TextWriter output)
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(file))
            {
                foreach (var column in (long[][])[minutes.Time, minutes.Open, minutes.High, minutes.Low, minutes.Close, minutes.Volume])
                {
                    stream.Write(MemoryMarshal.AsBytes<long>(column));
                }
            }

            var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "resample_pandas.py"), file, $"{minutes.Count}", $"{rounds}"]) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            if (process.ExitCode == 0) return (lines[0], Parse(lines));
            output.WriteLine($"  no comparison: pandas does not run here ({errors.Result.Trim().Split('\n')[^1]}); apt-get install python3-pandas");
            return null;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            output.WriteLine($"  no comparison: {missing.Message}");
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Dictionary<Timeframe, PandasResult> Parse(string[] lines)
    {
        Timeframe[] order = [Timeframe.FiveMinutes, Timeframe.OneHour, Timeframe.Daily];
        return order.Select((timeframe, at) => (timeframe, cells: lines[at + 1].Split(' '))).ToDictionary(
            entry => entry.timeframe,
            entry => new PandasResult(Number(entry.cells[1]), int.Parse(entry.cells[2], CultureInfo.InvariantCulture), [.. entry.cells[3..].Select(Number)]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

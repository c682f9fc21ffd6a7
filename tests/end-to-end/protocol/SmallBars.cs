using System.Globalization;
using System.Text;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>One bar as it stands in the file.</summary>
internal sealed record SmallBar(decimal Open, decimal High, decimal Low, decimal Close, int Volume);

/// <summary>
/// One day of bars that a person can compute with: each minute opens a cent above the one before, seven minutes long, then starts again; five cents
/// up and down around the open. KO and NVDA trade from 13:00 UTC (before the market) to the close at 20:00, BTCUSD and EURJPY from 12:00 to 20:00.
/// </summary>
internal static class SmallBars
{
    public const int DayTicks = 390;
    public const int Volume = 1_000;
    private static readonly DateTime Open = new(2024, 7, 16, 13, 30, 0, DateTimeKind.Utc);

    /// <summary>The bar that opens at this tick of the regular session, counted from 1.</summary>
    public static SmallBar At(string symbol, int tick)
    {
        var open = Base(symbol) + (0.01m * ((tick + 699) % 7));
        return new(open, open + 0.05m, open - 0.05m, open + 0.01m, Volume);
    }

    /// <summary>When that tick is.</summary>
    public static string Time(int tick) => Open.AddMinutes(tick - 1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static void Write(string folder)
    {
        var minutes = Directory.CreateDirectory(Path.Combine(folder, "minute")).FullName;
        foreach (var symbol in new[] { "KO", "NVDA" }) Write(minutes, symbol, first: -29);
        foreach (var symbol in new[] { "BTCUSD", "EURJPY" }) Write(minutes, symbol, first: -89);
    }

    private static void Write(string folder, string symbol, int first)
    {
        var text = new StringBuilder("timestamp_utc,open,high,low,close,volume\n");
        for (var tick = first; tick <= DayTicks; tick++)
        {
            var bar = At(symbol, tick);
            text.Append(CultureInfo.InvariantCulture, $"{Time(tick)},{bar.Open},{bar.High},{bar.Low},{bar.Close},{bar.Volume}\n");
        }

        File.WriteAllText(Path.Combine(folder, symbol + ".csv"), text.ToString());
    }

    private static decimal Base(string symbol) => symbol switch { "KO" => 60.00m, "NVDA" => 128.00m, "BTCUSD" => 900.00m, _ => 170.00m };
}

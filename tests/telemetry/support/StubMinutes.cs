using System.Globalization;
using Trading.MarketData.Candles;
using Trading.Testing.Vendors;

namespace Trading.Telemetry.Tests.Support;

/// <summary>Minutes of 2024-07-15, a Monday on which the exchange is open from 13:30 UTC for 390 minutes.</summary>
internal static class StubMinutes
{
    private const long Minute = 60_000_000;

    public static CandleColumns OfDay(int first, int count)
    {
        var open = new DateTimeOffset(2024, 7, 15, 13, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;
        var candles = new CandleColumns(count);
        for (var at = 0; at < count; at++)
        {
            candles.Time[at] = open + ((first + at) * Minute);
            (candles.Open[at], candles.Close[at]) = (6_000_000_000 + (at % 7 * 1_000_000), 6_001_000_000);
            (candles.High[at], candles.Low[at]) = (6_010_000_000, 5_990_000_000);
            candles.Volume[at] = 100_000_000_000;
        }

        return candles;
    }

    /// <summary>All but the minutes [from, to).</summary>
    public static CandleColumns Without(CandleColumns all, params (int From, int To)[] left) =>
        CandleColumns.Concat([.. Enumerable.Range(0, all.Count).Where(at => !Array.Exists(left, gap => at >= gap.From && at < gap.To)).Select(at => all.Slice(at, 1))]);

    /// <summary>An answer of Polygon with exactly these rows, in this order.</summary>
    public static StubAnswer Polygon(string ticker, CandleColumns rows)
    {
        var results = VendorData.List(rows, at => string.Create(CultureInfo.InvariantCulture,
            $"{{\"v\":{VendorData.Text(rows.Volume[at])},\"o\":{VendorData.Text(rows.Open[at])},\"c\":{VendorData.Text(rows.Close[at])},\"h\":{VendorData.Text(rows.High[at])},\"l\":{VendorData.Text(rows.Low[at])},\"t\":{rows.Time[at] / 1000}}}"));
        return StubAnswer.Json($"{{\"ticker\":\"{ticker}\",\"queryCount\":{rows.Count},\"resultsCount\":{rows.Count},\"adjusted\":false,\"results\":{results},\"status\":\"OK\",\"count\":{rows.Count}}}");
    }
}

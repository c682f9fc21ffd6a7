using System.Globalization;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Tests.Sources;

/// <summary>The slow and obvious reader of bar files that judges the fast one.</summary>
internal static class NaiveCsv
{
    /// <summary>Columns of a well-formed file: open time, open, high, low, close, volume.</summary>
    public static List<long[]> Rows(string text) =>
        [.. text.TrimStart('\uFEFF').Split('\n').Skip(1).Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).Select(Row)];

    public static List<long[]> Rows(BarColumns columns) =>
        [.. Enumerable.Range(0, columns.Count).Select(row => new[] { columns.OpenTime[row], columns.Open[row], columns.High[row], columns.Low[row], columns.Close[row], columns.Volume[row] })];

    private static long[] Row(string line)
    {
        var cells = line.Split(',');
        var time = DateTime.ParseExact(cells[0], "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        return [(time - DateTime.UnixEpoch).Ticks / 10, .. cells.Skip(1).Select(cell => (long)(decimal.Parse(cell, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 100_000_000m))];
    }
}

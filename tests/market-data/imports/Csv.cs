using System.Text;
using NodaTime;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Csv;

namespace Trading.MarketData.Tests.Imports;

/// <summary>Runs the CSV reader over text.</summary>
internal static class Csv
{
    public const string Header = "time,open,high,low,close,volume\n";

    public static DateTimeZone NewYork { get; } = DateTimeZoneProviders.Tzdb["America/New_York"];

    public static (CandleColumns Candles, string[] Symbols, ImportIssues Issues) Read(string text, CsvFormat? format = null, long maxErrors = 0) =>
        Read(Encoding.UTF8.GetBytes(text), format, maxErrors);

    public static (CandleColumns Candles, string[] Symbols, ImportIssues Issues) Read(byte[] bytes, CsvFormat? format = null, long maxErrors = 0)
    {
        var issues = new ImportIssues("bars.csv", maxErrors);
        using var stream = new MemoryStream(bytes);
        var batches = CsvCandleReader.Read(stream, format ?? new CsvFormat(), issues, CancellationToken.None).ToList();
        return (CandleColumns.Concat([.. batches.Select(batch => batch.Candles)]), [.. batches.SelectMany(batch => batch.Symbols ?? [])], issues);
    }

    /// <summary>Reads one row at time 2024-07-16 13:30 with the given open (high, low and close are the same) and volume.</summary>
    public static (long Price, long Volume) ReadNumbers(string price, string volume, CsvFormat? format = null)
    {
        var candles = Read($"{Header}2024-07-16T13:30:00Z,{price},{price},{price},{price},{volume}\n", format).Candles;
        Assert.Equal(1, candles.Count);
        return (candles.Open[0], candles.Volume[0]);
    }

    /// <summary>Reads one row with the given time.</summary>
    public static string ReadTime(string time, CsvFormat? format = null) => TestTime.Show(Read($"{Header}{time},1,1,1,1,1\n", format).Candles.Time[0]);

    public static string Refusal(string text, CsvFormat? format = null) => Assert.Throws<ImportException>(() => Read(text, format)).Message;
}

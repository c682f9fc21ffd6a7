using System.Globalization;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Parquet;
using Trading.MarketData.Resampling;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>Candles made from a table of days and hours, and the store they are put into before a service starts on it.</summary>
internal static class StoredBars
{
    private const long Minute = 60_000_000;

    /// <summary>Two full days in summer, a half day, and a full day in winter: date, session open in UTC, minutes.</summary>
    internal static readonly (string Date, string Open, int Minutes)[] NvdaDays = [("2024-02-06", "14:30", 390), ("2024-07-03", "13:30", 210), ("2024-07-15", "13:30", 390), ("2024-07-16", "13:30", 390)];

    internal static MarketTable Markets { get; } = new(new InstrumentTable(), new TradingCalendars(), new MarketDataOptions());

    /// <summary>The minutes of some days: prices wander by a formula of symbol and minute, in cents, or in 10⁻⁵ for currencies.</summary>
    internal static CandleColumns Minutes(string symbol, params IEnumerable<(string Date, string Open, int Minutes)> days)
    {
        var rows = days.SelectMany(day => Enumerable.Range(0, day.Minutes).Select(minute => Micros(day.Date, day.Open) + (minute * Minute))).ToArray();
        var candles = new CandleColumns(rows.Length);
        var step = symbol.Length == 6 ? 1_000 : 1_000_000L;
        for (var at = 0; at < rows.Length; at++)
        {
            var wave = ((rows[at] / Minute * 7_919) + symbol[0]) % 997;
            candles.Time[at] = rows[at];
            candles.Open[at] = (12_000 + wave) * step;
            candles.Close[at] = (12_000 + (wave * 31 % 997)) * step;
            candles.High[at] = Math.Max(candles.Open[at], candles.Close[at]) + (at % 5 * step);
            candles.Low[at] = Math.Min(candles.Open[at], candles.Close[at]) - (at % 3 * step);
            candles.Volume[at] = (wave + 1) * 100_000_000L;
        }

        return candles;
    }

    internal static CandleStore Open(string folder) => new(new DiskFiles(Path.Combine(folder, "storage")), new ParquetCandleFormat(), Markets, new StorageSettings());

    /// <summary>Stores minutes, and what is resampled from them.</summary>
    internal static async Task PutAsync(CandleStore store, string symbol, CandleColumns minutes, params Timeframe[] timeframes)
    {
        var info = new PartitionInfo("polygon", "vendor_history", "raw", Finality.Final, Micros("2024-07-17", "01:00"), []);
        await using var writer = await store.OpenWriterAsync(symbol, CancellationToken.None);
        foreach (var timeframe in timeframes)
        {
            var candles = timeframe == Timeframe.OneMinute ? minutes : Resampler.Resample(minutes, timeframe, Markets[symbol]);
            await writer.WriteAsync(timeframe, candles, info, WriteMode.Merge, CancellationToken.None);
        }
    }

    internal static long Micros(string date, string time) =>
        (DateTimeOffset.Parse($"{date}T{time}:00Z", CultureInfo.InvariantCulture).UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>A candle as the wire is to show it.</summary>
    internal static string Text(CandleColumns candles, int at) => string.Join(
        ' ',
        Instant(candles.Time[at]),
        Price(candles.Open[at]),
        Price(candles.High[at]),
        Price(candles.Low[at]),
        Price(candles.Close[at]),
        (candles.Volume[at] / 100_000_000m).ToString("0.00000000", CultureInfo.InvariantCulture));

    internal static string Instant(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Price(long units) => (units / 100_000_000m).ToString("0.00######", CultureInfo.InvariantCulture);
}

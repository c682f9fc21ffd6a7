using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.Grains.Tests.Data;

/// <summary>Data that are wrong, odd or damaged, in the service as it runs: what is stored, and who is told.</summary>
public class DataErrorTests
{
    private const string Monday = "2024-07-15";
    private const string TuesdayDate = "2024-07-16";

    [Fact]
    [Trait("req", "OHLCV-021")]
    [Trait("req", "OHLCV-022")]
    [Trait("req", "OHLCV-174")]
    public async Task Candles_that_break_a_rule_are_not_stored_are_told_and_asked_for_again()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Garble = candles =>
        {
            candles.High[10] = candles.Low[10] - 1;
            candles.Volume[11] = -1;
            candles.Open[12] = 0;
            return candles;
        });
        await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        long[] broken = [host.At("AAPL", Monday, 10), host.At("AAPL", Monday, 11), host.At("AAPL", Monday, 12)];
        var stored = await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday);
        Assert.Equal(387, stored.Count);
        Assert.Empty(stored.Time.Intersect(broken));
        Assert.Equal(
            ["2024-07-15T13:40:00Z: high", "2024-07-15T13:41:00Z: volume", "2024-07-15T13:42:00Z: open"],
            host.Log.Entries.Where(entry => entry.Number == 3420 && entry.Text.StartsWith("store of AAPL, 2024-07-15, from first: row_dropped: ", StringComparison.Ordinal))
                .Select(entry => string.Join(' ', entry.Text.Split("row_dropped: ")[1].Split(' ').Take(2))));

        host.Vendor.Garble = candles => candles;
        var repaired = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        Assert.Equal((decimal?)100.0m, repaired.Symbols[0].CompletenessPercent);
        Assert.Superset(broken.ToHashSet(), (await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday)).Time.ToHashSet());
    }

    [Fact]
    [Trait("req", "OHLCV-172")]
    public async Task An_outlier_is_stored_as_it_came_and_told_once()
    {
        await using var host = await DataHost.StartAsync(vendor: vendor => vendor.Garble = candles =>
        {
            candles.High[100] *= 2;
            return candles;
        });
        var high = host.Vendor.Candles("AAPL", host.At("AAPL", Monday), host.At("AAPL", Monday, 390)).High[100] * 2;
        var first = await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"));
        Assert.Equal((UpdateState.Completed, 390L), (first.State, first.Symbols[0].CandlesDownloaded));
        Assert.Equal(["AAPL: 1 move above 20 % between minutes; compare them with another source"], first.Recommendations);
        Assert.Equal(high, (await host.ReadAsync("AAPL", Timeframe.OneMinute, Monday, Monday)).High[100]);
        Assert.Equal(high, Assert.Single((await host.ReadAsync("AAPL", Timeframe.Daily, Monday, Monday)).High));
        var told = Assert.Single(host.Log.Entries, entry => entry.Number == 3421).Text;
        Assert.StartsWith("Outlier of AAPL at 2024-07-15T15:10:00Z from first: ", told, StringComparison.Ordinal);
        Assert.EndsWith("stored as it came", told, StringComparison.Ordinal);

        Assert.Empty((await host.RunAsync(DataHost.Request(Monday, Monday, "AAPL"))).Recommendations);
        Assert.Single(host.Log.Entries, entry => entry.Number == 3421);
    }

    [Fact]
    [Trait("req", "OHLCV-169")]
    public async Task Damaged_days_are_fetched_anew_and_damaged_longer_candles_resampled_anew()
    {
        var files = new FaultFiles(new Random(1));
        await using var host = await DataHost.StartAsync(files);
        await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        var whole = await AllAsync(host);
        var requests = host.Vendor.Requests.Count;
        foreach (var path in new[] { $"candles/1min/AAPL/{Monday}.parquet", $"candles/1h/AAPL/{TuesdayDate}.parquet", "candles/daily/AAPL.parquet" })
        {
            var bytes = (byte[])files.Content(path).Clone();
            bytes[bytes.Length / 2] ^= 0x10;
            files.Replace(path, bytes);
        }

        // whoever reads finds it out; nothing of the damaged files is served
        var damaged = await AllAsync(host);
        Assert.Equal((390, 7, 0), (damaged[Timeframe.OneMinute].Length, damaged[Timeframe.OneHour].Length, damaged[Timeframe.Daily].Length));
        Assert.Equal(3, host.Store.Damaged.Count);

        var again = await host.RunAsync(DataHost.Request(Monday, TuesdayDate, "AAPL"));
        Assert.Equal((true, 390L, (decimal?)100.0m), (again.Symbols[0].Success, again.Symbols[0].CandlesDownloaded, again.Symbols[0].CompletenessPercent));
        Assert.Equal(requests + 1, host.Vendor.Requests.Count);
        Assert.Equal(Lines(whole), Lines(await AllAsync(host)));
    }

    [Fact]
    [Trait("req", "OHLCV-092")]
    [Trait("req", "OHLCV-097")]
    public async Task An_analysis_reports_candles_of_a_day_without_trading_and_counts_neither_them_nor_the_day()
    {
        await using var host = await DataHost.StartAsync();
        await host.PutAsync("AAPL", "2024-07-12");
        var friday = await host.ReadAsync("AAPL", Timeframe.OneMinute, "2024-07-12", "2024-07-12");
        await using (var writer = await host.Store.OpenWriterAsync("AAPL", default))
        {
            var stray = friday.Slice(0, 2);
            CandleColumns saturday = new([.. stray.Time.Select(time => time + 86_400_000_000)], stray.Open, stray.High, stray.Low, stray.Close, stray.Volume);
            await writer.WriteAsync(Timeframe.OneMinute, saturday, new("first", "vendor_history", "raw", Finality.Final, 1, []), WriteMode.Merge, default);
        }

        var answer = await host.AnalyseAsync(new CompletenessRequest(["AAPL"], DataHost.Day("2024-07-12"), DataHost.Day("2024-07-14"), true, false, 3));
        var symbol = Assert.Single(answer.Symbols);
        Assert.Equal((1, 1, 390L, 390L), (symbol.TotalTradingDays, symbol.ValidDays, symbol.ExpectedCandles, symbol.ActualCandles));
        Assert.Equal(["2024-07-13 is no trading day, but has 2 candles"], symbol.DataErrors);
        Assert.Equal(DataHost.Day("2024-07-12"), Assert.Single(symbol.Days).Date);
    }

    [Fact]
    [Trait("req", "OHLCV-105")]
    [Trait("req", "OHLCV-106")]
    [Trait("req", "OHLCV-107")]
    [Trait("req", "OHLCV-108")]
    [Trait("req", "OHLCV-110")]
    public async Task Exactly_the_symbols_below_95_percent_need_attention_and_are_what_the_advice_counts()
    {
        await using var host = await DataHost.StartAsync();
        // 39 of 780 minutes are 5.0 %, 40 are more
        foreach (var (name, missing) in new[] { ("AAPL", 0), ("MSFT", 39), ("KO", 40) })
        {
            await host.PutAsync(name, Monday);
            await host.PutAsync(name, TuesdayDate, time => time < host.At(name, TuesdayDate, missing));
        }

        var answer = await Analyse("AAPL", "MSFT", "KO", "NONE");
        Assert.Equal(["KO", "NONE"], answer.NeedingAttention);
        Assert.Equal(["2 of 4 symbols are below 95 %", "Run a full data update for these symbols"], answer.Recommendations);
        Assert.Equal([780L, 741L, 740L, 0L], answer.Symbols.Select(symbol => symbol.ActualCandles));
        Assert.All(answer.Symbols, symbol => Assert.Equal(780L, symbol.ExpectedCandles));

        var sound = await Analyse("AAPL", "MSFT");
        Assert.Empty(sound.NeedingAttention);
        Assert.Empty(sound.Recommendations);

        Task<CompletenessAnswer> Analyse(params string[] symbols) => host.AnalyseAsync(new CompletenessRequest(symbols, DataHost.Day(Monday), DataHost.Day(TuesdayDate), false, false, 3));
    }

    private static IEnumerable<string> Lines(Dictionary<Timeframe, string[]> candles) => candles.SelectMany(pair => pair.Value.Select(line => $"{pair.Key} {line}"));

    private static async Task<Dictionary<Timeframe, string[]>> AllAsync(DataHost host)
    {
        var all = new Dictionary<Timeframe, string[]>();
        foreach (var timeframe in Timeframes.All)
        {
            var candles = await host.ReadAsync("AAPL", timeframe, Monday, TuesdayDate);
            all[timeframe] = [.. Enumerable.Range(0, candles.Count).Select(row => $"{candles.Time[row]} {candles.Open[row]} {candles.High[row]} {candles.Low[row]} {candles.Close[row]} {candles.Volume[row]}")];
        }

        return all;
    }
}

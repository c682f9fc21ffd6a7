using System.IO.Compression;
using System.Text;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Lean;

namespace Trading.MarketData.Tests.Imports;

public sealed class LeanReaderTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait("req", "OHLCV-175")]
    [InlineData("20240716", "2024-07-16 13:30")]
    [InlineData("20240206", "2024-02-06 14:30")]
    [InlineData("20240311", "2024-03-11 13:30")]
    [InlineData("20240308", "2024-03-08 14:30")]
    [InlineData("20241104", "2024-11-04 14:30")]
    public void Minutes_of_equities_are_scaled_and_in_New_York_time(string date, string utc)
    {
        var candles = Read($"equity/usa/minute/spy/{date}_trade.zip", $"{date}_spy_minute_trade.csv", "34200000,1284000,1287500,1282200,1286100,48210\n34260000,1286100,1286100,1286100,1286100,5\r\n");
        Assert.Equal([utc, utc[..^1] + "1"], candles.Time.Select(TestTime.Show));
        Assert.Equal((12_840_000_000, 12_875_000_000, 12_822_000_000, 12_861_000_000, 4_821_000_000_000), (candles.Open[0], candles.High[0], candles.Low[0], candles.Close[0], candles.Volume[0]));
    }

    [Fact]
    public void Minutes_of_coins_are_plain_decimals_in_UTC()
    {
        var candles = Read("crypto/coinbase/minute/btcusd/20240716_trade.zip", "20240716_btcusd_minute_trade.csv", "0,63123.12345678,63124,63120.5,63121,1.5E-7\n");
        Assert.Equal(("2024-07-16 00:00", 6_312_312_345_678, 15), (TestTime.Show(candles.Time[0]), candles.Open[0], candles.Volume[0]));
    }

    [Theory]
    [InlineData("oanda", "2024-07-16 00:01")]
    [InlineData("fxcm", "2024-07-16 05:01")]
    public void Quotes_of_forex_become_their_mid(string market, string utc)
    {
        var candles = Read($"forex/{market}/minute/eurusd/20240716_quote.zip", "x.csv", "60000,1.08456,1.0847,1.0844,1.0846,1000000,1.08459,1.08472,1.08442,1.08461,1000000\n120000,,,,,0,1.08459,1.08472,1.08442,1.08461,1\n");
        Assert.Equal(utc, TestTime.Show(candles.Time[0]));
        Assert.Equal((108_457_500, 108_471_000, 108_441_000, 108_460_500, 0), (candles.Open[0], candles.High[0], candles.Low[0], candles.Close[0], candles.Volume[0]));
        Assert.Equal(108_459_000, candles.Open[1]);
    }

    [Theory]
    [InlineData("equity/usa/daily/spy.zip", 12_840_000_000)]
    [InlineData("crypto/coinbase/daily/btcusd_trade.zip", 128_400_000_000_000)]
    public void Daily_bars_carry_the_date_that_is_written(string path, long open)
    {
        var candles = Read(path, "spy.csv", "20240716 00:00,1284000,1287500,1282200,1286100,48210\n");
        Assert.Equal(("2024-07-16 00:00", open), (TestTime.Show(candles.Time[0]), candles.Open[0]));
    }

    [Theory]
    [InlineData("equity/usa/hour/spy.zip", "hour data: only minute and daily data are taken")]
    [InlineData("equity/usa/tick/spy/20240716_trade.zip", "tick data: only minute and daily data are taken")]
    [InlineData("equity/india/minute/tcs/20240716_trade.zip", "equities of market 'india': only usa is known")]
    [InlineData("equity/usa/minute/spy/20240716_quote.zip", "quote data of equity: trade data are taken")]
    [InlineData("option/usa/minute/spy/20240716_trade.zip", "option data: only equity, crypto and forex are taken")]
    [InlineData("equity/usa/minute/spy/today_trade.zip", "not in LEAN's layout ({class}/{market}/minute/{symbol}/{yyyyMMdd}_trade.zip)")]
    [InlineData("bars.zip", "not in LEAN's layout ({class}/{market}/minute/{symbol}/{yyyyMMdd}_trade.zip)")]
    public void Other_files_are_not_taken_and_the_reason_is_said(string path, string reason)
    {
        Assert.False(LeanFile.TryParse("/data/" + path, out _, out var said));
        Assert.Equal(reason, said);
    }

    [Theory]
    [Trait("req", "OHLCV-174")]
    [InlineData("34200000,1,1,1,1", "row")]
    [InlineData("x,1,1,1,1,1", "time")]
    [InlineData("86400000,1,1,1,1,1", "time")]
    [InlineData("34200001,1,1,1,1,1", "time")]
    [InlineData("-60000,1,1,1,1,1", "time")]
    [InlineData("34200000,1.00001,2,1,1,1", "open")]
    [InlineData("34200000,1,1,2,1,1", "row")]
    [InlineData("34200000,0,1,0,1,1", "row")]
    [InlineData("34200000,1,1,1,1,-1", "row")]
    [InlineData("34200000,1,1,1,1,lots", "volume")]
    public void An_unreadable_row_is_named(string row, string column)
    {
        var text = $"34140000,1,1,1,1,1\n{row}\n";
        var message = Assert.Throws<ImportException>(() => Read("equity/usa/minute/spy/20240716_trade.zip", "a.csv", text)).Message;
        Assert.StartsWith($"20240716_trade.zip line 2, {column} '", message, StringComparison.Ordinal);
        Assert.Equal(1, Read("equity/usa/minute/spy/20240716_trade.zip", "a.csv", text, maxErrors: 1).Count);
    }

    [Fact]
    public void A_time_that_New_York_jumped_over_is_refused() =>
        Assert.Contains("clocks went forward", Assert.Throws<ImportException>(() => Read("equity/usa/minute/spy/20240310_trade.zip", "a.csv", "9000000,1,1,1,1,1\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_bomb_is_refused_by_what_comes_out_of_it()
    {
        var path = Prepare("equity/usa/minute/spy/20240716_trade.zip");
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("a.csv", CompressionLevel.Fastest).Open();
            var zeros = new byte[1 << 20];
            for (var megabyte = 0; megabyte < 65; megabyte++) entry.Write(zeros);
        }

        Assert.Contains("unpacks to more than", Assert.Throws<ImportException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_inside_an_archive_mean_nothing_and_one_table_is_asked_for()
    {
        var before = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories);
        Assert.Empty(before);
        Assert.Equal(1, Read("equity/usa/minute/spy/20240716_trade.zip", "../../../../../escaped.csv", "34200000,1,1,1,1,1\n").Count);
        Assert.Single(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
        var path = Prepare("equity/usa/minute/spy/20240717_trade.zip");
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            archive.CreateEntry("a.csv");
            archive.CreateEntry("b.csv");
        }

        Assert.Contains("holds 2 CSV files", Assert.Throws<ImportException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_archives_never_crash_the_reader_nor_give_other_rows()
    {
        var path = Prepare("equity/usa/minute/spy/20240716_trade.zip");
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("a.csv").Open();
            entry.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 60).Select(minute => $"{34_200_000 + (minute * 60_000)},1284000,1287500,1282200,1286100,{minute}\n"))));
        }

        var sound = File.ReadAllBytes(path);
        var random = new Random(11);
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = sound.ToArray();
            for (var change = random.Next(1, 8); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            File.WriteAllBytes(path, bytes);
            try
            {
                // whatever is still taken is the whole of what was put in
                Assert.Equal(60, Read(path).Count);
            }
            catch (ImportException problem)
            {
                Assert.DoesNotContain('\n', problem.Message);
            }
        }
    }

    private string Prepare(string path)
    {
        var full = Path.Combine(_folder.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.Delete(full);
        return full;
    }

    private CandleColumns Read(string path, string entry, string text, long maxErrors = 0)
    {
        var full = Prepare(path);
        using (var archive = ZipFile.Open(full, ZipArchiveMode.Create))
        {
            using var content = archive.CreateEntry(entry).Open();
            content.Write(Encoding.ASCII.GetBytes(text));
        }

        return Read(full, maxErrors);
    }

    private static CandleColumns Read(string path, long maxErrors = 0)
    {
        Assert.True(LeanFile.TryParse(path, out var file, out _));
        return LeanReader.Read(file!, new ImportIssues(Path.GetFileName(path), maxErrors), null, round: false);
    }
}

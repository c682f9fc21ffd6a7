using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trading.MarketData.Candles;
using Trading.MarketData.Exports;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Csv;
using Trading.MarketData.Imports.Parquet;
using Trading.MarketData.Parquet;
using Trading.MarketData.Tests.Parquet;

namespace Trading.MarketData.Tests.Imports;

public sealed class ParquetImportTests : IDisposable
{
    private static readonly long FirstMinute = TestTime.At("2024-07-16 13:30");
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    public void Floating_point_becomes_the_decimal_that_was_meant()
    {
        var path = Write([ParquetWriteColumn.Integer("t"), .. "ohlcv".Select(name => ParquetWriteColumn.Double(name.ToString()))],
            [ParquetValues.Of(new[] { FirstMinute / 1_000_000 }), .. ((double[])[1.08457, 1.08457, 0.00001234, 0.3, 0.1]).Select(value => ParquetValues.Of(new[] { value }))]);
        var candles = Read(path);
        Assert.Equal([FirstMinute, 108_457_000, 108_457_000, 1_234, 30_000_000, 10_000_000], [candles.Time[0], candles.Open[0], candles.High[0], candles.Low[0], candles.Close[0], candles.Volume[0]]);
    }

    [Fact]
    public void More_than_eight_places_are_refused_unless_rounding_is_allowed()
    {
        var path = Write([ParquetWriteColumn.Timestamp("time"), .. "ohlcv".Select(name => ParquetWriteColumn.Double(name.ToString()))],
            [ParquetValues.Of(new[] { FirstMinute }), .. Enumerable.Repeat(ParquetValues.Of(new[] { 0.30000000000000004 }), 5)]);
        Assert.Throws<ImportException>(() => Read(path));
        Assert.Equal(30_000_000, Read(path, new CsvFormat { Round = true }).Open[0]);
    }

    [Fact]
    [Trait("req", "OHLCV-174")]
    public void An_unsound_row_is_named_and_counted()
    {
        long[] units = [100, 200];
        var path = Write([ParquetWriteColumn.Timestamp("time"), .. "ohlcv".Select(name => ParquetWriteColumn.Units(name.ToString()))],
            [ParquetValues.Of(new[] { FirstMinute, FirstMinute + TestTime.Minute }), ParquetValues.Of(units), ParquetValues.Of(new long[] { 100, 150 }), ParquetValues.Of(units), ParquetValues.Of(units), ParquetValues.Of(units)]);
        Assert.Contains("line 2", Assert.Throws<ImportException>(() => Read(path)).Message, StringComparison.Ordinal);
        Assert.Equal(1, Read(path, maxErrors: 1).Count);
    }

    [Fact]
    public void What_is_no_Parquet_or_lacks_columns_is_one_line()
    {
        Assert.DoesNotContain('\n', Assert.Throws<ImportException>(() => Read(_folder.Write("x.parquet", "no parquet at all"))).Message);
        var path = Write([ParquetWriteColumn.Timestamp("time")], [ParquetValues.Of(new[] { FirstMinute })]);
        Assert.Contains("no column for open, high, low, close, volume", Assert.Throws<ImportException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    [PeerFact]
    [Trait("req", "OHLCV-173")]
    [Trait("req", "OHLCV-175")]
    public void Bars_that_DuckDB_wrote_with_local_times_and_floating_point_are_read()
    {
        var path = Path.Combine(_folder.Path, "duck.parquet");
        Peers.Run("bars.mjs", path);
        var batch = ParquetInput.Read(path, new CsvFormat { Zone = Csv.NewYork }, new ImportIssues("duck", 0), default).Single();
        Assert.Equal(["EUR/USD"], batch.Symbols!.Distinct());
        Assert.Equal(["2024-07-16 13:30", "2024-07-16 13:34"], [TestTime.Show(batch.Candles.Time[0]), TestTime.Show(batch.Candles.Time[4])]);
        Assert.Equal([108_456_000, 108_470_000, 108_440_000, 108_457_000, 150_000_000], [batch.Candles.Open[0], batch.Candles.High[0], batch.Candles.Low[0], batch.Candles.Close[0], batch.Candles.Volume[0]]);
    }

    [PeerFact]
    [Trait("req", "OHLCV-018")]
    public void An_exported_file_opens_in_DuckDB_and_hyparquet_with_equal_values()
    {
        var candles = TestCandles.Walk(3000, 7);
        var path = Path.Combine(_folder.Path, "export.parquet");
        using (var stream = File.Create(path)) CandleExport.WriteParquet(stream, candles);
        var answer = Peers.Run("read.mjs", path)[0];
        foreach (var peer in (string[])["duckdb", "hyparquet"])
        {
            Assert.Equal(candles.Count, answer.GetProperty(peer).GetProperty("rows").GetInt32());
            Assert.Equal(Digest(candles), answer.GetProperty(peer).GetProperty("sha256").GetString());
        }
    }

    private static string Digest(CandleColumns candles)
    {
        var text = new StringBuilder();
        for (var row = 0; row < candles.Count; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{candles.Time[row]}");
            foreach (var units in (long[])[candles.Open[row], candles.High[row], candles.Low[row], candles.Close[row], candles.Volume[row]]) text.Append(CultureInfo.InvariantCulture, $"|{units / 100_000_000}.{units % 100_000_000:00000000}");
            text.Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private string Write(ParquetWriteColumn[] columns, ParquetValues[] values)
    {
        var path = Path.Combine(_folder.Path, Guid.NewGuid().ToString("N") + ".parquet");
        using var stream = File.Create(path);
        var writer = new ParquetWriter(stream, columns);
        writer.Write(values);
        writer.Finish();
        return path;
    }

    private static CandleColumns Read(string path, CsvFormat? format = null, long maxErrors = 0) =>
        CandleColumns.Concat([.. ParquetInput.Read(path, format ?? new CsvFormat(), new ImportIssues(Path.GetFileName(path), maxErrors), default).Select(batch => batch.Candles)]);
}

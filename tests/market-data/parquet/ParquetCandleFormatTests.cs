using System.Security.Cryptography;
using System.Text;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Parquet;

public class ParquetCandleFormatTests
{
    private readonly ParquetCandleFormat _format = new();

    [Theory]
    [Trait("req", "OHLCV-013")]
    [Trait("req", "OHLCV-028")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(129)]
    [InlineData(390)]
    [InlineData(131_072)]
    [InlineData(300_000)]
    public void What_is_written_is_read(int count)
    {
        var candles = TestCandles.Walk(count, seed: count);
        var read = _format.Read(_format.Write(candles, TestCandles.Info), CandleFields.All);
        TestCandles.AssertEqual(candles, read.Columns);
        TestCandles.AssertEqual(TestCandles.Info, read.Info);
    }

    [Fact]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    public void All_eight_decimal_places_of_all_eighteen_digits_survive()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var candles = TestCandles.Wild(seed * 3, seed);
            TestCandles.AssertEqual(candles, _format.Read(_format.Write(candles, TestCandles.Info), CandleFields.All).Columns);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-013")]
    [Trait("req", "OHLCV-042")]
    [Trait("req", "OHLCV-043")]
    public void A_file_has_six_columns_of_compressed_pages_and_names_its_provider()
    {
        var candles = TestCandles.Walk(390, 42);
        var bytes = _format.Write(candles, TestCandles.Info with { Provider = "tiingo" });
        using var file = ParquetFile.Open(bytes);
        Assert.Equal(["date", "open", "high", "low", "close", "volume"], file.Columns.Select(column => column.Name));
        var date = file.Column("date")!;
        Assert.Equal((true, ParquetTimeUnit.Microseconds), (date.IsUtc, date.Unit));
        Assert.All(file.Footer.RowGroups.SelectMany(group => group.Columns), chunk => Assert.Equal(ParquetCodec.Snappy, chunk.Codec));

        // encoded and compressed it takes less than half of what its columns do in memory
        Assert.InRange(bytes.Length, 1, candles.Count * 48 / 2);
        Assert.Contains("tiingo", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal("tiingo", _format.Read(bytes, CandleFields.Close).Info.Provider);
    }

    [Fact]
    [Trait("req", "OHLCV-018")]
    public void A_value_of_nineteen_digits_is_refused_and_named()
    {
        var candles = TestCandles.Walk(3, 1);
        candles.Volume[1] = ParquetCandleFormat.MaxUnits;
        _format.Write(candles, TestCandles.Info);
        candles.Volume[1]++;
        var problem = Assert.Throws<CandleFileException>(() => _format.Write(candles, TestCandles.Info));
        Assert.Contains("volume 1000000000000000000", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_candles_give_equal_bytes()
    {
        var candles = TestCandles.Walk(390, 7);
        Assert.Equal(_format.Write(candles, TestCandles.Info), new ParquetCandleFormat().Write(TestCandles.Walk(390, 7), TestCandles.Info with { Fingerprint = "ignored" }));
    }

    [Fact]
    public void Times_that_do_not_rise_are_refused()
    {
        var candles = TestCandles.Walk(3, 1);
        candles.Time[2] = candles.Time[1];
        Assert.Throws<ArgumentException>(() => _format.Write(candles, TestCandles.Info));
    }

    [Fact]
    public void The_fingerprint_is_SHA256_over_the_rows()
    {
        var candles = TestCandles.Walk(1000, 3);
        using var rows = new MemoryStream();
        using (var writer = new BinaryWriter(rows, Encoding.ASCII, leaveOpen: true))
        {
            for (var at = 0; at < candles.Count; at++)
            {
                foreach (var column in (long[][])[candles.Time, candles.Open, candles.High, candles.Low, candles.Close, candles.Volume]) writer.Write(column[at]);
            }
        }

        var expected = Convert.ToHexStringLower(SHA256.HashData(rows.ToArray()));
        Assert.Equal(expected, CandleFingerprint.Of(candles));
        var bytes = _format.Write(candles, TestCandles.Info);
        Assert.Equal(expected, _format.Read(bytes, CandleFields.All).Info.Fingerprint);
        Assert.Equal(expected, _format.Read(bytes, CandleFields.Close).Info.Fingerprint);
    }

    [Fact]
    [Trait("req", "OHLCV-178")]
    public void Only_the_columns_asked_for_are_decoded()
    {
        var candles = TestCandles.Walk(390, 5);
        var bytes = _format.Write(candles, TestCandles.Info);
        var read = _format.Read(bytes, CandleFields.Close | CandleFields.Volume).Columns;
        Assert.Equal(candles.Time, read.Time);
        Assert.Equal(candles.Close, read.Close);
        Assert.Equal(candles.Volume, read.Volume);
        Assert.All([read.Open, read.High, read.Low], column => Assert.Equal(new long[390], column));

        // not even touched: with the bytes of the other columns destroyed the read is the same
        using (var file = ParquetFile.Open(bytes))
        {
            foreach (var name in (string[])["open", "high", "low"])
            {
                var chunk = file.Footer.RowGroups[0].Columns[file.Column(name)!.Index];
                bytes.AsSpan((int)chunk.Start, (int)chunk.CompressedBytes).Fill(0xff);
            }
        }

        TestCandles.AssertEqual(read, _format.Read(bytes, CandleFields.Close | CandleFields.Volume).Columns);
        Assert.Throws<CandleFileException>(() => _format.Read(bytes, CandleFields.All));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(390)]
    [InlineData(300_000)]
    public void The_end_of_a_file_tells_what_it_holds(int count)
    {
        var candles = TestCandles.Walk(count, 11);
        var bytes = _format.Write(candles, TestCandles.Info);
        var needed = _format.ReadSummary(bytes.AsMemory(bytes.Length - 3), out var summary);
        Assert.Null(summary);
        needed = _format.ReadSummary(bytes.AsMemory(bytes.Length - needed), out summary);
        Assert.Null(summary);
        Assert.Equal(0, _format.ReadSummary(bytes.AsMemory(bytes.Length - needed), out summary));
        Assert.Equal((count, count == 0 ? 0 : candles.Time[0], count == 0 ? 0 : candles.Time[^1]), (summary!.Count, summary.FirstTime, summary.LastTime));
        TestCandles.AssertEqual(TestCandles.Info, summary.Info);
        Assert.Equal(CandleFingerprint.Of(candles), summary.Info.Fingerprint);
    }
}

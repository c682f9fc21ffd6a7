using System.Globalization;
using System.Numerics;
using Trading.MarketData.Parquet;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>Numbers of other writers become exact 10⁻⁸ units, or are refused.</summary>
public class ColumnConversionTests
{
    [Fact]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    public void Doubles_become_the_decimal_that_their_shortest_text_says()
    {
        var random = new Random(1);
        double[] values =
        [
            0, -0.0, 1, 0.1, 0.3, 2.675, 1e-8, -1e-8, 123.45, 99999999.99999999, 1234567.12345678, 92233720368.54775, 0.00012345, 1e10,
            .. Enumerable.Range(0, 20_000).Select(_ => (double)Math.Round((decimal)random.NextDouble() * (decimal)Math.Pow(10, random.Next(9)), random.Next(9))),
        ];
        var units = Column(values).ToUnits();
        for (var row = 0; row < values.Length; row++) Assert.Equal(Exact(values[row].ToString("R", CultureInfo.InvariantCulture)), units[row]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e12)]
    [InlineData(-1e300)]
    public void Doubles_that_do_not_fit_are_refused_even_when_rounding(double value)
    {
        var problem = Assert.Throws<ParquetException>(() => Column([1, value]).ToUnits(UnitRounding.HalfEven));
        Assert.Contains("column 'price', row 1", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.123456785, 112345678L)]
    [InlineData(1.123456775, 112345678L)]
    [InlineData(0.1234567891, 12345679L)]
    [InlineData(-0.1234567891, -12345679L)]
    [InlineData(5e-9, 0L)]
    [InlineData(1.5e-8, 2L)]
    [InlineData(1e-300, 0L)]
    public void More_than_eight_places_are_refused_unless_rounding_was_asked_for(double value, long rounded)
    {
        Assert.Contains("more decimal places", Assert.Throws<ParquetException>(() => Column([value]).ToUnits()).Message, StringComparison.Ordinal);
        Assert.Equal([rounded], Column([value]).ToUnits(UnitRounding.HalfEven));
    }

    [Fact]
    public void Floats_become_the_decimal_that_their_shortest_text_says()
    {
        var column = new ParquetColumn(Info(ParquetKind.Float, ParquetPhysicalType.Float), new[] { 0.1f, 123.45f, 1e10f, -0.37f }, [], 0);
        Assert.Equal([10_000_000, 12_345_000_000, 1_000_000_000_000_000_000, -37_000_000], column.ToUnits());
    }

    [Fact]
    [Trait("req", "OHLCV-018")]
    public void Decimals_of_every_scale_are_exact_or_refused()
    {
        var random = new Random(2);
        for (var round = 0; round < 20_000; round++)
        {
            var scale = random.Next(39);
            var value = (Int128)random.NextInt64(long.MinValue, long.MaxValue) * (random.Next(2) == 0 ? 1 : random.NextInt64()) >> random.Next(100);
            if (random.Next(3) == 0) value = value / Int128.Parse("1" + new string('0', scale), CultureInfo.InvariantCulture) * Int128.Parse("1" + new string('0', scale), CultureInfo.InvariantCulture);
            var info = Info(ParquetKind.Decimal, ParquetPhysicalType.FixedLengthByteArray) with { Precision = 38, Scale = scale };
            var wide = new ParquetColumn(info, new[] { value }, [], 0);
            var numerator = (BigInteger)value * BigInteger.Pow(10, 8);
            var divisor = BigInteger.Pow(10, scale);
            var expected = numerator / divisor;
            var fits = numerator % divisor == 0 && expected >= long.MinValue && expected <= long.MaxValue;
            if (fits) Assert.Equal((long)expected, wide.ToUnits()[0]);
            else Assert.Throws<ParquetException>(() => wide.ToUnits());
            if (value < long.MinValue || value > long.MaxValue) continue;
            var narrow = new ParquetColumn(info with { PhysicalType = ParquetPhysicalType.Int64 }, new[] { (long)value }, [], 0);
            if (fits) Assert.Equal((long)expected, narrow.ToUnits()[0]);
            else Assert.Throws<ParquetException>(() => narrow.ToUnits());
        }
    }

    [Fact]
    public void Nanoseconds_that_are_no_microseconds_are_refused_unless_rounding_was_asked_for()
    {
        var info = Info(ParquetKind.Timestamp, ParquetPhysicalType.Int64) with { Unit = ParquetTimeUnit.Nanoseconds };
        var column = new ParquetColumn(info, new[] { 1_500L }, [], 0);
        Assert.Throws<ParquetException>(() => column.ToMicros());
        Assert.Equal([2], column.ToMicros(UnitRounding.HalfEven));
        var milliseconds = new ParquetColumn(info with { Unit = ParquetTimeUnit.Milliseconds }, new[] { -5L, long.MaxValue }, [], 0);
        Assert.Contains("row 1", Assert.Throws<ParquetException>(() => milliseconds.ToMicros()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Timestamps_of_96_bits_are_nanoseconds_of_a_Julian_day()
    {
        // 2024-07-16 is Julian day 2,460,508
        byte[] bytes = [.. BitConverter.GetBytes(13L * 3600 * 1_000_000_000), .. BitConverter.GetBytes(2_460_508)];
        var nanos = new long[1];
        new Int96Decoder().Decode(ParquetEncoding.Plain, bytes, nanos);
        Assert.Equal(TestTime.At("2024-07-16 13:00") * 1000, nanos[0]);
        Assert.Throws<ParquetException>(() => new Int96Decoder().Decode(ParquetEncoding.Plain, Enumerable.Repeat((byte)0xff, 12).ToArray(), nanos));
    }

    [Fact]
    public void A_file_with_texts_doubles_and_integers_is_read_back()
    {
        string[] symbols = ["AAPL", "AAPL", "BTC-USD", "", "Ünïcödé"];
        double[] doubles = [1.5, double.NaN, -0.0, double.MaxValue, 1e-300];
        long[] integers = [long.MinValue, -1, 0, 1, long.MaxValue];
        foreach (var encoding in (ParquetEncoding[])[ParquetEncoding.Plain, ParquetEncoding.RleDictionary])
        {
            using var stream = new MemoryStream();
            var writer = new ParquetWriter(
                stream,
                [ParquetWriteColumn.Text("symbol") with { Encoding = encoding }, ParquetWriteColumn.Double("d") with { Encoding = encoding }, ParquetWriteColumn.Integer("i") with { Encoding = encoding }],
                new ParquetWriteOptions { Metadata = [new("note", "täglich")] });
            for (var group = 0; group < 2; group++) writer.Write([ParquetValues.Of((ReadOnlyMemory<string>)symbols), ParquetValues.Of((ReadOnlyMemory<double>)doubles), ParquetValues.Of((ReadOnlyMemory<long>)integers)]);
            writer.Finish();
            using var file = ParquetFile.Open(stream.ToArray());
            Assert.Equal([new("note", "täglich")], file.Metadata);
            var texts = file.Read(file.Column("SYMBOL")!);
            Assert.Equal([.. symbols, .. symbols], Enumerable.Range(0, 10).Select(row => texts.Text(row)));
            Assert.Equal([.. doubles, .. doubles], file.Read(file.Column("d")!).Doubles.ToArray());
            Assert.Equal(integers, file.Read(file.Column("i")!, 1).Integers.ToArray());
            Assert.Contains("not a number", Assert.Throws<ParquetException>(() => texts.ToUnits()).Message, StringComparison.Ordinal);
        }
    }

    private static ParquetColumn Column(double[] values) => new(Info(ParquetKind.Double, ParquetPhysicalType.Double), values, [], 0);

    private static ParquetColumnInfo Info(ParquetKind kind, ParquetPhysicalType type) => new(0, "price", kind, type, false);

    /// <summary>The text as a rational times 10⁸.</summary>
    private static long Exact(string text) => (long)(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * 100_000_000m);
}

using System.Globalization;
using System.Text;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Tests.Sources;

public sealed class CsvBarParserTests
{
    private const string Header = "timestamp_utc,open,high,low,close,volume\n";
    private const string Good = "2024-07-16T13:30:00Z,10,12,9,11,100\n";

    [Fact]
    public void Values_become_ten_to_the_minus_eight_units_exactly()
    {
        var columns = Parse(Header + "2024-07-16T13:30:00Z,1.38681,1.386915,0.00000001,1.3,0\n2024-07-16T13:31:00Z,92233720368.54775807,92233720368.54775807,007.50,8.12345678,92233720368.54775807\n");
        Assert.Equal([TestTime.At("2024-07-16 13:30"), TestTime.At("2024-07-16 13:31")], columns.OpenTime);
        Assert.Equal([138_681_000, long.MaxValue], columns.Open);
        Assert.Equal([138_691_500, long.MaxValue], columns.High);
        Assert.Equal([1, 750_000_000], columns.Low);
        Assert.Equal([130_000_000, 812_345_678], columns.Close);
        Assert.Equal([0, long.MaxValue], columns.Volume);
    }

    [Theory]
    [InlineData("timestamp_utc,open,high,low,close,volume", 0)]
    [InlineData(Header, 0)]
    [InlineData(Header + Good, 1)]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,11,100", 1)]
    [InlineData("\uFEFF" + Header + Good, 1)]
    [InlineData("timestamp_utc,open,high,low,close,volume\r\n2024-07-16T13:30:00Z,10,12,9,11,100\r\n2024-07-16T13:31:00Z,10,12,9,11,100\r\n", 2)]
    [InlineData("timestamp_utc,open,high,low,close,volume\r\n2024-07-16T13:30:00Z,10,12,9,11,100\r\n2024-07-16T13:31:00Z,10,12,9,11,100", 2)]
    public void Line_ends_and_a_byte_order_mark_do_not_matter(string text, int rows)
    {
        Assert.Equal(rows, Parse(text).Count);
    }

    [Theory]
    // file | line | column | value | part of what would be right
    [InlineData("", 1, "header", "", "the header timestamp_utc,open")]
    [InlineData("time,open,high,low,close,volume\n", 1, "header", "time,open,high,low,close,volume", "the header timestamp_utc,open")]
    [InlineData("timestamp_utc,open,high,low,close\n", 1, "header", "timestamp_utc,open,high,low,close", "the header timestamp_utc,open")]
    [InlineData(Header + "\n", 2, "timestamp_utc", "", "a UTC time")]
    [InlineData(Header + Good + "\n", 3, "timestamp_utc", "", "a UTC time")]
    [InlineData(Header + "2024-07-16 13:30:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16 13:30:00Z", "a UTC time")]
    [InlineData(Header + "2024-07-16T13:30:00,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16T13:30:00", "a UTC time")]
    [InlineData(Header + "2024-07-16T13:30:00+02:00,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16T13:30:00+02:00", "a UTC time")]
    [InlineData(Header + "2024-07-16T13:30:00Zx,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16T13:30:00Zx", "a UTC time")]
    [InlineData(Header + "2024-02-30T13:30:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "2024-02-30T13:30:00Z", "a UTC time")]
    [InlineData(Header + "2023-02-29T13:30:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "2023-02-29T13:30:00Z", "a UTC time")]
    [InlineData(Header + "2024-13-01T13:30:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "2024-13-01T13:30:00Z", "a UTC time")]
    [InlineData(Header + "1969-12-31T13:30:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "1969-12-31T13:30:00Z", "a UTC time")]
    [InlineData(Header + "2024-07-16T24:00:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16T24:00:00Z", "a UTC time")]
    [InlineData(Header + "2024-07-16T13:60:00Z,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16T13:60:00Z", "a UTC time")]
    [InlineData(Header + "2024-07-16T13:30:30Z,1,1,1,1,1\n", 2, "timestamp_utc", "2024-07-16T13:30:30Z", "a multiple of 60 seconds")]
    [InlineData(Header + Good + Good, 3, "timestamp_utc", "2024-07-16T13:30:00Z", "a time that no row before has")]
    [InlineData(Header + Good + "2024-07-16T13:29:00Z,1,1,1,1,1\n", 3, "timestamp_utc", "2024-07-16T13:29:00Z", "a time after that of the row before")]
    [InlineData(Header + "2024-07-16T13:30:00Z", 2, "timestamp_utc", "2024-07-16T13:30:00Z", "six columns")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10\n", 2, "high", "", "only 2 of 6 columns")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,11\n" + Good, 2, "volume", "", "only 5 of 6 columns")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,11,100,7\n", 2, "volume", "100", "the end of the line")]
    [InlineData(Header + "2024-07-16T13:30:00Z,,12,9,11,100\n", 2, "open", "", "a decimal from 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,-12,9,11,100\n", 2, "high", "-12", "without sign")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,+12,9,11,100\n", 2, "high", "+12", "without sign")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9e0,11,100\n", 2, "low", "9e0", "exponent")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,NaN,100\n", 2, "close", "NaN", "a decimal from 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,11,1.123456789\n", 2, "volume", "1.123456789", "at most 8 places")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,11,100 \n", 2, "volume", "100 ", "without sign, exponent or spaces")]
    [InlineData(Header + "2024-07-16T13:30:00Z,.5,12,9,11,100\n", 2, "open", ".5", "a decimal from 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,5.,12,9,11,100\n", 2, "open", "5.", "a decimal from 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,1.2.3,12,9,11,100\n", 2, "open", "1.2.3", "a decimal from 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,92233720368.54775808,12,9,11,100\n", 2, "open", "92233720368.54775808", "92233720368.54775807")]
    [InlineData(Header + "2024-07-16T13:30:00Z,184467440737.09551617,12,9,11,100\n", 2, "open", "184467440737.09551617", "92233720368.54775807")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,18446744073709551626,9,11,100\n", 2, "high", "18446744073709551626", "92233720368.54775807")]
    [InlineData(Header + "2024-07-16T13:30:00Z,0,12,9,11,100\n", 2, "open", "0", "a price above 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,0.00,11,100\n", 2, "low", "0.00", "a price above 0")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,9,12,11,100\n", 2, "low", "12", "at most the high")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,10.5,11,100\n", 2, "low", "10.5", "at most the open and the close")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,10.5,9,11,100\n", 2, "high", "10.5", "at least the open and the close")]
    [InlineData(Header + "2024-07-16T13:30:00Z,10,12,9,11,1\u00010\n", 2, "volume", "1\uFFFD0", "a decimal from 0")]
    public void A_file_that_breaks_the_format_is_refused_with_the_place_and_the_rule(string text, int line, string column, string value, string expected)
    {
        var failure = Assert.Throws<BarFormatException>(() => Parse(text));
        Assert.Equal((line, column, value), (failure.Line, failure.Column, failure.Value));
        Assert.Contains(expected, failure.Expected, StringComparison.Ordinal);
        Assert.Contains($"TEST.csv line {line}, column {column}: '{value}'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(BarSourceProblem.MalformedData, failure.Problem);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Well_formed_files_read_as_the_naive_reader_reads_them(int seed)
    {
        var random = new Random(seed);
        for (var file = 0; file < 40; file++)
        {
            var text = WellFormed(random, rows: random.Next(60));
            Assert.Equal(NaiveCsv.Rows(text), NaiveCsv.Rows(Parse(text)));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Damaged_files_are_read_or_refused_but_never_misread(int seed)
    {
        var random = new Random(seed);
        var refused = 0;
        for (var file = 0; file < 3_000; file++)
        {
            var bytes = Encoding.UTF8.GetBytes(WellFormed(random, rows: 3));
            for (var damage = random.Next(1, 4); damage > 0; damage--) bytes = Damage(random, bytes);
            try
            {
                var columns = CsvBarParser.Parse(bytes, "TEST.csv", TestTime.Minute);
                Assert.Equal(NaiveCsv.Rows(Encoding.UTF8.GetString(bytes)), NaiveCsv.Rows(columns));
            }
            catch (BarFormatException failure)
            {
                Assert.InRange(failure.Line, 1, 7);
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 2_999);
    }

    private static BarColumns Parse(string text) => CsvBarParser.Parse(Encoding.UTF8.GetBytes(text), "TEST.csv", TestTime.Minute);

    private static string WellFormed(Random random, int rows)
    {
        var end = random.Next(2) == 0 ? "\n" : "\r\n";
        var text = new StringBuilder(random.Next(4) == 0 ? "\uFEFF" : "").Append("timestamp_utc,open,high,low,close,volume").Append(end);
        var time = DateTime.UnixEpoch.AddMinutes(random.Next(100_000_000));
        for (var row = 0; row < rows; row++)
        {
            time = time.AddMinutes(random.Next(8) == 0 ? random.Next(1, 5_000) : 1);
            var prices = Enumerable.Range(0, 4).Select(_ => Units(random) + 1).Order().ToArray();
            var (open, close) = random.Next(2) == 0 ? (prices[1], prices[2]) : (prices[2], prices[1]);
            string[] cells = [Text(open, random), Text(prices[3], random), Text(prices[0], random), Text(close, random), Text(Units(random), random)];
            text.Append(time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)).Append(',').AppendJoin(',', cells);
            if (row < rows - 1 || random.Next(2) == 0) text.Append(end);
        }

        return text.ToString();
    }

    /// <summary>A number whose count of digits is spread evenly.</summary>
    private static long Units(Random random)
    {
        var bits = random.Next(1, 63);
        return random.NextInt64(1L << bits);
    }

    private static string Text(long units, Random random)
    {
        var text = (units / 100_000_000m).ToString("0.########", CultureInfo.InvariantCulture);
        return random.Next(5) == 0 ? (units / 100_000_000m).ToString("0.00000000", CultureInfo.InvariantCulture) : text;
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        var at = random.Next(bytes.Length);
        var noise = (byte)"0123456789,.-eNZT:\r\n x"[random.Next(22)];
        return random.Next(3) switch
        {
            0 => [.. bytes[..at], noise, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[(at + 1)..]],
            _ => [.. bytes[..at], noise, .. bytes[at..]],
        };
    }
}

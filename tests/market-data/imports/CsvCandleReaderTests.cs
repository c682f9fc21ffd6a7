using System.Globalization;
using System.IO.Compression;
using System.Text;
using Trading.MarketData.Imports;
using Trading.MarketData.Imports.Csv;

namespace Trading.MarketData.Tests.Imports;

public sealed class CsvCandleReaderTests
{
    private const string Row = "2024-07-16T13:30:00Z,1,4,0.5,2,10";

    [Theory]
    [Trait("req", "OHLCV-173")]
    [InlineData("time,open,high,low,close,volume\n" + Row)]
    [InlineData("\uFEFFtime,open,high,low,close,volume\r\n" + Row + "\r\n")]
    [InlineData(Row + "\n")]
    [InlineData("\n\n" + Row + "\n\n  \n")]
    [InlineData("Time;Open;High;Low;Close;Volume\n2024-07-16T13:30:00Z;1;4;0.5;2;10\n")]
    [InlineData("t\to\th\tl\tc\tv\n2024-07-16T13:30:00Z\t1\t4\t0.5\t2\t10\n")]
    [InlineData("\"time\",\"open\",\"high\",\"low\",\"close\",\"volume\"\n\"2024-07-16T13:30:00Z\",\"1\",\"4\",\"0.5\",\"2\",\"10\"\n")]
    [InlineData("volume,close,low,high,open,timestamp\n10,2,0.5,4,1,2024-07-16T13:30:00Z\n")]
    [InlineData("timestamp,open,high,low,close,adj close,volume,note\n2024-07-16T13:30:00Z,1,4,0.5,2,1.9,10,\"a, b\"\n")]
    [InlineData("timestamp,open,high,low,close,adj close,volume,note\n2024-07-16T13:30:00Z,1,4,0.5,2,1.9,10,\n")]
    [InlineData("2024-07-16,13:30,1,4,0.5,2,10\n")]
    [InlineData("Date,Time,Open,High,Low,Close,Volume\n2024.07.16,13:30,1,4,0.5,2,10\n")]
    public void A_table_is_read_by_its_header_or_its_usual_order(string text)
    {
        var candles = Csv.Read(text).Candles;
        Assert.Equal(("2024-07-16 13:30", 1), (TestTime.Show(candles.Time[0]), candles.Count));
        Assert.Equal([100_000_000, 400_000_000, 50_000_000, 200_000_000, 1_000_000_000], [candles.Open[0], candles.High[0], candles.Low[0], candles.Close[0], candles.Volume[0]]);
    }

    [Fact]
    public void Columns_can_be_named_or_numbered_and_a_volume_left_out()
    {
        var format = new CsvFormat
        {
            Columns = new Dictionary<CsvColumn, string>
            {
                [CsvColumn.Time] = "when",
                [CsvColumn.Open] = "2",
                [CsvColumn.High] = "3",
                [CsvColumn.Low] = "4",
                [CsvColumn.Close] = "last",
                [CsvColumn.Volume] = "none",
            },
        };
        var candles = Csv.Read("when,a,b,c,last\n2024-07-16T13:30:00Z,1,4,0.5,2\n", format).Candles;
        Assert.Equal((200_000_000, 0), (candles.Close[0], candles.Volume[0]));
    }

    [Fact]
    public void Rows_of_several_symbols_keep_their_symbol()
    {
        var (candles, symbols, _) = Csv.Read("ticker,volume,open,close,high,low,window_start,transactions\nAA,10,1,1,1,1,1721136600000000000,4\nAA,10,1,1,1,1,1721136660000000000,4\nBB,10,1,1,1,1,1721136600000000000,4\n");
        Assert.Equal(["AA", "AA", "BB"], symbols);
        Assert.Equal("2024-07-16 13:31", TestTime.Show(candles.Time[1]));
    }

    [Theory]
    [InlineData("", "bars.csv is empty")]
    [InlineData("time,open,high,low,close\n", "no column for volume")]
    [InlineData("time,open,high,low,close,volume\nyesterday,1,1,1,1,1\n", "'yesterday' is no time of a known form")]
    [InlineData("a,b\n1,2\n", "2 columns and no header")]
    public void What_is_no_table_of_bars_is_refused_in_one_line(string text, string message) => Assert.Contains(message, Csv.Refusal(text), StringComparison.Ordinal);

    [Theory]
    [Trait("req", "OHLCV-174")]
    [InlineData("2024-07-16T13:31:00Z,1,1,1,1", "line 3, row '2024-07-16T13:31:00Z,1,1,1,1': must be a row of 6 cells, this one has 5")]
    [InlineData("2024-07-16T13:31:00Z,1,1,1,1,1,234", "line 3, row '2024-07-16T13:31:00Z,1,1,1,1,1,234': must be a row of 6 cells, this one has 7")]
    [InlineData("2024-07-16T13:31:00Z,1,1,2,1,1", "line 3, low '2': must be at most the high of the bar")]
    [InlineData("2024-07-16T13:31:00Z,3,2,1,1,1", "line 3, high '2': must be at least the open and the close of the bar")]
    [InlineData("2024-07-16T13:31:00Z,3,4,3,1,1", "line 3, low '3': must be at most the open and the close of the bar")]
    [InlineData("2024-07-16T13:31:00Z,0,4,0,1,1", "line 3, open '0': must be a price above 0")]
    [InlineData("2024-07-16T13:31:00Z,1,1,1,1,-1", "line 3, volume '-1': must be a volume not below 0")]
    [InlineData("2024-07-16T13:31:00Z,1,1,1,1,\"1", "line 3, row '2024-07-16T13:31:00Z,1,1,1,1,\"1': must be cells whose quotes are closed")]
    public void An_unreadable_row_is_named_with_line_column_value_and_rule(string row, string message)
    {
        Assert.Equal("bars.csv " + message, Csv.Refusal($"{Csv.Header}{Row}\n{row}\n"));
        var (candles, _, issues) = Csv.Read($"{Csv.Header}{Row}\n{row}\n2024-07-16T13:32:00Z,1,1,1,1,1\n", maxErrors: 1);
        Assert.Equal((2, 1), (candles.Count, issues.Count));
    }

    [Fact]
    [Trait("req", "OHLCV-174")]
    public void All_unreadable_rows_are_counted_by_rule_and_too_many_end_the_reading()
    {
        var text = Csv.Header + string.Concat(Enumerable.Repeat("x,1,1,1,1,1\n2024-07-16T13:30:00Z,1,1,1,1,x\n", 30));
        var format = new CsvFormat { TimeFormat = CsvTimeFormat.Iso };
        var (_, _, issues) = Csv.Read(text, format, maxErrors: 60);
        Assert.Equal((60, 20, 2), (issues.Count, issues.First.Count, issues.ByRule.Count));
        Assert.All(issues.ByRule.Values, count => Assert.Equal(30, count));
        Assert.EndsWith("(more than 59 unreadable rows)", Assert.Throws<ImportException>(() => Csv.Read(text, format, maxErrors: 59)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("req", "OHLCV-020")]
    [InlineData(1, '\n')]
    [InlineData(2, ';')]
    [InlineData(3, '\t')]
    public void Large_random_tables_over_many_blocks_equal_a_naive_reading(int seed, char special)
    {
        var random = new Random(seed);
        var delimiter = special == '\n' ? ',' : special;
        var text = new StringBuilder(Csv.Header.Replace(',', delimiter));
        var expected = new List<(long Time, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume)>();
        var time = new DateTime(2023, 12, 30, 0, 0, 0, DateTimeKind.Utc);
        for (var row = 0; row < 20_000; row++)
        {
            time = time.AddMinutes(random.Next(1, 400));
            decimal low = Value(random) + 0.00000001m, open = low + Value(random), close = low + Value(random), high = Math.Max(open, close) + Value(random), volume = Value(random);
            expected.Add(((time - DateTime.UnixEpoch).Ticks / 10, open, high, low, close, volume));
            string[] cells = [time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Text(open), Text(high), Text(low), Text(close), Text(volume)];
            if (random.Next(100) == 0) cells[random.Next(6)] += " ";
            if (random.Next(100) == 0) cells = [.. cells.Select(cell => $"\"{cell}\"")];
            text.AppendJoin(delimiter, cells).Append(random.Next(10) == 0 ? "\r\n" : "\n");
            if (random.Next(500) == 0) text.Append('\n');
        }

        var candles = Csv.Read(text.ToString()).Candles;
        Assert.Equal(expected.Select(row => row.Time), candles.Time);
        Assert.Equal(expected.Select(row => (long)(row.Open * 100_000_000)), candles.Open);
        Assert.Equal(expected.Select(row => (long)(row.High * 100_000_000)), candles.High);
        Assert.Equal(expected.Select(row => (long)(row.Low * 100_000_000)), candles.Low);
        Assert.Equal(expected.Select(row => (long)(row.Close * 100_000_000)), candles.Close);
        Assert.Equal(expected.Select(row => (long)(row.Volume * 100_000_000)), candles.Volume);

        static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Mutated_tables_never_crash_the_reader_nor_give_a_bar_that_breaks_the_rules()
    {
        var random = new Random(7);
        var sound = Encoding.UTF8.GetBytes(Csv.Header + string.Concat(Enumerable.Range(0, 30).Select(minute => $"2024-07-16T13:{minute:00}:00Z,1.5,4,0.5,2.25,10\n")));
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = sound.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : ",;\"\n\r\t.-+eZ019 "[random.Next(14)]);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                var candles = Csv.Read(bytes, maxErrors: 1000).Candles;
                for (var at = 0; at < candles.Count; at++)
                {
                    Assert.True(candles.Low[at] > 0 && candles.Low[at] <= candles.Open[at] && candles.Low[at] <= candles.Close[at]);
                    Assert.True(candles.High[at] >= candles.Open[at] && candles.High[at] >= candles.Close[at] && candles.Volume[at] >= 0);
                    Assert.Equal(0, candles.Time[at] % TestTime.Minute);
                }
            }
            catch (ImportException problem)
            {
                Assert.DoesNotContain('\n', problem.Message);
            }
        }
    }

    [Fact]
    public void A_line_without_end_and_a_file_of_zeros_are_refused()
    {
        Assert.Contains("no table of bars", Csv.Refusal(Csv.Header + Row + "\n" + new string('1', 400_000)), StringComparison.Ordinal);
        Assert.Contains("bars.csv", Csv.Refusal(new string('\0', 400_000)), StringComparison.Ordinal);
        Assert.Contains("bars.csv", Csv.Refusal(new string('\n', 400_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_file_is_read_as_the_plain_one_and_a_damaged_one_refused()
    {
        using var folder = new TemporaryDirectory();
        var path = Path.Combine(folder.Path, "bars.csv.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(Csv.Header + Row));
        using (var stream = CsvCandleReader.Open(path)) Assert.Single(CsvCandleReader.Read(stream, new(), new("x", 0), default));
        File.WriteAllText(path, "no gzip at all");
        using var damaged = CsvCandleReader.Open(path);
        Assert.Throws<ImportException>(() => CsvCandleReader.Read(damaged, new(), new("x", 0), default).ToList());
    }

    private static decimal Value(Random random)
    {
        var places = random.Next(0, 9);
        return random.NextInt64(0, (long)Math.Pow(10, places + random.Next(1, 10))) / (decimal)Math.Pow(10, places);
    }
}

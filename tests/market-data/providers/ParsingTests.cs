using System.Globalization;
using System.Text;
using Trading.MarketData.Providers;
using Trading.MarketData.Providers.Parsing;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

public sealed class ParsingTests
{
    [Theory]
    [InlineData("150.2", 15_020_000_000)]
    [InlineData("1.5e3", 150_000_000_000)]
    [InlineData("1.5E+03", 150_000_000_000)]
    [InlineData("0.00001234", 1_234)]
    [InlineData("1234e-8", 1_234)]
    [InlineData("-0.1", -10_000_000)]
    [InlineData("0", 0)]
    [InlineData("0.0e99", 0)]
    [InlineData("150.20499999999998", 15_020_500_000)]
    [InlineData("0.000000005", 0)]
    [InlineData("0.000000015", 2)]
    [InlineData("0.0000000050000000000000000000001", 1)]
    [InlineData("1e-300", 0)]
    [InlineData("92233720368.54775807", long.MaxValue)]
    [InlineData("00123.450", 12_345_000_000)]
    [Trait("req", "OHLCV-173")]
    public void Decimals_become_units_exactly(string text, long units)
    {
        Assert.True(DecimalUnits.TryParse(Encoding.ASCII.GetBytes(text), out var found));
        Assert.Equal(units, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1x")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    [InlineData("92233720368.54775808")]
    [InlineData("1e11")]
    [InlineData("1e999999999999")]
    [InlineData("123456789012345678901234567890")]
    public void What_is_no_decimal_or_does_not_fit_is_refused(string text) => Assert.False(DecimalUnits.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_decimal_is_read_as_decimal_arithmetic_reads_it(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 20_000; run++)
        {
            var value = new decimal(random.Next(), random.Next(), random.Next(16), random.Next(2) == 0, (byte)random.Next(20));
            var text = value.ToString(CultureInfo.InvariantCulture);
            var exponent = random.Next(-6, 7);
            var power = 1m;
            for (var step = Math.Abs(exponent); step > 0; step--) power *= 10;
            decimal expected;
            try
            {
                expected = decimal.Round((exponent < 0 ? value / power : value * power) * 100_000_000m, MidpointRounding.ToEven);
            }
            catch (OverflowException)
            {
                continue;
            }

            // decimal keeps 28 digits: beyond that its own rounding of value / power is not exact and no judge
            if (value.Scale + Math.Max(0, -exponent) > 26) continue;
            var fits = Math.Abs(expected) <= long.MaxValue;
            Assert.Equal(fits, DecimalUnits.TryParse(Encoding.ASCII.GetBytes($"{text}e{exponent.ToString(CultureInfo.InvariantCulture)}"), out var units));
            if (fits) Assert.True(expected == units, $"{text}e{exponent}: {units} for {expected}");
        }
    }

    [Theory]
    [InlineData("2022-02-01T05:00:00Z", "2022-02-01 05:00:00.000000")]
    [InlineData("2018-01-02T14:30:00.000Z", "2018-01-02 14:30:00.000000")]
    [InlineData("2022-02-01T05:00:00.123456789Z", "2022-02-01 05:00:00.123456")]
    [InlineData("2022-02-01T05:00:00-05:00", "2022-02-01 10:00:00.000000")]
    [InlineData("2022-02-01T05:00:00+05:30", "2022-01-31 23:30:00.000000")]
    [InlineData("2024-02-29T23:59Z", "2024-02-29 23:59:00.000000")]
    [InlineData("2023-02-29T00:00:00Z", null)]
    [InlineData("2022-02-01T05:00:00", null)]
    [InlineData("2022-02-01T24:00:00Z", null)]
    [InlineData("2022-02-01T05:00:00.Z", null)]
    [InlineData("2022-02-01", null)]
    [InlineData("yesterday, half past nine", null)]
    [Trait("req", "OHLCV-175")]
    public void Internet_times_become_utc(string text, string? utc)
    {
        Assert.Equal(utc is not null, VendorTime.TryRfc3339(Encoding.ASCII.GetBytes(text), out var micros));
        if (utc is not null) Assert.Equal(utc, VendorTime.ToUtc(micros).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2024-03-08 09:30:00", "2024-03-08 14:30")]
    [InlineData("2024-03-11 09:30:00", "2024-03-11 13:30")]
    [InlineData("2024-11-01 15:59:00", "2024-11-01 19:59")]
    [InlineData("2024-11-04 15:59:00", "2024-11-04 20:59")]
    [InlineData("2024-03-10 01:59:00", "2024-03-10 06:59")]
    [InlineData("2024-03-10 03:00:00", "2024-03-10 07:00")]
    [InlineData("2024-11-03 00:59:00", "2024-11-03 04:59")]
    [InlineData("2024-11-03 02:00:00", "2024-11-03 07:00")]
    [InlineData("1995-07-03 12:59", "1995-07-03 16:59")]
    [Trait("req", "OHLCV-175")]
    public void New_york_times_become_utc_on_both_sides_of_both_changes_of_the_clock(string text, string utc)
    {
        Assert.True(VendorTime.TryNewYork(Encoding.ASCII.GetBytes(text), out var micros, out _));
        Assert.Equal(utc, TestTime.Show(micros));
    }

    [Theory]
    [InlineData("2024-03-10 02:30:00", "does not exist")]
    [InlineData("2024-11-03 01:30:00", "occurs twice")]
    [InlineData("2024-11-03", "is no time")]
    [InlineData("2024-07-16 09:30:00Z", "is no time")]
    [Trait("req", "OHLCV-175")]
    public void A_local_time_without_one_meaning_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(VendorTime.TryNewYork(Encoding.ASCII.GetBytes(text), out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-174")]
    [Trait("req", "OHLCV-166")]
    public async Task Rows_that_cannot_be_candles_are_counted_with_reasons_and_the_rest_is_kept()
    {
        string[] rows =
        [
            Row("2024-07-16T13:30:00.000Z"),
            Row("2024-07-16T13:31:00.000Z").Replace(",\"volume\":100", "", StringComparison.Ordinal),
            Row("2024-07-16T13:32:00.000Z").Replace("\"volume\":100", "\"volume\":null", StringComparison.Ordinal),
            Row("2024-07-16T13:33:30.000Z"),
            Row("2024-07-16 25:00"),
            Row("2024-07-16T13:34:00.000Z", open: "\"abc\""),
            Row("2024-07-16T13:35:00.000Z", open: "12"),
            Row("2024-07-16T13:36:00.000Z", open: "0"),
            Row("2024-07-16T13:37:00.000Z").Replace("100}", "-1}", StringComparison.Ordinal),
            Row("2024-07-16T13:38:00.000Z").Replace("100}", "10000000000}", StringComparison.Ordinal),
            Row("2024-07-16T13:39:00.000Z").Replace("100}", "{\"a\":[1]}}", StringComparison.Ordinal),
            "null",
            "[1]",
            Row("2024-07-16T13:40:00.000Z"),
            Row("2024-07-16T13:40:00.000Z"),
            Row("2024-07-16T13:41:00.000Z"),
            Row("2024-07-16T13:41:00.000Z", open: "10.1"),
        ];
        var page = await TiingoAsync(rows);
        Assert.Equal(["13:30 10", "13:40 10", "13:41 10.1"], Enumerable.Range(0, page.Candles.Count).Select(at => $"{TestTime.Show(page.Candles.Time[at])[11..]} {VendorData.Text(page.Candles.Open[at])}"));
        Assert.Equal(
            [
                "row 2: has no volume",
                "row 3: has no volume",
                "row 4: 2024-07-16T13:33:30Z is not on a whole minute",
                "row 5: date '2024-07-16 25:00' is no time",
                "row 6: open is no number that fits: 'abc'",
                "row 7, 2024-07-16T13:35:00Z: open or close lies outside low to high",
                "row 8, 2024-07-16T13:36:00Z: a price is not above 0",
                "row 9, 2024-07-16T13:37:00Z: the volume is below 0",
                "row 10, 2024-07-16T13:38:00Z: a value has more than 18 digits in units of 0.00000001",
                "row 11: volume is no number",
                "row 12: is no object",
                "row 13: is no object",
                "2024-07-16T13:41:00Z: two different candles; the later one in the answer is kept",
            ],
            page.RowsDropped);
        Assert.Equal(13, page.DroppedCount);
    }

    [Fact]
    [Trait("req", "OHLCV-174")]
    public async Task All_unreadable_rows_are_counted_but_only_a_hundred_reasons_are_kept()
    {
        var page = await TiingoAsync([Row("2024-07-16T13:30:00Z"), .. Enumerable.Repeat("{}", 250)]);
        Assert.Equal((250, 100, 1), (page.DroppedCount, page.RowsDropped.Count, page.Candles.Count));
    }

    [Fact]
    [Trait("req", "OHLCV-173")]
    public async Task Odd_but_readable_rows_are_normalised()
    {
        var page = await TiingoAsync(
        [
            """{"extra":{"volume":[1,{"open":2}]},"volume":"1.0E2","close":" 10.5 ","low":9,"high":1.1e1,"open":"10","date":"2024-07-16T09:31:00-04:00","open_time":7}""",
            Row("2024-07-16T13:30:00Z").Replace("\"open\"", "\"\\u006fpen\"", StringComparison.Ordinal),
        ]);
        Assert.Empty(page.RowsDropped);
        Assert.Equal(["2024-07-16 13:30 1000000000 1100000000 900000000 1050000000 10000000000", "2024-07-16 13:31 1000000000 1100000000 900000000 1050000000 10000000000"], Vendors.Rows(page.Candles));
    }

    [Fact]
    [Trait("req", "OHLCV-166")]
    public async Task An_answer_of_which_no_row_can_be_read_is_malformed_and_not_empty()
    {
        await using var server = StubServer.Of(StubAnswer.Json("""[{"date":"2024-07-16T13:30:00Z","open":1,"high":1,"low":1,"close":1}]"""));
        using var table = Vendors.Table("tiingo", server.BaseUrl);
        var failure = (await table.InOrder.Single().FetchMinutesAsync(Vendors.Equity("2024-07-16 13:30", "2024-07-16 20:00"), null, default)).Failure;
        Assert.Equal(FailureKind.Malformed, failure?.Kind);
        Assert.Contains("none of 1 rows could be read; row 1: has no volume", failure?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024-07-03", false, "13:30", "16:59", 210)]
    [InlineData("2024-07-03", true, "08:00", "23:59", 960)]
    [InlineData("2024-07-16", false, "13:30", "19:59", 390)]
    [InlineData("2024-07-16", true, "08:00", "23:59", 960)]
    [InlineData("2024-07-04", false, "13:30", "19:59", 390)]
    public async Task Without_extended_hours_only_the_session_of_the_calendar_is_kept_early_closes_included(string date, bool extended, string first, string last, int count)
    {
        // 2024-07-03 closes early; 2024-07-04 is a holiday, whose candles are left for the store's checks to report
        await using var vendor = new StubVendor("polygon");
        vendor.Put("AAPL", Vendors.Candles($"{date} 08:00", 960));
        using var table = Vendors.Table("polygon", vendor.BaseUrl);
        var request = Vendors.Equity($"{date} 04:00", $"{date} 23:59", extended: extended) with { End = TestTime.At($"{date} 04:00") + (1440 * TestTime.Minute) };
        var candles = (await table.InOrder.Single().FetchMinutesAsync(request, null, default)).Value!.Candles;
        Assert.Equal((count, $"{date} {first}", $"{date} {last}"), (candles.Count, TestTime.Show(candles.Time[0]), TestTime.Show(candles.Time[^1])));
    }

    [Fact]
    public void Pages_are_joined_in_order_and_the_later_page_wins()
    {
        var joined = MinutePages.Join([Vendors.Candles("2024-07-16 14:00", 3), Vendors.Candles("2024-07-16 13:59", 2, 500_000_000), Vendors.Candles("2024-07-16 13:00", 1)]);
        Assert.Equal(["13:00", "13:59", "14:00", "14:01", "14:02"], joined.Time.Select(time => TestTime.Show(time)[11..]));
        Assert.Equal(501_000_000, joined.Open[2]);
        Assert.Equal(0, MinutePages.Join([]).Count);
    }

    private static string Row(string date, string open = "10") => $"{{\"date\":\"{date}\",\"open\":{open},\"high\":11,\"low\":9,\"close\":10.5,\"volume\":100}}";

    private static async Task<MinutePage> TiingoAsync(string[] rows)
    {
        await using var server = StubServer.Of(StubAnswer.Json($"[{string.Join(",\n", rows)}]"));
        using var table = Vendors.Table("tiingo", server.BaseUrl);
        var answer = await table.InOrder.Single().FetchMinutesAsync(Vendors.Equity("2024-07-16 13:30", "2024-07-16 20:00"), null, default);
        Assert.Null(answer.Failure);
        return answer.Value!;
    }
}

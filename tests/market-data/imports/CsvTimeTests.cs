using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;
using Trading.MarketData.Imports.Csv;

namespace Trading.MarketData.Tests.Imports;

public sealed class CsvTimeTests
{
    [Theory]
    [Trait("req", "OHLCV-173")]
    [Trait("req", "OHLCV-175")]
    [InlineData("2024-07-16T13:30:00Z")]
    [InlineData("2024-07-16 13:30:00")]
    [InlineData("2024-07-16 13:30")]
    [InlineData("2024-07-16T13:30")]
    [InlineData("2024-07-16T13:30Z")]
    [InlineData("2024-07-16T09:30:00-04:00")]
    [InlineData("2024-07-16 13:30:00+00:00")]
    [InlineData("2024-07-16T15:30:00+0200")]
    [InlineData("2024-07-16T13:30:00.000Z")]
    [InlineData("2024-07-16T13:30:00.000000000")]
    [InlineData("2024.07.16 13:30")]
    [InlineData("2024/07/16 13:30:00")]
    [InlineData("20240716 13:30")]
    [InlineData("20240716 13:30:00")]
    [InlineData("20240716 1330")]
    [InlineData("202407161330")]
    [InlineData("20240716133000")]
    [InlineData("1721136600")]
    [InlineData("1721136600.0")]
    [InlineData("1721136600000")]
    [InlineData("1721136600000000")]
    [InlineData("1721136600000000000")]
    [InlineData("\"2024-07-16 13:30:00\"")]
    public void Every_known_form_of_a_time_is_the_same_instant(string time) => Assert.Equal("2024-07-16 13:30", Csv.ReadTime(time));

    [Theory]
    [InlineData("2024-07-16 09:30:00")]
    [InlineData("20240716 09:30")]
    [InlineData("2024-07-16T13:30:00Z")]
    [InlineData("2024-07-16T15:30:00+02:00")]
    [InlineData("1721136600")]
    public void A_zone_holds_for_times_that_name_none(string time) => Assert.Equal("2024-07-16 13:30", Csv.ReadTime(time, new CsvFormat { Zone = Csv.NewYork }));

    [Fact]
    public void A_custom_pattern_reads_what_it_describes()
    {
        var format = new CsvFormat { TimeFormat = CsvTimeFormat.Custom, TimePattern = "dd.MM.yyyy HH:mm", Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"] };
        Assert.Equal("2024-07-16 13:30", Csv.ReadTime("16.07.2024 15:30", format));
        Assert.Contains("as the pattern says", Csv.Refusal($"{Csv.Header}2024-07-16,1,1,1,1,1\n", format), StringComparison.Ordinal);
    }

    [Fact]
    public void Date_and_time_may_stand_in_two_columns() =>
        Assert.Equal("2024-07-16 13:30", TestTime.Show(Csv.Read("<TICKER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nX,20240716,133000,1,1,1,1,1\n").Candles.Time[0]));

    [Theory]
    [InlineData("2024-13-01T00:00:00Z")]
    [InlineData("2023-02-29T00:00:00Z")]
    [InlineData("2024-07-16T24:00:00Z")]
    [InlineData("2024-07-16T13:60:00Z")]
    [InlineData("2024-07-16T13:30:00X")]
    [InlineData("2024-07-16T13-30-00Z")]
    [InlineData("2024-07-16T13:30:30Z")]
    [InlineData("2024-07-16T1a:30:00Z")]
    [InlineData("1721136600")]
    [InlineData("")]
    public void A_time_that_is_none_or_no_whole_minute_is_refused_and_named(string time)
    {
        var message = Csv.Refusal($"{Csv.Header}2024-07-16T13:30:00Z,1,1,1,1,1\n{time},1,1,1,1,1\n");
        Assert.StartsWith($"bars.csv line 3, time '{time}': must be ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Close_labels_move_minutes_to_their_start() =>
        Assert.Equal("2024-07-16 13:30", Csv.ReadTime("2024-07-16T13:31:00Z", new CsvFormat { Labels = BarLabels.Close }));

    [Theory]
    [InlineData("2024-07-16", BarLabels.Open, "2024-07-16")]
    [InlineData("2024-07-16", BarLabels.Close, "2024-07-16")]
    [InlineData("2024-07-16T00:00:00Z", BarLabels.Open, "2024-07-16")]
    [InlineData("2024-07-17T00:00:00Z", BarLabels.Close, "2024-07-16")]
    [InlineData("2024-07-16T20:00:00Z", BarLabels.Close, "2024-07-16")]
    [InlineData("2024-07-16T13:30:00Z", BarLabels.Open, "2024-07-16")]
    [InlineData("20240716 00:00", BarLabels.Open, "2024-07-16")]
    [InlineData("1721088000", BarLabels.Open, "2024-07-16")]
    public void A_daily_bar_belongs_to_the_date_that_is_written(string time, BarLabels labels, string date) =>
        Assert.Equal(date + " 00:00", Csv.ReadTime(time, new CsvFormat { Daily = true, Labels = labels }));

    [Fact]
    [Trait("req", "OHLCV-175")]
    public void A_time_that_clocks_jumped_over_is_refused_and_said_so()
    {
        var message = Csv.Refusal($"{Csv.Header}2024-03-10 01:59,1,1,1,1,1\n2024-03-10 02:30,1,1,1,1,1\n", new CsvFormat { Zone = Csv.NewYork });
        Assert.Equal("bars.csv line 3, time '2024-03-10 02:30': must be a time that exists in America/New_York: clocks went forward over this one", message);
    }

    [Fact]
    [Trait("req", "OHLCV-175")]
    public void Of_an_hour_that_occurs_twice_the_order_of_the_rows_decides_and_it_is_counted()
    {
        var text = new StringBuilder(Csv.Header);
        foreach (var time in (string[])["00:59", "01:00", "01:59", "01:00", "01:59", "02:00"]) text.Append(CultureInfo.InvariantCulture, $"2024-11-03 {time},1,1,1,1,1\n");
        var (candles, _, issues) = Csv.Read(text.ToString(), new CsvFormat { Zone = Csv.NewYork });
        Assert.Equal(["2024-11-03 04:59", "2024-11-03 05:00", "2024-11-03 05:59", "2024-11-03 06:00", "2024-11-03 06:59", "2024-11-03 07:00"], candles.Time.Select(TestTime.Show));
        Assert.Equal(4, issues.AmbiguousTimes);
    }

    [Theory]
    [Trait("req", "OHLCV-175")]
    [InlineData("America/New_York")]
    [InlineData("Europe/London")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kolkata")]
    public void Every_hour_of_a_year_with_clock_changes_is_converted_as_NodaTime_does(string id)
    {
        var zone = DateTimeZoneProviders.Tzdb[id];
        var pattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");
        var text = new StringBuilder(Csv.Header);
        var expected = new List<long>();
        for (var hour = 0; hour < 366 * 24; hour++)
        {
            var instant = Instant.FromUtc(2024, 1, 1, 0, 30) + Duration.FromHours(hour);
            var local = instant.InZone(zone).LocalDateTime;
            if (zone.MapLocal(local).Count != 1) continue;
            text.Append(CultureInfo.InvariantCulture, $"{pattern.Format(local)},1,1,1,1,1\n");
            expected.Add(instant.ToUnixTimeTicks() / 10);
        }

        Assert.Equal(expected, Csv.Read(text.ToString(), new CsvFormat { Zone = zone }).Candles.Time);
    }
}

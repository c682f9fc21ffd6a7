using NodaTime;
using Trading.MarketData.Calendars;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Calendars;

public sealed class SpecialDaysTests
{
    private static readonly LocalDate Closed = new(2027, 3, 10);
    private static readonly LocalDate Early = new(2027, 3, 11);

    [Fact]
    [Trait("req", "OHLCV-087")]
    public void A_closing_and_an_early_close_of_the_settings_are_in_force_without_a_release()
    {
        var options = new MarketDataOptions
        {
            SpecialClosures = { ["2027-03-10"] = "mourning" },
            SpecialEarlyCloses = { ["2027-03-11"] = "13:30" },
        };
        var calendar = new TradingCalendars(options).UsEquity;
        Assert.Equal("mourning", calendar.ClosureOn(Closed));
        Assert.Equal(0, calendar.Days(Closed, Closed).Count);
        var early = calendar.Days(Early, Early);
        Assert.Equal("2027-03-11 18:30", TestTime.Show(early.RegularClose(0)));
        Assert.Equal("2027-03-11 22:00", TestTime.Show(early.ExtendedClose(0)));
        Assert.True(calendar.IsShortDay(Early));

        var rules = new MarketRules(Engine.Bars.AssetClass.Equity, calendar.All, new());
        Assert.Equal(-1, rules.IndexOf(new(2027, 3, 10)));
        Assert.Equal(240, rules.ExpectedMinutes(rules.IndexOf(new(2027, 3, 11))));
        Assert.True(rules.IsHalfDay(rules.IndexOf(new(2027, 3, 11))));

        var plain = new TradingCalendars().UsEquity;
        Assert.Equal(1, plain.Days(Closed, Closed).Count);
        Assert.Equal(390 * TestTime.Minute, plain.Days(Early, Early).RegularClose(0) - plain.Days(Early, Early).RegularOpen(0));
    }

    [Fact]
    [Trait("req", "OHLCV-087")]
    public void The_version_tells_calendars_with_other_special_days_apart_and_no_others()
    {
        string[] versions =
        [
            Version(new()),
            Version(new() { SpecialClosures = { ["2027-03-10"] = "x" } }),
            Version(new() { SpecialClosures = { ["2027-03-11"] = "x" } }),
            Version(new() { SpecialEarlyCloses = { ["2027-03-10"] = "13:00" } }),
            Version(new() { SpecialEarlyCloses = { ["2027-03-10"] = "13:30" } }),
        ];
        Assert.Equal(versions.Length, versions.Distinct().Count());
        Assert.StartsWith("us_equity/1 tzdb/", versions[0], StringComparison.Ordinal);
        Assert.Matches(@"^us_equity/1\+[0-9a-f]{8} tzdb/", versions[1]);
        Assert.Equal(versions[1], Version(new() { SpecialClosures = { ["2027-03-10"] = "another reason" } }));
        Assert.Equal(
            Version(new() { SpecialClosures = { ["2027-03-10"] = "x", ["2027-03-12"] = "x" } }),
            Version(new() { SpecialClosures = { ["2027-03-12"] = "x", ["2027-03-10"] = "x" } }));
    }

    [Theory]
    [InlineData("2027-3-10", null, "2027-3-10")]
    [InlineData("10.03.2027", null, "YYYY-MM-DD")]
    [InlineData("1989-12-29", null, "1990 to 2050")]
    [InlineData("2051-01-03", null, "1990 to 2050")]
    [InlineData("2027-03-13", null, "Saturday")]
    [InlineData("2027-03-11", "1pm", "HH:mm")]
    [InlineData("2027-03-11", "16:00", "before 16:00")]
    [InlineData("2027-03-11", "09:30", "after 09:30")]
    [InlineData("2027-03-14", "13:00", "Sunday")]
    [InlineData("2027-03-10", "13:00", "the same date")]
    public void A_wrong_special_day_names_itself_and_the_rule(string date, string? close, string part)
    {
        var options = new MarketDataOptions { SpecialClosures = { ["2027-03-10"] = "x" } };
        if (close is null) options.SpecialClosures[date] = "x";
        else options.SpecialEarlyCloses[date] = close;
        var problem = Assert.Single(MarketDataRules.Problems(options));
        Assert.Contains(part, problem, StringComparison.Ordinal);
        Assert.Contains(date, problem, StringComparison.Ordinal);
        Assert.StartsWith("Data:Special", problem, StringComparison.Ordinal);
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => new TradingCalendars(options)).Message, StringComparison.Ordinal);
    }

    private static string Version(MarketDataOptions options) => new TradingCalendars(options).UsEquity.Version;
}

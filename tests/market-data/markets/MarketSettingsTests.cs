using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Markets;

public sealed class MarketSettingsTests
{
    [Fact]
    public void The_defaults_and_every_allowed_value_have_no_problem()
    {
        Assert.Empty(MarketDataRules.Problems(new()));
        var options = new MarketDataOptions
        {
            AssetClasses =
            {
                ["us_equity"] = new() { ExtendedHours = true, HourAlignment = "clock", MinuteAlignment = "session_open", DailyBoundary = "session_close" },
                ["crypto"] = new() { HourAlignment = "session_open", DailyBoundary = "utc" },
                ["forex"] = new() { MinuteAlignment = "08:00 Europe/London", HourAlignment = "17:00 America/New_York", DailyBoundary = "new_york_close" },
            },
            CryptoQuotes = ["USD", "XYZ"],
        };
        Assert.Empty(MarketDataRules.Problems(options));
        Assert.Equal(AssetClass.Forex, new MarketTable(new InstrumentTable(), new TradingCalendars(), options)["EURUSD"].AssetClass);
    }

    [Theory]
    [InlineData("us_equity", "HourAlignment", "hourly")]
    [InlineData("us_equity", "HourAlignment", "25:00 Europe/London")]
    [InlineData("us_equity", "HourAlignment", "")]
    [InlineData("forex", "MinuteAlignment", "08:00 Europe/Londinium")]
    [InlineData("forex", "MinuteAlignment", "08:00")]
    [InlineData("us_equity", "DailyBoundary", "new_york_close")]
    [InlineData("crypto", "DailyBoundary", "session_close")]
    [InlineData("crypto", "ExtendedHours", "true")]
    [InlineData("stocks", "HourAlignment", "default")]
    public void A_wrong_setting_of_a_class_names_itself_its_value_and_the_rule(string assetClass, string setting, string value)
    {
        var settings = new AssetClassSettings();
        if (setting == "ExtendedHours") settings.ExtendedHours = true;
        else typeof(AssetClassSettings).GetProperty(setting)!.SetValue(settings, value);
        var options = new MarketDataOptions { AssetClasses = { [assetClass] = settings } };
        var problem = Assert.Single(MarketDataRules.Problems(options));
        Assert.Contains(assetClass, problem, StringComparison.Ordinal);
        if (assetClass == "stocks") return;
        Assert.StartsWith($"Data:AssetClasses:{assetClass}:{setting} is ", problem, StringComparison.Ordinal);
        Assert.Contains(value, problem, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MarketTable(new InstrumentTable(), new TradingCalendars(), options));
    }

    [Theory]
    [InlineData("")]
    [InlineData("usd")]
    [InlineData("US-D")]
    [InlineData("ABCDEFGHIJK")]
    public void A_quote_that_no_symbol_can_end_with_is_a_problem(string quote)
    {
        Assert.Contains($"'{quote}'", Assert.Single(MarketDataRules.Problems(new() { CryptoQuotes = [quote] })), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("req", "OHLCV-090")]
    [InlineData("2024-07-16 03:59", "2024-07-15")] // midnight in New York is 04:00 UTC in summer
    [InlineData("2024-07-16 04:00", "2024-07-16")]
    [InlineData("2024-02-06 04:59", "2024-02-05")]
    [InlineData("2024-02-06 05:00", "2024-02-06")]
    [InlineData("2024-03-10 04:59", "2024-03-09")]
    [InlineData("2024-03-11 04:00", "2024-03-11")]
    [InlineData("2006-03-20 05:00", "2006-03-20")] // daylight saving began in April until 2006
    [InlineData("2006-03-20 04:59", "2006-03-19")]
    public void The_day_of_a_us_equity_is_that_of_new_york_by_the_rules_of_the_year(string utc, string expected)
    {
        Assert.Equal(TestMarkets.Date(expected), TestMarkets.Equity.DayOf(TestTime.At(utc)));
        Assert.Equal(TestMarkets.Date(utc[..10]), TestMarkets.Crypto.DayOf(TestTime.At(utc)));
        Assert.Equal(TestMarkets.Date(utc[..10]), TestMarkets.Forex.DayOf(TestTime.At(utc)));
    }

    [Theory]
    [InlineData(AssetClass.Equity)]
    [InlineData(AssetClass.Crypto)]
    public void Bounds_and_day_agree_at_every_edge(AssetClass assetClass)
    {
        var rules = TestMarkets.Default(assetClass);
        for (var date = new DateOnly(1969, 12, 1); date < new DateOnly(2031, 1, 1); date = date.AddDays(1))
        {
            var (start, end) = rules.BoundsOf(date);
            Assert.Equal(date, rules.DayOf(start));
            Assert.Equal(date, rules.DayOf(end - 1));
            Assert.Equal(date.AddDays(1), rules.DayOf(end));
        }
    }
}

using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Settings;

public class SettingsDefaultsTests
{
    [Fact]
    [Trait("req", "OHLCV-159")]
    public void Without_any_configuration_every_setting_of_the_table_has_its_default_and_all_rules_are_kept()
    {
        var options = new MarketDataOptions();
        Assert.Equal(["polygon", "financial_modeling_prep", "tiingo"], options.Providers.PriorityInForce);
        Assert.Equal((5, 5), (options.Providers.PolygonRequestsPerMinute, options.Providers.MaxConcurrentSymbols));
        Assert.Equal(("storage", "candles", 1_000, 10_000), (options.Storage.BasePath, options.Storage.CandlesPath, options.Storage.DefaultPageSize, options.Storage.MaxPageSize));
        Assert.Equal((true, 5), (options.Nightly.EnableAutoResampling, options.Nightly.MaxConcurrentSymbols));
        Assert.Equal(["AAPL", "GOOGL", "MSFT", "TSLA", "AMZN"], options.Nightly.DefaultSymbolsInForce);
        Assert.Equal(["5min", "15min", "30min", "1h", "2h", "4h", "daily"], options.Nightly.TargetTimeframesInForce);
        Assert.Empty(MarketDataRules.Problems(options));
    }

    [Fact]
    [Trait("req", "OHLCV-159")]
    public void A_list_of_the_settings_replaces_the_default_list()
    {
        var options = new MarketDataOptions();
        options.Providers.Priority.Add("tiingo");
        options.Nightly.DefaultSymbols.Add("KO");
        options.Nightly.TargetTimeframes.Add("daily");
        Assert.Equal(["tiingo"], options.Providers.PriorityInForce);
        Assert.Equal(["KO"], options.Nightly.DefaultSymbolsInForce);
        Assert.Equal(["daily"], options.Nightly.TargetTimeframesInForce);
        Assert.Empty(MarketDataRules.Problems(options));
    }

    [Fact]
    [Trait("req", "OHLCV-163")]
    public void All_broken_rules_are_told_at_once()
    {
        var options = new MarketDataOptions();
        options.Storage.DefaultPageSize = 0;
        options.Providers.Retries = 21;
        options.Nightly.StartTime = "9 pm";
        options.SpecialClosures["2024-02-30"] = "no such day";
        var problems = MarketDataRules.Problems(options);
        Assert.Equal(4, problems.Count);
        foreach (var name in new[] { "Data:Storage:DefaultPageSize", "Data:Providers:Retries", "Data:Nightly:StartTime", "Data:SpecialClosures" }) Assert.Contains(problems, problem => problem.StartsWith(name, StringComparison.Ordinal));
    }
}

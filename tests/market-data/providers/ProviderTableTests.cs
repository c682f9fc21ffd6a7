using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.Storage.Tests.Faults;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

public sealed class ProviderTableTests
{
    [Fact]
    [Trait("req", "OHLCV-007")]
    public void The_order_is_polygon_fmp_tiingo_unless_the_settings_say_otherwise()
    {
        using var table = Create(Keyed(new MarketDataOptions()));
        Assert.Equal(["polygon", "financial_modeling_prep", "tiingo"], table.InOrder.Select(provider => provider.Name));
        var options = Keyed(new MarketDataOptions());
        options.Providers.Priority = ["alpaca", "tiingo"];
        using var other = Create(options);
        Assert.Equal(["alpaca", "tiingo"], other.InOrder.Select(provider => provider.Name));
    }

    [Fact]
    [Trait("req", "OHLCV-007")]
    public void A_provider_without_a_key_is_passed_over()
    {
        var options = Keyed(new MarketDataOptions());
        options.Providers.Polygon.ApiKey = "";
        using var table = Create(options);
        Assert.Equal(["financial_modeling_prep", "tiingo"], table.InOrder.Select(provider => provider.Name));
        Assert.Equal(["polygon"], table.PassedOver);
        Assert.Null(table.Find("polygon"));
        using var none = Create(new MarketDataOptions());
        Assert.Empty(none.InOrder);
    }

    [Fact]
    [Trait("req", "OHLCV-010")]
    public void Polygon_is_asked_at_most_five_times_a_minute_by_default_and_as_often_as_set_otherwise()
    {
        using var table = Create(Keyed(new MarketDataOptions()));
        Assert.Equal(5, table.RequestsPerMinute("polygon"));
        var options = Keyed(new MarketDataOptions());
        options.Providers.PolygonRequestsPerMinute = 120;
        using var paid = Create(options);
        Assert.Equal(120, paid.RequestsPerMinute("polygon"));
    }

    [Fact]
    public void Every_wrong_setting_is_named_with_its_value_and_rule_but_never_with_a_key()
    {
        var options = Keyed(new MarketDataOptions());
        var settings = options.Providers;
        settings.Priority = ["polygon", "yahoo", "polygon", "alpaca"];
        settings.Polygon.BaseUrl = "polygon.io";
        settings.Alpaca.ApiSecret = "";
        settings.Alpaca.ApiKey = "sn\u00f6w key";
        settings.PolygonRequestsPerMinute = 0;
        settings.Retries = 21;
        settings.TimeoutSeconds = double.NaN;
        settings.MaxConcurrentSymbols = 101;
        settings.FirstPauseSeconds = 0;
        var problems = ProviderTable.Problems(settings);
        Assert.Contains("Data:Providers:Priority names 'yahoo', which is no provider; known are polygon, financial_modeling_prep, tiingo, alpaca", problems);
        string[] parts = ["names a provider twice", "'polygon.io'", "alpaca has a key, but no secret", "the key of alpaca", "PolygonRequestsPerMinute is 0; it must lie between 1 and 100000", "Retries is 21", "TimeoutSeconds is NaN", "MaxConcurrentSymbols is 101", "FirstPauseSeconds is 0"];
        Assert.All(parts, part => Assert.Contains(problems, problem => problem.Contains(part, StringComparison.Ordinal)));
        Assert.DoesNotContain(problems, problem => problem.Contains("sn\u00f6w", StringComparison.Ordinal) || problem.Contains(Vendors.Key, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>("options", () => Create(options));
        Assert.Empty(ProviderTable.Problems(new ProviderSettings()));
    }

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("https://user:secret@host")]
    [InlineData("https://host/?apiKey=1")]
    [InlineData("")]
    public void An_address_that_could_hold_a_key_or_is_none_is_refused(string address)
    {
        var options = Vendors.Options("polygon", address);
        var problem = Assert.Single(ProviderTable.Problems(options.Providers));
        Assert.DoesNotContain("user:secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-014")]
    public async Task A_provider_is_added_by_its_client_and_one_registration()
    {
        var time = new ManualTime();
        var added = ProviderRegistration.Other("iex", context => new ScriptedProvider(context.Name, context.Time) { Candles = Vendors.Candles("2024-07-16 13:30", 3) });
        var options = Keyed(new MarketDataOptions());
        options.Providers.Priority = ["iex", "polygon"];
        options.Providers.Others["iex"] = new ProviderAccount { ApiKey = "key-of-iex", BaseUrl = "https://iex.example", RequestsPerMinute = 42 };
        Assert.Contains("'iex', which is no provider", Assert.Single(ProviderTable.Problems(options.Providers)), StringComparison.Ordinal);
        using var table = ProviderTable.Create(options, Vendors.Markets, time, added);
        Assert.Equal(["iex", "polygon"], table.InOrder.Select(provider => provider.Name));
        Assert.Equal(42, table.RequestsPerMinute("iex"));
        var stored = new List<string>();
        var driver = new FetchDriver(table, Vendors.Markets, options.Providers, time, () => 0);
        var job = new FetchJob("AAPL", Engine.Bars.AssetClass.Equity, [new(TestTime.At("2024-07-16 04:00"), TestTime.At("2024-07-17 04:00"))]);
        await driver.FetchAsync(job, (fetched, _) => { stored.Add(fetched.Provider); return Task.CompletedTask; }, null, default);
        Assert.Equal(["iex"], stored);
    }

    [Fact]
    [Trait("req", "OHLCV-014")]
    public void One_list_of_names_serves_providers_and_the_simulation_and_others_are_refused()
    {
        Assert.Equal(["alpaca", "financial_modeling_prep", "iex", "polygon", "tiingo"], DataProviders.Known.Order(StringComparer.Ordinal));
        Assert.Subset(DataProviders.Known.ToHashSet(), ProviderTable.Registrations.Select(registration => registration.Name).ToHashSet());
        var options = Keyed(new MarketDataOptions());
        options.Providers.Priority = ["iex"]; // known to the simulation, but nobody fetches from it until a client is registered
        Assert.Contains("'iex', which is no provider", Assert.Single(ProviderTable.Problems(options.Providers)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_url_may_have_a_path_of_its_own()
    {
        await using var server = StubServer.Of(StubAnswer.Json("[]"));
        using var table = Vendors.Table("tiingo", server.BaseUrl + "/proxy/tiingo/");
        await table.InOrder.Single().FetchMinutesAsync(Vendors.Equity("2024-07-16 13:30", "2024-07-16 20:00"), null, default);
        Assert.StartsWith("GET /proxy/tiingo/iex/AAPL/prices?", server.Request.Line, StringComparison.Ordinal);
    }

    private static ProviderTable Create(MarketDataOptions options) => ProviderTable.Create(options, Vendors.Markets, TimeProvider.System);

    private static MarketDataOptions Keyed(MarketDataOptions options)
    {
        foreach (var name in Vendors.Names) Vendors.Account(options.Providers, name).ApiKey = Vendors.Key;
        options.Providers.Alpaca.ApiSecret = Vendors.Secret;
        return options;
    }
}

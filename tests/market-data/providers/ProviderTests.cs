using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Settings and requests that the tests of the clients share.</summary>
internal static class Vendors
{
    public const string Key = "stub-key-0123456789";
    public const string Secret = "stub-secret-9876543210";

    public static readonly string[] Names = ["polygon", "financial_modeling_prep", "tiingo", "alpaca"];

    public static MarketTable Markets { get; } = new(new InstrumentTable(), new TradingCalendars(), new MarketDataOptions());

    /// <summary>Settings with one configured provider at an address.</summary>
    public static MarketDataOptions Options(string name, string baseUrl) => Options((name, baseUrl));

    public static MarketDataOptions Options(params (string Name, string BaseUrl)[] vendors)
    {
        var options = new MarketDataOptions();
        foreach (var (name, baseUrl) in vendors)
        {
            options.Providers.Priority.Add(name);
            var account = Account(options.Providers, name);
            (account.BaseUrl, account.ApiKey, account.RequestsPerMinute) = (baseUrl, Key, 100_000);
            if (name == "alpaca") account.ApiSecret = Secret;
        }

        return options;
    }

    public static ProviderAccount Account(ProviderSettings settings, string name) => name switch
    {
        "polygon" => settings.Polygon,
        "financial_modeling_prep" => settings.FinancialModelingPrep,
        "tiingo" => settings.Tiingo,
        _ => settings.Alpaca,
    };

    public static ProviderTable Table(string name, string baseUrl, TimeProvider? time = null) => ProviderTable.Create(Options(name, baseUrl), Markets, time ?? TimeProvider.System);

    /// <summary>US equity minutes from and to UTC times.</summary>
    public static MinuteRequest Equity(string from, string to, string symbol = "AAPL", bool extended = false) =>
        new(symbol, AssetClass.Equity, TestTime.At(from), TestTime.At(to), extended);

    /// <summary>One candle a minute from a UTC time on; every value differs from every other.</summary>
    public static CandleColumns Candles(string from, int count, long price = 15_000_000_000)
    {
        var candles = new CandleColumns(count);
        for (var at = 0; at < count; at++)
        {
            candles.Time[at] = TestTime.At(from) + (at * TestTime.Minute);
            candles.Open[at] = price + (at * 1_000_000);
            candles.High[at] = candles.Open[at] + 3_000_000;
            candles.Low[at] = candles.Open[at] - 2_000_000;
            candles.Close[at] = candles.Open[at] + 500_000;
            candles.Volume[at] = (1000 + at) * 100_000_000L;
        }

        return candles;
    }

    /// <summary>The candles as rows, so that a failed comparison can be read.</summary>
    public static string[] Rows(CandleColumns candles) =>
        [.. Enumerable.Range(0, candles.Count).Select(at => $"{TestTime.Show(candles.Time[at])} {candles.Open[at]} {candles.High[at]} {candles.Low[at]} {candles.Close[at]} {candles.Volume[at]}")];
}

/// <summary>All four vendors behind one face.</summary>
public sealed class ProviderTests
{
    public static TheoryData<string> Names => [.. Vendors.Names];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("req", "OHLCV-005")]
    [Trait("req", "OHLCV-006")]
    public async Task A_day_of_any_vendor_comes_as_the_same_candles(string name)
    {
        await using var vendor = new StubVendor(name);
        // the day before and the evening after are there as well and must not come along
        vendor.Put("AAPL", CandleColumns.Concat([Vendors.Candles("2024-07-15 19:00", 60), Vendors.Candles("2024-07-16 13:00", 480)]));
        using var table = Vendors.Table(name, vendor.BaseUrl);
        var answer = await table.InOrder.Single().FetchMinutesAsync(Vendors.Equity("2024-07-16 04:00", "2024-07-17 04:00"), null, default);
        Assert.Null(answer.Failure);
        Assert.Null(answer.Value!.Continuation);
        Assert.Empty(answer.Value.RowsDropped);
        Assert.Equal(Vendors.Rows(Vendors.Candles("2024-07-16 13:00", 480).Slice(30, 390)), Vendors.Rows(answer.Value.Candles));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_vendor_answers_a_probe_and_refuses_a_wrong_key(string name)
    {
        await using var vendor = new StubVendor(name);
        using var table = Vendors.Table(name, vendor.BaseUrl);
        Assert.Null(await table.InOrder.Single().ProbeAsync(default));
        await using var strict = new StubVendor(name, "another-key");
        using var refused = Vendors.Table(name, strict.BaseUrl);
        Assert.Equal(FailureKind.Unauthorized, (await refused.InOrder.Single().ProbeAsync(default))?.Kind);
    }
}

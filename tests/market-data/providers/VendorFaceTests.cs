using Trading.MarketData.Candles;
using Trading.MarketData.Providers;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>All four vendors behind one face.</summary>
public sealed class VendorFaceTests
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

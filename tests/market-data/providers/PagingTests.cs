using Trading.MarketData.Candles;
using Trading.MarketData.Providers;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Answers of several pages: what is sent with each page, and what a continuation may be.</summary>
public sealed class PagingTests
{
    private static readonly MinuteRequest Day = Vendors.Equity("2024-07-16 04:00", "2024-07-17 04:00");

    [Fact]
    [Trait("req", "OHLCV-009")]
    public async Task Polygon_sends_every_parameter_again_on_every_page_because_its_links_drop_them()
    {
        await using var vendor = new StubVendor("polygon") { PageSize = 150 };
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 390));
        using var table = Vendors.Table("polygon", vendor.BaseUrl);
        var pages = await PagesAsync(table.InOrder.Single(), Day);
        // prices of a later page would be halved if it were asked for without adjusted=false
        Assert.Equal(Vendors.Rows(Vendors.Candles("2024-07-16 13:30", 390)), Vendors.Rows(MinutePages.Join(pages)));
        Assert.Equal(3, vendor.Requests.Count);
        Assert.All(vendor.Requests, request => Assert.Equal(("false", "asc", "50000"), (request.Query("adjusted"), request.Query("sort"), request.Query("limit"))));
        Assert.All(vendor.Requests, request => Assert.Equal($"Bearer {Vendors.Key}", request["Authorization"]));
        Assert.Equal([null, "150", "300"], vendor.Requests.Select(request => request.Query("cursor")));
    }

    [Fact]
    public async Task Alpaca_pages_by_token()
    {
        await using var vendor = new StubVendor("alpaca") { PageSize = 200 };
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 390));
        using var table = Vendors.Table("alpaca", vendor.BaseUrl);
        var pages = await PagesAsync(table.InOrder.Single(), Day);
        Assert.Equal(Vendors.Rows(Vendors.Candles("2024-07-16 13:30", 390)), Vendors.Rows(MinutePages.Join(pages)));
        Assert.Equal([null, "200"], vendor.Requests.Select(request => request.Query("page_token")));
    }

    [Theory]
    [InlineData("polygon")]
    [InlineData("alpaca")]
    public async Task A_continuation_goes_on_in_another_process(string name)
    {
        await using var vendor = new StubVendor(name) { PageSize = 250 };
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 390));
        MinutePage first;
        using (var before = Vendors.Table(name, vendor.BaseUrl)) first = (await before.InOrder.Single().FetchMinutesAsync(Day, null, default)).Value!;
        using var after = Vendors.Table(name, vendor.BaseUrl);
        var second = (await after.InOrder.Single().FetchMinutesAsync(Day, first.Continuation, default)).Value!;
        Assert.Equal((250, 140, null), (first.Candles.Count, second.Candles.Count, second.Continuation));
    }

    [Theory]
    [InlineData("https://api.massive.com/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=abc%3D")]
    [InlineData("http://evil.example/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=abc%3D&apiKey=theirs")]
    [InlineData("/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=abc%3D&adjusted=true&sort=desc&limit=5")]
    [InlineData("//evil.example/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=abc%3D")]
    [Trait("req", "OHLCV-015")]
    public async Task Wherever_a_link_points_the_next_page_is_asked_of_the_configured_host_with_our_parameters(string link)
    {
        await using var server = StubServer.Of(Page(link), StubAnswer.Json("""{"status":"OK","resultsCount":0}"""));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        var provider = table.InOrder.Single();
        var first = await provider.FetchMinutesAsync(Day, null, default);
        Assert.Equal("/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=abc%3D", first.Value?.Continuation);
        Assert.Null((await provider.FetchMinutesAsync(Day, first.Value!.Continuation, default)).Failure);
        Assert.Equal("GET /v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=abc%3D&adjusted=false&sort=asc&limit=50000 HTTP/1.1", server.Requests[1].Line);
    }

    [Theory]
    [InlineData("https://api.polygon.io/v2/aggs/ticker/MSFT/range/1/minute/1/2?cursor=a")]
    [InlineData("https://api.polygon.io/v2/aggs/ticker/AAPL/range/1/day/1/2?cursor=a")]
    [InlineData("https://api.polygon.io/v2/aggs/ticker/AAPL/range/1/minute/../../../../../../v1/account?cursor=a")]
    [InlineData("https://api.polygon.io/v2/aggs/ticker/AAPL/range/1/minute/%2e%2e%2f%2e%2e?cursor=a")]
    [InlineData("file:///v2/aggs/ticker/AAPL/range/1/minute/1/2")]
    [InlineData("http://[")]
    public async Task A_link_to_anything_but_more_of_the_same_is_malformed(string link)
    {
        await using var server = StubServer.Of(Page(link));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        Assert.Equal(FailureKind.Malformed, (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure?.Kind);
    }

    [Fact]
    public async Task A_link_to_the_page_itself_does_not_go_on_for_ever()
    {
        await using var server = StubServer.Of(Page("/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=a"));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        var provider = table.InOrder.Single();
        var first = await provider.FetchMinutesAsync(Day, null, default);
        Assert.Equal(FailureKind.Malformed, (await provider.FetchMinutesAsync(Day, first.Value!.Continuation, default)).Failure?.Kind);
    }

    [Theory]
    [InlineData("/v2/aggs/ticker/MSFT/range/1/minute/1/2?cursor=a")]
    [InlineData("http://evil.example/")]
    [InlineData("/v2/aggs/ticker/AAPL/range/1/minute/../../x?")]
    public async Task A_continuation_of_something_else_is_refused_before_anything_is_sent(string continuation)
    {
        await using var server = StubServer.Of(Page(""));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        Assert.Equal(FailureKind.Malformed, (await table.InOrder.Single().FetchMinutesAsync(Day, continuation, default)).Failure?.Kind);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_empty_page_in_the_middle_is_not_the_end()
    {
        const string link = "/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor=b";
        await using var server = StubServer.Of(StubAnswer.Json($"{{\"status\":\"OK\",\"resultsCount\":0,\"next_url\":\"{link}\"}}"), Page(""));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        var pages = await PagesAsync(table.InOrder.Single(), Day);
        Assert.Equal([0, 1], pages.Select(page => page.Count));
    }

    [Fact]
    public async Task A_page_that_comes_adjusted_although_raw_was_asked_for_is_refused()
    {
        await using var server = StubServer.Of(StubAnswer.Json("""{"ticker":"AAPL","adjusted":true,"status":"OK","results":[{"v":1,"o":1,"c":1,"h":1,"l":1,"t":1721136600000}]}"""));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        var failure = (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure;
        Assert.Equal(FailureKind.Malformed, failure?.Kind);
        Assert.Contains("adjusted for splits", failure?.Message, StringComparison.Ordinal);
    }

    private static StubAnswer Page(string link)
    {
        var next = link.Length > 0 ? $",\"next_url\":\"{link}\"" : "";
        return StubAnswer.Json($"{{\"ticker\":\"AAPL\",\"adjusted\":false,\"status\":\"OK\",\"resultsCount\":1,\"results\":[{{\"v\":1,\"o\":1,\"c\":1,\"h\":1,\"l\":1,\"t\":1721136600000}}]{next}}}");
    }

    private static async Task<List<CandleColumns>> PagesAsync(IMarketDataProvider provider, MinuteRequest request)
    {
        var pages = new List<CandleColumns>();
        string? continuation = null;
        do
        {
            var answer = await provider.FetchMinutesAsync(request, continuation, default);
            Assert.Null(answer.Failure);
            pages.Add(answer.Value!.Candles);
            continuation = answer.Value.Continuation;
        }
        while (continuation is not null && pages.Count < 20);
        return pages;
    }
}

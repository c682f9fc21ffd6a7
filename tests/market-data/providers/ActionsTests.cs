using Trading.MarketData.Actions;
using Trading.MarketData.Providers;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Splits and dividends from the vendors that have them.</summary>
public sealed class ActionsTests
{
    private static readonly ActionsRequest Years = new("AAPL", new DateOnly(2014, 1, 1), new DateOnly(2020, 12, 31));

    private static readonly CorporateActions Apple = new(
        "AAPL",
        [new Split(new DateOnly(2014, 6, 9), 100_000_000, 700_000_000), new Split(new DateOnly(2020, 8, 31), 100_000_000, 400_000_000), new Split(new DateOnly(2022, 1, 3), 100_000_000, 200_000_000)],
        [new Dividend(new DateOnly(2014, 2, 6), 305_000_000), new Dividend(new DateOnly(2020, 11, 6), 20_500_000)]);

    [Theory]
    [InlineData("polygon", 2)]
    [InlineData("tiingo", 1)]
    public async Task Splits_and_dividends_of_a_range_come_from_polygon_and_tiingo_alike(string name, int requests)
    {
        await using var vendor = new StubVendor(name);
        vendor.Put(Apple);
        using var table = Vendors.Table(name, vendor.BaseUrl);
        Assert.True(table.InOrder.Single().HasActions);
        var (splits, dividends) = await AllAsync(table.InOrder.Single());
        Assert.Equal(Apple.Splits.Take(2), splits);
        Assert.Equal(Apple.Dividends, dividends);
        Assert.Equal(requests, vendor.Requests.Count);
    }

    [Fact]
    public async Task Polygon_is_asked_for_both_tables_page_by_page()
    {
        await using var server = StubServer.Of(
            StubAnswer.Json("""{"results":[{"execution_date":"2014-06-09","split_from":1,"split_to":7,"ticker":"AAPL"}],"status":"OK","next_url":"https://api.massive.com/v3/reference/splits?cursor=s2"}"""),
            StubAnswer.Json("""{"results":[{"execution_date":"2020-08-31","split_from":1.0,"split_to":"4","ticker":"AAPL"}],"status":"OK"}"""),
            StubAnswer.Json("""{"results":[],"status":"OK","next_url":"https://api.polygon.io/v3/reference/dividends?cursor=d2"}"""),
            StubAnswer.Json("""{"status":"OK"}"""));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        var (splits, dividends) = await AllAsync(table.InOrder.Single());
        Assert.Equal(Apple.Splits.Take(2), splits);
        Assert.Empty(dividends);
        Assert.Equal(
            [
                "GET /v3/reference/splits?ticker=AAPL&execution_date.gte=2014-01-01&execution_date.lte=2020-12-31&sort=execution_date&limit=1000&order=asc HTTP/1.1",
                "GET /v3/reference/splits?cursor=s2&ticker=AAPL&execution_date.gte=2014-01-01&execution_date.lte=2020-12-31&sort=execution_date&limit=1000&order=asc HTTP/1.1",
                "GET /v3/reference/dividends?ticker=AAPL&ex_dividend_date.gte=2014-01-01&ex_dividend_date.lte=2020-12-31&sort=ex_dividend_date&limit=1000&order=asc HTTP/1.1",
                "GET /v3/reference/dividends?cursor=d2&ticker=AAPL&ex_dividend_date.gte=2014-01-01&ex_dividend_date.lte=2020-12-31&sort=ex_dividend_date&limit=1000&order=asc HTTP/1.1",
            ],
            server.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task Dividends_of_one_day_are_added_up_and_rows_that_cannot_be_read_are_told()
    {
        await using var server = StubServer.Of(StubAnswer.Json("""
            {"results":[{"cash_amount":0.22,"dividend_type":"CD","ex_dividend_date":"2020-05-08","ticker":"AAPL"},
             {"cash_amount":3,"dividend_type":"SC","ex_dividend_date":"2020-05-08","ticker":"AAPL"},
             {"cash_amount":5,"currency":"EUR","ex_dividend_date":"2020-06-08","ticker":"AAPL"},
             {"cash_amount":5,"ex_dividend_date":"2020-06-08","ticker":"MSFT"},
             {"cash_amount":-1,"ex_dividend_date":"2020-06-09"}, {"ex_dividend_date":"2020-06-10"}, {"cash_amount":1}, 7],"status":"OK"}
            """));
        using var table = Vendors.Table("polygon", server.BaseUrl);
        var page = (await table.InOrder.Single().FetchActionsAsync(Years, "/v3/reference/dividends", default)).Value!;
        Assert.Equal([new Dividend(new DateOnly(2020, 5, 8), 322_000_000)], page.Dividends);
        Assert.Equal(6, page.RowsDropped.Count);
        Assert.Null(page.Continuation);
    }

    [Theory]
    [InlineData("4.0", 1, 4)]
    [InlineData("1.5", 2, 3)]
    [InlineData("0.1", 10, 1)]
    [InlineData("0.333333", 3, 1)]
    [InlineData("0.04", 25, 1)]
    [InlineData("1.33333", 3, 4)]
    public async Task A_split_factor_becomes_the_ratio_that_it_is_meant_as(string factor, long from, long to)
    {
        await using var server = StubServer.Of(StubAnswer.Json($$"""[{"date":"2020-08-31T00:00:00.000Z","close":1,"divCash":0.0,"splitFactor":{{factor}}}]"""));
        using var table = Vendors.Table("tiingo", server.BaseUrl);
        var page = (await table.InOrder.Single().FetchActionsAsync(Years, null, default)).Value!;
        Assert.Equal([new Split(new DateOnly(2020, 8, 31), from * 100_000_000, to * 100_000_000)], page.Splits);
    }

    [Theory]
    [InlineData("financial_modeling_prep")]
    [InlineData("alpaca")]
    public async Task Vendors_without_the_tables_say_so(string name)
    {
        using var table = Vendors.Table(name, "http://127.0.0.1:9");
        Assert.False(table.InOrder.Single().HasActions);
        Assert.Equal(FailureKind.NotAvailable, (await table.InOrder.Single().FetchActionsAsync(Years, null, default)).Failure?.Kind);
    }

    [Theory]
    [InlineData("polygon", """{"status":"ERROR","error":"Unknown API Key"}""", FailureKind.Unauthorized)]
    [InlineData("polygon", """{"status":"OK","results":{}}""", FailureKind.Malformed)]
    [InlineData("polygon", """{"status":"OK","next_url":"/v1/account"}""", FailureKind.Malformed)]
    [InlineData("polygon", "[]", FailureKind.Malformed)]
    [InlineData("tiingo", "You have run over your 500 symbol look up for this month.", FailureKind.QuotaExhausted)]
    [InlineData("tiingo", """{"detail":"Not found."}""", FailureKind.NotAvailable)]
    public async Task Errors_are_errors_here_too(string name, string body, FailureKind kind)
    {
        await using var server = StubServer.Of(StubAnswer.Json(body));
        using var table = Vendors.Table(name, server.BaseUrl);
        Assert.Equal(kind, (await table.InOrder.Single().FetchActionsAsync(Years, null, default)).Failure?.Kind);
    }

    private static async Task<(List<Split> Splits, List<Dividend> Dividends)> AllAsync(IMarketDataProvider provider)
    {
        var (splits, dividends) = (new List<Split>(), new List<Dividend>());
        string? continuation = null;
        do
        {
            var answer = await provider.FetchActionsAsync(Years, continuation, default);
            Assert.Null(answer.Failure);
            splits.AddRange(answer.Value!.Splits);
            dividends.AddRange(answer.Value.Dividends);
            Assert.Empty(answer.Value.RowsDropped);
            continuation = answer.Value.Continuation;
        }
        while (continuation is not null);
        return (splits, dividends);
    }
}

using Trading.Engine.Bars;
using Trading.MarketData.Providers;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Each vendor's documented answers, byte for byte, and the exact requests that lead to them.</summary>
public sealed class RecordingTests
{
    private const string PolygonPage = """
        {"ticker":"AAPL","queryCount":2,"resultsCount":2,"adjusted":false,
         "results":[{"v":1000,"vw":150.2,"o":150.0,"c":150.5,"h":151.0,"l":149.0,"t":1641220200000,"n":50},
                    {"v":1.5e3,"vw":150.2,"o":150.2,"c":150.20499999999998,"h":150.25,"l":150.1,"t":1641220260000,"n":7}],
         "status":"OK","request_id":"6a7e466379af0a71039d60cc78e72282","count":2}
        """;

    private const string FmpList = """
        [{"date":"2025-02-04 15:59:00","open":233.01,"low":232.72,"high":233.13,"close":232.79,"volume":720121},
         {"date":"2025-02-04 15:58:00","open":233.0,"low":232.9,"high":233.2,"close":233.01,"volume":88001}]
        """;

    private const string TiingoList = """
        [{"date":"2018-01-02T14:30:00.000Z","open":1057.47,"high":1061.91,"low":1054.17,"close":1061.91,"volume":1200.5}]
        """;

    private const string AlpacaPage = """
        {"bars":{"AAPL":[{"t":"2022-02-01T14:30:00Z","o":174,"h":174.84,"l":172.31,"c":174.61,"v":85998033,"n":732412,"vw":173.703516}]},"next_page_token":null}
        """;

    [Fact]
    [Trait("req", "OHLCV-002")]
    [Trait("req", "OHLCV-006")]
    public async Task Polygon_is_asked_for_raw_minutes_and_read_without_binary_floating_point()
    {
        var (answer, request) = await AskAsync("polygon", PolygonPage, Vendors.Equity("2022-01-03 14:30", "2022-01-03 21:00"));
        Assert.Equal("GET /v2/aggs/ticker/AAPL/range/1/minute/1641220200000/1641243599999?adjusted=false&sort=asc&limit=50000 HTTP/1.1", request.Line);
        Assert.Equal($"Bearer {Vendors.Key}", request["Authorization"]);
        Assert.Equal(
            [
                "2022-01-03 14:30 15000000000 15100000000 14900000000 15050000000 100000000000",
                "2022-01-03 14:31 15020000000 15025000000 15010000000 15020500000 150000000000",
            ],
            Vendors.Rows(answer.Candles));
    }

    [Fact]
    [Trait("req", "OHLCV-006")]
    public async Task Fmp_is_asked_for_new_york_dates_and_its_newest_first_local_times_are_sorted_and_turned_to_utc()
    {
        var (answer, request) = await AskAsync("financial_modeling_prep", FmpList, Vendors.Equity("2025-02-04 14:30", "2025-02-04 21:00"));
        Assert.Equal($"GET /stable/historical-chart/1min?symbol=AAPL&from=2025-02-04&to=2025-02-04&apikey={Vendors.Key} HTTP/1.1", request.Line);
        Assert.Equal(
            [
                "2025-02-04 20:58 23300000000 23320000000 23290000000 23301000000 8800100000000",
                "2025-02-04 20:59 23301000000 23313000000 23272000000 23279000000 72012100000000",
            ],
            Vendors.Rows(answer.Candles));
    }

    [Fact]
    public async Task Fmp_in_its_older_shape_is_read_too()
    {
        var (answer, _) = await AskAsync("financial_modeling_prep", $"{{\"symbol\":\"AAPL\",\"historical\":{FmpList}}}", Vendors.Equity("2025-02-04 14:30", "2025-02-04 21:00"));
        Assert.Equal(2, answer.Candles.Count);
    }

    [Fact]
    [Trait("req", "OHLCV-006")]
    public async Task Tiingo_is_asked_for_volume_by_name_and_for_no_filled_rows()
    {
        var (answer, request) = await AskAsync("tiingo", TiingoList, Vendors.Equity("2018-01-02 14:30", "2018-01-03 01:00"));
        Assert.Equal("GET /iex/AAPL/prices?startDate=2018-01-02&endDate=2018-01-03&resampleFreq=1min&columns=open,high,low,close,volume&afterHours=false&forceFill=false HTTP/1.1", request.Line);
        Assert.Equal($"Token {Vendors.Key}", request["Authorization"]);
        Assert.Equal(["2018-01-02 14:30 105747000000 106191000000 105417000000 106191000000 120050000000"], Vendors.Rows(answer.Candles));
    }

    [Fact]
    [Trait("req", "OHLCV-006")]
    public async Task Alpaca_takes_both_keys_in_headers_and_is_asked_for_raw_bars()
    {
        var (answer, request) = await AskAsync("alpaca", AlpacaPage, Vendors.Equity("2022-02-01 14:30", "2022-02-01 21:00"));
        Assert.Equal("GET /v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=2022-02-01T14:30:00Z&end=2022-02-01T20:59:59Z&limit=10000&adjustment=raw HTTP/1.1", request.Line);
        Assert.Equal((Vendors.Key, Vendors.Secret), (request["APCA-API-KEY-ID"], request["APCA-API-SECRET-KEY"]));
        Assert.Equal(["2022-02-01 14:30 17400000000 17484000000 17231000000 17461000000 8599803300000000"], Vendors.Rows(answer.Candles));
    }

    [Theory]
    [InlineData(AssetClass.Crypto, "BTC-USD", "X:BTCUSD")]
    [InlineData(AssetClass.Crypto, "BTCUSD", "X:BTCUSD")]
    [InlineData(AssetClass.Forex, "EURUSD", "C:EURUSD")]
    [InlineData(AssetClass.Equity, "BRK.B", "BRK.B")]
    [Trait("req", "OHLCV-006")]
    public async Task Polygon_knows_coins_and_currencies_by_names_of_its_own(AssetClass assetClass, string symbol, string ticker)
    {
        await using var vendor = new StubVendor("polygon");
        vendor.Put(ticker, Vendors.Candles("2024-07-16 14:00", 3, 6_412_345_678_901));
        using var table = Vendors.Table("polygon", vendor.BaseUrl);
        var request = new MinuteRequest(symbol, assetClass, TestTime.At("2024-07-16 00:00"), TestTime.At("2024-07-17 00:00"), false);
        Assert.Equal(3, (await table.InOrder.Single().FetchMinutesAsync(request, null, default)).Value?.Candles.Count);
        Assert.StartsWith($"GET /v2/aggs/ticker/{ticker}/range/1/minute/", vendor.Requests.Single().Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("financial_modeling_prep", "symbol=BRK-B&")]
    [InlineData("tiingo", "/iex/BRK-B/prices?")]
    [InlineData("alpaca", "symbols=BRK.B&")]
    public void Classes_of_shares_are_written_as_each_vendor_writes_them(string name, string part)
    {
        using var table = Vendors.Table(name, "https://vendor.example");
        Assert.Contains(part, table.InOrder.Single().Describe(Vendors.Equity("2024-07-16 13:30", "2024-07-16 13:31", "BRK.B")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("financial_modeling_prep")]
    [InlineData("tiingo")]
    [InlineData("alpaca")]
    public async Task A_vendor_without_a_class_says_so_and_is_not_asked(string name)
    {
        await using var vendor = new StubVendor(name);
        using var table = Vendors.Table(name, vendor.BaseUrl);
        var provider = table.InOrder.Single();
        Assert.True(provider.Serves(AssetClass.Equity));
        Assert.False(provider.Serves(AssetClass.Crypto) || provider.Serves(AssetClass.Forex));
        var request = new MinuteRequest("BTC-USD", AssetClass.Crypto, TestTime.At("2024-07-16 00:00"), TestTime.At("2024-07-17 00:00"), false);
        Assert.Equal(FailureKind.NotAvailable, (await provider.FetchMinutesAsync(request, null, default)).Failure?.Kind);
        Assert.Empty(vendor.Requests);
    }

    [Theory]
    [InlineData("polygon", """{"ticker":"AAPL","queryCount":0,"resultsCount":0,"adjusted":false,"status":"OK","request_id":"x","count":0}""")]
    [InlineData("polygon", """{"ticker":"AAPL","resultsCount":0,"adjusted":false,"status":"DELAYED"}""")]
    [InlineData("financial_modeling_prep", "[]")]
    [InlineData("tiingo", " []\n")]
    [InlineData("alpaca", """{"bars":{},"next_page_token":null}""")]
    [InlineData("alpaca", """{"bars":null,"next_page_token":null}""")]
    [InlineData("alpaca", """{"bars":{"AAPL":null},"next_page_token":null}""")]
    [Trait("req", "OHLCV-166")]
    public async Task No_candles_are_an_empty_page_and_no_failure(string name, string body)
    {
        var (answer, _) = await AskAsync(name, body, Vendors.Equity("2024-07-16 13:30", "2024-07-16 20:00"));
        Assert.Equal((0, null), (answer.Candles.Count, answer.Continuation));
    }

    [Fact]
    public async Task Data_of_a_delayed_plan_are_data()
    {
        var (answer, _) = await AskAsync("polygon", PolygonPage.Replace("\"OK\"", "\"DELAYED\"", StringComparison.Ordinal), Vendors.Equity("2022-01-03 14:30", "2022-01-03 21:00"));
        Assert.Equal(2, answer.Candles.Count);
    }

    [Theory]
    [InlineData("2024-07-16 13:30", "2024-07-16 20:00", "GET https://vendor.example/base/v2/aggs/ticker/AAPL/range/1/minute/1721136600000/1721159999999?adjusted=false&sort=asc&limit=50000")]
    [InlineData("2024-03-11 14:00", "2024-03-11 17:39", "GET https://vendor.example/base/v2/aggs/ticker/AAPL/range/1/minute/1710165600000/1710178739999?adjusted=false&sort=asc&limit=50000")]
    [Trait("req", "OHLCV-115")]
    [Trait("req", "OHLCV-116")]
    public void The_request_of_a_gap_can_be_shown_and_fetches_exactly_the_gap(string from, string to, string shown)
    {
        using var table = Vendors.Table("polygon", "https://vendor.example/base/");
        Assert.Equal(shown, table.InOrder.Single().Describe(Vendors.Equity(from, to)));
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("AAPL?apiKey=x")]
    [InlineData("aapl")]
    [InlineData("")]
    public async Task A_symbol_that_is_none_never_becomes_part_of_an_address(string symbol)
    {
        using var table = Vendors.Table("polygon", "http://127.0.0.1:1");
        var request = Vendors.Equity("2024-07-16 13:30", "2024-07-16 20:00", symbol);
        await Assert.ThrowsAsync<ArgumentException>(nameof(symbol), () => table.InOrder.Single().FetchMinutesAsync(request, null, default));
        Assert.Throws<ArgumentException>(nameof(symbol), () => table.InOrder.Single().Describe(request));
    }

    private static async Task<(MinutePage Page, StubRequest Request)> AskAsync(string name, string body, MinuteRequest request)
    {
        await using var server = StubServer.Of(StubAnswer.Json(body));
        using var table = Vendors.Table(name, server.BaseUrl);
        var answer = await table.InOrder.Single().FetchMinutesAsync(request, null, default);
        Assert.Null(answer.Failure);
        return (answer.Value!, server.Request);
    }
}

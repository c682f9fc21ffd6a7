using System.Globalization;
using System.Net;
using System.Text.Json;
using Trading.GrainInterfaces.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class CandlePageTests
{
    private const string SpecExample = """{"symbol":"NVDA","timeframe":"1h","candles":[{"date":"2024-07-16T13:30:00Z","open":"128.40","high":"128.75","low":"127.10","close":"127.95","volume":"31544010.00000000"},{"date":"2024-07-16T14:30:00Z","open":"127.95","high":"128.02","low":"126.80","close":"127.33","volume":"22871900.00000000"}],"start_date":"2024-07-16T13:30:00Z","end_date":"2024-07-16T20:00:00Z","pagination":{"page":1,"page_size":2,"total_items":7,"total_pages":4,"has_next":true,"has_previous":false}}""";

    private static readonly CandlePageAnswer Hours = new()
    {
        Time = [1_721_136_600_000_000, 1_721_140_200_000_000],
        Open = [12_840_000_000, 12_795_000_000],
        High = [12_875_000_000, 12_802_000_000],
        Low = [12_710_000_000, 12_680_000_000],
        Close = [12_795_000_000, 12_733_000_000],
        Volume = [3_154_401_000_000_000, 2_287_190_000_000_000],
        Start = 1_721_136_600_000_000,
        End = 1_721_160_000_000_000,
        PageSize = 2,
        TotalItems = 7,
    };

    [Fact]
    [Trait("req", "OHLCV-016")]
    [Trait("req", "OHLCV-017")]
    [Trait("req", "OHLCV-019")]
    [Trait("req", "OHLCV-044")]
    public async Task The_example_of_the_specification_is_answered_to_the_byte()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Page = _ => Hours);
        var answer = await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/NVDA?timeframe=1h&order_by=asc&page_size=2&start_date=2024-07-16&end_date=2024-07-16");
        Assert.Equal((HttpStatusCode.OK, SpecExample), answer);
        Assert.Equal(new CandlePageRequest("NVDA", "1h", 19_920, 19_920, false, 1, 2, "raw"), Assert.Single(gateway.Grains.Data.Pages));
    }

    [Fact]
    [Trait("req", "OHLCV-045")]
    public async Task Without_parameters_the_defaults_of_the_table_hold()
    {
        await using var gateway = await TestGateway.StartAsync();
        var answer = await GetAsync(gateway, "/trading-data/data/MSFT");
        Assert.Equal(new CandlePageRequest("MSFT", "1min", null, null, true, 1, null, "raw"), Assert.Single(gateway.Grains.Data.Pages));
        Assert.Equal(("1min", 1, 1_000), (answer.GetProperty("timeframe").GetString(), answer.GetProperty("pagination").GetProperty("page").GetInt32(), answer.GetProperty("pagination").GetProperty("page_size").GetInt32()));
    }

    [Fact]
    [Trait("req", "OHLCV-054")]
    [Trait("req", "OHLCV-058")]
    [Trait("req", "OHLCV-049")]
    public async Task Nothing_found_is_an_empty_page_with_null_bounds()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, text) = await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/MSFT");
        Assert.Equal((HttpStatusCode.OK, """{"symbol":"MSFT","timeframe":"1min","candles":[],"start_date":null,"end_date":null,"pagination":{"page":1,"page_size":1000,"total_items":0,"total_pages":0,"has_next":false,"has_previous":false}}"""), (status, text));
    }

    [Theory]
    [Trait("req", "OHLCV-018")]
    [InlineData(108_457_000, "1.08457")]
    [InlineData(1_234, "0.00001234")]
    [InlineData(18_650_000_000, "186.50")]
    [InlineData(1, "0.00000001")]
    [InlineData(999_999_999_999_999_999, "9999999999.99999999")]
    [InlineData(100_000_000, "1.00")]
    [InlineData(150_000_000, "1.50")]
    [InlineData(long.MaxValue, "92233720368.54775807")]
    public async Task Prices_have_two_to_eight_places_without_loss_and_volumes_eight(long units, string price)
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Page = _ => Hours with { Time = [0], Open = [units], High = [units], Low = [units], Close = [units], Volume = [units] });
        var candle = (await GetAsync(gateway, "/trading-data/data/EURUSD")).GetProperty("candles")[0];
        Assert.Equal(["date", "open", "high", "low", "close", "volume"], Names(candle));
        Assert.All(["open", "high", "low", "close"], name => Assert.Equal(price, candle.GetProperty(name).GetString()));
        Assert.Equal((units / 100_000_000) + "." + (units % 100_000_000).ToString("D8", CultureInfo.InvariantCulture), candle.GetProperty("volume").GetString());
    }

    [Fact]
    [Trait("req", "OHLCV-016")]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-048")]
    [Trait("req", "OHLCV-049")]
    [Trait("req", "OHLCV-050")]
    [Trait("req", "OHLCV-056")]
    public async Task Every_page_of_random_candles_says_what_a_naive_reader_expects()
    {
        const int seed = 20240716;
        var random = new Random(seed);
        IReadOnlyList<long[]> candles = [];
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Page = request => NaivePages.Of(candles, request));
        for (var round = 0; round < 60; round++)
        {
            candles = NaivePages.Random(seed + round, random.Next(0, 40));
            var (size, page) = (random.Next(1, 15), random.Next(1, 9));
            var descending = random.Next(2) == 0;
            var answer = await GetAsync(gateway, string.Create(CultureInfo.InvariantCulture, $"/trading-data/data/KO?page={page}&page_size={size}&order_by={(descending ? "desc" : "asc")}"));
            IEnumerable<long[]> ordered = descending ? candles.Reverse() : candles;
            var expected = ordered.Skip((page - 1) * size).Take(size).ToList();
            Assert.Equal(expected.Select(Text), answer.GetProperty("candles").EnumerateArray().Select(Text));
            var pagination = answer.GetProperty("pagination");
            Assert.Equal(["page", "page_size", "total_items", "total_pages", "has_next", "has_previous"], Names(pagination));
            var pages = (int)Math.Ceiling(candles.Count / (double)size);
            Assert.Equal((page, size, candles.Count, pages), (pagination.GetProperty("page").GetInt32(), pagination.GetProperty("page_size").GetInt32(), pagination.GetProperty("total_items").GetInt32(), pagination.GetProperty("total_pages").GetInt32()));
            Assert.Equal(candles.Count > page * size, pagination.GetProperty("has_next").GetBoolean());
            Assert.Equal(page > 1 && candles.Count > 0, pagination.GetProperty("has_previous").GetBoolean());
        }
    }

    [Theory]
    [Trait("req", "OHLCV-055")]
    [InlineData("page=0", "page", "INVALID_FIELD")]
    [InlineData("page=-1", "page", "INVALID_FIELD")]
    [InlineData("page=1.0", "page", "INVALID_FIELD")]
    [InlineData("page=%2B1", "page", "INVALID_FIELD")]
    [InlineData("page=1e3", "page", "INVALID_FIELD")]
    [InlineData("page=2147483648", "page", "INVALID_FIELD")]
    [InlineData("page=", "page", "INVALID_FIELD")]
    [InlineData("page=1&page=2", "page", "INVALID_FIELD")]
    [InlineData("page_size=0", "page_size", "INVALID_FIELD")]
    [InlineData("page_size=10001", "page_size", "INVALID_FIELD")]
    [InlineData("page_size=%D9%A1", "page_size", "INVALID_FIELD")]
    [InlineData("order_by=newest", "order_by", "INVALID_FIELD")]
    [InlineData("order_by=DESC", "order_by", "INVALID_FIELD")]
    [InlineData("order_by=", "order_by", "INVALID_FIELD")]
    [InlineData("adjustment=dividends", "adjustment", "INVALID_FIELD")]
    [InlineData("start_date=2024-02-30", "start_date", "INVALID_DATE")]
    [InlineData("start_date=2023-02-29", "start_date", "INVALID_DATE")]
    [InlineData("start_date=2024-7-1", "start_date", "INVALID_DATE")]
    [InlineData("start_date=2024-07-16T00:00:00Z", "start_date", "INVALID_DATE")]
    [InlineData("end_date=16.07.2024", "end_date", "INVALID_DATE")]
    [InlineData("end_date=", "end_date", "INVALID_DATE")]
    [InlineData("end_date=0000-01-01", "end_date", "INVALID_DATE")]
    [InlineData("start_date=2024-07-17&end_date=2024-07-16", "end_date", "INVALID_DATE_RANGE")]
    [InlineData("pagesize=10", "pagesize", "UNKNOWN_FIELD")]
    public async Task A_wrong_parameter_is_named_with_its_rule_and_asks_nobody(string query, string field, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        var error = Refused(await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/MSFT?" + query), HttpStatusCode.UnprocessableEntity, code, field);
        Assert.NotEmpty(error.GetProperty("context").GetProperty("rule").GetString()!);
        Assert.Empty(gateway.Grains.Data.Pages);
    }

    [Theory]
    [Trait("req", "OHLCV-055")]
    [InlineData("page_size=1")]
    [InlineData("page_size=10000")]
    [InlineData("page=2147483647")]
    [InlineData("start_date=2024-02-29&end_date=2024-02-29")]
    [InlineData("start_date=0001-01-01&end_date=9999-12-31")]
    public async Task The_outermost_values_are_allowed(string query)
    {
        await using var gateway = await TestGateway.StartAsync();
        await GetAsync(gateway, "/trading-data/data/MSFT?" + query);
        Assert.Single(gateway.Grains.Data.Pages);
    }

    [Fact]
    [Trait("req", "OHLCV-159")]
    public async Task The_largest_page_is_a_setting()
    {
        await using var gateway = await TestGateway.StartAsync(null, ("Data:Storage:MaxPageSize", "50"));
        await GetAsync(gateway, "/trading-data/data/MSFT?page_size=50");
        Refused(await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/MSFT?page_size=51"), HttpStatusCode.UnprocessableEntity, "INVALID_FIELD", "page_size");
    }

    [Theory]
    [Trait("req", "OHLCV-026")]
    [Trait("req", "OHLCV-027")]
    [InlineData("60min")]
    [InlineData("1d")]
    [InlineData("1MIN")]
    [InlineData("")]
    public async Task An_unknown_timeframe_is_refused_with_the_list_of_names(string name)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var path in new[] { "/trading-data/data/MSFT", "/trading-data/symbols" })
        {
            var error = Refused(await SendAsync(gateway, HttpMethod.Get, $"{path}?timeframe={name}"), HttpStatusCode.UnprocessableEntity, "INVALID_TIMEFRAME", "timeframe");
            Assert.Contains("1min, 5min, 15min, 30min, 1h, 2h, 4h, daily", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-026")]
    public async Task Every_timeframe_is_asked_for_by_its_name()
    {
        string[] names = ["1min", "5min", "15min", "30min", "1h", "2h", "4h", "daily"];
        await using var gateway = await TestGateway.StartAsync();
        foreach (var name in names) Assert.Equal(name, (await GetAsync(gateway, "/trading-data/data/MSFT?timeframe=" + name)).GetProperty("timeframe").GetString());
        Assert.Equal(names, gateway.Grains.Data.Pages.Select(page => page.Timeframe));
    }

    [Theory]
    [Trait("req", "OHLCV-059")]
    [InlineData("GBPUSD", "GBPUSD")]
    [InlineData("GBP%2FUSD", "GBP/USD")]
    [InlineData("GBP%2fUSD", "GBP/USD")]
    [InlineData("GBP/USD", "GBP/USD")]
    [InlineData("BTC-USD", "BTC-USD")]
    [InlineData("BRK.B", "BRK.B")]
    [InlineData("eurusd", "eurusd")]
    public async Task A_symbol_is_reachable_in_all_its_forms_and_the_answer_repeats_the_one_asked_for(string path, string symbol)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var prefix in new[] { "", "/api/v1" })
        {
            var (status, text) = await RawAsync(gateway, $"{prefix}/trading-data/data/{path}?page_size=1");
            Assert.Equal(symbol, Ok((status, text)).GetProperty("symbol").GetString());
        }

        Assert.All(gateway.Grains.Data.Pages, page => Assert.Equal(symbol, page.Symbol));
    }

    [Theory]
    [InlineData("/trading-data/data/..%2F..%2Fsigning.key")]
    [InlineData("/trading-data/data/%2e%2e%2f%2e%2e%2fsigning.key")]
    [InlineData("/trading-data/data/..%5C..%5Csigning.key")]
    [InlineData("/trading-data/data/%252e%252e%252fsigning.key")]
    [InlineData("/trading-data/data/a%2Fb%2Fc")]
    [InlineData("/trading-data/data/%2Fetc%2Fpasswd")]
    [InlineData("/trading-data/data/A%00B")]
    [InlineData("/trading-data/data/A%0AB")]
    [InlineData("/trading-data/data/A..B")]
    [InlineData("/trading-data/data/.")]
    [InlineData("/trading-data/data/%C3%84")]
    [InlineData("/trading-data/data/")]
    [InlineData("/trading-data/data/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("/trading-data/data/../data/../../etc/passwd")]
    public async Task Path_tricks_reach_no_grain(string target)
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, text) = await RawAsync(gateway, target);
        Assert.True(status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{status}: {text}");
        if (status == HttpStatusCode.UnprocessableEntity) Assert.Equal("INVALID_SYMBOL", JsonDocument.Parse(text).RootElement.GetProperty("error_code").GetString());
        Assert.Empty(gateway.Grains.Data.Pages);
    }

    [Theory]
    [Trait("req", "OHLCV-057")]
    [InlineData(DataProblemKind.NotFound, HttpStatusCode.NotFound)]
    [InlineData(DataProblemKind.Invalid, HttpStatusCode.UnprocessableEntity)]
    [InlineData(DataProblemKind.Conflict, HttpStatusCode.Conflict)]
    [InlineData(DataProblemKind.Unavailable, HttpStatusCode.ServiceUnavailable)]
    public async Task What_the_data_manager_refuses_is_told_with_its_status(DataProblemKind kind, HttpStatusCode status)
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Page = _ => FakeData.Nothing with { Problem = new DataProblem(kind, "UNKNOWN_SYMBOL", "ZZZ was never stored", "symbol") });
        var error = Refused(await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/ZZZ"), status, "UNKNOWN_SYMBOL");
        Assert.Equal("ZZZ was never stored", error.GetProperty("message").GetString());
        Assert.Equal(kind == DataProblemKind.Unavailable ? "5000" : "null", error.GetProperty("retry_after_ms").GetRawText());
    }

    [Fact]
    public async Task A_failed_grain_call_is_503_with_when_to_come_back_and_tells_no_secret()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Page = _ => throw new TimeoutException("no answer from 10.0.0.7"));
        var answer = await SendAsync(gateway, HttpMethod.Get, "/trading-data/data/KO");
        var error = Refused(answer, HttpStatusCode.ServiceUnavailable, "DATA_UNAVAILABLE");
        Assert.Equal(5_000, error.GetProperty("retry_after_ms").GetInt32());
        Assert.DoesNotContain("10.0.0.7", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "OHLCV-061")]
    public async Task Symbols_are_a_json_list_of_the_timeframe_asked_for()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Symbols = timeframe => new(null, timeframe == "1min" ? ["KO", "MSFT", "NVDA"] : ["KO"]));
        Assert.Equal((HttpStatusCode.OK, """["KO","MSFT","NVDA"]"""), await SendAsync(gateway, HttpMethod.Get, "/trading-data/symbols"));
        Assert.Equal((HttpStatusCode.OK, """["KO"]"""), await SendAsync(gateway, HttpMethod.Get, "/api/v1/trading-data/symbols?timeframe=daily"));
    }

    private static string Text(long[] candle) => string.Join(' ', DateTimeOffset.UnixEpoch.AddMicroseconds(candle[0]).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Places(candle[1]), Places(candle[2]), Places(candle[3]), Places(candle[4]), candle[5] / 100_000_000m + 0.00000000m);

    private static string Text(JsonElement candle) => string.Join(' ', candle.EnumerateObject().Select(field => field.Value.GetString()));

    private static string Places(long units) => (units / 100_000_000m).ToString("0.00######", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using Trading.MarketData.Candles;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>Stored candles over real HTTP, against a list in memory.</summary>
[Collection(DataTests.Name)]
public sealed class CandleTests(DataService service)
{
    [Fact]
    [Trait("req", "OHLCV-047")]
    [Trait("req", "OHLCV-048")]
    [Trait("req", "OHLCV-049")]
    [Trait("req", "OHLCV-050")]
    [Trait("req", "OHLCV-051")]
    [Trait("req", "OHLCV-052")]
    [Trait("req", "OHLCV-045")]
    public async Task A_day_of_390_minutes_comes_on_four_pages_of_a_hundred_newest_first_each_candle_once()
    {
        var seen = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var answer = await service.GetAsync($"/trading-data/data/NVDA?start_date=2024-07-16&end_date=2024-07-16&page_size=100&page={page}");
            seen.AddRange(Dates(answer));
            Assert.Equal(
                $$"""{"page":{{page}},"page_size":100,"total_items":390,"total_pages":4,"has_next":{{(page < 4 ? "true" : "false")}},"has_previous":{{(page > 1 ? "true" : "false")}}}""",
                answer.GetProperty("pagination").GetRawText());
            Assert.Equal(("2024-07-16T13:30:00Z", "2024-07-16T20:00:00Z"), Range(answer));
        }

        Assert.Equal(390, seen.Distinct().Count());
        Assert.Equal(seen.OrderDescending(StringComparer.Ordinal), seen);
        Assert.Equal(("2024-07-16T19:59:00Z", "2024-07-16T13:30:00Z"), (seen[0], seen[^1]));
        Assert.Equal("[]", (await service.GetAsync("/trading-data/data/NVDA?start_date=2024-07-16&page_size=100&page=5")).GetProperty("candles").GetRawText());
    }

    [Fact]
    [Trait("req", "OHLCV-044")]
    [Trait("req", "OHLCV-049")]
    [Trait("req", "OHLCV-051")]
    [Trait("req", "OHLCV-052")]
    public async Task The_seven_hours_of_a_day_page_as_in_the_example_of_the_specification()
    {
        var answer = await service.GetAsync("/trading-data/data/NVDA?timeframe=1h&order_by=asc&page_size=2&start_date=2024-07-16&end_date=2024-07-16");
        Assert.Equal(["symbol", "timeframe", "candles", "start_date", "end_date", "pagination"], DataService.Names(answer));
        Assert.Equal(["2024-07-16T13:30:00Z", "2024-07-16T14:30:00Z"], Dates(answer));
        Assert.Equal(("2024-07-16T13:30:00Z", "2024-07-16T20:00:00Z"), Range(answer));
        Assert.Equal("""{"page":1,"page_size":2,"total_items":7,"total_pages":4,"has_next":true,"has_previous":false}""", answer.GetProperty("pagination").GetRawText());
        var first = answer.GetProperty("candles")[0];
        Assert.Equal(["date", "open", "high", "low", "close", "volume"], DataService.Names(first));
        var hour = service.Nvda.Slice(service.Nvda.FirstAtOrAfter(StoredBars.Micros("2024-07-16", "13:30")), 60);
        var expected = new CandleColumns([hour.Time[0]], [hour.Open[0]], [hour.High.Max()], [hour.Low.Min()], [hour.Close[^1]], [hour.Volume.Sum()]);
        Assert.Equal(StoredBars.Text(expected, 0), Text(first));
    }

    [Theory]
    [Trait("req", "OHLCV-052")]
    [InlineData("2h", "2024-02-06", "14:30 16:30 18:30 20:30", "2024-02-06T21:00:00Z")]
    [InlineData("2h", "2024-07-16", "13:30 15:30 17:30 19:30", "2024-07-16T20:00:00Z")]
    [InlineData("2h", "2024-07-03", "13:30 15:30", "2024-07-03T17:00:00Z")]
    [InlineData("1h", "2024-07-03", "13:30 14:30 15:30 16:30", "2024-07-03T17:00:00Z")]
    public async Task Longer_candles_start_at_the_session_open_and_end_with_the_session(string timeframe, string date, string starts, string end)
    {
        var answer = await service.GetAsync($"/trading-data/data/NVDA?timeframe={timeframe}&order_by=asc&start_date={date}&end_date={date}");
        Assert.Equal(starts.Split(' ').Select(start => $"{date}T{start}:00Z"), Dates(answer));
        Assert.Equal(end, Range(answer).End);
    }

    [Fact]
    [Trait("req", "OHLCV-053")]
    public async Task Daily_bounds_are_the_first_open_and_the_last_close()
    {
        Assert.Equal(("2024-02-06T14:30:00Z", "2024-07-16T20:00:00Z"), Range(await service.GetAsync("/trading-data/data/NVDA?timeframe=daily")));
        Assert.Equal(("2024-02-06T14:30:00Z", "2024-07-03T17:00:00Z"), Range(await service.GetAsync("/trading-data/data/NVDA?timeframe=daily&end_date=2024-07-10")));
        Assert.Equal(["2024-07-16T13:30:00Z", "2024-07-15T13:30:00Z", "2024-07-03T13:30:00Z", "2024-02-06T14:30:00Z"], Dates(await service.GetAsync("/trading-data/data/NVDA?timeframe=daily")));
    }

    [Fact]
    [Trait("req", "OHLCV-046")]
    public async Task Dates_are_trading_days_of_the_exchange_for_equities_and_of_utc_for_crypto_and_forex()
    {
        Assert.Equal(["2024-02-07T00:30:00Z"], Dates(await service.GetAsync("/trading-data/data/TSLA?start_date=2024-02-06&end_date=2024-02-06")));
        Assert.Equal(["2024-02-07T14:30:00Z"], Dates(await service.GetAsync("/trading-data/data/TSLA?start_date=2024-02-07&end_date=2024-02-07")));
        Assert.Equal(["2024-07-15T23:59:00Z", "2024-07-15T23:58:00Z"], Dates(await service.GetAsync("/trading-data/data/BTC-USD?start_date=2024-07-15&end_date=2024-07-15")));
        Assert.Equal(1_440, (await service.GetAsync("/trading-data/data/GBPUSD?start_date=2024-07-16&end_date=2024-07-16")).GetProperty("pagination").GetProperty("total_items").GetInt32());
    }

    [Fact]
    [Trait("req", "OHLCV-016")]
    [Trait("req", "OHLCV-017")]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-019")]
    [Trait("req", "OHLCV-046")]
    [Trait("req", "OHLCV-047")]
    [Trait("req", "OHLCV-048")]
    [Trait("req", "OHLCV-051")]
    [Trait("req", "OHLCV-054")]
    public async Task Any_page_order_and_range_is_what_a_list_in_memory_gives()
    {
        const int seed = 390;
        var random = new Random(seed);
        var all = Enumerable.Range(0, service.Nvda.Count).Select(at => (Date: StoredBars.Instant(service.Nvda.Time[at])[..10], Text: StoredBars.Text(service.Nvda, at))).ToList();
        var days = new[] { "2024-01-01", "2024-02-06", "2024-02-07", "2024-07-03", "2024-07-14", "2024-07-15", "2024-07-16", "2025-01-01" };
        for (var round = 0; round < 60; round++)
        {
            var (first, last) = (random.Next(days.Length), random.Next(days.Length));
            var (start, end) = (days[Math.Min(first, last)], days[Math.Max(first, last)]);
            var (size, page, rises) = (random.Next(3) == 0 ? random.Next(1, 30) : random.Next(30, 2_000), random.Next(1, 8), random.Next(2) == 0);
            var bounds = (random.Next(4) == 0 ? "" : "&start_date=" + start) + (random.Next(4) == 0 ? "" : "&end_date=" + end);
            var answer = await service.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/trading-data/data/NVDA?page={page}&page_size={size}&order_by={(rises ? "asc" : "desc")}{bounds}"));
            var found = all.Where(candle => (!bounds.Contains("start", StringComparison.Ordinal) || string.CompareOrdinal(candle.Date, start) >= 0) && (!bounds.Contains("end", StringComparison.Ordinal) || string.CompareOrdinal(candle.Date, end) <= 0)).ToList();
            var expected = (rises ? found : Enumerable.Reverse(found)).Skip((page - 1) * size).Take(size).Select(candle => candle.Text);
            Assert.Equal(expected, answer.GetProperty("candles").EnumerateArray().Select(Text));
            Assert.Equal(found.Count, answer.GetProperty("pagination").GetProperty("total_items").GetInt32());
            Assert.Equal(found.Count == 0 ? null : found[0].Text[..20], answer.GetProperty("start_date").GetString());
        }
    }

    [Theory]
    [Trait("req", "OHLCV-059")]
    [InlineData("GBPUSD", "GBPUSD")]
    [InlineData("GBP/USD", "GBP/USD")]
    [InlineData("GBP%2FUSD", "GBP/USD")]
    public async Task A_pair_is_found_in_every_form_and_keeps_its_places(string path, string symbol)
    {
        var answer = await service.GetAsync($"/api/v1/trading-data/data/{path}?order_by=asc&page_size=1");
        Assert.Equal((symbol, 1_440), (answer.GetProperty("symbol").GetString(), answer.GetProperty("pagination").GetProperty("total_items").GetInt32()));
        Assert.Equal(StoredBars.Text(StoredBars.Minutes("GBPUSD", ("2024-07-16", "00:00", 1)), 0), Text(answer.GetProperty("candles")[0]));
    }

    [Theory]
    [Trait("req", "OHLCV-017")]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-019")]
    [InlineData("EURUSD", 108_457_000, "1.08457")]
    [InlineData("SHIB-USD", 1_234, "0.00001234")]
    [InlineData("PENNY", 12_345_000, "0.12345")]
    [InlineData("DOLLAR", 18_650_000_000, "186.50")]
    public async Task A_price_survives_store_and_service_unchanged(string symbol, long units, string price)
    {
        var candle = new CandleColumns([StoredBars.Micros("2024-07-16", "13:30")], [units], [units], [units], [units], [4_821_000_000_001]);
        await StoredBars.PutAsync(StoredBars.Open(service.Process.DataFolder), symbol, candle, Timeframe.OneMinute);
        var served = (await service.GetAsync("/trading-data/data/" + symbol)).GetProperty("candles").EnumerateArray().Single();
        Assert.Equal($$"""{"date":"2024-07-16T13:30:00Z","open":"{{price}}","high":"{{price}}","low":"{{price}}","close":"{{price}}","volume":"48210.00000001"}""", served.GetRawText());
    }

    [Fact]
    [Trait("req", "OHLCV-055")]
    [Trait("req", "OHLCV-056")]
    [Trait("req", "OHLCV-057")]
    [Trait("req", "OHLCV-058")]
    public async Task Unknown_symbols_empty_ranges_and_bad_parameters_have_their_answers()
    {
        foreach (var (path, status, code) in new[]
        {
            ("ZZZZ", HttpStatusCode.NotFound, "UNKNOWN_SYMBOL"), ("..%2F..%2Fdemo.key", HttpStatusCode.UnprocessableEntity, "INVALID_SYMBOL"), ("NVDA?page_size=10001", HttpStatusCode.UnprocessableEntity, "INVALID_FIELD"), ("NVDA?order_by=newest", HttpStatusCode.UnprocessableEntity, "INVALID_FIELD"),
            ("NVDA?page=0", HttpStatusCode.UnprocessableEntity, "INVALID_FIELD"), ("NVDA?start_date=2024-02-30", HttpStatusCode.UnprocessableEntity, "INVALID_DATE"), ("NVDA?timeframe=1d", HttpStatusCode.UnprocessableEntity, "INVALID_TIMEFRAME"),
        })
        {
            var (actual, body) = await service.SendAsync(HttpMethod.Get, "/trading-data/data/" + path);
            Assert.Equal((status, code), (actual, body.GetProperty("error_code").GetString()));
        }

        var empty = await service.GetAsync("/trading-data/data/NVDA?start_date=2023-01-01&end_date=2023-12-31&page_size=10000");
        Assert.Equal(("[]", (string?)null, (string?)null), (empty.GetProperty("candles").GetRawText(), Range(empty).Start, Range(empty).End));
        Assert.Equal("[]", (await service.GetAsync("/trading-data/data/NVDA?timeframe=5min")).GetProperty("candles").GetRawText());
    }

    [Fact]
    [Trait("req", "OHLCV-061")]
    [Trait("req", "OHLCV-062")]
    public async Task Symbols_are_sorted_and_those_with_daily_candles_only_are_not_in_the_default_list()
    {
        var minutes = Symbols(await service.GetAsync("/trading-data/symbols"));
        Assert.Equal(minutes.Distinct().Order(StringComparer.Ordinal), minutes);
        Assert.Superset(new HashSet<string> { "BTC-USD", "GBPUSD", "LAST", "NVDA", "TSLA" }, minutes.ToHashSet());
        Assert.DoesNotContain("SPY", minutes);
        Assert.Contains("SPY", Symbols(await service.GetAsync("/trading-data/symbols?timeframe=daily")));
    }

    [Fact]
    [Trait("req", "OHLCV-198")]
    public async Task Without_a_key_there_is_nothing_but_health()
    {
        using var http = service.Process.CreateClient();
        foreach (var route in new[]
        {
            "GET /trading-data/data/NVDA", "GET /trading-data/symbols", "POST /data-analysis/completeness", "POST /nightly-update/start", "GET /nightly-update/active",
            "GET /nightly-update/status/11111111-2222-3333-4444-555555555555", "GET /nightly-update/status/11111111-2222-3333-4444-555555555555/progress",
            "GET /nightly-update/status/11111111-2222-3333-4444-555555555555/details", "DELETE /nightly-update/11111111-2222-3333-4444-555555555555",
        })
        {
            foreach (var prefix in new[] { "", "/api/v1" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(route.Split(' ')[0]), new Uri(prefix + route.Split(' ')[1], UriKind.Relative));
                using var answer = await http.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{prefix} {route}: {answer.StatusCode}");
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode);
    }

    private static string[] Symbols(JsonElement list) => [.. list.EnumerateArray().Select(symbol => symbol.GetString()!)];

    private static string[] Dates(JsonElement answer) => [.. answer.GetProperty("candles").EnumerateArray().Select(candle => candle.GetProperty("date").GetString()!)];

    private static (string? Start, string? End) Range(JsonElement answer) => (answer.GetProperty("start_date").GetString(), answer.GetProperty("end_date").GetString());

    private static string Text(JsonElement candle) => string.Join(' ', candle.EnumerateObject().Select(field => field.Value.GetString()));
}

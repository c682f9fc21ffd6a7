using System.Net;
using System.Text.Json;
using Trading.GrainInterfaces.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class CompletenessTests
{
    private const string Path = "/data-analysis/completeness";
    private const int FourthOfMarch = 19_786;
    private const int EleventhOfMarch = 19_793;
    private const string Body = """{"symbols":["NVDA","KO"],"start_date":"2024-03-04","end_date":"2024-03-15","include_details":true,"auto_fill_gaps":false,"max_gap_fill_attempts":3}""";
    private const string SpecAnswer = """{"analysis_period":{"start_date":"2024-03-04","end_date":"2024-03-15"},"symbol_completeness":{"NVDA":{"total_trading_days":10,"valid_days":10,"invalid_days":0,"completeness_percentage":100.0,"total_expected_candles":3900,"total_actual_candles":3900,"missing_candles":0,"validation_results":[{"date":"2024-03-04","is_valid":true,"is_half_day":false,"expected_candles":390,"actual_candles":390,"missing_candles":0,"gaps":[]}]},"KO":{"total_trading_days":10,"valid_days":9,"invalid_days":1,"completeness_percentage":94.4,"total_expected_candles":3900,"total_actual_candles":3681,"missing_candles":219,"validation_results":[{"date":"2024-03-11","is_valid":false,"is_half_day":false,"expected_candles":390,"actual_candles":171,"missing_candles":219,"gaps":[{"start":"2024-03-11T14:00:00Z","end":"2024-03-11T17:39:00Z","missing_candles":219}]}]}},"overall_statistics":{"total_symbols":2,"total_trading_days":20,"total_valid_days":19,"overall_completeness_percentage":97.2,"total_expected_candles":7800,"total_actual_candles":7581,"total_missing_candles":219},"symbols_needing_attention":["KO"],"recommendations":["1 of 2 symbols is below 95 %","Run a full update for these symbols"]}""";

    private static readonly CompletenessAnswer SpecFigures = new(
        null,
        [
            new("NVDA", 10, 10, 3_900, 3_900, [new(FourthOfMarch, true, false, 390, 390, [])], null, []),
            new("KO", 10, 9, 3_900, 3_681, [new(EleventhOfMarch, false, false, 390, 171, [new(1_710_165_600_000_000, 1_710_178_740_000_000, 219, null)])], null, []),
        ],
        ["KO"],
        ["1 of 2 symbols is below 95 %", "Run a full update for these symbols"]);

    private static Task<TestGateway> StartAsync(CompletenessAnswer answer) =>
        TestGateway.StartAsync(grains => grains.Data.AnalysisResult = (_, _) => Task.FromResult<CompletenessAnswer?>(answer));

    [Fact]
    [Trait("req", "OHLCV-099")]
    [Trait("req", "OHLCV-101")]
    [Trait("req", "OHLCV-102")]
    [Trait("req", "OHLCV-103")]
    public async Task The_example_of_the_specification_is_answered_to_the_byte()
    {
        await using var gateway = await StartAsync(SpecFigures);
        Assert.Equal((HttpStatusCode.OK, SpecAnswer), await SendAsync(gateway, HttpMethod.Post, Path, Body));
        var request = Assert.Single(gateway.Grains.Data.Analyses).Value.Request!;
        Assert.Equal(["NVDA", "KO"], request.Symbols);
        Assert.Equal((FourthOfMarch, FourthOfMarch + 11, true, false, 3), (request.StartDate, request.EndDate, request.IncludeDetails, request.AutoFillGaps, request.MaxGapFillAttempts));
    }

    [Fact]
    [Trait("req", "OHLCV-099")]
    public async Task The_defaults_are_details_no_filling_and_three_attempts()
    {
        await using var gateway = await StartAsync(SpecFigures);
        await PostAsync(gateway, Path, """{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04"}""");
        var request = Assert.Single(gateway.Grains.Data.Analyses).Value.Request!;
        Assert.Equal((true, false, 3), (request.IncludeDetails, request.AutoFillGaps, request.MaxGapFillAttempts));
    }

    [Fact]
    [Trait("req", "OHLCV-109")]
    public async Task Without_details_the_list_of_days_is_empty_but_there()
    {
        await using var gateway = await StartAsync(SpecFigures);
        var answer = await PostAsync(gateway, Path, Body.Replace("\"include_details\":true", "\"include_details\":false", StringComparison.Ordinal));
        foreach (var symbol in answer.GetProperty("symbol_completeness").EnumerateObject()) Assert.Equal("[]", symbol.Value.GetProperty("validation_results").GetRawText());
    }

    [Fact]
    [Trait("req", "OHLCV-112")]
    public async Task Filling_is_reported_per_symbol_beside_the_figures_after_it()
    {
        var filled = SpecFigures with { Symbols = [SpecFigures.Symbols[0], SpecFigures.Symbols[1] with { GapFill = new GapFill(3, 2, 5, 30, 20) }] };
        await using var gateway = await StartAsync(filled);
        var answer = await PostAsync(gateway, Path, Body.Replace("\"auto_fill_gaps\":false", "\"auto_fill_gaps\":true", StringComparison.Ordinal));
        var symbols = answer.GetProperty("symbol_completeness");
        Assert.False(symbols.GetProperty("NVDA").TryGetProperty("gap_fill", out _));
        Assert.Equal("""{"gaps_found":3,"gaps_filled":2,"attempts":5,"success_rate":66.7,"candles_missing":30,"candles_filled":20}""", symbols.GetProperty("KO").GetProperty("gap_fill").GetRawText());
        Assert.Equal(3_681, symbols.GetProperty("KO").GetProperty("total_actual_candles").GetInt32());
    }

    [Fact]
    public async Task Gaps_show_their_request_and_symbols_their_errors_only_where_there_are_any()
    {
        var days = SpecFigures.Symbols[1].Days;
        var withMore = SpecFigures with
        {
            Symbols = [SpecFigures.Symbols[1] with { Days = [days[0] with { Gaps = [days[0].Gaps[0] with { Request = "GET https://api.polygon.io/v2/aggs" }] }], DataErrors = ["2024-03-09 is no trading day, but has 3 candles"] }],
        };
        await using var gateway = await StartAsync(withMore);
        var symbol = (await PostAsync(gateway, Path, Body)).GetProperty("symbol_completeness").GetProperty("KO");
        Assert.Equal("GET https://api.polygon.io/v2/aggs", symbol.GetProperty("validation_results")[0].GetProperty("gaps")[0].GetProperty("request").GetString());
        Assert.Equal("2024-03-09 is no trading day, but has 3 candles", symbol.GetProperty("data_errors")[0].GetString());
    }

    [Fact]
    [Trait("req", "OHLCV-101")]
    [Trait("req", "OHLCV-102")]
    [Trait("req", "OHLCV-103")]
    public async Task The_identities_hold_for_random_figures()
    {
        const int seed = 1103;
        var random = new Random(seed);
        var answer = SpecFigures;
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.AnalysisResult = (_, _) => Task.FromResult<CompletenessAnswer?>(answer));
        for (var round = 0; round < 50; round++)
        {
            answer = new CompletenessAnswer(null, [.. Enumerable.Range(0, random.Next(1, 8)).Select(index => Random(random, "S" + index))], [], []);
            var wire = await PostAsync(gateway, Path, Body);
            decimal expected = 0, actual = 0;
            foreach (var symbol in answer.Symbols)
            {
                var figures = wire.GetProperty("symbol_completeness").GetProperty(symbol.Symbol);
                Assert.Equal(figures.GetProperty("total_trading_days").GetInt32(), figures.GetProperty("valid_days").GetInt32() + figures.GetProperty("invalid_days").GetInt32());
                Assert.Equal(symbol.ExpectedCandles - symbol.ActualCandles, figures.GetProperty("missing_candles").GetInt64());
                CheckPercent(symbol.ActualCandles, symbol.ExpectedCandles, figures.GetProperty("completeness_percentage"));
                expected += symbol.ExpectedCandles;
                actual += symbol.ActualCandles;
            }

            var overall = wire.GetProperty("overall_statistics");
            Assert.Equal((answer.Symbols.Count, expected, actual, expected - actual), (overall.GetProperty("total_symbols").GetInt32(), overall.GetProperty("total_expected_candles").GetDecimal(), overall.GetProperty("total_actual_candles").GetDecimal(), overall.GetProperty("total_missing_candles").GetDecimal()));
            CheckPercent(actual, expected, overall.GetProperty("overall_completeness_percentage"));
        }
    }

    [Theory]
    [Trait("req", "OHLCV-102")]
    [Trait("req", "OHLCV-103")]
    [Trait("req", "OHLCV-111")]
    [InlineData(377, 400, "94.3")] // 94.25: halves are rounded away from zero, as the details of an update and the metric do
    [InlineData(379, 400, "94.8")]
    [InlineData(1, 3, "33.3")]
    [InlineData(2, 3, "66.7")]
    [InlineData(9_496, 10_000, "95.0")]
    [InlineData(0, 0, "100.0")]
    public async Task A_percentage_has_one_place(long actual, long expected, string shown)
    {
        await using var gateway = await StartAsync(new CompletenessAnswer(null, [new("KO", 1, 0, expected, actual, [], null, [])], [], []));
        var answer = await PostAsync(gateway, Path, Body);
        Assert.Equal(shown, answer.GetProperty("symbol_completeness").GetProperty("KO").GetProperty("completeness_percentage").GetRawText());
        Assert.Equal(shown, answer.GetProperty("overall_statistics").GetProperty("overall_completeness_percentage").GetRawText());
    }

    [Theory]
    [Trait("req", "OHLCV-113")]
    [InlineData("""{"symbols":[],"start_date":"2024-03-04","end_date":"2024-03-15"}""", "symbols", "INVALID_FIELD")]
    [InlineData("""{"start_date":"2024-03-04","end_date":"2024-03-15"}""", "symbols", "MISSING_FIELD")]
    [InlineData("""{"symbols":null,"start_date":"2024-03-04","end_date":"2024-03-15"}""", "symbols", "MISSING_FIELD")]
    [InlineData("""{"symbols":["KO"],"end_date":"2024-03-15"}""", "start_date", "MISSING_FIELD")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-15"}""", "end_date", "MISSING_FIELD")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-15","end_date":"2024-03-04"}""", "end_date", "INVALID_DATE_RANGE")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-02-30","end_date":"2024-03-04"}""", "start_date", "INVALID_DATE")]
    [InlineData("""{"symbols":["KO"],"start_date":20240304,"end_date":"2024-03-04"}""", "start_date", "INVALID_FIELD")]
    [InlineData("""{"symbols":"KO","start_date":"2024-03-04","end_date":"2024-03-04"}""", "symbols", "INVALID_FIELD")]
    [InlineData("""{"symbols":["KO",7],"start_date":"2024-03-04","end_date":"2024-03-04"}""", "symbols[1]", "INVALID_FIELD")]
    [InlineData("""{"symbols":["KO","../x"],"start_date":"2024-03-04","end_date":"2024-03-04"}""", "symbols[1]", "INVALID_SYMBOL")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04","include_details":"yes"}""", "include_details", "INVALID_FIELD")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04","auto_fill_gaps":null}""", "auto_fill_gaps", "INVALID_FIELD")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04","max_gap_fill_attempts":0}""", "max_gap_fill_attempts", "INVALID_FIELD")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04","max_gap_fill_attempts":1.5}""", "max_gap_fill_attempts", "INVALID_FIELD")]
    [InlineData("""{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04","detail":true}""", "detail", "UNKNOWN_FIELD")]
    public async Task A_wrong_field_is_named_and_nothing_is_analysed(string body, string field, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        Refused(await SendAsync(gateway, HttpMethod.Post, Path, body), HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Empty(gateway.Grains.Data.Analyses);
    }

    [Theory]
    [Trait("req", "OHLCV-113")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"symbols\":[\"KO\"],\"symbols\":[\"MSFT\"]}")]
    [InlineData("{\"symbols\":[\"KO\"]} {}")]
    [InlineData("{/* no */}")]
    [InlineData("{\"symbols\":[[[[[[\"KO\"]]]]]]}")]
    public async Task What_is_not_one_json_object_is_refused(string body)
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, text) = await SendAsync(gateway, HttpMethod.Post, Path, body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(JsonDocument.Parse(text).RootElement.GetProperty("error_code").GetString(), new[] { "INVALID_JSON", "MISSING_FIELD" });
        Assert.Empty(gateway.Grains.Data.Analyses);
    }

    [Fact]
    public async Task A_body_is_bounded_and_has_to_be_json()
    {
        await using var gateway = await TestGateway.StartAsync();
        Refused(await SendAsync(gateway, HttpMethod.Post, Path, new string(' ', 300_000)), HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        Refused(await SendAsync(gateway, HttpMethod.Post, Path, Body, contentType: "text/plain"), HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        var many = string.Join(',', Enumerable.Range(0, 1_001).Select(index => $"\"S{index}\""));
        Refused(await SendAsync(gateway, HttpMethod.Post, Path, $$"""{"symbols":[{{many}}],"start_date":"2024-03-04","end_date":"2024-03-04"}"""), HttpStatusCode.UnprocessableEntity, "INVALID_FIELD", "symbols");
    }

    [Fact]
    public async Task The_result_is_asked_for_again_until_it_is_there()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.AnalysisResult = (asked, _) => Task.FromResult(asked < 3 ? null : SpecFigures));
        Assert.Equal((HttpStatusCode.OK, SpecAnswer), await SendAsync(gateway, HttpMethod.Post, Path, Body));
        Assert.Single(gateway.Grains.Data.Analyses);
    }

    [Fact]
    public async Task A_caller_who_goes_away_ends_the_waiting()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.AnalysisResult = async (_, cancelled) =>
        {
            asked.TrySetResult();
            await using var registration = cancelled.Register(ended.SetResult);
            await Task.Delay(Timeout.Infinite, cancelled);
            return null;
        });
        using var patience = new CancellationTokenSource();
        using var content = new StringContent(Body, System.Text.Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative)) { Content = content };
        request.Headers.Add("X-API-Key", "sk_live_a");
        var sending = gateway.Http.SendAsync(request, patience.Token);
        await asked.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await ended.Task;
    }

    [Fact]
    public async Task What_the_data_manager_refuses_before_or_after_the_work_is_told()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.AnalysisRefusal = _ => new DataProblem(DataProblemKind.Invalid, "INVALID_SYMBOL", "'1' is no symbol", "symbols"));
        Refused(await SendAsync(gateway, HttpMethod.Post, Path, Body), HttpStatusCode.UnprocessableEntity, "INVALID_SYMBOL", "symbols");
        gateway.Grains.Data.AnalysisRefusal = _ => null;
        gateway.Grains.Data.AnalysisResult = (_, _) => Task.FromResult<CompletenessAnswer?>(new(new DataProblem(DataProblemKind.Unavailable, "STORE_UNAVAILABLE", "the store cannot be read"), [], [], []));
        Refused(await SendAsync(gateway, HttpMethod.Post, Path, Body), HttpStatusCode.ServiceUnavailable, "STORE_UNAVAILABLE");
    }

    private static SymbolCompleteness Random(Random random, string name)
    {
        var days = random.Next(0, 30);
        var expected = random.Next(0, 5) == 0 ? 0 : random.Next(1, 12_000);
        return new SymbolCompleteness(name, days, random.Next(0, days + 1), expected, random.Next(0, expected + 1), [], null, []);
    }

    private static void CheckPercent(decimal actual, decimal expected, JsonElement shown)
    {
        Assert.Matches("^[0-9]+\\.[0-9]$", shown.GetRawText());
        var exact = expected == 0 ? 100 : actual * 100 / expected;
        Assert.True(Math.Abs(exact - shown.GetDecimal()) <= 0.05m, $"{exact} is shown as {shown}");
    }
}

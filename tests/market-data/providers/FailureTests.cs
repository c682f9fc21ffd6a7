using Trading.MarketData.Providers;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>What each vendor's errors are taken for: by status and body, before anything is read as data.</summary>
public sealed class FailureTests
{
    private static readonly MinuteRequest Day = Vendors.Equity("2024-07-16 04:00", "2024-07-17 04:00");

    /// <summary>Vendor, status, content type, body, what it means.</summary>
    public static TheoryData<string, int, string, string, FailureKind> Errors => new()
    {
        { "polygon", 401, "application/json", """{"status":"ERROR","request_id":"1","error":"Unknown API Key"}""", FailureKind.Unauthorized },
        { "polygon", 403, "application/json", """{"status":"NOT_AUTHORIZED","request_id":"1","message":"Your plan doesn't include this data timeframe."}""", FailureKind.Unauthorized },
        { "polygon", 403, "application/json", """{"status":"NOT_AUTHORIZED","error":"You are not entitled to this data."}""", FailureKind.Unauthorized },
        { "polygon", 429, "application/json", """{"status":"ERROR","error":"You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue."}""", FailureKind.RateLimited },
        { "polygon", 429, "", "", FailureKind.RateLimited },
        { "polygon", 200, "application/json", """{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}""", FailureKind.RateLimited },
        { "polygon", 200, "application/json", """{"status":"ERROR","error":"Unknown API Key"}""", FailureKind.Unauthorized },
        { "polygon", 200, "application/json", """{"status":"ERROR","error":"something new"}""", FailureKind.Malformed },
        { "polygon", 200, "application/json", """{"status":"ERROR","error":"half an answer","results":[]}""", FailureKind.Malformed },
        { "polygon", 200, "application/json", """{"error":"something new"}""", FailureKind.Malformed },
        { "polygon", 404, "application/json", """{"status":"NOT_FOUND","message":"Ticker not found."}""", FailureKind.NotAvailable },
        { "polygon", 413, "text/plain", "", FailureKind.Temporary },
        { "polygon", 499, "", "", FailureKind.Temporary },
        { "polygon", 500, "application/json", """{"status":"ERROR","error":"internal"}""", FailureKind.Temporary },
        { "polygon", 503, "text/plain", "upstream connect error", FailureKind.Temporary },
        { "polygon", 504, "", "", FailureKind.Temporary },
        { "polygon", 400, "application/json", """{"status":"ERROR","error":"Could not parse the time parameter: 'from'"}""", FailureKind.Malformed },
        { "financial_modeling_prep", 401, "application/json", """{"Error Message":"Invalid API KEY. Feel free to create a Free API Key or visit our documentation"}""", FailureKind.Unauthorized },
        { "financial_modeling_prep", 402, "text/plain", "Restricted Endpoint: This endpoint is not available under your current subscription", FailureKind.Unauthorized },
        { "financial_modeling_prep", 402, "text/plain", "Premium Query Parameter: 'Special Endpoint : value set for 'from' is not available", FailureKind.Unauthorized },
        { "financial_modeling_prep", 403, "application/json", """{"Error Message":"Legacy Endpoint : Due to Legacy endpoints being no longer supported"}""", FailureKind.Unauthorized },
        { "financial_modeling_prep", 429, "application/json", """{"Error Message":"Limit Reach . Please upgrade your plan or visit our documentation"}""", FailureKind.RateLimited },
        { "financial_modeling_prep", 429, "application/json", """{"Error Message":"Bandwidth Limit Reach . Please upgrade your plan"}""", FailureKind.QuotaExhausted },
        { "financial_modeling_prep", 200, "application/json", """{"Error Message":"Limit Reach . Please upgrade your plan"}""", FailureKind.RateLimited },
        { "financial_modeling_prep", 200, "application/json", """{"Error Message":"Bandwidth Limit Reach . Please upgrade your plan"}""", FailureKind.QuotaExhausted },
        { "financial_modeling_prep", 200, "application/json", """{"Error Message":"Invalid API KEY."}""", FailureKind.Unauthorized },
        { "financial_modeling_prep", 200, "application/json", "{}", FailureKind.Malformed },
        { "tiingo", 429, "application/json", """{"detail":"Error: You have run over your hourly request allocation. Please upgrade"}""", FailureKind.RateLimited },
        { "tiingo", 200, "text/plain", "You have run over your 500 symbol look up for this month. Please upgrade at https://api.tiingo.com/pricing", FailureKind.QuotaExhausted },
        { "tiingo", 200, "application/json", "You have run over your 500 symbol look up for this month.", FailureKind.QuotaExhausted },
        { "tiingo", 401, "application/json", """{"detail":"Invalid token."}""", FailureKind.Unauthorized },
        { "tiingo", 404, "application/json", """{"detail":"Not found."}""", FailureKind.NotAvailable },
        { "tiingo", 200, "application/json", """{"detail":"Error: something"}""", FailureKind.Malformed },
        { "alpaca", 403, "application/json", """{"message":"forbidden."}""", FailureKind.Unauthorized },
        { "alpaca", 401, "application/json", """{"code":40110000,"message":"request is not authorized"}""", FailureKind.Unauthorized },
        { "alpaca", 403, "application/json", """{"code":42210000,"message":"subscription does not permit querying recent SIP data"}""", FailureKind.Unauthorized },
        { "alpaca", 429, "application/json", """{"message":"too many requests."}""", FailureKind.RateLimited },
        { "alpaca", 200, "application/json", """{"code":42910000,"message":"too many requests."}""", FailureKind.RateLimited },
        { "alpaca", 400, "application/json", """{"message":"invalid symbol: XYZ"}""", FailureKind.NotAvailable },
        { "alpaca", 200, "application/json", """{"bars":[],"next_page_token":null}""", FailureKind.Malformed },
        { "alpaca", 200, "application/json", """{"bars":{"AAPL":{"t":1}},"next_page_token":null}""", FailureKind.Malformed },
        { "polygon", 200, "application/json", """{"status":"OK","results":{"t":1}}""", FailureKind.Malformed },
        { "polygon", 200, "application/json", """{"status":"OK","resultsCount":7}""", FailureKind.Malformed },
        { "polygon", 200, "application/json", """{"ticker":"MSFT","status":"OK","results":[]}""", FailureKind.Malformed },
        { "polygon", 200, "application/json", "[]", FailureKind.Malformed },
        { "polygon", 200, "application/json", "{}", FailureKind.Malformed },
        { "tiingo", 200, "application/json", """[1,2,3]""", FailureKind.Malformed },
        { "financial_modeling_prep", 200, "application/json", """{"symbol":"AAPL","historical":{}}""", FailureKind.Malformed },
        { "financial_modeling_prep", 200, "application/json", """{"symbol":"MSFT","historical":[]}""", FailureKind.Malformed },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    [Trait("req", "OHLCV-164")]
    [Trait("req", "OHLCV-165")]
    public async Task An_error_is_known_by_status_and_body(string name, int status, string type, string body, FailureKind kind)
    {
        var failure = await FailAsync(name, StubAnswer.Of(status, type, body));
        Assert.Equal((kind, name, status), (failure.Kind, failure.Provider, failure.Status));
    }

    [Theory]
    [InlineData("polygon")]
    [InlineData("financial_modeling_prep")]
    [InlineData("tiingo")]
    [InlineData("alpaca")]
    public async Task Any_vendor_may_answer_with_html_or_plain_text(string name)
    {
        Assert.Equal(FailureKind.Temporary, (await FailAsync(name, StubAnswer.Html(502))).Kind);
        Assert.Equal(FailureKind.Malformed, (await FailAsync(name, StubAnswer.Html(200))).Kind);
        Assert.Equal(FailureKind.Malformed, (await FailAsync(name, StubAnswer.Of(200, "application/json", "<!DOCTYPE html><p>Hello"))).Kind);
        Assert.Equal(FailureKind.Malformed, (await FailAsync(name, StubAnswer.Of(200, "text/plain", "All is well"))).Kind);
        Assert.Equal(FailureKind.Malformed, (await FailAsync(name, StubAnswer.Json("{'a':1}"))).Kind);
        Assert.Equal(FailureKind.Temporary, (await FailAsync(name, StubAnswer.Json(""))).Kind);
        Assert.Equal(FailureKind.Temporary, (await FailAsync(name, StubAnswer.Json(500, "\"no object\""))).Kind);
    }

    [Theory]
    [InlineData("polygon")]
    [InlineData("financial_modeling_prep")]
    [InlineData("tiingo")]
    [InlineData("alpaca")]
    [Trait("req", "OHLCV-165")]
    [Trait("req", "OHLCV-176")]
    public async Task A_failure_says_who_was_asked_for_what_and_when(string name)
    {
        var failure = await FailAsync(name, StubAnswer.Json(401, """{"message":"no"}"""));
        Assert.StartsWith($"{name}: refused the key or has no right to this (HTTP 401): no", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("[minutes of AAPL, 2024-07-16 04:00 to 2024-07-17 04:00Z]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_vendor_says_is_shown_on_one_short_line_without_control_characters()
    {
        var failure = await FailAsync("tiingo", StubAnswer.Of(500, "text/plain", "line one\r\n\u001b[31mred\u0000 " + new string('x', 10_000)));
        Assert.Contains("line one [31mred xxx", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 1, 400);
        Assert.DoesNotContain(failure.Message, char.IsControl);
    }

    private static async Task<ProviderFailure> FailAsync(string name, StubAnswer answer)
    {
        await using var server = StubServer.Of(answer);
        using var table = Vendors.Table(name, server.BaseUrl);
        var result = await table.InOrder.Single().FetchMinutesAsync(Day, null, default);
        Assert.Null(result.Value);
        return result.Failure!;
    }
}

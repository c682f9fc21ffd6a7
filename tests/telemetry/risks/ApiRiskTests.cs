using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Candles;
using Trading.Telemetry.Tests.Support;
using Trading.Testing.Vendors;

namespace Trading.Telemetry.Tests.Risks;

/// <summary>
/// Fault injection for each category of API risk, into the real service: the fault raises the category's primary metric and no other category's (API-093 and the
/// section's "accept when").
/// </summary>
[Collection(RiskTests.Name)]
public sealed class ApiRiskTests(RiskTests.Fixture fixture)
{
    private const string Gaps = "apirisk_data_gaps_total";
    private const string Duplicates = "apirisk_temporal_duplicates_total";
    private const string Schema = "apirisk_schema_validation_failures_total";
    private const string Renewals = "apirisk_session_auth_renewals_total";
    private const string Rejections = "apirisk_throughput_request_rejections_total";
    private const string Rejects = "apirisk_execution_order_rejects_total";
    private const string Mismatches = "apirisk_governance_version_mismatches_total";

    private MeasuredService Service => fixture.Service;

    [Fact]
    [Trait("req", "API-093")]
    public async Task Minutes_that_a_provider_leaves_out_are_gaps_in_the_data()
    {
        var all = StubMinutes.OfDay(0, 390);
        Service.Vendor.Put("GAPS", StubMinutes.Without(all, (100, 120), (200, 201)));
        await AssertRaisedAsync(Gaps, "polygon", 2, () => Service.UpdateAsync("GAPS"));
        Service.Vendor.Put("WHOLE", all);
        await AssertRaisedAsync(null, "", 0, () => Service.UpdateAsync("WHOLE"));
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_minute_that_a_provider_sends_twice_is_a_duplicate()
    {
        var day = StubMinutes.OfDay(0, 390);
        Service.Vendor.Put("TWICE", day);
        Service.Vendor.Always = request => request.Path.Contains("/aggs/ticker/TWICE/", StringComparison.Ordinal) ? StubMinutes.Polygon("TWICE", CandleColumns.Concat([day.Slice(0, 3), day])) : null;
        await AssertRaisedAsync(Duplicates, "polygon", 3, () => Service.UpdateAsync("TWICE"));
        Service.Vendor.Always = null;
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_batch_and_an_acknowledgement_that_come_twice_are_duplicates()
    {
        await using var client = await Service.BeginAsync("risk-temporal");
        await client.ExpectAsync("tick");
        await AssertRaisedAsync(Duplicates, "session", 2, async () =>
        {
            for (var time = 0; time < 2; time++)
            {
                await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-1"));
                await client.SkipToAsync("batch_ack");
            }

            await client.SendAsync("tick_ack", MeasuredService.Ack(1));
            await client.SkipToAsync("tick");
            await client.SendAsync("tick_ack", MeasuredService.Ack(1));
            await client.SendAsync("query_positions");
            await client.SkipToAsync("current_positions");
        });
    }

    [Theory]
    [Trait("req", "API-093")]
    [InlineData("not json")]
    [InlineData("""{"type":"tick_acknowledgement","data":{}}""")]
    [InlineData("""{"type":"tick_ack","data":{"sequence_id":"1","processing_status":"ready"}}""")]
    [InlineData("""{"type":"tick_ack","data":{"processing_status":"ready"}}""")]
    public async Task A_message_that_is_not_of_the_protocols_form_fails_the_schema(string message)
    {
        await using var client = await Service.ConnectAsync();
        await AssertRaisedAsync(Schema, "gateway", 1, async () =>
        {
            await client.SendTextAsync(message);
            await client.ExpectAsync("error");
        });
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_request_that_is_not_of_its_form_fails_the_schema() =>
        await AssertRaisedAsync(Schema, "rest", 2, async () =>
        {
            await Service.PostAsync("/nightly-update/start", """{"symbols":"KO"}""");
            await Service.PostAsync("/nightly-update/start", """{"simbols":["KO"]}""");
        });

    [Theory]
    [Trait("req", "API-093")]
    [InlineData("""{"ticker":"SHAPE","results":[{"volume":1,"open":2}],"status":"OK","count":1}""")]
    [InlineData("""{"ticker":"SHAPE","data":[],"status":"WHO KNOWS"}""")]
    [InlineData("""{"ticker":"SHAPE","results":{"a":1},"status":"OK"}""")]
    public async Task A_vendors_answer_with_other_fields_fails_the_schema(string answer)
    {
        Service.Vendor.Always = request => request.Path.Contains("/aggs/ticker/SHAPE/", StringComparison.Ordinal) ? StubAnswer.Json(answer) : null;
        await AssertRaisedAsync(Schema, "polygon", 1, () => Service.UpdateAsync("SHAPE"));
        Service.Vendor.Always = null;
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task An_exchange_of_a_key_for_a_token_renews_an_authentication() =>
        await AssertRaisedAsync(Renewals, "gateway", 1, () => SessionClient.TokenAsync(Service.Process.Address, Service.Process.DemoKey));

    [Fact]
    [Trait("req", "API-093")]
    public async Task What_a_plan_refuses_is_a_rejected_request()
    {
        var key = await Service.AccountAsync("--plan", "free", "--limit", "sessions_per_hour=1");
        await using (var first = await Service.BeginAsync("risk-throughput-1", ticks: 2, key)) await MeasuredService.RunToEndAsync(first);
        await using var client = await Service.ConnectAsync(key);
        await AssertRaisedAsync(Rejections, "tenant", 1, async () =>
        {
            await client.SendAsync("create_session", MeasuredService.Session("risk-throughput-2"));
            Assert.Equal("RATE_LIMIT_EXCEEDED", (await client.ExpectAsync("error"))["error_code"]!.GetValue<string>());
        });
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_connection_too_many_and_a_message_too_large_are_rejected_requests()
    {
        var key = await Service.AccountAsync("--plan", "free", "--limit", "concurrent_connections=1");
        var token = await SessionClient.TokenAsync(Service.Process.Address, key);
        await using var first = await SessionClient.ConnectAsync(Service.Process.Address, token);
        await first.ExpectAsync("connection_ready");
        await AssertRaisedAsync(Rejections, "gateway", 2, async () =>
        {
            await using var second = await SessionClient.ConnectAsync(Service.Process.Address, token);
            await second.ExpectAsync("connection_closing");
            await first.SendTextAsync(new string(' ', 2 << 20));
            await first.ExpectAsync("error");
        });
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_vendors_429_is_a_rejected_request()
    {
        Service.Vendor.Put("LIMIT", StubMinutes.OfDay(0, 390));
        Service.Vendor.FailNext(StubAnswer.Json(429, """{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}""", "Retry-After: 0"));
        await AssertRaisedAsync(Rejections, "polygon", 1, () => Service.UpdateAsync("LIMIT"));
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task Orders_that_are_rejected_are_a_risk_of_execution()
    {
        await using var client = await Service.BeginAsync("risk-execution");
        await client.ExpectAsync("tick");
        await AssertRaisedAsync(Rejects, "session", 3, async () =>
        {
            await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-too-much", quantity: 1_000_000));
            await client.SkipToAsync("batch_ack");
            await client.SendAsync("order_batch", MeasuredService.Batch("b-2", "o-negative", quantity: -1));
            await client.SkipToAsync("batch_ack");
            var unknown = MeasuredService.Batch("b-3", "o-unknown");
            unknown["orders"]![0]!["symbol"] = "ZZZZ";
            await client.SendAsync("order_batch", unknown);
            await client.SkipToAsync("batch_ack");
        });
    }

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_request_for_a_version_of_the_api_that_there_is_not_is_a_mismatch() =>
        await AssertRaisedAsync(Mismatches, "rest", 1, async () =>
        {
            using var answer = await Service.Http.GetAsync(new Uri("/api/v2/health", UriKind.Relative));
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        });

    [Fact]
    [Trait("req", "API-093")]
    public async Task A_session_without_a_fault_raises_none() =>
        await AssertRaisedAsync(Renewals, "gateway", 1, async () =>
        {
            await using var client = await Service.BeginAsync("risk-none", ticks: 10);
            await client.ExpectAsync("tick");
            await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-1"));
            await client.SkipToAsync("batch_ack");
            await client.SendAsync("tick_ack", MeasuredService.Ack(1));
            await MeasuredService.RunToEndAsync(client);
        });

    /// <summary>Injects a fault; the metric rises by so much at this source in this environment, and nothing else of the seven rises anywhere.</summary>
    private async Task AssertRaisedAsync(string? metric, string source, double by, Func<Task> fault)
    {
        await Service.Receiver.MetricsAsync();
        var before = Series();
        await fault();
        await Service.Receiver.MetricsAsync();
        var raised = Series().Select(series => (series.Key, By: series.Value - before.GetValueOrDefault(series.Key))).Where(series => series.By != 0);
        Assert.Equal(metric is null ? [] : [($"{metric} environment=paper,source={source}", by)], raised);
    }

    private Dictionary<string, double> Series() => Service.Receiver.Points.Where(point => point.Name.StartsWith("apirisk_", StringComparison.Ordinal))
        .ToDictionary(point => $"{point.Name} {string.Join(',', point.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}", point => point.Value);
}

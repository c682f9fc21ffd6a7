using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;
using Trading.Telemetry.Tests.Support;

namespace Trading.Telemetry.Tests.Export;

/// <summary>Everything that must stay inside is given a value that can be found again; then it is looked for in all that left the process, with every level of the log on.</summary>
public sealed class SecretTests
{
    private const string Session = "canary-session";
    private const string SigningKey = "canary-signing-key-of-the-gateway-0123456789";

    private static readonly Dictionary<string, string> Environment = new()
    {
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=canary-collector-password",
        ["TRADING_Gateway__SigningKeys__canary"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(SigningKey)),
    };

    /// <summary>What a client says of its strategy, in every field that is its own choice.</summary>
    private static readonly string[] Strategy =
        ["canary-batch", "canary-order", "canary-limit", "canary-strategy", "canary-group", "canary-request", "canary-gone", "canary-unknown", "59.0137", "4711"];

    [Fact]
    [Trait("req", "SIM-025")]
    [Trait("req", "SIM-301")]
    public async Task No_line_span_or_metric_holds_a_token_a_key_a_password_or_what_a_client_trades()
    {
        await using var service = await MeasuredService.StartAsync(Environment, "Logging:LogLevel:Default=Trace");
        service.Vendor.FailNext(Testing.Vendors.StubAnswer.Json(401, $$"""{"status":"ERROR","error":"Unknown API Key {{service.Vendor.Key}}"}"""));
        await service.UpdateAsync("KO");
        var token = await SessionClient.TokenAsync(service.Process.Address, service.Process.DemoKey);
        await TradeAsync(service, token);
        await AskAsync(service, token);

        var key = service.Process.DemoKey;
        var newKey = await service.AccountAsync("--plan", "free");
        await SessionClient.TokenAsync(service.Process.Address, newKey);
        await service.Receiver.MetricsAsync();
        Assert.Equal(0, await service.Process.StopAsync());

        // what is looked for was there to be found: the exports hold spans, metrics and lines of this session
        Assert.True(service.Receiver.Contains(Session));
        Assert.Contains(service.Receiver.Spans, span => span.Name == "journal.commit");
        Assert.Contains(service.Receiver.Logs, log => log.Severity == "Trace" || log.Severity == "Debug");
        string[] secrets =
        [
            token, token.Split('.')[1], token.Split('.')[2], key, key["sk_live_".Length..][12..], newKey, service.Vendor.Key, SigningKey,
            Environment["TRADING_Gateway__SigningKeys__canary"], "canary-collector-password",
        ];
        var lines = service.Process.LastLog.Split('\n');
        var found = secrets.Concat(Strategy).Select(text => Array.Find(lines, line => line.Contains(text, StringComparison.Ordinal)) ?? (service.Receiver.Contains(text) ? $"an export holds {text}" : null));
        Assert.Equal("", string.Join("\n", found.OfType<string>()));
    }

    /// <summary>A session with orders of every kind of outcome, resumed once.</summary>
    private static async Task TradeAsync(MeasuredService service, string token)
    {
        var definition = MeasuredService.Session(Session);
        definition["extensions"] = new JsonArray("cancel_orders", "replace_order", "advanced_orders", "order_update");
        await using (var client = await SessionClient.ConnectAsync(service.Process.Address, token))
        {
            await client.ExpectAsync("connection_ready");
            await client.SendAsync("create_session", definition);
            await client.ExpectAsync("session_created");
            await client.SendAsync("start_simulation");
            await client.SkipToAsync("tick");
            await client.SendTextAsync(new JsonObject { ["type"] = "order_batch", ["data"] = Batch(), ["request_id"] = "canary-request" }.ToJsonString());
            await client.SkipToAsync("batch_ack");
            await client.SendAsync("cancel_orders", new() { ["order_ids"] = new JsonArray("canary-limit", "canary-unknown") });
            await client.SendAsync("tick_ack", MeasuredService.Ack(1));
            await client.SkipToAsync("tick");
            await client.SendTextAsync("""{"type":"canary-unknown","data":{"canary-unknown":4711}}""");
            await client.SkipToAsync("error");
        }

        await using var again = await SessionClient.ConnectAsync(service.Process.Address, token, "resume=" + Session);
        await again.ExpectAsync("connection_ready");
        await again.SendAsync("resume_session", new() { ["session_id"] = Session, ["last_processed_sequence_id"] = 1 });
        await again.SkipToAsync("tick");
        await again.SendAsync("tick_ack", MeasuredService.Ack(2));
        await MeasuredService.RunToEndAsync(again);
    }

    private static JsonObject Batch() => new()
    {
        ["batch_id"] = "canary-batch",
        ["parent_strategy"] = "canary-strategy",
        ["orders"] = new JsonArray(
            Order("canary-order", 10, null),
            Order("canary-limit", 4711, "59.0137"),
            Order("canary-gone", -4711, "59.0137")),
    };

    private static JsonObject Order(string id, int quantity, string? limit)
    {
        var order = new JsonObject { ["order_id"] = id, ["symbol"] = "KO", ["side"] = "sell", ["type"] = limit is null ? "market" : "limit", ["quantity"] = quantity, ["time_in_force"] = "gtc", ["oco_group"] = "canary-group" };
        if (limit is not null) order["price"] = limit;
        return order;
    }

    /// <summary>Requests whose addresses and headers hold what must not be seen.</summary>
    private static async Task AskAsync(MeasuredService service, string token)
    {
        using var http = new HttpClient { BaseAddress = service.Process.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        string[] paths = [$"/sessions/{Session}/orders/canary-order", $"/sessions/{Session}/report", $"/health?token={token}", $"/ws/simulate?token={token}", $"/nowhere?key=1&Token={token}"];
        foreach (var path in paths) using (await http.GetAsync(new Uri(path, UriKind.Relative))) { }
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>All 23 message types of section 8 in one session over two connections, each message checked against <see cref="Schema"/>.</summary>
[Collection(ProtocolTests.Name)]
public sealed partial class ContractTests(ProtocolService service)
{
    /// <summary>Where a decimal may stand: results of the client's own orders and positions, and the client's own figures (SIM-297).</summary>
    private static readonly HashSet<string> MoneyFields =
    [
        "executed_price", "commission", "cash", "equity", "buying_power", "day_pnl", "avg_cost", "market_value", "unrealized_pnl", "progress_pct", "required", "available",
        "final_equity", "total_return_pct", "total_commission", "max_drawdown_pct", "sharpe_ratio", "sortino_ratio", "calmar_ratio",
    ];

    [Fact]
    [Trait("req", "SIM-093")]
    [Trait("req", "SIM-094")]
    [Trait("req", "SIM-095")]
    [Trait("req", "SIM-112")]
    [Trait("req", "SIM-296")]
    [Trait("req", "SIM-297")]
    [Trait("req", "SIM-332")]
    public async Task One_session_uses_every_message_type_of_the_protocol_and_no_other()
    {
        var (_, key) = await service.AccountAsync("--plan", "professional", "--limit", "orders_per_minute=5");
        var session = service.NextSession("contract");
        await using var first = await service.ConnectAsync(key);
        await first.SendAsync("create_session", Session(session, "KO", "NOSUCH"));
        var warning = await CreatedWithWarningAsync(first);
        Assert.Contains("NOSUCH", warning["message"]!.ToJsonString() + warning["context"]!.ToJsonString(), StringComparison.Ordinal);
        await first.SendAsync("query_positions");
        Assert.Equal("50000.00", Text(await first.ExpectAsync("current_positions"), "cash"));

        await first.StartAsync();
        await first.ExpectAsync("tick");
        await OrdersAsync(first);
        await first.AcknowledgeAsync(1);
        await first.ExpectAsync("execution_report");
        await first.ExpectAsync("account_snapshot");
        await first.ExpectAsync("tick");
        await first.SendAsync("pause_simulation");
        Assert.Equal("paused", Text(await first.SkipToAsync("simulation_paused"), "state"));
        await first.SendAsync("resume_simulation");
        await first.AcknowledgeAsync(2);
        Assert.Equal(3, (await first.SkipToAsync("tick"))["sequence_id"]!.GetValue<int>());
        await first.SendAsync("disconnect");
        await first.ReadToEndAsync();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, first.CloseStatus);

        await using var second = await service.ConnectAsync(key);
        await second.SendAsync("resume_session", new() { ["session_id"] = session, ["last_processed_sequence_id"] = 2 });
        Assert.Equal(3, (await second.ExpectAsync("state_sync"))["next_sequence_id"]!.GetValue<int>());
        await second.RunToEndAsync();
        Assert.Equal(["simulation_complete", "connection_closing"], second.Received.TakeLast(2).Select(Type));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, second.CloseStatus);

        var received = first.Received.Concat(second.Received).ToList();
        Assert.Equal(Schema.ClientTypes.Order(StringComparer.Ordinal), first.Sent.Concat(second.Sent).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Schema.ServerTypes.Order(StringComparer.Ordinal), received.Select(Type).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(23, Schema.ClientTypes.Length + Schema.ServerTypes.Count);
        foreach (var message in received) AssertMoneyOnlyWhereAllowed(message, "", "");
    }

    [Fact]
    [Trait("req", "SIM-105")]
    [Trait("req", "SIM-106")]
    [Trait("req", "SIM-108")]
    [Trait("req", "SIM-109")]
    public async Task Both_warnings_and_the_closing_of_a_short_connection_are_in_the_form_of_the_specification()
    {
        var (_, early) = await service.AccountAsync("--plan", "professional", "--limit", "max_connection_duration_sec=301");
        var (_, late) = await service.AccountAsync("--plan", "professional", "--limit", "idle_timeout_sec=61");
        await using var first = await service.ConnectAsync(early);
        await using var second = await service.ConnectAsync(late);
        var approaching = await first.ExpectAsync("connection_warning");
        Assert.Equal(("approaching_timeout", "complete_simulation_or_reconnect"), (Text(approaching, "warning_type"), Text(approaching, "action_required")));
        Assert.InRange(approaching["seconds_remaining"]!.GetValue<int>(), 299, 301);
        var imminent = await second.ExpectAsync("connection_warning");
        Assert.Equal(("imminent_closure", "save_state_and_reconnect"), (Text(imminent, "warning_type"), Text(imminent, "action_required")));
        Assert.InRange(imminent["seconds_remaining"]!.GetValue<int>(), 59, 61);
    }

    [Fact]
    [Trait("req", "SIM-255")]
    public async Task A_paused_session_is_still_subject_to_the_idle_timeout_and_to_the_duration_of_the_connection()
    {
        var (_, idle) = await service.AccountAsync("--plan", "professional", "--limit", "idle_timeout_sec=3");
        await using var quiet = await PausedAsync(idle);
        var closing = await quiet.ExpectAsync("connection_closing");
        Assert.Equal(("idle_timeout", 4000, "preserved_for_resume"), (Text(closing, "reason"), closing["close_code"]!.GetValue<int>(), Text(closing, "session_state")));
        await quiet.ReadToEndAsync();
        Assert.Equal((WebSocketCloseStatus)4000, quiet.CloseStatus);

        var (_, brief) = await service.AccountAsync("--plan", "professional", "--limit", "max_connection_duration_sec=4");
        await using var busy = await PausedAsync(brief);
        var ended = await QueryUntilClosedAsync(busy);
        Assert.Equal(("max_duration", 4001, "preserved_for_resume"), (Text(ended, "reason"), ended["close_code"]!.GetValue<int>(), Text(ended, "session_state")));
    }

    [Fact]
    [Trait("req", "SIM-158")]
    [Trait("req", "SIM-256")]
    [Trait("req", "SIM-296")]
    public async Task A_client_without_orders_learns_no_price_and_no_volume_of_the_whole_day()
    {
        await using var client = await service.ConnectAsync();
        var created = await client.CreateAsync(service.NextSession("silent"), null, "KO", "NVDA");
        await client.StartAsync(new() { ["account_update_frequency"] = "every_tick", ["max_pending_ticks"] = 100 });
        await client.RunToEndAsync();
        Assert.Equal(created["estimated_ticks"]!.GetValue<int>(), client.All("tick")[^1]["sequence_id"]!.GetValue<int>());
        foreach (var snapshot in client.All("account_snapshot")) Assert.Equal(("50000.00", "50000.00", "0.00"), (Text(snapshot, "cash"), Text(snapshot, "equity"), Text(snapshot, "day_pnl")));
        foreach (var message in client.Received.Where(message => Type(message) is not ("account_snapshot" or "simulation_complete"))) Assert.DoesNotMatch(Decimal(), Stripped(message));
        foreach (var message in client.Received) AssertMoneyOnlyWhereAllowed(message, "", "");
    }

    [Fact]
    [Trait("req", "SIM-297")]
    public async Task Estimates_of_far_away_limits_reveal_only_the_limits()
    {
        await using var client = await service.ConnectAsync();
        await client.CreateAsync(service.NextSession("probe"));
        await client.StartAsync();
        await client.ExpectAsync("tick");
        await client.OrderAsync("b-1", Limit("far-below", "buy", 1, "1.23"), Limit("far-above", "sell", 1, "4321.09"));
        var ack = await client.ExpectAsync("batch_ack");
        Assert.Equal("""{"far-below":"1.23","far-above":"4321.09"}""", ack["estimated_fills"]!.ToJsonString());
        await client.AcknowledgeAsync(1);
        await client.RunToEndAsync();
        Assert.Empty(client.All("execution_report"));
    }

    [GeneratedRegex(@"\d\.\d")]
    private static partial Regex Decimal();

    /// <summary>Two orders and then three: the fifth of five passes 80 %.</summary>
    private static async Task OrdersAsync(RecordedClient client)
    {
        var request = await client.OrderAsync("b-1", Market("o-1", "buy", 100), Market("o-2", "buy", -5));
        var ack = await client.ExpectAsync("batch_ack");
        Assert.Equal(("""["o-1"]""", """["o-2"]"""), (ack["accepted_orders"]!.ToJsonString(), JsonSerializer.Serialize(ack["rejected_orders"]!.AsObject().Select(entry => entry.Key))));
        var error = await client.ExpectAsync("error");
        Assert.Equal(("INVALID_ORDER_QUANTITY", "o-2", request), (Text(error, "error_code"), Text((JsonObject)error["context"]!, "order_id"), Text(error, "failed_request_id")));

        await client.OrderAsync("b-2", Limit("o-3", "buy", 1, "1.00"), Limit("o-4", "buy", 1, "1.00"), Limit("o-5", "buy", 1, "1.00"));
        JsonObject[] both = [(await client.ReceiveAsync())!, (await client.ReceiveAsync())!];
        Assert.Equal(["batch_ack", "connection_warning"], both.Select(Type).Order(StringComparer.Ordinal));
        var warning = (JsonObject)both.Single(message => Type(message) == "connection_warning")["data"]!;
        Assert.Equal(("rate_limit_warning", "reduce_request_rate"), (Text(warning, "warning_type"), Text(warning, "action_required")));
    }

    /// <summary>The reply and, besides it, the warning about the symbol without data.</summary>
    private static async Task<JsonObject> CreatedWithWarningAsync(RecordedClient client)
    {
        JsonObject[] both = [(await client.ReceiveAsync())!, (await client.ReceiveAsync())!];
        Assert.Equal(["error", "session_created"], both.Select(Type).Order(StringComparer.Ordinal));
        Assert.Equal(SmallBars.DayTicks, both.Single(message => Type(message) == "session_created")["data"]!["estimated_ticks"]!.GetValue<int>());
        var error = (JsonObject)both.Single(message => Type(message) == "error")["data"]!;
        Assert.Equal(("warning", "data"), (Text(error, "severity"), Text(error, "error_type")));
        return error;
    }

    private async Task<RecordedClient> PausedAsync(string key)
    {
        var client = await service.ConnectAsync(key);
        await client.CreateAsync(service.NextSession("paused"));
        await client.StartAsync();
        await client.ExpectAsync("tick");
        await client.SendAsync("pause_simulation");
        await client.ExpectAsync("simulation_paused");
        return client;
    }

    private static async Task<JsonObject> QueryUntilClosedAsync(RecordedClient client)
    {
        while (true)
        {
            await client.SendAsync("query_positions");
            var message = await client.ReceiveAsync() ?? throw new InvalidOperationException("closed without connection_closing");
            if (Type(message) == "connection_closing") return (JsonObject)message["data"]!;
            await Task.Delay(50);
        }
    }

    /// <summary>The message without its timestamps, which are full of decimals.</summary>
    private static string Stripped(JsonObject message)
    {
        var copy = (JsonObject)message.DeepClone();
        copy.Remove("timestamp");
        foreach (var name in new[] { "started_at", "server_time", "connection_expires_at" }) (copy["data"] as JsonObject)?.Remove(name);
        return copy.ToJsonString();
    }

    private static void AssertMoneyOnlyWhereAllowed(JsonNode? node, string path, string name)
    {
        if (node is JsonObject value)
        {
            foreach (var (key, child) in value) AssertMoneyOnlyWhereAllowed(child, $"{path}.{key}", path.EndsWith(".estimated_fills", StringComparison.Ordinal) ? "executed_price" : key);
        }
        else if (node is JsonArray list)
        {
            foreach (var child in list) AssertMoneyOnlyWhereAllowed(child, path + "[]", name);
        }
        else if (node?.GetValueKind() == JsonValueKind.String && decimal.TryParse(node.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            Assert.True(MoneyFields.Contains(name), $"{path} holds {node.ToJsonString()}");
        }
    }
}

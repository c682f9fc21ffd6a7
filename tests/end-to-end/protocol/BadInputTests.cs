using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>Whatever a client gets wrong is answered by the documented error and changes nothing else.</summary>
[Collection(ProtocolTests.Name)]
public sealed class BadInputTests(ProtocolService service)
{
    /// <summary>Frames that no state accepts. TICK is the outstanding tick, NEXT one that was not sent.</summary>
    private static readonly (string Frame, string Code)[] BadWhileRunning =
    [
        ("this is no JSON", "INVALID_MESSAGE"),
        ("", "INVALID_MESSAGE"),
        ("{}", "INVALID_MESSAGE"),
        ("[]", "INVALID_MESSAGE"),
        ("null", "INVALID_MESSAGE"),
        ("""{"type":42,"data":{}}""", "INVALID_MESSAGE"),
        ("""{"data":{}}""", "INVALID_MESSAGE"),
        ("""{"type":"tick_ack","data":{"sequence_id":TICK,"processing_status":"ready"}""", "INVALID_MESSAGE"),
        ("""{"type":"tick_ack","type":"tick_ack","data":{"sequence_id":TICK,"processing_status":"ready"}}""", "INVALID_MESSAGE"),
        ("""{"type":"tick_ack","data":{"sequence_id":TICK,"processing_status":"ready"}}{}""", "INVALID_MESSAGE"),
        ("""{"type":"pause_simulation","data":{"a":[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]}}""", "INVALID_MESSAGE"),
        ("""{"type":"sell_everything","data":{}}""", "UNKNOWN_MESSAGE_TYPE"),
        ("""{"type":"tick","data":{"sequence_id":TICK}}""", "UNKNOWN_MESSAGE_TYPE"),
        ("""{"type":"cancel_orders","data":{"order_ids":["o-1"]}}""", "UNKNOWN_MESSAGE_TYPE"),
        ("""{"type":"replace_order","data":{"order_id":"o-1","new_order_id":"o-99","quantity":1}}""", "UNKNOWN_MESSAGE_TYPE"),
        ("""{"type":"advance","data":{"count":10}}""", "UNKNOWN_MESSAGE_TYPE"),
        ("""{"type":"tick_ack","data":{"sequence_id":NEXT,"processing_status":"ready"}}""", "INVALID_SEQUENCE_ID"),
        ("""{"type":"tick_ack","data":{"sequence_id":2147483648,"processing_status":"ready"}}""", "INVALID_FIELD"),
        ("""{"type":"tick_ack","data":{"sequence_id":"TICK","processing_status":"ready"}}""", "INVALID_FIELD"),
        ("""{"type":"tick_ack","data":{"sequence_id":TICK,"processing_status":"done"}}""", "INVALID_FIELD"),
        ("""{"type":"tick_ack","data":{"sequence_id":TICK}}""", "INVALID_FIELD"),
        ("""{"type":"tick_ack","data":{"processing_status":"ready"}}""", "INVALID_FIELD"),
        ("""{"type":"tick_ack","data":{"sequence_id":TICK,"processing_status":"ready","orders_pending":-1}}""", "INVALID_FIELD"),
        ("""{"type":"create_session","data":{"session_id":"another","symbols":["KO"],"start":"2024-07-16T13:30:00Z","end":"2024-07-16T20:00:00Z","initial_cash":"1"}}""", "INVALID_SESSION_STATE"),
        ("""{"type":"start_simulation","data":{}}""", "INVALID_SESSION_STATE"),
        ("""{"type":"start_simulation","data":{"max_pending_ticks":50}}""", "INVALID_SESSION_STATE"),
        ("""{"type":"start_simulation","data":{"max_pending_ticks":0}}""", "INVALID_FIELD"),
        ("""{"type":"resume_simulation","data":{}}""", "INVALID_SESSION_STATE"),
        ("""{"type":"resume_session","data":{"session_id":"SESSION","last_processed_sequence_id":0}}""", "INVALID_SESSION_STATE"),
        ("""{"type":"query_positions","data":{"session_id":"somebody-elses"}}""", "INVALID_FIELD"),
        ("""{"type":"disconnect","data":{"session_id":"somebody-elses","discard_session":true}}""", "INVALID_FIELD"),
        ("""{"type":"order_batch","data":{"orders":[]}}""", "INVALID_FIELD"),
        ("""{"type":"order_batch","data":{"batch_id":"x","orders":"all"}}""", "INVALID_FIELD"),
        ("""{"type":"order_batch","data":{"batch_id":"x","orders":[{"symbol":"KO","side":"buy","type":"market","quantity":1}]}}""", "INVALID_FIELD"),
        ("""{"type":"order_batch","data":{"batch_id":"b-1","orders":[{"order_id":"o-9","symbol":"KO","side":"buy","type":"market","quantity":1}]}}""", "INVALID_FIELD"),
        ("""{"type":"order_batch","data":{"batch_id":"x","session_id":"somebody-elses","orders":[{"order_id":"o-9","symbol":"KO","side":"buy","type":"market","quantity":1}]}}""", "INVALID_FIELD"),
    ];

    private static readonly string[] NeedARun = ["tick_ack", "order_batch", "pause_simulation", "resume_simulation"];

    [Fact]
    [Trait("req", "SIM-091")]
    [Trait("req", "SIM-127")]
    [Trait("req", "SIM-128")]
    [Trait("req", "SIM-129")]
    [Trait("req", "SIM-156")]
    [Trait("req", "SIM-189")]
    [Trait("req", "SIM-254")]
    [Trait("req", "SIM-274")]
    public async Task A_run_full_of_bad_input_has_the_result_of_an_undisturbed_one()
    {
        var session = service.NextSession("bad-input");
        var calm = await RunAsync(session, (_, _) => Task.CompletedTask);
        var disturbed = await RunAsync(session, (client, tick) => tick % 60 == 10 ? DisturbAsync(client, session, tick) : Task.CompletedTask);
        Assert.NotEmpty(calm.Fills);
        Assert.Equal(calm.Fills, disturbed.Fills);
        Assert.Equal(calm.ResultHash, disturbed.ResultHash);
    }

    [Fact]
    [Trait("req", "SIM-127")]
    public async Task What_needs_a_session_or_a_run_is_refused_before_there_is_one()
    {
        await using var client = await service.ConnectAsync();
        foreach (var type in (string[])["start_simulation", "query_positions", .. NeedARun])
            Assert.Equal("INVALID_SESSION_STATE", Text(await client.RefusedAsync(type, Valid(type)), "error_code"));
        Assert.Equal("SESSION_NOT_FOUND", Text(await client.RefusedAsync("resume_session", new() { ["session_id"] = "never-made", ["last_processed_sequence_id"] = 0 }), "error_code"));
        var session = service.NextSession("early");
        Assert.Equal("INVALID_DATE_RANGE", Text(await client.RefusedAsync("create_session", Merge(Session(session), new() { ["end"] = "2024-07-16T13:30:00Z" })), "error_code"));
        Assert.Equal("INVALID_FIELD", Text(await client.RefusedAsync("create_session", Merge(Session(session), new() { ["initial_cash"] = "0" })), "error_code"));
        Assert.Equal("UNSUPPORTED_DATA_PROVIDER", Text(await client.RefusedAsync("create_session", Merge(Session(session), new() { ["data_provider"] = "iex" })), "error_code"));
        Assert.Equal("NO_DATA_FOR_SYMBOL", Text(await client.RefusedAsync("create_session", Session(session, "NOSUCH")), "error_code"));
        await client.CreateAsync(session);
        foreach (var type in NeedARun) Assert.Equal("INVALID_SESSION_STATE", Text(await client.RefusedAsync(type, Valid(type)), "error_code"));
        Assert.Equal("INVALID_SESSION_STATE", Text(await client.RefusedAsync("create_session", Session("one-more")), "error_code"));
        await client.StartAsync();
        Assert.Equal(1, (await client.ExpectAsync("tick"))["sequence_id"]!.GetValue<int>());

        await using var other = await service.ConnectAsync();
        Assert.Equal("SESSION_ALREADY_EXISTS", Text(await other.RefusedAsync("create_session", Session(session)), "error_code"));
        await client.AcknowledgeAsync(1);
        Assert.Equal(2, (await client.ExpectAsync("tick"))["sequence_id"]!.GetValue<int>());
    }

    [Fact]
    [Trait("req", "SIM-091")]
    public async Task A_message_above_the_largest_size_is_one_error_and_the_connection_stays_usable()
    {
        await using var client = await service.ConnectAsync();
        await client.SendTextAsync("""{"type":"query_positions","data":{"filler":"FILLER"}}""".Replace("FILLER", new string('x', 1_100_000), StringComparison.Ordinal));
        Assert.Equal("INVALID_MESSAGE", Text(await client.ExpectAsync("error"), "error_code"));
        await client.CreateAsync(service.NextSession("after-the-flood"));
    }

    [Fact]
    [Trait("req", "SIM-036")]
    [Trait("req", "SIM-038")]
    public async Task A_forged_cut_or_expired_token_opens_nothing()
    {
        var token = await SessionClient.TokenAsync(service.Address, service.Process.DemoKey);
        var parts = token.Split('.');
        var (header, claims) = (Decode(parts[0]), Decode(parts[1]));
        var strange = RandomNumberGenerator.GetBytes(32);
        var key = Convert.FromBase64String((await File.ReadAllTextAsync(Path.Combine(service.Process.DataFolder, "signing.key"))).Trim());
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Equal(token, Sign(header, claims, key));
        string[] bad =
        [
            Sign(header, Changed(Changed(claims, "iat", now - 3_601), "exp", now - 1), key),
            Sign(header, Changed(Changed(claims, "iat", now + 600), "exp", now + 4_200), key),
            "", "a", "..", token[..^4], token + "AA", parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1],
            Sign(header, claims, strange),
            Unsigned(header, claims, "none"), Unsigned(header, claims, "None"), Unsigned(header, claims, "HS512"),
            Encode(header) + "." + Encode(Changed(claims, "sub", "user_somebody_else")) + "." + parts[2],
            Encode(header) + "." + Encode(Changed(claims, "exp", claims["exp"]!.GetValue<long>() + 3_600)) + "." + parts[2],
            Sign(Changed(header, "kid", "../../etc/passwd"), claims, strange),
        ];
        using var http = service.Process.CreateClient();
        foreach (var forged in bad)
        {
            using var response = await http.GetAsync(new Uri("/ws/simulate?token=" + Uri.EscapeDataString(forged), UriKind.Relative));
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{response.StatusCode} for {forged}");
            Assert.Equal("AUTHENTICATION_FAILED", JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error_code"]!.GetValue<string>());
            await Assert.ThrowsAsync<WebSocketException>(() => SessionClient.ConnectAsync(service.Address, forged));
        }

        await using var client = await service.ConnectWithTokenAsync(token);
        await client.CreateAsync(service.NextSession("good-token"));
    }

    [Fact]
    [Trait("req", "SIM-091")]
    [Trait("req", "SIM-119")]
    public async Task Bytes_that_are_no_text_end_the_connection_and_the_session_resumes()
    {
        var token = await SessionClient.TokenAsync(service.Address, service.Process.DemoKey);
        var session = service.NextSession("no-text");
        await using (var first = await service.ConnectWithTokenAsync(token)) await first.CreateAsync(session);
        using (var socket = new ClientWebSocket())
        {
            await socket.ConnectAsync(new UriBuilder(service.Address) { Scheme = "ws", Path = "/ws/simulate", Query = "token=" + token }.Uri, CancellationToken.None);
            await socket.ReceiveAsync(new byte[4_096], CancellationToken.None);
            await socket.SendAsync(Encoding.UTF8.GetBytes(new JsonObject { ["type"] = "resume_session", ["data"] = new JsonObject { ["session_id"] = session, ["last_processed_sequence_id"] = 0 } }.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
            await socket.ReceiveAsync(new byte[4_096], CancellationToken.None);
            await socket.SendAsync(new byte[] { (byte)'{', 0xff, 0xfe, (byte)'}' }, WebSocketMessageType.Text, true, CancellationToken.None);
            var close = await socket.ReceiveAsync(new byte[4_096], CancellationToken.None);
            Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.InvalidPayloadData), (close.MessageType, close.CloseStatus));
        }

        await using var second = await service.ConnectWithTokenAsync(token);
        await second.SendAsync("resume_session", new() { ["session_id"] = session, ["last_processed_sequence_id"] = 0 });
        await second.ExpectAsync("state_sync");
    }

    private async Task<(List<string> Fills, string ResultHash)> RunAsync(string session, Func<RecordedClient, int, Task> disturb)
    {
        await using var client = await service.ConnectAsync();
        await client.CreateAsync(session);
        await client.StartAsync(new() { ["account_update_frequency"] = "on_demand" });
        await client.RunToEndAsync(async tick =>
        {
            if (tick % 60 == 10) await OrdersAsync(client, tick);
            await disturb(client, tick);
        });
        return (client.All("execution_report").ConvertAll(fill => fill.ToJsonString()), Text(await service.ReportAsync(session), "result_hash"));
    }

    /// <summary>The orders of the run; at the first time they have the ids that the bad input repeats.</summary>
    private static async Task OrdersAsync(RecordedClient client, int tick)
    {
        var number = (tick / 60) + 1;
        await client.OrderAsync($"b-{number}", Market($"o-{number}", number % 2 == 1 ? "buy" : "sell", 10 + number), Limit($"l-{number}", "buy", 5, "59.97"));
        Assert.Equal(2, (await client.ExpectAsync("batch_ack"))["accepted_orders"]!.AsArray().Count);
    }

    private static async Task DisturbAsync(RecordedClient client, string session, int tick)
    {
        foreach (var (frame, code) in BadWhileRunning)
        {
            await client.SendTextAsync(Fill(frame, session, tick));
            var error = await client.ExpectAsync("error");
            Assert.True(Text(error, "error_code") == code, $"{frame}: {error.ToJsonString()}");
            Assert.Equal(("validation", "error", true), (Text(error, "error_type"), Text(error, "severity"), error["recoverable"]!.GetValue<bool>()));
        }

        // acknowledged before, and not ready yet: neither has an answer, neither moves the clock
        await client.AcknowledgeAsync(tick - 1);
        await client.SendAsync("tick_ack", new() { ["sequence_id"] = tick, ["processing_status"] = "processing" });
        await client.SendAsync("tick_ack", new() { ["sequence_id"] = tick, ["processing_status"] = "need_time" });
        await client.SendAsync("query_positions");
        await client.ExpectAsync("current_positions");

        // the first batch once more: its first answer once more
        var first = client.All("batch_ack")[0].ToJsonString();
        await client.OrderAsync("b-1", Market("o-1", "buy", 11), Limit("l-1", "buy", 5, "59.97"));
        Assert.Equal(first, (await client.ExpectAsync("batch_ack")).ToJsonString());

        // an order id that was used: rejected in the answer and named in one error besides it
        await client.OrderAsync($"again-{tick}", Market("o-1", "buy", 11));
        Assert.Equal("o-1", Assert.Single((await client.ExpectAsync("batch_ack"))["rejected_orders"]!.AsObject()).Key);
        Assert.Equal("DUPLICATE_ORDER_ID", Text(await client.ExpectAsync("error"), "error_code"));

        // an atomic batch with one bad order changes nothing
        await client.SendAsync("order_batch", Merge(Batch($"atomic-{tick}", Market($"x-{tick}", "buy", 1), Market($"y-{tick}", "buy", 1, "MSFT")), new() { ["execution_mode"] = "atomic" }));
        Assert.Equal([$"x-{tick}", $"y-{tick}"], (await client.ExpectAsync("batch_ack"))["rejected_orders"]!.AsObject().Select(entry => entry.Key));
        Assert.Equal("ATOMIC_BATCH_REJECTED", Text(await client.ExpectAsync("error"), "error_code"));
        Assert.Equal("UNKNOWN_SYMBOL", Text(await client.ExpectAsync("error"), "error_code"));
    }

    private static string Fill(string frame, string session, int tick) => frame
        .Replace("SESSION", session, StringComparison.Ordinal)
        .Replace("TICK", tick.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("NEXT", (tick + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static JsonObject? Valid(string type) => type switch
    {
        "tick_ack" => new() { ["sequence_id"] = 1, ["processing_status"] = "ready" },
        "order_batch" => Batch("b-1", Market("o-1", "buy", 1)),
        _ => null,
    };

    private static string Sign(JsonObject header, JsonObject claims, byte[] key)
    {
        var signed = Encode(header) + "." + Encode(claims);
        return signed + "." + Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)));
    }

    private static string Unsigned(JsonObject header, JsonObject claims, string algorithm) => Encode(Changed(header, "alg", algorithm)) + "." + Encode(claims) + ".";

    private static JsonObject Changed(JsonObject from, string name, JsonNode value)
    {
        var changed = (JsonObject)from.DeepClone();
        changed[name] = value;
        return changed;
    }

    private static JsonObject Decode(string part) =>
        (JsonObject)JsonNode.Parse(Convert.FromBase64String(part.Replace('-', '+').Replace('_', '/').PadRight((part.Length + 3) / 4 * 4, '=')))!;

    private static string Encode(JsonObject json) => Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

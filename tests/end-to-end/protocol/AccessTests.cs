using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Trading.EndToEnd.Tests.RealBars;
using Trading.EndToEnd.Tests.Support;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>Who may see what, which way it goes, and what the service never asks for.</summary>
[Collection(ProtocolTests.Name)]
public sealed partial class AccessTests(ProtocolService service)
{
    /// <summary>Every field that a client message may hold: sections 7 to 19, 26, and the execution model's parameters.</summary>
    private static readonly HashSet<string> ClientFields =
    [
        .. Words("type data request_id timestamp sequence_id user_id session_id symbols start end data_provider data_version initial_cash commission_per_share slippage_bps extensions execution"),
        .. Words("max_pending_ticks account_update_frequency flow_control processing_status orders_pending batch_id orders execution_mode parent_strategy order_id symbol side quantity notional price stop_price time_in_force"),
        .. Words("last_processed_sequence_id client_state_hash discard_session order_ids new_order_id until count stop_on trail_amount trail_percent extended_hours oco_group parent_order_id"),
        .. Words("execution_timing bar_path limit_fill slippage_model price_rounding commission_model account_type ratio_sampling regulatory_fees penetration_ticks latency_ms latency_jitter_ms cancel_latency_ms volatility_bars"),
        .. Words("max_open_orders max_orders_per_minute seed spread_bps commission_bps price_impact volatility_factor commission_maximum volume_limit max_participation max_drawdown leverage commission_minimum commission_fixed"),
        .. Words("max_order_value max_gross_exposure max_position_size"),
    ];

    [Fact]
    [Trait("req", "SIM-023")]
    public async Task Rest_exchanges_keys_and_reads_and_nothing_else()
    {
        using var http = service.Process.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await SessionClient.TokenAsync(service.Address, service.Process.DemoKey));
        var paths = (JsonObject)JsonNode.Parse(await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!["paths"]!;
        foreach (var (path, methods) in paths)
        {
            // the data manager and runs on the service's side are surfaces of their own
            if (path.StartsWith("/nightly-update/", StringComparison.Ordinal) || path == "/data-analysis/completeness" || path.Split('/')[1] is "backtests" or "sweeps") continue;
            foreach (var (method, _) in (JsonObject)methods!) Assert.True(method == "get" || (method, path) == ("post", "/auth/token"), $"{method} {path}");
        }

        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete })
        {
            foreach (var path in new[] { "/sessions", "/sessions/s", "/sessions/s/report", "/sessions/s/orders", "/sessions/s/orders/o", "/sessions/s/start", "/sessions/s/pause", "/ws/simulate" })
            {
                using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
                using var response = await http.SendAsync(request);
                Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest, $"{method} {path}: {response.StatusCode}");
            }
        }
    }

    [Fact]
    [Trait("req", "SIM-124")]
    public async Task A_discarded_session_is_over_and_its_place_is_free()
    {
        var (_, key) = await service.AccountAsync("--plan", "free");
        await using (var first = await service.ConnectAsync(key))
        {
            await first.CreateAsync("only");
            await first.StartAsync();
            await first.ExpectAsync("tick");
            await first.SendAsync("disconnect", new() { ["discard_session"] = true });
            await first.ReadToEndAsync();
            Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, first.CloseStatus);
        }

        await using var second = await service.ConnectAsync(key);
        Assert.Equal("RESUME_NOT_POSSIBLE", Text(await second.RefusedAsync("resume_session", new() { ["session_id"] = "only", ["last_processed_sequence_id"] = 0 }), "error_code"));
        await second.CreateAsync("next");
    }

    [Fact]
    [Trait("req", "SIM-269")]
    public async Task The_hash_of_a_clients_state_goes_to_the_log_and_changes_nothing()
    {
        var session = service.NextSession("hash");
        var results = new List<string>();
        foreach (var hash in new[] { null, "sha256:5d0e-marker", "" })
        {
            await using (var first = await service.ConnectAsync())
            {
                await first.CreateAsync(session);
                await first.StartAsync();
                await first.OrderAsync("b-1", Market("o-1", "buy", 10));
                await first.SkipToAsync("batch_ack");
                first.Abort();
            }

            await using var second = await service.ConnectAsync();
            await second.SendAsync("resume_session", new() { ["session_id"] = session, ["last_processed_sequence_id"] = 0, ["client_state_hash"] = hash });
            await second.RunToEndAsync();
            results.Add(string.Join('\n', second.All("execution_report")) + Text(await service.ReportAsync(session), "result_hash"));
            Assert.DoesNotContain("5d0e-marker", string.Join('\n', second.Received.Select(message => message.ToJsonString())), StringComparison.Ordinal);
        }

        Assert.Single(results.Distinct());
        Assert.Single(Marker().Matches(service.Process.Log));
    }

    [Fact]
    [Trait("req", "SIM-298")]
    [Trait("req", "SIM-302")]
    public async Task A_client_says_nothing_but_its_orders_and_a_label_or_a_provider_change_nothing()
    {
        var session = service.NextSession("bare");
        var bare = await RunAsync(session, null, null);
        Assert.Equal(bare, await RunAsync(session, new() { ["parent_strategy"] = "mean-rev" }, null));
        Assert.Equal(bare, await RunAsync(session, null, new() { ["data_provider"] = "polygon" }));
    }

    [Fact]
    [Trait("req", "SIM-007")]
    [Trait("req", "SIM-299")]
    public void The_service_reads_no_field_for_strategy_code_or_market_data()
    {
        var read = Directory.EnumerateFiles(Path.Combine(PythonExample.Root, "protocol", "reading"), "*.cs")
            .SelectMany(file => FieldRead().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value + match.Groups[2].Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Contains("sequence_id", read);
        Assert.Contains("latency_ms", read);
        read.ExceptWith([.. Schema.ClientTypes, "cancel_orders", "replace_order", "advance"]);
        Assert.Empty(read.Except(ClientFields));
        Assert.Empty(ClientFields.Intersect(Words("code script source strategy bars candles open high low close volume quotes trades data_url upload")));
    }

    [Fact]
    [Trait("req", "SIM-300")]
    [Trait("req", "SIM-045")]
    public async Task Orders_and_results_are_seen_by_their_user_only()
    {
        var (owner, stranger) = (await service.AccountAsync("--plan", "professional"), await service.AccountAsync("--plan", "professional"));
        await using var client = await service.ConnectAsync(owner.Key);
        await client.CreateAsync("mine");
        await client.StartAsync();
        await client.OrderAsync("b-1", Market("secret-order", "buy", 10));
        await client.RunToEndAsync();
        Assert.Single(client.All("execution_report"));
        foreach (var path in new[] { "/sessions/mine/report", "/sessions/mine/orders/secret-order", "/sessions/mine/portfolio" })
        {
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(path, owner.Key)).Status);
            var foreign = await GetAsync(path, stranger.Key);
            Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
            Assert.Equal(await GetAsync(path.Replace("mine", "nobodys", StringComparison.Ordinal), stranger.Key), foreign);
        }

        await using var other = await service.ConnectAsync(stranger.Key);
        Assert.Equal("SESSION_NOT_FOUND", Text(await other.RefusedAsync("resume_session", new() { ["session_id"] = "mine", ["last_processed_sequence_id"] = 0 }), "error_code"));
        await other.CreateAsync("mine");
        await other.SendAsync("query_positions");
        Assert.Empty((await other.ExpectAsync("current_positions"))["positions"]!.AsArray());
        Assert.DoesNotContain(owner.User, string.Join('\n', other.Received.Select(message => message.ToJsonString())), StringComparison.Ordinal);
    }

    [GeneratedRegex("client state sha256:5d0e-marker")]
    private static partial Regex Marker();

    [GeneratedRegex("""(?:Is\("([a-z_]+)"u8\)|case "([a-z_]+)":)""")]
    private static partial Regex FieldRead();

    private static string[] Words(string text) => text.Split(' ');

    private async Task<string> RunAsync(string session, JsonObject? batch, JsonObject? creation)
    {
        await using var client = await service.ConnectAsync();
        await client.CreateAsync(session, creation);
        await client.StartAsync();
        await client.SendAsync("order_batch", Merge(Batch("b-1", Market("o-1", "buy", 10), Limit("o-2", "sell", 5, "60.05")), batch));
        await client.RunToEndAsync();
        var fills = client.All("execution_report").ConvertAll(fill => fill.ToJsonString());
        Assert.Equal(2, fills.Count);
        return string.Join('\n', fills) + Text(await service.ReportAsync(session), "result_hash");
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, string key)
    {
        using var http = service.Process.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await SessionClient.TokenAsync(service.Address, key));
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

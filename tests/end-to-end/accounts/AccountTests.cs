using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Accounts;

/// <summary>Accounts, plans and limits through the real socket, administered by the real command beside the service.</summary>
public class AccountTests(SharedService service) : IClassFixture<SharedService>
{
    private const int DayTicks = 390;

    [Fact]
    [Trait("req", "SIM-048")]
    public async Task Disabling_a_key_closes_the_connections_opened_through_it_and_no_others()
    {
        var first = await service.AccountAsync("--plan", "professional");
        var second = await service.IssueAsync(first.User);
        await using var revoked = await ConnectAsync(first);
        await using var untouched = await ConnectAsync(second);

        await service.AdminAsync("key", "disable", first.KeyId);

        var closing = await revoked.ExpectAsync("connection_closing");
        Assert.Equal(("api_key_revoked", 4002, false), (closing["reason"]!.GetValue<string>(), closing["close_code"]!.GetValue<int>(), closing["reconnect_allowed"]!.GetValue<bool>()));
        Assert.Null(await revoked.ReceiveAsync());
        Assert.Equal((WebSocketCloseStatus)4002, revoked.CloseStatus);
        await CreateAsync(untouched, "goes-on");
        Assert.Equal(HttpStatusCode.Forbidden, await TokenStatusAsync(first.Key));
    }

    [Fact]
    [Trait("req", "SIM-047")]
    public async Task Rotating_a_key_leaves_a_running_simulation_alone_and_ends_the_old_key()
    {
        var account = await service.AccountAsync("--plan", "professional");
        await using var client = await ConnectAsync(account);
        await CreateAsync(client, "running");
        await client.SendAsync("start_simulation");
        await client.ExpectAsync("simulation_started");
        Assert.Equal(1, (await client.ExpectAsync("tick"))["sequence_id"]!.GetValue<int>());

        var rotated = await service.RotateAsync(account);
        Assert.Equal(HttpStatusCode.Unauthorized, await UntilRefusedAsync(account.Key));

        await AcknowledgeAsync(client, 1);
        Assert.Equal(2, (await client.ExpectAsync("tick"))["sequence_id"]!.GetValue<int>());
        Assert.NotEmpty(await SessionClient.TokenAsync(service.Address, rotated.Key));
    }

    [Fact]
    [Trait("req", "SIM-050")]
    public async Task No_file_of_the_service_holds_a_key()
    {
        var account = await service.AccountAsync();
        Assert.NotEmpty(await SessionClient.TokenAsync(service.Address, account.Key));
        var secret = account.Key[("sk_live_".Length + account.KeyId.Length)..].TrimStart('_');
        foreach (var file in Directory.EnumerateFiles(service.Process.DataFolder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".csv", StringComparison.Ordinal) && !file.EndsWith("lock", StringComparison.Ordinal)))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(open);
            Assert.DoesNotContain(secret, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(secret, service.Process.Log + service.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "SIM-045")]
    [Trait("req", "SIM-046")]
    public async Task Another_users_session_answers_like_one_that_does_not_exist()
    {
        var (alice, bob) = (await service.AccountAsync("--plan", "professional"), await service.AccountAsync("--plan", "professional"));
        await using var owner = await ConnectAsync(alice);
        await CreateAsync(owner, "private");
        await using var stranger = await ConnectAsync(bob);

        var foreign = await ResumeErrorAsync(stranger, "private");
        var missing = await ResumeErrorAsync(stranger, "no-such-session");
        Assert.Equal(missing.Replace("no-such-session", "private", StringComparison.Ordinal), foreign);
    }

    [Fact]
    [Trait("req", "SIM-054")]
    public async Task A_connection_beyond_the_plan_gets_only_the_closing()
    {
        var account = await service.AccountAsync("--plan", "free");
        var token = await SessionClient.TokenAsync(service.Address, account.Key);
        await using var first = await SessionClient.ConnectAsync(service.Address, token);
        await first.ExpectAsync("connection_ready");
        await using (var second = await SessionClient.ConnectAsync(service.Address, token))
        {
            Assert.Equal("rate_limit", (await second.ExpectAsync("connection_closing"))["reason"]!.GetValue<string>());
            Assert.Null(await second.ReceiveAsync());
            Assert.Equal((WebSocketCloseStatus)4003, second.CloseStatus);
        }

        await first.CloseAsync();
        await using var third = await SessionClient.ConnectAsync(service.Address, token);
        await third.ExpectAsync("connection_ready");
    }

    [Fact]
    [Trait("req", "SIM-057")]
    [Trait("req", "SIM-064")]
    [Trait("req", "SIM-066")]
    [Trait("req", "SIM-067")]
    [Trait("req", "SIM-068")]
    [Trait("req", "SIM-069")]
    public async Task One_session_more_than_the_hour_allows_is_a_rate_limit_error_with_its_context()
    {
        var account = await service.AccountAsync("--plan", "professional", "--limit", "sessions_per_hour=2");
        for (var session = 1; session <= 2; session++)
        {
            await using var client = await ConnectAsync(account);
            await CreateAsync(client, $"s-{session}");
        }

        await using var last = await ConnectAsync(account);
        var sent = DateTimeOffset.UtcNow;
        await last.SendAsync("create_session", Session("s-3"));
        var error = await last.ExpectAsync("error");
        Assert.Equal(("RATE_LIMIT_EXCEEDED", "rate_limit", "error", true), (Text(error, "error_code"), Text(error, "error_type"), Text(error, "severity"), error["recoverable"]!.GetValue<bool>()));
        var context = (JsonObject)error["context"]!;
        Assert.Equal(("2 sessions/hour", 3, "professional"), (Text(context, "limit"), context["current_usage"]!.GetValue<int>(), Text(context, "plan")));
        var reset = DateTimeOffset.Parse(Text(context, "reset_time"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0, reset.Minute + reset.Second);
        Assert.InRange((reset - sent).TotalMilliseconds - error["retry_after_ms"]!.GetValue<long>(), -1_000, 10_000);
    }

    [Fact]
    [Trait("req", "SIM-058")]
    public async Task A_preserved_session_holds_its_place_and_a_discarded_one_frees_it()
    {
        var account = await service.AccountAsync("--plan", "free");
        await using (var first = await ConnectAsync(account))
        {
            await CreateAsync(first, "kept");
            await first.SendAsync("disconnect");
            Assert.Null(await first.ReceiveAsync());
        }

        await using (var second = await ConnectAsync(account))
        {
            await second.SendAsync("create_session", Session("more"));
            Assert.Equal("RATE_LIMIT_EXCEEDED", Text(await second.ExpectAsync("error"), "error_code"));
            await second.SendAsync("resume_session", new JsonObject { ["session_id"] = "kept", ["last_processed_sequence_id"] = 0 });
            await second.ExpectAsync("state_sync");
            await second.SendAsync("disconnect", new JsonObject { ["discard_session"] = true });
            Assert.Null(await second.ReceiveAsync());
        }

        await using var third = await ConnectAsync(account);
        await CreateAsync(third, "more");
    }

    [Fact]
    [Trait("req", "SIM-062")]
    public async Task More_symbols_than_the_plan_allows_are_refused()
    {
        await using var client = await ConnectAsync(await service.AccountAsync("--plan", "free"));
        await client.SendAsync("create_session", Session("wide", "AAPL", "KO", "MSFT", "NVDA", "SPY", "TSLA"));
        Assert.Equal("TOO_MANY_SYMBOLS", Text(await client.ExpectAsync("error"), "error_code"));
        await client.SendAsync("create_session", Session("wide", "AAPL", "KO", "MSFT", "NVDA", "SPY"));
        await client.ExpectAsync("session_created");
    }

    [Fact]
    [Trait("req", "SIM-059")]
    [Trait("req", "SIM-060")]
    public async Task A_batch_beyond_the_minutes_orders_is_refused_as_a_whole()
    {
        await using var client = await ConnectAsync(await service.AccountAsync("--plan", "professional", "--limit", "orders_per_minute=5"));
        await CreateAsync(client, "orders");
        await client.SendAsync("start_simulation");
        await client.ExpectAsync("simulation_started");
        await client.ExpectAsync("tick");
        await client.SendAsync("order_batch", Batch("too-many", 6));
        var error = await client.ExpectAsync("error");
        Assert.Equal(("RATE_LIMIT_EXCEEDED", "5 orders/minute", 6), (Text(error, "error_code"), Text((JsonObject)error["context"]!, "limit"), error["context"]!["current_usage"]!.GetValue<int>()));

        await client.SendAsync("order_batch", Batch("fits", 3));
        Assert.Equal("fits", Text(await client.ExpectAsync("batch_ack"), "batch_id"));
    }

    [Fact]
    [Trait("req", "SIM-076")]
    public async Task The_fourth_simulation_of_a_starter_account_is_refused_today()
    {
        var account = await service.AccountAsync("--plan", "enterprise", "--tier", "starter");
        for (var run = 1; run <= 3; run++)
        {
            await using var client = await ConnectAsync(account);
            await CreateAsync(client, $"run-{run}");
            await client.SendAsync("start_simulation");
            await client.ExpectAsync("simulation_started");
        }

        await using var fourth = await ConnectAsync(account);
        await fourth.SendAsync("create_session", Session("run-4"));
        var error = await fourth.ExpectAsync("error");
        Assert.Equal(("DAILY_QUOTA_EXCEEDED", "rate_limit", "3 simulations/day"), (Text(error, "error_code"), Text(error, "error_type"), Text((JsonObject)error["context"]!, "limit")));
    }

    [Fact]
    [Trait("req", "SIM-072")]
    [Trait("req", "SIM-073")]
    [Trait("req", "SIM-075")]
    [Trait("req", "SIM-078")]
    [Trait("req", "SIM-079")]
    public async Task A_day_of_ticks_with_a_resume_in_the_middle_is_metered_once_and_charged_only_by_choice()
    {
        var flat = await service.AccountAsync("--plan", "professional");
        var charged = await service.AccountAsync("--plan", "professional", "--pay-per-use");
        foreach (var account in new[] { flat, charged }) await RunADayWithAResumeAsync(account);

        Assert.Equal([$"simulation 1  0 USD", $"ticks {DayTicks}  0 USD", "total 0 USD"], await UsageAsync(flat));
        Assert.Equal([$"simulation 1  0 USD", $"ticks {DayTicks}  0.0039 USD", "total 0.0039 USD"], await UsageAsync(charged));
    }

    private async Task RunADayWithAResumeAsync(TestAccount account)
    {
        await using (var first = await ConnectAsync(account))
        {
            await CreateAsync(first, "day");
            await first.SendAsync("start_simulation", new JsonObject { ["max_pending_ticks"] = 50 });
            await first.ExpectAsync("simulation_started");
            for (var tick = 1; tick <= 200; tick++)
            {
                await first.SkipToAsync("tick");
                await AcknowledgeAsync(first, tick);
            }

            first.Abort();
        }

        await using var second = await ConnectAsync(account);
        await second.SendAsync("resume_session", new JsonObject { ["session_id"] = "day", ["last_processed_sequence_id"] = 150 });
        await second.ExpectAsync("state_sync");
        for (var tick = 151; tick <= DayTicks; tick++)
        {
            Assert.Equal(tick, (await second.SkipToAsync("tick"))["sequence_id"]!.GetValue<int>());
            await AcknowledgeAsync(second, tick);
        }

        await second.SkipToAsync("simulation_complete");
        while (await second.ReceiveAsync() is not null)
        {
            // the closing
        }
    }

    /// <summary>What the administrator sees of each record, without day and session.</summary>
    private async Task<IEnumerable<string>> UsageAsync(TestAccount account)
    {
        var lines = (await service.AdminAsync("usage", "show", account.User)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Select(line => line.StartsWith("total", StringComparison.Ordinal) ? line : string.Join("  ", line.Split("  ")[2..])).Order(StringComparer.Ordinal);
    }

    private async Task<SessionClient> ConnectAsync(TestAccount account)
    {
        var client = await SessionClient.ConnectAsync(service.Address, await SessionClient.TokenAsync(service.Address, account.Key));
        await client.ExpectAsync("connection_ready");
        return client;
    }

    private static async Task CreateAsync(SessionClient client, string id)
    {
        await client.SendAsync("create_session", Session(id));
        await client.ExpectAsync("session_created");
    }

    private static JsonObject Session(string id, params string[] symbols) => new()
    {
        ["session_id"] = id,
        ["symbols"] = new JsonArray([.. (symbols.Length == 0 ? ["KO"] : symbols).Select(symbol => (JsonNode)symbol)]),
        ["start"] = "2024-07-16T13:30:00Z",
        ["end"] = "2024-07-16T20:00:00Z",
        ["initial_cash"] = "50000.00",
    };

    private static JsonObject Batch(string id, int orders) => new()
    {
        ["batch_id"] = id,
        ["orders"] = new JsonArray([.. Enumerable.Range(1, orders).Select(order => (JsonNode)new JsonObject
        {
            ["order_id"] = $"{id}-{order}",
            ["symbol"] = "KO",
            ["side"] = "buy",
            ["type"] = "market",
            ["quantity"] = 1,
        })]),
    };

    private static Task AcknowledgeAsync(SessionClient client, int sequence) =>
        client.SendAsync("tick_ack", new JsonObject { ["sequence_id"] = sequence, ["processing_status"] = "ready" });

    private static async Task<string> ResumeErrorAsync(SessionClient client, string session)
    {
        await client.SendAsync("resume_session", new JsonObject { ["session_id"] = session, ["last_processed_sequence_id"] = 0 });
        var error = await client.ExpectAsync("error");
        error.Remove("failed_request_id");
        return error.ToJsonString();
    }

    private async Task<HttpStatusCode> TokenStatusAsync(string key)
    {
        using var http = service.Process.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/auth/token", UriKind.Relative));
        request.Headers.Add("X-API-Key", key);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>The store of another process shows within a moment.</summary>
    private async Task<HttpStatusCode> UntilRefusedAsync(string key)
    {
        HttpStatusCode status;
        do status = await TokenStatusAsync(key);
        while (status == HttpStatusCode.OK);
        return status;
    }

    private static string Text(JsonObject data, string name) => data[name]!.GetValue<string>();
}

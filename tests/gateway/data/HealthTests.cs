using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Trading.Gateway.Rest.Health;
using Trading.GrainInterfaces.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class HealthTests
{
    private static async Task<JsonElement> HealthAsync(TestGateway gateway, HttpStatusCode status = HttpStatusCode.OK)
    {
        var answer = await SendAsync(gateway, HttpMethod.Get, "/health", key: null);
        Assert.Equal(status, answer.Status);
        return JsonDocument.Parse(answer.Text).RootElement;
    }

    private static Task<TestGateway> StartAsync(DataHealth health) => TestGateway.StartAsync(grains => grains.Data.Health = _ => Task.FromResult(health));

    private static string? Status(JsonElement health) => health.GetProperty("status").GetString();

    [Fact]
    [Trait("req", "OHLCV-191")]
    [Trait("req", "OHLCV-192")]
    [Trait("req", "OHLCV-193")]
    [Trait("req", "OHLCV-194")]
    [Trait("req", "OHLCV-195")]
    public async Task A_healthy_service_tells_everything_in_one_answer_without_a_key()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = await gateway.ConnectAsync();
        var health = await HealthAsync(gateway);
        Assert.Equal(["status", "connections", "uptime", "server_time", "data"], Names(health));
        Assert.Equal(("ok", 1), (Status(health), health.GetProperty("connections").GetInt32()));
        Assert.Equal(gateway.Time.GetUtcNow().ToUnixTimeSeconds(), health.GetProperty("server_time").GetInt64());
        var data = health.GetProperty("data");
        Assert.Equal(["status", "checked_at", "api", "symbols", "file_system", "providers"], Names(data));
        Assert.Equal("""{"status":"ok","problem":null}""", data.GetProperty("api").GetRawText());
        Assert.Equal("""{"status":"ok","total":1,"stale":0,"items":[{"symbol":"KO","last_date":"2024-07-16","last_update":"2024-07-16T20:00:00Z","is_stale":false}]}""", data.GetProperty("symbols").GetRawText());
        Assert.Equal("""{"status":"ok","problem":null,"store_bytes":4096,"free_bytes":900,"total_bytes":1000,"free_percentage":90.0,"damaged_files":0}""", data.GetProperty("file_system").GetRawText());
        Assert.Equal("""[{"provider":"polygon","status":"ok","problem":null,"checked_at":"2024-07-16T20:00:00Z","requests_per_minute":5,"remaining_this_minute":4}]""", data.GetProperty("providers").GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, HttpMethod.Get, "/api/v1/health", key: null)).Status);
    }

    [Fact]
    [Trait("req", "OHLCV-191")]
    public async Task A_night_left_out_is_flagged_and_degrades_where_providers_should_have_brought_it()
    {
        var stale = FakeData.Healthy with { Symbols = [new("MSFT", 19_900, null, true), new("KO", 19_920, 1, false)], SymbolCount = 2, StaleCount = 1 };
        await using var gateway = await StartAsync(stale);
        var health = await HealthAsync(gateway);
        Assert.Equal("degraded", Status(health));
        Assert.Equal(("stale", 1, true), (Status(health.GetProperty("data").GetProperty("symbols")), health.GetProperty("data").GetProperty("symbols").GetProperty("stale").GetInt32(), health.GetProperty("data").GetProperty("symbols").GetProperty("items")[0].GetProperty("is_stale").GetBoolean()));

        await using var still = await StartAsync(stale with { Providers = [] });
        health = await HealthAsync(still);
        Assert.Equal(("ok", "stale"), (Status(health), Status(health.GetProperty("data").GetProperty("symbols"))));
    }

    [Fact]
    [Trait("req", "OHLCV-193")]
    public async Task A_full_or_read_only_disk_degrades()
    {
        await using var gateway = await StartAsync(FakeData.Healthy with { FileSystemProblem = "4.2 % of the device is free, less than 10 %" });
        var health = await HealthAsync(gateway);
        Assert.Equal(("degraded", "degraded", "4.2 % of the device is free, less than 10 %"), (Status(health), Status(health.GetProperty("data").GetProperty("file_system")), health.GetProperty("data").GetProperty("file_system").GetProperty("problem").GetString()));
    }

    [Fact]
    [Trait("req", "OHLCV-194")]
    public async Task An_unreachable_provider_degrades_and_one_that_was_never_asked_does_not()
    {
        await using var gateway = await StartAsync(FakeData.Healthy with { Providers = [new("polygon", false, "connection refused", 1, 5, 5), new("tiingo", null, null, null, 1, 1)] });
        var health = await HealthAsync(gateway);
        Assert.Equal("degraded", Status(health));
        Assert.Equal(["unreachable", "unknown"], health.GetProperty("data").GetProperty("providers").EnumerateArray().Select(Status));
        await using var unasked = await StartAsync(FakeData.Healthy with { Providers = [new("tiingo", null, null, null, 1, 1)] });
        Assert.Equal("ok", Status(await HealthAsync(unasked)));
    }

    [Fact]
    [Trait("req", "OHLCV-192")]
    public async Task A_data_manager_that_fails_is_unavailable_and_the_last_known_state_stays()
    {
        await using var gateway = await TestGateway.StartAsync();
        await HealthAsync(gateway);
        gateway.Grains.Data.Health = _ => throw new InvalidOperationException("secret connection string");
        gateway.Time.Advance(TimeSpan.FromSeconds(6));
        var answer = await SendAsync(gateway, HttpMethod.Get, "/health", key: null);
        var health = JsonDocument.Parse(answer.Text).RootElement;
        Assert.Equal((HttpStatusCode.OK, "degraded", "unavailable"), (answer.Status, Status(health), Status(health.GetProperty("data").GetProperty("api"))));
        Assert.Equal(1, health.GetProperty("data").GetProperty("symbols").GetProperty("total").GetInt32());
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);

        gateway.Grains.Data.Health = _ => Task.FromResult(FakeData.Healthy);
        gateway.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("ok", Status(await HealthAsync(gateway)));
    }

    [Fact]
    public async Task Many_questions_cost_one_call_every_few_seconds()
    {
        await using var gateway = await TestGateway.StartAsync();
        for (var question = 0; question < 20; question++) await HealthAsync(gateway);
        Assert.Equal(1, gateway.Grains.Data.HealthCalls);
        gateway.Time.Advance(TimeSpan.FromSeconds(6));
        await HealthAsync(gateway);
        Assert.Equal(2, gateway.Grains.Data.HealthCalls);
    }

    [Fact]
    public async Task A_data_manager_that_hangs_delays_nobody_for_more_than_two_seconds()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answering = new TaskCompletionSource<DataHealth>();
        var grains = new FakeGrains();
        grains.Data.Health = _ =>
        {
            asked.TrySetResult();
            return answering.Task;
        };
        var time = new ManualTime();
        var reader = new DataHealthReader(grains, time, NullLogger<DataHealthReader>.Instance);
        var first = reader.ReadAsync();
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(("unknown", "ok"), ((await first).Status, (await first).Api.Status));

        // the clock stands still, and yet the next one is answered: the call is late already
        await reader.ReadAsync();
        Assert.Equal(1, grains.Data.HealthCalls);

        // a call that never ends is given up after 25 s and told; the clock stops there, because what is told is old, and asked anew, 5 s later
        time.Advance(TimeSpan.FromSeconds(23));
        while ((await reader.ReadAsync()).Api.Status != "unavailable") await Task.Yield();
        Assert.Equal(1, grains.Data.HealthCalls);
    }
}

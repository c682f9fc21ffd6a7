using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Protocol;
using Trading.EndToEnd.Tests.Support;
using Trading.Testing.Vendors;

namespace Trading.Telemetry.Tests.Support;

/// <summary>The real service as a process that exports to a receiver in this one, with a vendor in this one as well.</summary>
internal sealed class MeasuredService : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trading-").FullName;
    private HttpClient _http = new();

    private MeasuredService(OtlpReceiver receiver, StubVendor vendor) => (Receiver, Vendor) = (receiver, vendor);

    public OtlpReceiver Receiver { get; }

    public StubVendor Vendor { get; }

    public ServiceProcess Process { get; private set; } = null!;

    public HttpClient Http => _http;

    /// <param name="environment">Further environment variables.</param>
    /// <param name="settings">Further settings, <c>NAME=VALUE</c>.</param>
    public static async Task<MeasuredService> StartAsync(IEnumerable<KeyValuePair<string, string>>? environment = null, params string[] settings)
    {
        var service = new MeasuredService(await OtlpReceiver.StartAsync(), new StubVendor("polygon", "canary-vendor-key-0123456789"));
        try
        {
            await service.LaunchAsync(environment ?? [], settings);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects, and takes the greeting.</summary>
    /// <param name="key">API key; null = the demo account's.</param>
    public async Task<SessionClient> ConnectAsync(string? key = null)
    {
        var client = await SessionClient.ConnectAsync(Process.Address, await SessionClient.TokenAsync(Process.Address, key ?? Process.DemoKey));
        await client.ExpectAsync("connection_ready");
        return client;
    }

    /// <summary>A connection with a session over some minutes of KO that has started; the first tick is the next message.</summary>
    public async Task<SessionClient> BeginAsync(string session, int ticks = 30, string? key = null)
    {
        var client = await ConnectAsync(key);
        await client.SendAsync("create_session", Session(session, ticks));
        await client.ExpectAsync("session_created");
        await client.SendAsync("start_simulation");
        await client.SkipToAsync("simulation_started");
        return client;
    }

    public static JsonObject Session(string session, int ticks = 30) => new()
    {
        ["session_id"] = session,
        ["symbols"] = new JsonArray("KO"),
        ["start"] = SmallBars.Time(1),
        ["end"] = SmallBars.Time(ticks + 1),
        ["initial_cash"] = "100000",
        ["data_provider"] = "iex",
    };

    public static JsonObject Ack(int tick) => new() { ["sequence_id"] = tick, ["processing_status"] = "ready" };

    public static JsonObject Batch(string batch, string order, int quantity = 10) => new()
    {
        ["batch_id"] = batch,
        ["orders"] = new JsonArray(new JsonObject { ["order_id"] = order, ["symbol"] = "KO", ["side"] = "buy", ["type"] = "market", ["quantity"] = quantity, ["time_in_force"] = "day" }),
    };

    /// <summary>Acknowledges ticks, from the one that comes next, until the simulation is complete.</summary>
    public static async Task RunToEndAsync(SessionClient client)
    {
        while (await client.ReceiveAsync() is { } message)
        {
            if (message["type"]!.GetValue<string>() == "tick") await client.SendAsync("tick_ack", Ack(message["data"]!["sequence_id"]!.GetValue<int>()));
            if (message["type"]!.GetValue<string>() == "simulation_complete") return;
        }

        Assert.Fail("the service closed before the simulation was complete");
    }

    /// <summary>Runs an update of one symbol and one day to its end.</summary>
    public async Task UpdateAsync(string symbol)
    {
        var started = await PostAsync("/nightly-update/start", $$"""{"symbols":["{{symbol}}"],"start_date":"2024-07-15","end_date":"2024-07-15"}""");
        var id = started["request_id"]!.GetValue<string>();
        while (!JsonNode.Parse(await Http.GetStringAsync(new Uri($"/nightly-update/status/{id}", UriKind.Relative)))!["is_complete"]!.GetValue<bool>()) await Task.Yield();
    }

    public async Task<JsonNode> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>An account with a key, made as an administrator does it.</summary>
    public async Task<string> AccountAsync(params string[] options)
    {
        var user = (await AdminAsync(["tenant", "create", .. options])).Trim();
        return (await AdminAsync("key", "issue", user)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Single(word => word.StartsWith("sk_live_", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        _http.Dispose();
        await Vendor.DisposeAsync();
        await Receiver.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LaunchAsync(IEnumerable<KeyValuePair<string, string>> environment, string[] settings)
    {
        var bars = Directory.CreateDirectory(Path.Combine(_folder, "bars")).FullName;
        SmallBars.Write(bars);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Receiver.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "250",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_TRACES_SAMPLER"] = "always_on",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=paper,k8s.pod.name=trading-0",
            ["TRADING_Data__Providers__Polygon__BaseUrl"] = Vendor.BaseUrl,
            ["TRADING_Data__Providers__Polygon__ApiKey"] = Vendor.Key,
        };
        foreach (var (name, value) in environment) variables[name] = value;
        string[] all = ["Data:Providers:PolygonRequestsPerMinute=100000", "Data:Providers:FirstPauseSeconds=0.01", "Data:Providers:LongestPauseSeconds=0.08", "Data:Nightly:Schedule=false", .. settings];
        Process = await ServiceProcess.StartOnAsync(Path.Combine(_folder, "data"), variables, ["--bars", "iex=" + bars, .. all.SelectMany(setting => new[] { "--set", setting })]);
        _http.Dispose();
        _http = Process.CreateClient();
        _http.DefaultRequestHeaders.Add("X-API-Key", Process.DemoKey);
    }

    private async Task<string> AdminAsync(params string[] command)
    {
        var (code, output, errors) = await ServiceProcess.RunToEndAsync(["admin", "--data", Process.DataFolder, .. command]);
        return code == 0 ? output : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', command)}: {code} {errors}"));
    }
}

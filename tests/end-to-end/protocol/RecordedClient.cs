using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>A client that keeps everything it sent and received, and lets no message pass that the specification does not allow.</summary>
internal sealed class RecordedClient(SessionClient client) : IAsyncDisposable
{
    public List<string> Sent { get; } = [];

    public List<JsonObject> Received { get; } = [];

    /// <summary>Off for a session that names extensions: their messages are not in section 8.</summary>
    public bool IsStrict { get; set; } = true;

    public WebSocketCloseStatus? CloseStatus => client.CloseStatus;

    public async Task<string> SendAsync(string type, JsonObject? data = null)
    {
        Sent.Add(type);
        return await client.SendAsync(type, data);
    }

    public Task SendTextAsync(string text) => client.SendTextAsync(text);

    /// <summary>The next message, or null when the service has closed.</summary>
    public async Task<JsonObject?> ReceiveAsync()
    {
        var message = await client.ReceiveAsync();
        if (message is null) return null;
        Received.Add(message);
        if (IsStrict) Assert.Empty(Schema.Check(message));
        return message;
    }

    /// <summary>The payload of the next message, which has to be of this type.</summary>
    public async Task<JsonObject> ExpectAsync(string type)
    {
        var message = await ReceiveAsync() ?? throw new InvalidOperationException($"closed with {CloseStatus} instead of {type}");
        Assert.True(Type(message) == type, $"expected {type}, but got {message.ToJsonString()}");
        return (JsonObject)message["data"]!;
    }

    /// <summary>Passes over other messages until one of this type comes.</summary>
    public async Task<JsonObject> SkipToAsync(string type)
    {
        while (true)
        {
            var message = await ReceiveAsync() ?? throw new InvalidOperationException($"closed with {CloseStatus} before {type}");
            if (Type(message) == type) return (JsonObject)message["data"]!;
        }
    }

    /// <summary>Reads on until the service has closed.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReceiveAsync() is not null)
        {
            // kept by the recording
        }
    }

    /// <summary>Sends something that has to be refused and returns the error.</summary>
    public async Task<JsonObject> RefusedAsync(string type, JsonObject? data = null)
    {
        var request = await SendAsync(type, data);
        var error = await ExpectAsync("error");
        Assert.Equal(request, Text(error, "failed_request_id"));
        Assert.Equal(request, Received[^1]["request_id"]!.GetValue<string>());
        return error;
    }

    public async Task<JsonObject> CreateAsync(string session, JsonObject? more = null, params string[] symbols)
    {
        await SendAsync("create_session", Merge(Session(session, symbols), more));
        return await ExpectAsync("session_created");
    }

    public async Task StartAsync(JsonObject? options = null)
    {
        await SendAsync("start_simulation", options);
        await SkipToAsync("simulation_started");
    }

    public Task<string> AcknowledgeAsync(int tick) => SendAsync("tick_ack", new() { ["sequence_id"] = tick, ["processing_status"] = "ready" });

    public Task<string> OrderAsync(string batch, params JsonObject[] orders) => SendAsync("order_batch", Batch(batch, orders));

    /// <summary>Acknowledges everything to the end; before the acknowledgement of a tick, <paramref name="atTick"/> has the word.</summary>
    public async Task RunToEndAsync(Func<int, Task>? atTick = null)
    {
        while (await ReceiveAsync() is { } message)
        {
            if (Type(message) != "tick") continue;
            var tick = message["data"]!["sequence_id"]!.GetValue<int>();
            if (atTick is not null) await atTick(tick);
            await AcknowledgeAsync(tick);
        }
    }

    /// <summary>Payloads of one type in the order in which they came.</summary>
    public List<JsonObject> All(string type) => Received.Where(message => Type(message) == type).Select(message => (JsonObject)message["data"]!).ToList();

    public void Abort() => client.Abort();

    public ValueTask DisposeAsync() => client.DisposeAsync();

    public static string Type(JsonObject message) => message["type"]!.GetValue<string>();

    public static string Text(JsonObject data, string name) => data[name]!.GetValue<string>();

    public static JsonObject Session(string id, params string[] symbols) => new()
    {
        ["session_id"] = id,
        ["symbols"] = new JsonArray([.. (symbols.Length == 0 ? ["KO"] : symbols).Select(symbol => (JsonNode)symbol)]),
        ["start"] = "2024-07-16T13:30:00Z",
        ["end"] = "2024-07-16T20:00:00Z",
        ["initial_cash"] = "50000.00",
    };

    public static JsonObject Merge(JsonObject into, JsonObject? more)
    {
        foreach (var (name, value) in more ?? []) into[name] = value?.DeepClone();
        return into;
    }

    public static JsonObject Batch(string id, params JsonObject[] orders) => new() { ["batch_id"] = id, ["orders"] = new JsonArray([.. orders.Select(order => order.DeepClone())]) };

    /// <summary>A market order.</summary>
    public static JsonObject Market(string id, string side, JsonNode quantity, string symbol = "KO") =>
        new() { ["order_id"] = id, ["symbol"] = symbol, ["side"] = side, ["type"] = "market", ["quantity"] = quantity, ["time_in_force"] = "gtc" };

    /// <summary>A limit order.</summary>
    public static JsonObject Limit(string id, string side, JsonNode quantity, string price, string symbol = "KO") =>
        Merge(Market(id, side, quantity, symbol), new() { ["type"] = "limit", ["price"] = price });
}

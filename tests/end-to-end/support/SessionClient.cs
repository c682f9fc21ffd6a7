using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trading.EndToEnd.Tests.Support;

/// <summary>A client of the session protocol that knows nothing but JSON and a socket, so that it cannot share a mistake with the service.</summary>
public sealed class SessionClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _requests;

    private SessionClient()
    {
    }

    /// <summary>The code that the service closed with; null while the connection is open.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public WebSocketState State => _socket.State;

    /// <summary>Exchanges an API key for a token.</summary>
    public static async Task<string> TokenAsync(Uri service, string apiKey)
    {
        using var http = new HttpClient { Timeout = Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service, "/auth/token"));
        request.Headers.Add("X-API-Key", apiKey);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["access_token"]!.GetValue<string>();
    }

    /// <summary>Connects with a token; the first message to come is <c>connection_ready</c>.</summary>
    /// <param name="service">Address of the service, http.</param>
    /// <param name="token">JWT.</param>
    /// <param name="query">Further query parameters, e.g. <c>error_types=core</c>.</param>
    public static async Task<SessionClient> ConnectAsync(Uri service, string token, string query = "")
    {
        var client = new SessionClient();
        var address = new UriBuilder(service) { Scheme = service.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = "/ws/simulate", Query = $"token={Uri.EscapeDataString(token)}{(query.Length > 0 ? "&" + query : "")}" };
        using var patience = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(address.Uri, patience.Token);
        return client;
    }

    /// <summary>Sends one message and returns its <c>request_id</c>.</summary>
    public async Task<string> SendAsync(string type, JsonObject? data = null)
    {
        var request = $"r-{++_requests}";
        await SendTextAsync(new JsonObject { ["type"] = type, ["data"] = data ?? [], ["request_id"] = request }.ToJsonString());
        return request;
    }

    /// <summary>Sends any text, well-formed or not.</summary>
    public async Task SendTextAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
    }

    /// <summary>The next message, or null when the service has closed the connection.</summary>
    public async Task<JsonObject?> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var message = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer, patience.Token);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            message.Write(_buffer, 0, part.Count);
            if (part.EndOfMessage) return (JsonObject)JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
        }
    }

    /// <summary>The payload of the next message, which has to be of this type.</summary>
    public async Task<JsonObject> ExpectAsync(string type)
    {
        var message = await ReceiveAsync() ?? throw new InvalidOperationException($"the service closed with {_socket.CloseStatus} instead of sending {type}");
        var actual = message["type"]?.GetValue<string>();
        if (actual != type) throw new InvalidOperationException($"expected {type}, but got {message.ToJsonString(JsonSerializerOptions.Web)}");
        return (JsonObject)message["data"]!;
    }

    /// <summary>Passes over other messages until one of this type comes, and returns its payload; <paramref name="seen"/> gets everything passed over.</summary>
    public async Task<JsonObject> SkipToAsync(string type, Action<JsonObject>? seen = null)
    {
        while (true)
        {
            var message = await ReceiveAsync() ?? throw new InvalidOperationException($"the service closed with {_socket.CloseStatus} before {type} came");
            if (message["type"]!.GetValue<string>() == type) return (JsonObject)message["data"]!;
            seen?.Invoke(message);
        }
    }

    /// <summary>Closes as a client does that is done.</summary>
    public async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }

    /// <summary>Drops the connection as a crash does.</summary>
    public void Abort() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}

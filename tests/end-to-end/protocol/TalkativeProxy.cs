using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>
/// Stands before the service and is another version of it: its token answers hold the two fields that every version has (SIM-034), its messages more
/// fields than are known, and between them come messages of unknown types (SIM-089).
/// </summary>
internal sealed class TalkativeProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Uri _service;

    private TalkativeProxy(Uri service)
    {
        _service = service;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapPost("/auth/token", (Delegate)TokenAsync);
        _app.Map("/ws/simulate", (Delegate)SimulateAsync);
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>Messages that it made up.</summary>
    public int Inserted { get; private set; }

    public static async Task<TalkativeProxy> StartAsync(Uri service)
    {
        var proxy = new TalkativeProxy(service);
        await proxy._app.StartAsync();
        return proxy;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TokenAsync(HttpContext http)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_service, "/auth/token"));
        request.Headers.Add("X-API-Key", http.Request.Headers["X-API-Key"].ToString());
        using var answer = await client.SendAsync(request);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        http.Response.StatusCode = (int)answer.StatusCode;
        var reduced = answer.IsSuccessStatusCode ? new JsonObject { ["access_token"] = body["access_token"]!.DeepClone(), ["expires_in"] = body["expires_in"]!.DeepClone() } : body;
        await http.Response.WriteAsync(reduced.ToJsonString());
    }

    private async Task SimulateAsync(HttpContext http)
    {
        using var client = await http.WebSockets.AcceptWebSocketAsync();
        using var service = new ClientWebSocket();
        await service.ConnectAsync(new UriBuilder(_service) { Scheme = "ws", Path = "/ws/simulate", Query = http.Request.QueryString.Value }.Uri, http.RequestAborted);
        await Task.WhenAll(
            PumpAsync(client, service, (text, send) => send(text)),
            PumpAsync(service, client, TalkAsync));
    }

    private async Task TalkAsync(string text, Func<string, Task> send)
    {
        var message = (JsonObject)JsonNode.Parse(text)!;
        Enrich(message);
        await send(message.ToJsonString());
        await send("""{"type":"market_weather","data":{"sky":"blue","sequence_id":999999},"timestamp":"2026-02-03T09:15:00Z"}""");
        await send("""{"type":"nothing_at_all"}""");
        Inserted += 2;
    }

    private static void Enrich(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var child in list) Enrich(child);
        }
        else if (node is JsonObject value)
        {
            foreach (var (name, child) in value)
            {
                if (name is not ("rejected_orders" or "estimated_fills")) Enrich(child);
            }

            if (value.Parent is not JsonObject parent || (parent["rejected_orders"] != value && parent["estimated_fills"] != value)) value["field_of_a_later_version"] = new JsonObject { ["a"] = 1 };
        }
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, Func<string, Func<string, Task>, Task> pass)
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await from.ReceiveAsync(buffer, CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (to.State is WebSocketState.Open or WebSocketState.CloseReceived) await to.CloseOutputAsync(part.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                return;
            }

            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            var text = Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length);
            message.SetLength(0);
            await pass(text, line => to.SendAsync(Encoding.UTF8.GetBytes(line), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
        }
    }
}

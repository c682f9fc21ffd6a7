using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Trading.Gateway.Tests;

/// <summary>A client that knows only the protocol.</summary>
internal sealed class TestClient(ClientWebSocket socket) : IDisposable
{
    /// <summary>Only to end a test that hangs; nothing is asserted about it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[] _buffer = new byte[1 << 16];

    internal ClientWebSocket Socket { get; } = socket;

    internal static string Create(string sessionId, string extra = "") =>
        $$$"""{"type":"create_session","data":{"session_id":"{{{sessionId}}}","symbols":["KO"],"start":"2024-07-16T13:30:00Z","end":"2024-07-16T20:00:00Z","initial_cash":"50000.00"{{{extra}}}},"request_id":"r-create"}""";

    internal static string Ack(long sequence) => $$$"""{"type":"tick_ack","data":{"sequence_id":{{{sequence}}},"processing_status":"ready"}}""";

    internal Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    internal async Task SendAsync(byte[] bytes, WebSocketMessageType type)
    {
        using var patience = new CancellationTokenSource(Patience);
        await Socket.SendAsync(bytes, type, endOfMessage: true, patience.Token);
    }

    /// <summary>The next message.</summary>
    internal async Task<JsonElement> ReceiveAsync()
    {
        var (message, close) = await NextAsync();
        Assert.True(message is not null, $"a message was expected, the server closed with {close}");
        return message.Value;
    }

    /// <summary>The next message, which has the type.</summary>
    internal async Task<JsonElement> ReceiveAsync(string type)
    {
        var message = await ReceiveAsync();
        Assert.True(message.GetProperty("type").GetString() == type, $"{type} expected, found {message}");
        return message;
    }

    /// <summary>The next message, which is an error with the code.</summary>
    internal async Task<JsonElement> ReceiveErrorAsync(string code)
    {
        var data = (await ReceiveAsync("error")).GetProperty("data");
        Assert.Equal(code, data.GetProperty("error_code").GetString());
        return data;
    }

    /// <summary>The server's close frame, which comes next; answers it.</summary>
    internal async Task<int> ReceiveCloseAsync()
    {
        var (message, close) = await NextAsync();
        Assert.True(message is null, $"a close was expected, found {message}");
        if (Socket.State == WebSocketState.CloseReceived) await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return close;
    }

    /// <summary>The server says why, then closes with the announced code.</summary>
    internal async Task<JsonElement> ReceiveClosingAsync(string reason, int code)
    {
        var data = (await ReceiveAsync("connection_closing")).GetProperty("data");
        Assert.Equal((reason, code), (data.GetProperty("reason").GetString(), data.GetProperty("close_code").GetInt32()));
        Assert.Equal(code, await ReceiveCloseAsync());
        return data;
    }

    public void Dispose() => Socket.Dispose();

    private async Task<(JsonElement? Message, int Close)> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var length = 0;
        while (true)
        {
            var part = await Socket.ReceiveAsync(_buffer.AsMemory(length), patience.Token);
            if (part.MessageType == WebSocketMessageType.Close) return (null, (int)Socket.CloseStatus!.Value);
            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            length += part.Count;
            if (part.EndOfMessage) break;
        }

        using var document = JsonDocument.Parse(_buffer.AsMemory(0, length));
        return (document.RootElement.Clone(), 0);
    }
}

using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Trading.Gateway.Tests;

/// <summary>A WebSocket client that writes its own frames, for those that a library sends only by itself.</summary>
internal sealed class RawClient : IDisposable
{
    internal const byte Text = 0x81;
    internal const byte Close = 0x88;
    internal const byte Ping = 0x89;
    internal const byte Pong = 0x8A;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TcpClient _tcp = new();
    private NetworkStream _stream = null!;

    internal static async Task<RawClient> ConnectAsync(TestGateway gateway)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync("127.0.0.1", gateway.Address.Port);
        client._stream = client._tcp.GetStream();
        var request = $"GET /ws/simulate?token={gateway.Token()} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await client._stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client._stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
        return client;
    }

    /// <summary>A frame of at most 125 bytes, masked with zeros.</summary>
    internal Task SendAsync(byte kind, string payload) => SendAsync(kind, Encoding.UTF8.GetBytes(payload));

    /// <summary>A frame of at most 125 bytes, masked with zeros.</summary>
    internal Task SendAsync(byte kind, byte[] payload)
    {
        Assert.InRange(payload.Length, 0, 125);
        return _stream.WriteAsync((byte[])[kind, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]).AsTask();
    }

    internal async Task<(byte Kind, byte[] Payload)> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var head = new byte[2];
        await _stream.ReadExactlyAsync(head, patience.Token);
        var length = (int)head[1];
        if (length == 126)
        {
            var more = new byte[2];
            await _stream.ReadExactlyAsync(more, patience.Token);
            length = (more[0] << 8) | more[1];
        }

        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload, patience.Token);
        return (head[0], payload);
    }

    /// <summary>The next frame, a message of the type.</summary>
    internal async Task<JsonElement> ReceiveAsync(string type)
    {
        var (kind, payload) = await ReceiveAsync();
        Assert.Equal(Text, kind);
        using var document = JsonDocument.Parse(payload);
        Assert.Equal(type, document.RootElement.GetProperty("type").GetString());
        return document.RootElement.GetProperty("data").Clone();
    }

    public void Dispose() => _tcp.Dispose();
}

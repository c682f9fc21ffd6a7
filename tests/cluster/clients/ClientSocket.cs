using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Trading.Cluster.Tests.Clients;

/// <summary>One WebSocket of a client. It gives up a service that says nothing for long: that, too, is a lost connection.</summary>
internal sealed class ClientSocket : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <summary>Much longer than any interruption that is worth measuring, and never reached where the service keeps its promises.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonDocument> _messages = Channel.CreateUnbounded<JsonDocument>();

    private ClientSocket() => _socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;

    public static async Task<ClientSocket> ConnectAsync(Uri gateway, string token, string? resumes, CancellationToken cancellationToken)
    {
        var socket = new ClientSocket();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ConnectPatience);
            var resume = resumes is null ? "" : $"&resume={resumes}";
            await socket._socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws/simulate?token={token}{resume}"), patience.Token);
            _ = socket.ReadAsync();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException lost) when (_socket.CloseStatus is not null)
        {
            // the close was there before
            throw new WebSocketException(Closing, lost);
        }
    }

    /// <summary>The next message; null when the service has closed.</summary>
    public async Task<JsonDocument?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        return await _messages.Reader.WaitToReadAsync(patience.Token) && _messages.Reader.TryRead(out var message) ? message : null;
    }

    /// <summary>Reads on while the client thinks, so that the service's pings are answered.</summary>
    private async Task ReadAsync()
    {
        try
        {
            var buffer = new byte[4096];
            for (var length = 0; ;)
            {
                if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close) break;
                length += part.Count;
                if (!part.EndOfMessage) continue;
                _messages.Writer.TryWrite(JsonDocument.Parse(buffer.AsMemory(0, length).ToArray()));
                length = 0;
            }

            _messages.Writer.TryComplete();
        }
        catch (Exception lost)
        {
            _messages.Writer.TryComplete(lost);
        }
    }

    /// <summary>Code and reason of the service's close frame, for messages.</summary>
    public string Closing => $"closed with {(int?)_socket.CloseStatus}";

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }
}

using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Trading.Gateway.Sessions;

internal enum ReceivedKind : byte
{
    Text = 0,
    Binary = 1,

    /// <summary>Larger than the limit; its bytes were read and dropped.</summary>
    TooLarge = 2,

    /// <summary>So large that reading on is not worth it.</summary>
    Endless = 3,

    /// <summary>The client's close frame.</summary>
    Close = 4,
}

/// <param name="Message">Valid until the next receive.</param>
internal readonly record struct Received(ReceivedKind Kind, ReadOnlyMemory<byte> Message);

/// <summary>Puts whole messages together in one rented buffer. One receive at a time; the next one may only begin when the last message was used.</summary>
internal sealed class MessageReceiver(WebSocket socket, int maximumBytes, int hardBytes) : IDisposable
{
    // an acknowledgement has 80 bytes; who sends more gets more, and who sends nothing costs little
    private const int FirstBytes = 512;
    private const int KeepBytes = 65_536;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Received> ReceiveAsync()
    {
        if (_buffer.Length > KeepBytes) Shrink();
        var part = await socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
        if (part.MessageType == WebSocketMessageType.Close) return new Received(ReceivedKind.Close, default);
        if (part.EndOfMessage && part.Count <= maximumBytes) return new Received(Kind(part.MessageType), _buffer.AsMemory(0, part.Count));
        return await ReceiveRestAsync(part).ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static ReceivedKind Kind(WebSocketMessageType type) => type == WebSocketMessageType.Binary ? ReceivedKind.Binary : ReceivedKind.Text;

    private async ValueTask<Received> ReceiveRestAsync(ValueWebSocketReceiveResult part)
    {
        var type = part.MessageType;
        long total = part.Count;
        while (!part.EndOfMessage)
        {
            if (total > hardBytes) return new Received(ReceivedKind.Endless, default);
            var dropping = total > maximumBytes;
            if (!dropping && total == _buffer.Length) Grow();
            part = await socket.ReceiveAsync(dropping ? _buffer.AsMemory() : _buffer.AsMemory((int)total), CancellationToken.None).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return new Received(ReceivedKind.Close, default);
            total += part.Count;
        }

        return total > maximumBytes ? new Received(ReceivedKind.TooLarge, default) : new Received(Kind(type), _buffer.AsMemory(0, (int)total));
    }

    /// <summary>One large message does not make a connection large for ever.</summary>
    private void Shrink()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

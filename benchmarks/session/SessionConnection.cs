using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Trading.Bench.Session;

/// <summary>The leanest client there can be, so that what is measured is the server: it looks only at the first bytes of each message.</summary>
internal sealed class SessionConnection : IDisposable
{
    private static readonly byte[] AckHead = """{"type":"tick_ack","data":{"sequence_id":"""u8.ToArray();
    private static readonly byte[] AckTail = ""","processing_status":"ready"}}"""u8.ToArray();

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _send = new byte[1024];
    private byte[] _receive = new byte[4096];
    private int _length;

    public int LastTick { get; private set; }

    public bool Completed { get; private set; }

    /// <summary>Size in bytes of the last message.</summary>
    public int LastSize => _length;

    public static async Task<string> TokenAsync(Uri address, string key)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/auth/token"));
        request.Headers.Add("X-API-Key", key);
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return body.GetProperty("access_token").GetString()!;
    }

    public async Task ConnectAsync(Uri address, string token)
    {
        _socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        await _socket.ConnectAsync(new Uri($"ws://{address.Authority}/ws/simulate?token={token}"), CancellationToken.None);
        await ExpectAsync("connection_ready");
    }

    public async Task CreateAsync(string session, string symbol, string start, string end, string extensions)
    {
        await SendAsync($$$"""{"type":"create_session","data":{"session_id":"{{{session}}}","symbols":["{{{symbol}}}"],"start":"{{{start}}}","end":"{{{end}}}","initial_cash":"10000000.00","extensions":[{{{extensions}}}]}}""");
        await ExpectAsync("session_created");
    }

    public async Task StartAsync(int window)
    {
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $$$"""{"type":"start_simulation","data":{"max_pending_ticks":{{{window}}},"account_update_frequency":"on_demand"}}"""));
        await ExpectAsync("simulation_started");
    }

    public ValueTask OrderAsync(int number, string symbol) => SendAsync(string.Create(CultureInfo.InvariantCulture,
        $$$"""{"type":"order_batch","data":{"batch_id":"b-{{{number}}}","orders":[{"order_id":"o-{{{number}}}","symbol":"{{{symbol}}}","side":"{{{(number % 2 == 0 ? "sell" : "buy")}}}","type":"market","quantity":10,"time_in_force":"gtc"}]}}"""));

    public ValueTask AcknowledgeAsync(int sequence)
    {
        AckHead.CopyTo(_send, 0);
        Utf8Formatter.TryFormat(sequence, _send.AsSpan(AckHead.Length), out var digits);
        AckTail.CopyTo(_send.AsSpan(AckHead.Length + digits));
        return _socket.SendAsync(_send.AsMemory(0, AckHead.Length + digits + AckTail.Length), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
    }

    /// <summary>Reads until a tick, or a pack of ticks, or the end.</summary>
    public async ValueTask UntilTickAsync()
    {
        while (true)
        {
            await ReceiveAsync();
            var head = _receive.AsSpan(0, Math.Min(_length, 48));
            if (head.StartsWith("{\"type\":\"tick"u8))
            {
                LastTick = LastSequence();
                return;
            }

            if (head.StartsWith("{\"type\":\"error"u8)) throw new InvalidOperationException(Text());
            if (head.StartsWith("{\"type\":\"simulation_complete"u8))
            {
                Completed = true;
                return;
            }
        }
    }

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    private string Text() => Encoding.UTF8.GetString(_receive, 0, _length);

    /// <summary>The data's sequence_id of the last tick in the message; the envelope's own counter comes after the data.</summary>
    private int LastSequence()
    {
        var name = "\"sequence_id\":"u8;
        var end = _receive.AsSpan(0, _length).LastIndexOf("\"is_eod\""u8);
        var start = _receive.AsSpan(0, end).LastIndexOf(name) + name.Length;
        return Utf8Parser.TryParse(_receive.AsSpan(start), out int sequence, out _) ? sequence : throw new InvalidOperationException(Text());
    }

    private ValueTask SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private async Task ExpectAsync(string type)
    {
        await ReceiveAsync();
        if (!Text().StartsWith($$"""{"type":"{{type}}""", StringComparison.Ordinal)) throw new InvalidOperationException($"expected {type}, got {Text()}");
    }

    private async ValueTask ReceiveAsync()
    {
        _length = 0;
        while (true)
        {
            if (_length == _receive.Length) Array.Resize(ref _receive, _receive.Length * 2);
            var received = await _socket.ReceiveAsync(_receive.AsMemory(_length), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException($"the service closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
            _length += received.Count;
            if (received.EndOfMessage) return;
        }
    }
}

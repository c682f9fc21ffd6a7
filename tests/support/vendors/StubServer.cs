using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trading.Testing.Vendors;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Line">The request line without its line end.</param>
/// <param name="Headers">Header lines in order, without line ends.</param>
internal sealed record StubRequest(string Line, IReadOnlyList<string> Headers)
{
    /// <summary>Path and query.</summary>
    public string Target => Line.Split(' ')[1];

    public string Path => Uri.UnescapeDataString(Target.Split('?')[0]);

    /// <summary>A header's value; null when absent.</summary>
    public string? this[string header]
    {
        get
        {
            var line = Headers.FirstOrDefault(text => text.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase));
            return line?[(header.Length + 1)..].Trim();
        }
    }

    /// <summary>A query parameter, unescaped; null when absent.</summary>
    public string? Query(string name)
    {
        var query = Target.Contains('?', StringComparison.Ordinal) ? Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..] : "";
        var pair = query.Split('&').FirstOrDefault(part => part.StartsWith(name + "=", StringComparison.Ordinal));
        return pair is null ? null : Uri.UnescapeDataString(pair[(name.Length + 1)..]);
    }
}

/// <summary>A raw HTTP/1.1 server on 127.0.0.1 and a free port: it answers with exactly the bytes that a test gives it, whole or not.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly Func<StubRequest, StubAnswer> _answer;
    private readonly Task _accepting;

    public StubServer(Func<StubRequest, StubAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        BaseUrl = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>Answers in order; the last one again and again.</summary>
    public static StubServer Of(params StubAnswer[] answers)
    {
        var next = -1;
        return new StubServer(_ => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)]);
    }

    public string BaseUrl { get; }

    /// <summary>Everything received so far, in order.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    /// <summary>The one request received.</summary>
    public StubRequest Request => Requests.Single();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                while (await ReadRequestAsync(stream) is { } request)
                {
                    _requests.Enqueue(request);
                    var answer = _answer(request);
                    await answer.Gate.WaitAsync(_end.Token);
                    await stream.WriteAsync(answer.Bytes, _end.Token);
                    if (answer.ThenClose) return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // the client or the test went away
        }
    }

    private async Task<StubRequest?> ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (text.Length < 4 || text.ToString(text.Length - 4, 4) != "\r\n\r\n")
        {
            if (await stream.ReadAsync(one, _end.Token) == 0) return null;
            text.Append((char)one[0]);
        }

        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new StubRequest(lines[0], lines[1..]);
    }
}

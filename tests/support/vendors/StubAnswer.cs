using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Trading.Testing.Vendors;

/// <summary>The exact bytes of an answer, when they are sent, and whether the connection ends with them.</summary>
internal sealed record StubAnswer(byte[] Bytes, bool ThenClose, Task Gate)
{
    /// <summary>A whole answer with a length.</summary>
    public static StubAnswer Of(int status, string contentType, string body, params string[] headers) => Of(status, contentType, Encoding.UTF8.GetBytes(body), headers);

    public static StubAnswer Of(int status, string contentType, byte[] body, params string[] headers)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Reason\r\n");
        if (contentType.Length > 0) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        foreach (var header in headers) head.Append(header).Append("\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return new StubAnswer([.. Encoding.ASCII.GetBytes(head.ToString()), .. body], false, Task.CompletedTask);
    }

    public static StubAnswer Json(string body, params string[] headers) => Of(200, "application/json; charset=utf-8", body, headers);

    public static StubAnswer Json(int status, string body, params string[] headers) => Of(status, "application/json", body, headers);

    public static StubAnswer Html(int status) => Of(status, "text/html", "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>");

    public static StubAnswer Gzip(string body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(body));
        return Of(200, "application/json", packed.ToArray(), "Content-Encoding: gzip");
    }

    /// <summary>Says how long the body is, sends part of it and closes the connection.</summary>
    public StubAnswer CutShort(int bytes) => this with { Bytes = Bytes[..^bytes], ThenClose = true };

    /// <summary>A body without a length that ends with the connection, in the middle.</summary>
    public static StubAnswer UntilClose(string body) =>
        new(Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body), true, Task.CompletedTask);

    /// <summary>Closes the connection without a byte.</summary>
    public static StubAnswer HangUp { get; } = new([], true, Task.CompletedTask);

    /// <summary>Comes when the gate opens; with a gate that never opens, never.</summary>
    public StubAnswer After(Task gate) => this with { Gate = gate };

    /// <summary>Never answers.</summary>
    public static StubAnswer Silence => HangUp.After(new TaskCompletionSource().Task);
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Trading.Gateway.Tests;

/// <summary>Requests to the data manager's routes with the key of <c>user_a</c>.</summary>
internal static class DataHttp
{
    internal static async Task<(HttpStatusCode Status, string Text)> SendAsync(TestGateway gateway, HttpMethod method, string path, string? body = null, string? key = "sk_live_a", string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null) request.Headers.TryAddWithoutValidation("X-API-Key", key);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var answer = await gateway.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    internal static async Task<JsonElement> GetAsync(TestGateway gateway, string path) => Ok(await SendAsync(gateway, HttpMethod.Get, path));

    internal static async Task<JsonElement> PostAsync(TestGateway gateway, string path, string? body) => Ok(await SendAsync(gateway, HttpMethod.Post, path, body));

    internal static JsonElement Ok((HttpStatusCode Status, string Text) answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Status}: {answer.Text}");
        return JsonDocument.Parse(answer.Text).RootElement;
    }

    /// <summary>The error body of a refusal, checked for its documented form.</summary>
    internal static JsonElement Refused((HttpStatusCode Status, string Text) answer, HttpStatusCode status, string code, string? field = null)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        var error = JsonDocument.Parse(answer.Text).RootElement;
        Assert.Equal(code, error.GetProperty("error_code").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        var context = error.GetProperty("context");
        Assert.Equal(JsonValueKind.Object, context.ValueKind);
        if (field is not null) Assert.Equal(field, context.GetProperty("field").GetString());
        return error;
    }

    internal static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    /// <summary>Sends a request line byte for byte, as no well-behaved client would.</summary>
    internal static async Task<(HttpStatusCode Status, string Text)> RawAsync(TestGateway gateway, string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: sk_live_a\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        var status = (HttpStatusCode)int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        return (status, text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }
}

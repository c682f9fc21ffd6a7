using System.Net;
using System.Text;
using System.Text.Json;

namespace Trading.Gateway.Tests;

/// <summary>Requests to the routes of runs.</summary>
internal static class RunHttp
{
    internal const string Backtest = """{"symbols":["KO"],"start":"2024-07-16T00:00:00Z","end":"2024-07-20T00:00:00Z","initial_cash":"1000.50","strategy":{"fast":5,"slow":20,"quantity":"10.5"}}""";

    internal const string Sweep = """{"symbols":["KO"],"start":"2024-07-16T00:00:00Z","end":"2024-07-20T00:00:00Z","initial_cash":1000,"strategy":{"fast":{"from":5,"to":20,"step":5},"slow":[20,30],"quantity":"10.5"}}""";

    internal static async Task<(HttpStatusCode Status, string Text, Uri? Location)> PostAsync(TestGateway gateway, string path, string body, string key = "sk_live_a", params string[] idempotencyKeys)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("X-API-Key", key);
        foreach (var one in idempotencyKeys) request.Headers.TryAddWithoutValidation("Idempotency-Key", one);
        using var answer = await gateway.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Location);
    }

    /// <summary>Starts a run and returns its id.</summary>
    internal static async Task<string> StartAsync(TestGateway gateway, string path, string body)
    {
        var (status, text, _) = await PostAsync(gateway, path, body);
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>A body with one field replaced or added; <paramref name="value"/> is JSON, null removes it.</summary>
    internal static string With(string body, string path, string? value)
    {
        var root = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        var parts = path.Split('.');
        var target = parts.SkipLast(1).Aggregate(root, (node, part) => node[part]!.AsObject());
        target.Remove(parts[^1]);
        if (value is not null) target[parts[^1]] = System.Text.Json.Nodes.JsonNode.Parse(value);
        return root.ToJsonString();
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

/// <summary>What is true of everything that is mapped, so that a new route cannot forget it: nothing answers without a key or a token except health.</summary>
public sealed partial class EndpointTests
{
    private static readonly string[] Open = ["/health", "/health/startup", "/health/ready", "/health/live"];

    [Fact]
    public async Task Nothing_answers_without_a_key_or_a_token_except_health()
    {
        await using var gateway = await TestGateway.StartAsync();
        var routes = Routes(gateway);
        Assert.Contains(("GET", "/health"), routes);
        Assert.Contains(("GET", "/openapi/v1.json"), routes);
        Assert.Contains(("POST", "/auth/token"), routes);
        Assert.Contains(("GET", "/ws/simulate"), routes);
        foreach (var (method, path) in routes.Where(route => !Open.Contains(route.Path)))
        {
            foreach (var prefix in new[] { "", "/api/v1" })
            {
                foreach (var (header, value) in new[] { ("Accept", "*/*"), ("X-API-Key", "sk_live_unknown"), ("X-API-Key", ""), ("Authorization", "Bearer nothing"), ("Authorization", "Basic dXNlcjpwYXNzd29yZA==") })
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(prefix + path, UriKind.Relative));
                    request.Headers.TryAddWithoutValidation(header, value);
                    using var answer = await gateway.Http.SendAsync(request);
                    Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {prefix}{path} with {header} '{value}': {answer.StatusCode}");
                    Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
                }
            }
        }
    }

    [Fact]
    public async Task A_disabled_key_opens_nothing()
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var (method, path) in Routes(gateway).Where(route => !Open.Contains(route.Path)))
        {
            var answer = await SendAsync(gateway, new HttpMethod(method), path, key: "sk_live_disabled");
            Assert.True(answer.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, $"{method} {path}: {answer.Status}");
        }
    }

    [Fact]
    public async Task Health_answers_everybody_and_tells_no_secret()
    {
        var key = Convert.ToBase64String(TestGateway.Key(7));
        await using var gateway = await TestGateway.StartAsync(null, ("SigningKeys:k7", key));
        foreach (var (method, path) in Routes(gateway).Where(route => Open.Contains(route.Path)))
        {
            Assert.Equal("GET", method);
            var answer = await SendAsync(gateway, HttpMethod.Get, path, key: null);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.DoesNotContain(key, answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("k7", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotMatch(Telling(), answer.Text);
        }
    }

    [Fact]
    public async Task The_description_of_the_routes_is_read_with_a_key_or_a_token()
    {
        await using var gateway = await TestGateway.StartAsync();
        var byKey = await SendAsync(gateway, HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(HttpStatusCode.OK, byKey.Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/openapi/v1.json", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", gateway.Token());
        using var byToken = await gateway.Http.SendAsync(request);
        Assert.Equal(byKey.Text, await byToken.Content.ReadAsStringAsync());
    }

    /// <summary>Every mapped route with its methods and an example of its path.</summary>
    private static List<(string Method, string Path)> Routes(TestGateway gateway) =>
        [.. gateway.Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint => Methods(endpoint).Select(method => (method, Example(endpoint))))];

    /// <summary>CONNECT is the same route for HTTP/2 only; a route without methods takes all.</summary>
    private static IEnumerable<string> Methods(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods.Where(method => method != "CONNECT") : ["GET", "POST"];

    private static string Example(RouteEndpoint endpoint) =>
        "/" + Parameter().Replace(endpoint.RoutePattern.RawText!, match => match.Groups[1].Value == "documentName" ? "v1" : "x").TrimStart('/');

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("(?i)password|secret|signing|token|connection ?string|user_[a-z]|sk_live|/home/|/tmp/")]
    private static partial Regex Telling();
}

using System.Net;
using System.Net.Http.Headers;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests.Recovery;

/// <summary>REST while a silo or the database is away.</summary>
public sealed class UnavailableTests
{
    [Theory]
    [InlineData("/sessions/s/report")]
    [InlineData("/api/v1/sessions/s/report")]
    [InlineData("/auth/limits")]
    public async Task A_read_is_answered_by_503_with_the_documented_body_and_when_to_ask_again(string path)
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Grains.Session("user_a", "s").Failure = _ => new SessionInterruptedException("the journal of node 7 cannot be read");
        gateway.Grains.Tenant("user_a").Failure = _ => new IOException("table accounts");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Token());
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
        var body = await answer.Content.ReadAsStringAsync();
        RestTests.AssertErrorPayload(body, "INTERNAL_ERROR", "connection");
        Assert.DoesNotContain("node", body, StringComparison.Ordinal);
        Assert.DoesNotContain("table", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_of_ours_is_no_outage()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Grains.Session("user_a", "s").Failure = _ => new InvalidOperationException("x");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sessions/s/report");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Token());
        using var answer = await gateway.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }
}

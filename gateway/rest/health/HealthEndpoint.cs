using Microsoft.AspNetCore.Http;
using Trading.Gateway.Sessions;

namespace Trading.Gateway.Rest.Health;

/// <summary><c>GET /health</c>: 200 while new connections are taken, also when the data need somebody; 503 while the gateway stops. Needs no key and tells no secret.</summary>
internal sealed class HealthEndpoint(ConnectionRegistry connections, DataHealthReader data, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();

    internal async Task HealthAsync(HttpContext http)
    {
        var health = await data.ReadAsync().ConfigureAwait(false);
        var status = connections.IsStopping ? "stopping" : health.Status == "degraded" ? "degraded" : "ok";
        var message = new HealthMessage(status, connections.Count, (long)time.GetElapsedTime(_startedAt).TotalSeconds, time.GetUtcNow().ToUnixTimeSeconds(), health);
        var code = connections.IsStopping ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await RestError.WriteAsync(http, code, message, HealthJson.Answers.HealthMessage).ConfigureAwait(false);
    }
}

using System.Diagnostics;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.Gateway.Auth;
using Trading.Gateway.Diagnostics;
using Trading.Gateway.Rest;
using Trading.Protocol;

namespace Trading.Gateway.Sessions;

/// <summary><c>WS /ws/simulate</c>: checks the token, upgrades, and serves the connection until it ends.</summary>
internal sealed class SimulationEndpoint(TokenService tokens, ConnectionRegistry registry, IOptions<GatewayOptions> options, ILogger<SimulationEndpoint> logger)
{
    internal async Task HandleAsync(HttpContext http)
    {
        var settings = options.Value;
        if (!settings.AllowPlainWebSocket && !http.Request.IsHttps)
        {
            // the token stays out of the answer: the client knows it, and a Location is something proxies log
            http.Response.Headers.Location = $"wss://{http.Request.Host}{http.Request.Path}{http.Request.QueryString}";
            http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            return;
        }

        if (BearerToken.Verify(http, tokens) is not { } identity)
        {
            await RestError.WriteAsync(http, StatusCodes.Status401Unauthorized, ErrorCodes.AuthenticationFailed, "A valid token is required").ConfigureAwait(false);
            return;
        }

        if (!http.WebSockets.IsWebSocketRequest)
        {
            await RestError.WriteAsync(http, StatusCodes.Status400BadRequest, ErrorCodes.InvalidMessage, "This address takes WebSocket handshakes only").ConfigureAwait(false);
            return;
        }

        if (registry.IsStopping)
        {
            await RestError.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, ErrorCodes.InternalError, "The server is going into maintenance", retryAfterMs: 5_000).ConfigureAwait(false);
            return;
        }

        if (registry.Count >= settings.MaximumConnections)
        {
            GatewayLog.Full(logger, settings.MaximumConnections);
            GatewayMetrics.Shed("connection");
            await RestError.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, ErrorCodes.InternalError, "This gateway has as many connections as it may; try again, or another one", retryAfterMs: 1_000).ConfigureAwait(false);
            return;
        }

        var core = http.Request.Query["error_types"] == "core";
        var accept = new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(settings.KeepAliveSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(settings.KeepAliveSeconds),
        };
        using var socket = await http.WebSockets.AcceptWebSocketAsync(accept).ConfigureAwait(false);
        await ServeAsync(http, socket, identity, core).ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext http, WebSocket socket, Identity identity, bool core)
    {
        identity.MarkCalls();
        using var connection = new SimulationConnection(Guid.NewGuid().ToString("N"), socket, identity, core, http.Request.Query["resume"], registry.Context);
        registry.Add(connection);
        GatewayMetrics.ConnectionOpened();
        // what follows are traces of their own; the span of the handshake would hold a hundred thousand of them
        Activity.Current = null;
        // after a client is gone a send can go on succeeding: the request's own signal ends the connection
        await using var aborted = http.RequestAborted.UnsafeRegister(static state => ((WebSocket)state!).Abort(), socket).ConfigureAwait(false);
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            registry.Remove(connection);
            GatewayMetrics.ConnectionClosed(connection.EndedBy);
        }
    }
}

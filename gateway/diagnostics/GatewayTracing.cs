using System.Diagnostics;

namespace Trading.Gateway.Diagnostics;

/// <summary>The spans of the gateway, source <c>Trading.Gateway</c>: one for each exchange, from a client's frames to the answers on the wire.</summary>
internal static class GatewayTracing
{
    private static readonly ActivitySource Source = new(GatewayMetrics.MeterName);

    /// <summary>
    /// Begins the span <c>gateway.exchange</c>; null while nobody listens. It is a trace of its own, linked to the connection's: a connection lives for hours and has
    /// an exchange for every tick.
    /// </summary>
    /// <param name="connection">The span of the connection's handshake; default when there is none.</param>
    /// <param name="sessionId">The session; not more than its id, and never a label of a metric.</param>
    /// <param name="commands">Commands of the client in this exchange.</param>
    internal static Activity? BeginExchange(ActivityContext connection, string? sessionId, int commands) =>
        Source.HasListeners() ? Begin(connection, sessionId, commands) : null;

    /// <summary>What came of it.</summary>
    internal static void Answered(this Activity? exchange, int outputs)
    {
        if (exchange is { IsAllDataRequested: true }) exchange.SetTag("trading.exchange.outputs", outputs);
    }

    /// <summary>It failed; the kind of failure is named, its text is in the log.</summary>
    internal static void Failed(this Activity? exchange, Exception failure)
    {
        if (exchange is not { IsAllDataRequested: true }) return;
        exchange.SetTag("error.type", failure.GetType().FullName);
        exchange.SetStatus(ActivityStatusCode.Error);
    }

    private static Activity? Begin(ActivityContext connection, string? sessionId, int commands)
    {
        // a timer of the connection remembers the exchange that made it
        Activity.Current = null;
        ActivityLink[]? links = connection == default ? null : [new ActivityLink(connection)];
        var exchange = Source.StartActivity("gateway.exchange", ActivityKind.Server, default(ActivityContext), links: links);
        if (exchange is { IsAllDataRequested: true })
        {
            exchange.SetTag("trading.session.id", sessionId);
            exchange.SetTag("trading.exchange.commands", commands);
        }

        return exchange;
    }
}

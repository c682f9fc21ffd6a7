using System.Diagnostics;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>The spans of sessions, source <c>Trading.Sessions</c>. They name the session and hold numbers, nothing of what a client trades.</summary>
internal static class SessionTracing
{
    private static readonly ActivitySource Source = new(SessionMetrics.MeterName);

    /// <summary>Null while nobody listens, or where the caller's trace is not sampled.</summary>
    public static Activity? Begin(string name, string session)
    {
        if (!Source.HasListeners()) return null;
        var span = Source.StartActivity(name);
        span?.SetTag("trading.session.id", session);
        return span;
    }

    public static void Answered(this Activity? exchange, ExchangeReply reply)
    {
        if (exchange is not { IsAllDataRequested: true }) return;
        exchange.SetTag("trading.session.outputs", reply.Outputs.Count);
        exchange.SetTag("trading.session.more", reply.More);
    }

    public static void Recovered(this Activity? recovery, string outcome, int records)
    {
        if (recovery is not { IsAllDataRequested: true }) return;
        recovery.SetTag("trading.session.outcome", outcome);
        recovery.SetTag("trading.session.records", records);
    }

    /// <summary>The kind of failure is named; its text is in the log.</summary>
    public static void Failed(this Activity? span, Exception failure)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag("error.type", failure.GetType().FullName);
        span.SetStatus(ActivityStatusCode.Error);
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using Trading.Diagnostics;
using Trading.Protocol.Reading;

namespace Trading.Gateway.Diagnostics;

/// <summary>The measurements of the gateway, meter <c>Trading.Gateway</c>; docs/telemetry.md lists names, units and labels. Safe for concurrent use; costs next to nothing while nobody listens.</summary>
public static class GatewayMetrics
{
    public const string MeterName = "Trading.Gateway";

    private static readonly Meter Meter = new(MeterName);

    private static readonly UpDownCounter<int> Connections =
        Meter.CreateUpDownCounter<int>("trading.gateway.connections", "{connection}", "Open WebSocket connections.");

    private static readonly Counter<long> ConnectionsClosed =
        Meter.CreateCounter<long>("trading.gateway.connections.closed", "{connection}", "WebSocket connections that ended.");

    private static readonly Histogram<double> ExchangeDuration =
        Meter.CreateHistogram("trading.gateway.exchange.duration", "s", "One exchange of commands and outputs with a session, repetitions included.", advice: Buckets.Seconds);

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("trading.gateway.messages", "{message}", "Messages received from clients.");

    private static readonly Counter<long> Ticks = Meter.CreateCounter<long>("trading.gateway.ticks", "{tick}", "Ticks sent to clients.");

    private static readonly Counter<long> Errors = Meter.CreateCounter<long>("trading.gateway.errors", "{error}", "Errors told to WebSocket clients.");

    private static readonly Counter<long> ExchangeRepeats =
        Meter.CreateCounter<long>("trading.gateway.exchange.repeats", "{call}", "Exchanges sent once more because their outcome was unknown.");

    private static readonly Histogram<double> ContinuationDuration =
        Meter.CreateHistogram("trading.gateway.continuation.duration", "s", "From the first failure of an exchange to its answer: the interruption that a client sees.", advice: Buckets.Seconds);

    private static readonly Counter<long> LoadShed = Meter.CreateCounter<long>("trading.gateway.load_shed", "{request}", "Requests refused because the process is full.");

    /// <summary>Names of message types as on the wire; the first one stands for messages without a readable type.</summary>
    private static readonly string[] TypeNames =
    [
        "invalid", "create_session", "start_simulation", "tick_ack", "order_batch", "resume_session", "pause_simulation", "query_positions", "resume_simulation", "disconnect",
        "cancel_orders", "replace_order", "advance",
    ];

    /// <summary>A connection was accepted.</summary>
    public static void ConnectionOpened() => Connections.Add(1);

    /// <summary>A connection ended.</summary>
    /// <param name="reason"><c>client</c>, <c>lost</c>, <c>displaced</c>, <c>failed</c>, <c>slow_client</c>, or the reason of the <c>connection_closing</c> message.</param>
    public static void ConnectionClosed(string reason)
    {
        Connections.Add(-1);
        ConnectionsClosed.Add(1, Label("reason", reason));
    }

    /// <summary>An exchange is over.</summary>
    /// <param name="start"><see cref="Stopwatch.GetTimestamp"/> at its beginning.</param>
    /// <param name="outcome"><c>ok</c>, <c>displaced</c> or <c>failed</c>.</param>
    public static void Exchanged(long start, string outcome)
    {
        if (ExchangeDuration.Enabled) ExchangeDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, Label("outcome", outcome));
    }

    /// <summary>A message arrived.</summary>
    public static void Received(ClientMessageType type)
    {
        if (Messages.Enabled) Messages.Add(1, Label("type", (int)type < TypeNames.Length ? TypeNames[(int)type] : "other"));
    }

    /// <summary>Ticks were sent.</summary>
    public static void TicksSent(int ticks) => Ticks.Add(ticks);

    /// <summary>An error was told to a client.</summary>
    /// <param name="code">Public error code.</param>
    public static void ErrorSent(string code) => Errors.Add(1, Label("code", code));

    /// <summary>An exchange was sent once more, because what became of the call before is unknown.</summary>
    public static void Repeated() => ExchangeRepeats.Add(1);

    /// <summary>An exchange that failed at first was answered in the end, or given up.</summary>
    /// <param name="passed">Since its first failure.</param>
    /// <param name="answered">Whether the client goes on without noticing.</param>
    public static void Continued(TimeSpan passed, bool answered) => ContinuationDuration.Record(passed.TotalSeconds, Label("outcome", answered ? "continued" : "given_up"));

    /// <summary>Something was refused because the process is full.</summary>
    /// <param name="kind"><c>connection</c>, <c>session</c>, <c>request</c> or <c>run</c>.</param>
    public static void Shed(string kind)
    {
        LoadShed.Add(1, Label("kind", kind));
        ApiRisk.RequestRejection(ApiRisk.Gateway);
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}

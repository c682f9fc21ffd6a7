using System.Diagnostics;
using Trading.Diagnostics;
using Trading.Gateway.Diagnostics;
using Trading.Grains.Sessions;
using Trading.Protocol.Reading;
using Trading.Storage.Journal;

namespace Trading.Telemetry.Tests;

/// <summary>The measurements stand in the path of every tick: while nobody listens they may cost comparisons, and no memory.</summary>
[CollectionDefinition(nameof(CostTests), DisableParallelization = true)]
[Collection(nameof(CostTests))]
public sealed class CostTests
{
    [Fact]
    public void Nothing_is_allocated_while_nobody_listens()
    {
        var tally = new SessionTally();
        ReadOnlyMemory<byte>[] payloads = [new byte[100]];
        for (var warm = 0; warm < 100; warm++) Exchange(tally, payloads);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var exchange = 0; exchange < 10_000; exchange++) Exchange(tally, payloads);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Everything that is measured of one exchange, from the frame to the append.</summary>
    private static void Exchange(SessionTally tally, ReadOnlyMemory<byte>[] payloads)
    {
        var start = Stopwatch.GetTimestamp();
        GatewayMetrics.Received(ClientMessageType.TickAck);
        using var exchange = GatewayTracing.BeginExchange(default, "session", 1);
        using var span = SessionTracing.Begin("session.exchange", "session");
        tally.Ticks++;
        SessionMetrics.Count(tally);
        AppendMeasure.Begin(JournalMetrics.Files, payloads).End(new AppendResult(AppendStatus.Appended, 1), null);
        SessionMetrics.Exchanged(start, isAnswered: true);
        GatewayMetrics.TicksSent(1);
        GatewayMetrics.Exchanged(start, "ok");
        exchange.Answered(1);
        ApiRisk.Duplicates(ApiRisk.Session, 0);
    }
}

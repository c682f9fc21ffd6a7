using Trading.Telemetry.Tests.Support;

namespace Trading.Telemetry.Tests.Export;

[Collection(ExportTests.Name)]
public sealed class TraceTests(ExportTests.Fixture fixture)
{
    private MeasuredService Service => fixture.Service;

    [Fact]
    public async Task One_trace_shows_the_way_from_a_clients_frame_over_the_grain_to_the_commit_of_the_journal()
    {
        await using var client = await Service.BeginAsync("trace-1");
        await client.ExpectAsync("tick");
        await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-1"));
        await client.ExpectAsync("batch_ack");

        var commit = await Service.Receiver.WaitAsync("the commit", () => Service.Receiver.Spans.FirstOrDefault(span => span.Name == "journal.commit" && SessionOf(span) == "trace-1"));
        var way = Way(commit);
        string[] ours = ["gateway.exchange", "session.exchange", "journal.append", "journal.commit"];
        Assert.Equal(ours, way.Select(span => span.Name).Where(name => ours.Contains(name)));
        Assert.Equal("", way[0].ParentId);
        Assert.Equal("gateway.exchange", way[0].Name);
        Assert.Equal(["Trading.Gateway", "Trading.Sessions", "Trading.Journal"], way.Select(span => span.Source).Where(source => source.StartsWith("Trading.", StringComparison.Ordinal)).Distinct());
        Assert.Equal("1", way[0].Attributes["trading.exchange.commands"]);
        var append = way.Single(span => span.Name == "journal.append");
        Assert.Equal(("appended", "1"), (append.Attributes["trading.journal.outcome"], append.Attributes["trading.journal.records"]));
        Assert.Contains((commit.TraceId, commit.SpanId), append.Links);
    }

    [Fact]
    public async Task Every_exchange_is_a_trace_of_its_own_and_is_linked_to_the_span_of_its_connection()
    {
        await using (var client = await Service.BeginAsync("trace-2", ticks: 5)) await MeasuredService.RunToEndAsync(client);

        var handshake = await Service.Receiver.WaitAsync("the handshake", () =>
        {
            var exchanges = Exchanges("trace-2");
            return exchanges.Count < 6 ? null : Service.Receiver.Spans.FirstOrDefault(span => span.Name == "GET /ws/simulate" && exchanges[0].Links.Contains((span.TraceId, span.SpanId)));
        });
        var all = Exchanges("trace-2");
        Assert.Equal(all.Count, all.Select(span => span.TraceId).Distinct().Count());
        Assert.All(all, span => Assert.Equal([(handshake.TraceId, handshake.SpanId)], span.Links));
        Assert.Equal(("GET", "/ws/simulate", "101"), (handshake.Attributes["http.request.method"], handshake.Attributes["http.route"], handshake.Attributes["http.response.status_code"]));
    }

    [Fact]
    public async Task A_recovery_is_part_of_the_trace_of_the_call_that_waits_for_it()
    {
        await using (var client = await Service.BeginAsync("trace-3"))
        {
            await client.ExpectAsync("tick");
            await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-1"));
            await client.ExpectAsync("batch_ack");
        }

        // an expired activation is read again from its journal
        await Service.Process.KillAsync();
        await Service.Process.RestartAsync();
        await using var again = await Service.ConnectAsync();
        await again.SendAsync("resume_session", new() { ["session_id"] = "trace-3", ["last_processed_sequence_id"] = 0, ["client_state_hash"] = "sha256:5d0e" });
        await again.SkipToAsync("state_sync");
        var recovery = await Service.Receiver.WaitAsync("the recovery", () => Service.Receiver.Spans.FirstOrDefault(span => span.Name == "session.recover" && span.Attributes["trading.session.id"] == "trace-3" && span.Attributes.ContainsKey("trading.session.records")));
        Assert.Equal("recovered", recovery.Attributes["trading.session.outcome"]);

        // the log of the same call leads to the same trace
        var line = await Service.Receiver.WaitAsync("the line", () => Service.Receiver.Logs.FirstOrDefault(log => log.Body.StartsWith("Session trace-3 recovered", StringComparison.Ordinal)));
        Assert.Equal((recovery.TraceId, recovery.SpanId), (line.TraceId, line.SpanId));
        Assert.Contains($"\"trace_id\":\"{recovery.TraceId}\",\"span_id\":\"{recovery.SpanId}\"", Service.Process.Log, StringComparison.Ordinal);
    }

    private List<OtlpSpan> Exchanges(string session) =>
        [.. Service.Receiver.Spans.Where(span => span.Name == "gateway.exchange" && span.Attributes.GetValueOrDefault("trading.session.id") == session)];

    private string? SessionOf(OtlpSpan span) => Way(span)[0].Attributes.GetValueOrDefault("trading.session.id");

    /// <summary>From the root of the trace to the span.</summary>
    private List<OtlpSpan> Way(OtlpSpan span)
    {
        var spans = Service.Receiver.Spans.Where(one => one.TraceId == span.TraceId).ToDictionary(one => one.SpanId);
        var way = new List<OtlpSpan> { span };
        while (spans.TryGetValue(way[0].ParentId, out var parent)) way.Insert(0, parent);
        return way;
    }
}

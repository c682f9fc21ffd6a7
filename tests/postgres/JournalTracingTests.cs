using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Npgsql;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.Tests.Journal;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Postgres.Tests;

public sealed class JournalTracingTests
{
    private const string CallerName = "journal tracing tests";
    private static readonly ActivitySource Caller = new(CallerName);

    [Fact]
    public async Task An_append_leads_over_its_commit_to_the_statement_and_neither_spans_nor_metrics_hold_payloads_or_how_to_reach_the_database()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is CallerName or "Npgsql" or JournalMetrics.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Source.Name == CallerName || options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var labels = new ConcurrentQueue<string>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter.Name == "Npgsql") self.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<int>((_, _, tags, _) => Keep(labels, tags));
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Keep(labels, tags));
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Keep(labels, tags));
        meters.Start();

        var database = Databases.New();
        ActivityTraceId trace;
        await using (var journal = new PostgresSessionJournal(database))
        {
            using var call = Caller.StartActivity("call")!;
            trace = call.TraceId;
            await journal.AppendedAsync(Alpha, 0, "canary-payload");
        }

        meters.RecordObservableInstruments();
        var ours = spans.Where(span => span.TraceId == trace).ToArray();
        var append = Assert.Single(ours, span => span.OperationName == "journal.append");
        var commit = Assert.Single(ours, span => span.OperationName == "journal.commit");
        Assert.Equal(append.SpanId, commit.ParentSpanId);
        Assert.Contains(ours, span => span.Source.Name == "Npgsql" && span.ParentSpanId == commit.SpanId);
        var told = string.Join('\n', ours.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Key}={tag.Value}"));
        var payload = Convert.ToHexStringLower(Encoding.UTF8.GetBytes("canary-payload"));
        var user = new NpgsqlConnectionStringBuilder(database).Username!;
        Assert.All(["canary-payload", payload, "Username", "Password", $"{user};"], text => Assert.DoesNotContain(text, told, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("db.client.connection.pool.name=journal", labels);
    }

    private static void Keep(ConcurrentQueue<string> labels, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags) labels.Enqueue($"{name}={value}");
    }
}

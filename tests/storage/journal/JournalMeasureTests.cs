using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Trading.Storage.Journal;
using Trading.Storage.Tests.Faults;
using static Trading.Storage.Tests.Journal.JournalTesting;

namespace Trading.Storage.Tests.Journal;

/// <summary>What the journal measures of itself. The instruments are the process's, so no other test may run beside these.</summary>
[CollectionDefinition(nameof(JournalMeasureTests), DisableParallelization = true)]
[Collection(nameof(JournalMeasureTests))]
public sealed class JournalMeasureTests : IDisposable
{
    private const string CallerName = "journal measure tests";
    private static readonly ActivitySource Caller = new(CallerName);

    private readonly FaultFiles _files = new(new Random(11));
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ConcurrentDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly ActivityListener _spanListener;
    private readonly MeterListener _meterListener = new();

    public JournalMeasureTests()
    {
        _spanListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is CallerName or JournalMetrics.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Source.Name == CallerName || options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_spanListener);
        _meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == JournalMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        _meterListener.SetMeasurementEventCallback<double>((instrument, _, labels, _) => Count(instrument, 1, labels));
        _meterListener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Count(instrument, instrument is Histogram<long> ? 1 : value, labels));
        _meterListener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Count(instrument, value, labels));
        _meterListener.Start();
    }

    public void Dispose()
    {
        _spanListener.Dispose();
        _meterListener.Dispose();
    }

    [Fact]
    public async Task Appends_are_timed_by_their_outcome_and_an_outage_shows_from_its_first_failure_to_its_end()
    {
        using var journal = FileSessionJournal.Open(_files, new FileJournalOptions { TimeProvider = _time });
        await journal.AppendedAsync(Alpha, 0, "a", "b");
        Assert.Equal(AppendStatus.Conflict, (await journal.AppendAsync(Alpha, 1, Payloads("c"), default)).Status);
        var armed = true;
        _files.Plan = (what, _) => what == Operation.Sync && Interlocked.Exchange(ref armed, false) ? Fault.Fail : Fault.None;
        await Assert.ThrowsAsync<UncertainAppendException>(async () => await journal.AppendAsync(Alpha, 2, Payloads("d"), default));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(Alpha, 2, Payloads("e"), default));
        Assert.Equal((1, 1), (_sums["trading.journal.outages file"], _sums["trading.journal.unavailable file"]));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await journal.AppendedAsync(Alpha, 2, "f");

        Assert.Equal((1, 0), (_sums["trading.journal.outages file"], _sums["trading.journal.unavailable file"]));
        Assert.Equal(
            (2, 1, 1, 1),
            (_sums["trading.journal.append.duration file,appended"], _sums["trading.journal.append.duration file,conflict"], _sums["trading.journal.append.duration file,uncertain"], _sums["trading.journal.append.duration file,unavailable"]));
        Assert.Equal((3, 1), (_sums["trading.journal.records file"], _sums["trading.journal.conflicts file"]));
        Assert.Equal((2, 1), (_sums["trading.journal.commit.duration file,committed"], _sums["trading.journal.commit.duration file,uncertain"]));
        Assert.Equal((3, 3), (_sums["trading.journal.commit.appends file"], _sums["trading.journal.commit.size file"]));
    }

    [Fact]
    public async Task Appends_that_share_a_commit_are_linked_to_it_and_it_belongs_to_the_first_of_them()
    {
        using var journal = FileSessionJournal.Open(_files, new FileJournalOptions(), ownThread: false);
        var (first, one) = Append(Alpha);
        var (second, other) = Append(Beta);
        journal.Pump();
        await Task.WhenAll(one, other);

        var commit = Assert.Single(_spans, span => span.OperationName == "journal.commit");
        var appends = _spans.Where(span => span.OperationName == "journal.append").ToArray();
        Assert.Equal([first, second], appends.Select(span => span.ParentSpanId));
        Assert.Equal(appends[0].SpanId, commit.ParentSpanId);
        Assert.Equal([appends[1].SpanId], commit.Links.Select(link => link.Context.SpanId));
        Assert.All(appends, span => Assert.Equal([commit.Context], span.Links.Select(link => link.Context)));
        Assert.Equal(("file", 2, "committed"), (commit.GetTagItem("trading.journal.backend"), commit.GetTagItem("trading.journal.appends"), commit.GetTagItem("trading.journal.outcome")));

        (ActivitySpanId Caller, Task Appending) Append(SessionKey key)
        {
            using var caller = Caller.StartActivity("call")!;
            var appending = journal.AppendAsync(key, 0, Payloads("a"), default).AsTask();
            Assert.Same(caller, Activity.Current);
            return (caller.SpanId, appending);
        }
    }

    [Fact]
    public async Task A_caller_whose_trace_is_not_sampled_costs_no_span()
    {
        using var journal = FileSessionJournal.Open(_files, new FileJournalOptions());
        using var caller = new Activity("not sampled").Start();
        await journal.AppendedAsync(Alpha, 0, "a");
        Assert.DoesNotContain(_spans, span => span.Source.Name == JournalMetrics.MeterName);
        Assert.Equal(1, _sums["trading.journal.append.duration file,appended"]);
    }

    private void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels) =>
        _sums.AddOrUpdate($"{instrument.Name} {string.Join(',', labels.ToArray().Select(label => label.Value))}", value, (_, sum) => sum + value);
}

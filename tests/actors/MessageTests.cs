using System.Collections.Immutable;
using System.Diagnostics;

namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class MessageTests(ActorHost host)
{
    private static readonly Order Sample = new(
        "o-1", Side.Sell, 1.2345678901234567890123456789m, new DateTimeOffset(2024, 2, 29, 12, 30, 0, TimeSpan.FromHours(-5)), new Fill(1, 2, Int128.MinValue), null);

    [Fact]
    public async Task Records_come_back_equal()
    {
        var grain = host.Grain<IMessageGrain>();
        Assert.Equal(Sample, await grain.Echo(Sample));
        Assert.Equal(new Fill(long.MinValue, long.MaxValue, Int128.MaxValue), await grain.EchoFill(new Fill(long.MinValue, long.MaxValue, Int128.MaxValue)));
        Assert.Null(await grain.Nothing(null));
    }

    [Fact]
    public async Task A_derived_record_comes_back_as_what_it_is()
    {
        var grain = host.Grain<IMessageGrain>();
        Assert.Equal(new Accepted(Sample) { Sequence = 1 }, await grain.Decide(Sample, accept: true));
        Assert.Equal(new Rejected("no") { Sequence = 2 }, await grain.Decide(Sample, accept: false));
    }

    [Fact]
    public async Task Arrays_and_tables_come_back_complete()
    {
        var grain = host.Grain<IMessageGrain>();
        var fills = Enumerable.Range(0, 1000).Select(number => new Fill(number, 2, number * (Int128)long.MaxValue)).ToImmutableArray();
        Assert.Equal(fills, await grain.EchoFills(fills));
        Assert.Equal(2000, await grain.Total([.. fills]));
        var table = await grain.Table(new Dictionary<string, Fill[]> { ["a"] = [.. fills[..2]], ["b"] = [] });
        Assert.Equal(fills[..2], table["a"]);
        Assert.Empty(table["b"]);
    }

    [Fact]
    public async Task Exceptions_reach_the_caller_as_themselves()
    {
        var grain = host.Grain<IMessageGrain>();
        var atOnce = await Assert.ThrowsAsync<OrderRefusedException>(() => grain.Refuse("7"));
        Assert.Equal(("7", "at once"), (atOnce.OrderId, atOnce.Message));
        var later = await Assert.ThrowsAsync<OrderRefusedException>(() => grain.RefuseAfterAwait("8"));
        Assert.Equal(("8", "later"), (later.OrderId, later.Message));
        var byValue = await Assert.ThrowsAsync<ArgumentException>(() => grain.RefuseByValue("9").AsTask());
        Assert.StartsWith("bad value", byValue.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_leaves_the_activation_in_service()
    {
        var grain = host.Grain<IMessageGrain>();
        await Assert.ThrowsAsync<OrderRefusedException>(() => grain.Refuse("7"));
        Assert.Equal(Sample, await grain.Echo(Sample));
    }

    [Fact]
    public async Task The_request_context_travels_with_calls_and_their_calls()
    {
        RequestContext.Set("tenant", "acme");
        try
        {
            Assert.Equal("acme>acme", await host.Grain<IMessageGrain>().Context("tenant", host.Grain<IMessageGrain>()));
        }
        finally
        {
            RequestContext.Clear();
        }

        Assert.Equal("nothing>nothing", await host.Grain<IMessageGrain>().Context("tenant", host.Grain<IMessageGrain>()));
    }

    [Fact]
    public async Task The_trace_of_the_caller_goes_along_with_calls_and_their_calls_and_stays_the_callers()
    {
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        using var trace = new Activity("client").SetIdFormat(ActivityIdFormat.W3C).Start();
        var id = trace.TraceId.ToHexString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Grain<IMessageGrain>().Trace(host.Grain<IMessageGrain>())));
        Assert.All(answers, answer => Assert.Equal($"{id},{id}>{id},{id}", answer));
        Assert.Same(trace, Activity.Current);
    }

    [Fact]
    public async Task A_call_without_a_trace_finds_none_of_an_earlier_one()
    {
        var grain = host.Grain<IMessageGrain>();
        using (new Activity("client").SetIdFormat(ActivityIdFormat.W3C).Start()) await grain.Trace(null);
        Assert.Equal("none,none", await grain.Trace(null));
    }

    [Fact]
    public async Task A_change_of_the_request_context_does_not_come_back()
    {
        var grain = host.Grain<IMessageGrain>();
        RequestContext.Set("tenant", "acme");
        try
        {
            await grain.ChangeContext("tenant", "evil");
            Assert.Equal("acme", RequestContext.Get("tenant"));
        }
        finally
        {
            RequestContext.Clear();
        }

        await grain.ChangeContext("tenant", "evil");
        Assert.Null(RequestContext.Get("tenant"));
        Assert.Equal("nothing", await grain.Context("tenant", null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ambient_values_and_contexts_stay_on_their_side_of_a_call(bool fromPoolThread)
    {
        var grain = host.Grain<IMessageGrain>();
        await grain.Ambient();
        await (fromPoolThread ? Task.Run(Check) : Check());

        async Task Check()
        {
            var context = SynchronizationContext.Current;
            MessageGrain.AmbientValue.Value = "the caller's";
            RequestContext.Set("tenant", "acme");
            var call = grain.Ambient();
            Assert.Same(context, SynchronizationContext.Current);
            Assert.Equal("the caller's", MessageGrain.AmbientValue.Value);
            Assert.Equal("nothing", await call);
            var change = grain.ChangeContext("tenant", "evil");
            Assert.Equal("acme", RequestContext.Get("tenant"));
            await change;
            Assert.Equal("acme", RequestContext.Get("tenant"));
            RequestContext.Clear();
            Assert.Equal("nothing", await grain.Context("tenant", null));
        }
    }

    [Fact]
    public async Task A_cancelled_token_cancels_the_call_and_the_grain_sees_it()
    {
        var grain = host.Grain<IMessageGrain>();
        var signal = Guid.NewGuid().ToString("N");
        using var cancellation = new CancellationTokenSource();
        var call = grain.Obey(signal, cancellation.Token);
        await host.Signals.Wait(signal + ":started");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await host.Signals.Wait(signal + ":cancelled");
        Assert.False(host.Signals.IsSet(signal + ":elsewhere"));
        Assert.Equal(Sample, await grain.Echo(Sample));
    }

    [Fact]
    public async Task A_call_with_a_token_that_is_not_cancelled_runs()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.False(await host.Grain<IMessageGrain>().SeesCancelled(cancellation.Token));
        Assert.False(await host.Grain<IMessageGrain>().SeesCancelled(CancellationToken.None));
    }

    [Fact]
    public async Task A_call_with_a_token_that_is_cancelled_already_does_not_run()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Grain<IMessageGrain>().SeesCancelled(cancellation.Token));
    }

    [Fact]
    public async Task An_observer_hears_what_grains_tell_it()
    {
        var grain = host.Grain<INewsGrain>();
        var listener = new Listener(host.Signals);
        var reference = host.Client.CreateObjectReference<INewsObserver>(listener);
        await grain.Listen(reference);
        Assert.True(await grain.Tell("one"));
        Assert.True(await grain.Tell("two"));
        Assert.Equal(["one", "two"], listener.Heard);
        Assert.False(await grain.Tell("fail"));
        await grain.Whisper("three");
        await host.Signals.Wait(listener.Id + ":three");
        host.Client.DeleteObjectReference<INewsObserver>(reference);
        GC.KeepAlive(listener);
    }

    private sealed class Listener(Signals signals) : INewsObserver
    {
        private readonly List<string> _heard = [];

        public string Id { get; } = Guid.NewGuid().ToString("N");

        public string[] Heard => [.. _heard];

        Task INewsObserver.Heard(string news)
        {
            _heard.Add(news);
            return news == "fail" ? throw new ArgumentException(news) : Task.CompletedTask;
        }

        public void Whispered(string news) => signals.Set($"{Id}:{news}");
    }
}

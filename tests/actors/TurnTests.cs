namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class TurnTests(ActorHost host)
{
    private readonly string _signal = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_turn_runs_until_its_task_completes_before_the_next_one_begins()
    {
        var grain = host.Grain<ITurnGrain>();
        var calls = new[] { grain.Write(_signal), grain.Write(_signal), grain.Write(_signal) };
        await host.Signals.Wait(_signal + ":write");
        host.Signals.Set(_signal);
        await Task.WhenAll(calls);
        Assert.Equal(["write begins", "write ends", "write begins", "write ends", "write begins", "write ends"], Log(grain));
    }

    /// <summary>Only for a grain that is active already: what comes during activation may be reordered by Orleans.</summary>
    [Fact]
    public async Task Calls_of_one_caller_to_an_active_grain_run_in_the_order_in_which_they_were_made()
    {
        var grain = host.Grain<ITurnGrain>();
        await grain.Sum();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(grain.Append));
        Assert.Equal(Enumerable.Range(0, 500), await grain.Appended());
    }

    [Fact]
    public async Task An_activation_uses_one_thread_at_a_time_even_when_turns_interleave()
    {
        var grain = host.Grain<IReentrantGrain>();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => grain.Accumulate(100))));
        Assert.Equal(5000, await grain.Sum());
    }

    [Fact]
    public async Task Awaits_come_back_to_the_activation()
    {
        Assert.True(await host.Grain<ITurnGrain>().StaysHome());
        Assert.True(await host.Grain<IReentrantGrain>().StaysHome());
    }

    [Fact]
    public async Task Turns_of_a_reentrant_grain_interleave_at_their_awaits()
    {
        var grain = host.Grain<IReentrantGrain>();
        var first = grain.Write(_signal);
        await host.Signals.Wait(_signal + ":write");
        var second = grain.Write("second" + _signal);
        await host.Signals.Wait("second" + _signal + ":write");
        Assert.Equal(["write begins", "write begins"], Log(grain));
        host.Signals.Set("second" + _signal);
        await second;
        Assert.False(first.IsCompleted);
        host.Signals.Set(_signal);
        await first;
    }

    [Fact]
    public async Task A_method_marked_AlwaysInterleave_runs_while_another_turn_waits()
    {
        var grain = host.Grain<ITurnGrain>();
        var writing = grain.Write(_signal);
        await host.Signals.Wait(_signal + ":write");
        host.Signals.Set("peek" + _signal);
        await grain.Peek("peek" + _signal);
        Assert.Equal(["write begins", "peek begins", "peek ends"], Log(grain));
        host.Signals.Set(_signal);
        await writing;
    }

    [Fact]
    public async Task While_a_method_marked_AlwaysInterleave_waits_others_run()
    {
        var grain = host.Grain<ITurnGrain>();
        var peeking = grain.Peek(_signal);
        await host.Signals.Wait(_signal + ":peek");
        host.Signals.Set("write" + _signal);
        await grain.Write("write" + _signal);
        Assert.False(peeking.IsCompleted);
        host.Signals.Set(_signal);
        await peeking;
    }

    /// <summary>A writer waits for the reader that came first, not for all: when that one has ended it may start beside the others.</summary>
    [Fact]
    public async Task Readers_interleave_with_readers_and_a_writer_waits_for_the_first_of_them()
    {
        var grain = host.Grain<ITurnGrain>();
        var firstReader = grain.Read(_signal);
        await host.Signals.Wait(_signal + ":read");
        var secondReader = grain.Read("second" + _signal);
        await host.Signals.Wait("second" + _signal + ":read");
        var writer = grain.Write("writer" + _signal);
        Assert.Equal(["read begins", "read begins"], Log(grain));
        host.Signals.Set("writer" + _signal);
        host.Signals.Set("second" + _signal);
        await secondReader;
        Assert.Equal(["read begins", "read begins", "read ends"], Log(grain));
        host.Signals.Set(_signal);
        await Task.WhenAll(firstReader, writer);
        Assert.Equal(["read begins", "read begins", "read ends", "read ends", "write begins", "write ends"], Log(grain));
    }

    [Fact]
    public async Task A_writer_keeps_readers_waiting()
    {
        var grain = host.Grain<ITurnGrain>();
        var writer = grain.Write(_signal);
        await host.Signals.Wait(_signal + ":write");
        host.Signals.Set("reader" + _signal);
        var reader = grain.Read("reader" + _signal);
        host.Signals.Set(_signal);
        await Task.WhenAll(writer, reader);
        Assert.Equal(["write begins", "write ends", "read begins", "read ends"], Log(grain));
    }

    [Fact]
    public async Task A_call_that_comes_back_to_a_waiting_grain_times_out()
    {
        var (first, second) = (host.Grain<ICircleGrain>(), host.Grain<ICircleGrain>());
        await Assert.ThrowsAsync<TimeoutException>(() => first.Around(second));
        Assert.Equal(41, await first.End());
        Assert.Equal(41, await second.End());
    }

    [Fact]
    public async Task A_call_that_comes_back_to_a_reentrant_grain_succeeds()
    {
        var (first, second) = (host.Grain<IReentrantCircleGrain>(), host.Grain<IReentrantCircleGrain>());
        Assert.Equal(42, await first.Around(second));
    }

    [Fact]
    public async Task A_one_way_call_returns_before_its_turn_has_ended()
    {
        var grain = host.Grain<ITurnGrain>();
        await grain.Tell(_signal);
        Assert.False(host.Signals.IsSet(_signal + ":told"));
        host.Signals.Set(_signal);
        await host.Signals.Wait(_signal + ":told");
    }

    [Fact]
    public async Task A_stateless_worker_runs_as_many_calls_at_once_as_it_may_and_no_more()
    {
        var worker = host.Client.GetGrain<IWorkerGrain>(0);
        var calls = Enumerable.Range(0, 5).Select(_ => worker.Work(_signal)).ToArray();
        await host.Signals.Wait(_signal + ":3");
        Assert.Equal(3, host.Signals.Logged(_signal + ":").Length);
        host.Signals.Set(_signal);
        await Task.WhenAll(calls);
        Assert.Equal(5, host.Signals.Logged(_signal + ":").Length);
    }

    private string[] Log(ISteps grain) => host.Signals.Logged(grain.GetPrimaryKeyString() + ":");
}

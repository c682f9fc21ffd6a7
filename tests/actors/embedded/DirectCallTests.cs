using Orleans.Runtime;

namespace Trading.Actors.Tests.Embedded;

/// <summary>Calls from a pool thread to an idle grain, which run where they are.</summary>
public sealed class DirectCallTests
{
    [Fact]
    public async Task A_call_to_an_idle_grain_runs_on_the_callers_pool_thread()
    {
        await using var host = await EmbeddedHost.Start(_ => { });
        var grain = host.Grain<IMessageGrain>();
        await grain.RunningThread();
        await Task.Run(() =>
        {
            AwaitIdle(grain.RunningThread);
            var call = grain.RunningThread();
            Assert.True(call.IsCompletedSuccessfully);
            Assert.Equal(Environment.CurrentManagedThreadId, call.Result);
        });
    }

    [Fact]
    public async Task It_leaves_the_callers_ambient_values_and_context_alone()
    {
        await using var host = await EmbeddedHost.Start(_ => { });
        var grain = host.Grain<IMessageGrain>();
        await grain.Ambient();
        await Task.Run(() =>
        {
            AwaitIdle(grain.RunningThread);
            MessageGrain.AmbientValue.Value = "the caller's";
            RequestContext.Set("tenant", "acme");
            Assert.Equal("nothing", grain.Ambient().Result);
            Assert.True(grain.ChangeContext("tenant", "evil").IsCompleted);
            Assert.Equal(("the caller's", "acme", null), (MessageGrain.AmbientValue.Value, RequestContext.Get("tenant"), SynchronizationContext.Current));
            RequestContext.Clear();
            Assert.Equal("nothing", grain.Ambient().Result);
            Assert.Equal("the caller's", MessageGrain.AmbientValue.Value);
        });
    }

    [Fact]
    public async Task It_allocates_the_request_and_the_grains_own_task_and_nothing_else()
    {
        const int Calls = 1000;
        await using var host = await EmbeddedHost.Start(_ => { });
        var grain = host.Grain<ITurnGrain>();
        await grain.Sum();
        var allocated = await Task.Run(() =>
        {
            AwaitIdle(grain.Sum);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var call = 0; call < Calls; call++)
            {
                _ = grain.Sum();
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        });
        Assert.InRange(allocated, 1, 256);
    }

    /// <summary>
    /// An answer can overtake the end of the turn's thread by a moment: waits until that has left. A call that had to queue is waited for before the next one is
    /// made, because calls made one upon the other would keep the activation busy for ever.
    /// </summary>
    private static void AwaitIdle(Func<Task> call)
    {
        for (var spins = 64; ; spins = Math.Min(spins * 2, 1 << 20))
        {
            var made = call();
            if (made.IsCompleted) return;
            made.GetAwaiter().GetResult();
            Thread.SpinWait(spins);
        }
    }
}

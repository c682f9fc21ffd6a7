using Trading.GrainInterfaces.Runs;
using Trading.Grains.Runs;
using Trading.Grains.Tests.Data;

namespace Trading.Grains.Tests.Runs;

/// <summary>The power goes at every write of a grain's state. The next host goes on by itself, and the results are those of an undisturbed run.</summary>
public class RunCrashTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_write_of_a_state_leaves_what_the_next_host_completes_unasked(bool isStored)
    {
        var request = RunHost.Sweep(4, 3, 1);
        var expected = RunHost.Expected(request);
        var (hash, writes) = await UndisturbedAsync(request);
        Assert.True(writes >= 6, $"only {writes} writes");
        for (var at = 1; at <= writes; at++)
        {
            var states = new DataStates();
            var off = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var fatal = at;
            states.Plan = write =>
            {
                if (write < fatal) return (false, false);
                off.TrySetResult();
                return (true, isStored && write == fatal);
            };

            // how many steps share a write depends on when they happen: a run with fewer writes than the first one is whole before the power goes
            states.Seen = (_, state) =>
            {
                if (state is RunDocument { Record.IsSettled: true }) off.TrySetResult();
            };
            var wasTold = await RunUntilAsync(states, request, off.Task);
            await CompleteAsync(states.Copy(), request, wasTold, expected, hash, $"write {at}");
        }
    }

    [Fact]
    public async Task A_lost_write_of_a_living_host_is_made_up_for_by_itself()
    {
        var request = RunHost.Sweep(4, 3, 1);
        var (hash, writes) = await UndisturbedAsync(request);
        for (var at = 4; at <= writes; at++)
        {
            foreach (var isStored in (bool[])[false, true])
            {
                var (fatal, states) = (at, new DataStates());
                states.Plan = write => (write == fatal, isStored);
                await using var host = await RunHost.StartAsync(states: states);
                await host.BeginAsync("run", request);
                var status = await host.EndAsync("run");
                Assert.Equal((RunState.Completed, hash), (status.State, status.Hash));
            }
        }
    }

    private static async Task<(string Hash, int Writes)> UndisturbedAsync(RunRequest request)
    {
        var states = new DataStates();
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        states.Seen = (_, state) =>
        {
            if (state is RunDocument { Record.IsSettled: true }) settled.TrySetResult();
        };
        await using var host = await RunHost.StartAsync(states: states);
        await host.BeginAsync("run", request);
        var hash = (await host.EndAsync("run")).Hash!;
        await settled.Task;
        return (hash, states.Writes);
    }

    private static async Task<bool> RunUntilAsync(DataStates states, RunRequest request, Task off)
    {
        await using var host = await RunHost.StartAsync(states: states);
        var wasTold = false;
        try
        {
            await host.BeginAsync("run", request);
            wasTold = true;
            await off.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (OrleansException) when (off.IsCompleted)
        {
            // nobody was told that it had begun
        }

        return wasTold;
    }

    private static async Task CompleteAsync(DataStates states, RunRequest request, bool wasTold, SetResult[] expected, string hash, string crash)
    {
        await using var host = await RunHost.StartAsync(states: states);

        // who was told waits; who was not asks again
        if (!wasTold) await host.BeginAsync("run", request);
        var status = await host.EndAsync("run");
        Assert.True((status.State, status.Hash) == (RunState.Completed, hash), $"{crash}: {status.State} {status.Hash}");
        var results = await host.ResultsAsync("run");
        Assert.True(expected.SequenceEqual(results), $"{crash}: other results");
        Assert.Equal(["run"], (await host.Runs().List(RunKind.Sweep, 0, 10, default)).Ids);
        while ((await host.Client.GetGrain<IRunQueueGrain>(0).Watch(0, default)).Runs.Count > 0) await Task.Delay(5);
    }
}

using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Tests.Runs;

public class RunQueueTests
{
    [Fact]
    public async Task Who_watches_learns_at_once_of_what_begins_and_ends()
    {
        await using var host = await RunHost.StartAsync(workers: 0);
        var queue = host.Client.GetGrain<IRunQueueGrain>(0);
        var seen = await queue.Watch(0, default);
        Assert.Empty(seen.Runs);
        var watching = queue.Watch(seen.Version, default);
        Assert.True(await queue.Add("u/a", default));
        seen = await watching;
        Assert.Equal(["u/a"], seen.Runs);
        Assert.True(await queue.Add("u/a", default));
        Assert.True(await queue.Add("u/b", default));
        Assert.Equal(["u/a", "u/b"], (await queue.Watch(seen.Version, default)).Runs);
        await queue.Remove("u/a", neverBegan: false, default);
        await queue.Remove("u/c", neverBegan: false, default);
        Assert.Equal(["u/b"], (await queue.Watch(0, default)).Runs);
    }

    [Fact]
    public async Task With_nothing_new_it_answers_all_the_same()
    {
        await using var host = await RunHost.StartAsync(workers: 0);
        var queue = host.Client.GetGrain<IRunQueueGrain>(0);
        var seen = await queue.Watch(0, default);
        Assert.Equal(seen.Version, (await queue.Watch(seen.Version, default)).Version);
    }

    [Fact]
    public async Task It_outlives_its_activation_and_a_new_one_is_never_taken_for_the_old()
    {
        await using var host = await RunHost.StartAsync(workers: 0);
        var queue = host.Client.GetGrain<IRunQueueGrain>(0);
        await queue.Add("u/a", default);
        var before = await queue.Watch(0, default);
        host.Sessions.Grains.Time.Now += TimeSpan.FromSeconds(1);
        await host.Sessions.Grains.DeactivateAllAsync();
        var after = await queue.Watch(before.Version, default);
        Assert.Equal(["u/a"], after.Runs);
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task A_run_that_never_began_is_removed_when_it_had_time_to_begin()
    {
        await using var host = await RunHost.StartAsync(workers: 0);
        var queue = host.Client.GetGrain<IRunQueueGrain>(0);
        await queue.Add("u/a", default);
        await queue.Remove("u/a", neverBegan: true, default);
        Assert.Equal(["u/a"], (await queue.Watch(0, default)).Runs);
        host.Sessions.Grains.Time.Now += TimeSpan.FromMinutes(1);
        await queue.Remove("u/a", neverBegan: true, default);
        Assert.Empty((await queue.Watch(0, default)).Runs);
    }
}

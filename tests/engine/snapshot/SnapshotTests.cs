using System.Security.Cryptography;
using Trading.Engine.Events;
using Trading.Engine.Snapshot;
using Trading.Engine.Tests.Scenario;
using Trading.Engine.Tests.Twin;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Snapshots;

public sealed class SnapshotTests
{
    [Fact]
    [Trait("req", "EXEC-063")]
    public void A_run_interrupted_at_random_points_equals_the_undisturbed_one()
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var random = new Random(seed);
            var whole = new Simulation(workload.Config, workload.Series);
            var interrupted = new Simulation(workload.Config, workload.Series);
            foreach (var step in workload.Steps)
            {
                step.Take(whole);
                step.Take(interrupted);
                if (random.Next(4) == 0) interrupted = Simulation.Restore(workload.Config, workload.Series, interrupted.SaveSnapshot());
                Assert.True(whole.Events.SequenceEqual(interrupted.Events), $"seed {seed}");
                if (random.Next(3) != 0) continue;
                whole.ClearEvents();
                interrupted.ClearEvents();
            }

            whole.Finish();
            interrupted.Finish();
            Assert.Equal(whole.ResultHash, interrupted.ResultHash);
            Assert.Equal((whole.Cash, whole.Equity, whole.OrderCount), (interrupted.Cash, interrupted.Equity, interrupted.OrderCount));
            Assert.Equal(whole.Trades.ToArray(), interrupted.Trades.ToArray());
            Assert.Equal(whole.Statistics.Counters, interrupted.Statistics.Counters);
            Assert.Equal(whole.Statistics.MaximumDrawdown, interrupted.Statistics.MaximumDrawdown);
            Assert.Equal(whole.Statistics.Curve.ToArray(), interrupted.Statistics.Curve.ToArray());
            Assert.Empty(interrupted.Reconcile());
        }
    }

    [Fact]
    [Trait("req", "EXEC-063")]
    public void The_result_hash_is_the_chain_over_blocks_of_64_events()
    {
        var run = new Run(Plain, Minutes("A", Open, [.. Enumerable.Range(0, 50).Select(_ => (100m, 100m, 100m, 100m, 10m))]));
        for (var tick = 0; tick < 50; tick++)
        {
            run.Submit(tick % 2 == 0 ? Buy(1) : Sell(1));
            run.Ticks();
        }

        Assert.Equal(100, run.Events.Count);
        var hash = new byte[32];
        foreach (var block in run.Events.Chunk(64))
        {
            var bytes = new byte[32 + block.Length * SimulationEvent.Size];
            hash.CopyTo(bytes, 0);
            for (var index = 0; index < block.Length; index++) block[index].Write(bytes.AsSpan(32 + index * SimulationEvent.Size));
            hash = SHA256.HashData(bytes);
        }

        Assert.Equal(Convert.ToHexStringLower(hash), run.Simulation.ResultHash);
        Assert.Equal(run.Simulation.ResultHash, run.Simulation.ResultHash);
    }

    [Fact]
    public void A_snapshot_is_refused_for_another_run_and_when_it_is_damaged()
    {
        var bars = Minutes("A", Open, (100, 101, 99, 100, 10), (100, 101, 99, 100, 10));
        var run = new Run(Plain, bars);
        run.Submit(Buy(1));
        run.Ticks();
        var snapshot = run.Simulation.SaveSnapshot();
        Assert.Equal(U(1), Simulation.Restore(Plain, [bars], snapshot).Position(0));
        Assert.Throws<SnapshotException>(() => Simulation.Restore(Plain with { Seed = 1 }, [bars], snapshot));
        Assert.Throws<SnapshotException>(() => Simulation.Restore(Plain, [Minutes("A", Open, (100, 101, 99, 100, 10), (100, 101, 99, 100.01m, 10))], snapshot));
        Assert.Throws<SnapshotException>(() => Simulation.Restore(Plain, [bars], snapshot.AsSpan(1)));
        Assert.Throws<SnapshotException>(() => Simulation.Restore(Plain, [bars], [.. snapshot, 0]));
        for (var length = 0; length < snapshot.Length; length += 97) Assert.Throws<SnapshotException>(() => Simulation.Restore(Plain, [bars], snapshot.AsSpan(0, length)));
        snapshot[4]++;
        Assert.Throws<SnapshotException>(() => Simulation.Restore(Plain, [bars], snapshot));
    }
}

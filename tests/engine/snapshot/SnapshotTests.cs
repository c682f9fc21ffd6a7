using System.Security.Cryptography;
using Trading.Engine.Bars;
using Trading.Engine.Events;
using Trading.Engine.Metrics;
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
    public void A_run_and_its_snapshots_do_not_depend_on_bars_outside_its_range()
    {
        var ranges = 0;
        for (var seed = 1; seed <= 300; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            BarSeries[] within = [.. workload.Series.Select(series => Within(series, workload.Config.Start, workload.Config.End))];
            if (within.Sum(series => series.Count) == workload.Series.Sum(series => series.Count)) continue;
            ranges++;
            var random = new Random(seed);
            var whole = new Simulation(workload.Config, workload.Series);
            var moved = new Simulation(workload.Config, within);
            foreach (var step in workload.Steps)
            {
                step.Take(whole);
                step.Take(moved);
                // from the columns of one load to those of another, and back
                if (random.Next(3) == 0) moved = Simulation.Restore(workload.Config, random.Next(2) == 0 ? workload.Series : within, moved.SaveSnapshot());
                Assert.True(whole.Events.SequenceEqual(moved.Events), $"seed {seed}");
                Assert.Equal(whole.SaveSnapshot(), moved.SaveSnapshot());
            }

            whole.Finish();
            moved.Finish();
            Assert.Equal(whole.ResultHash, moved.ResultHash);
            Assert.Equal(AssumptionsManifest.Of(whole).ToCanonicalJson(), AssumptionsManifest.Of(moved).ToCanonicalJson());
        }

        Assert.True(ranges > 50, $"{ranges} workloads have bars outside their range");
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

    private static BarSeries Within(BarSeries series, long start, long end)
    {
        var bars = series.FirstAtOrAfter(start)..Math.Max(series.FirstAtOrAfter(start), series.FirstAtOrAfter(end));
        return new BarSeries(series.Instrument, series.Days, series.BarMicros, series.Source, series.DataVersion, series.OpenTime[bars], series.Open[bars], series.High[bars], series.Low[bars], series.Close[bars], series.Volume[bars]);
    }
}

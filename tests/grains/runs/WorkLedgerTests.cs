using Trading.GrainInterfaces.Runs;
using Trading.Grains.Runs;

namespace Trading.Grains.Tests.Runs;

public class WorkLedgerTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset Begin = new(2026, 2, 3, 9, 15, 0, TimeSpan.Zero);

    [Fact]
    public void Whatever_workers_do_no_set_is_lost_and_none_counts_twice()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var sets = Sets(random.Next(1, 60));
            var ledger = new WorkLedger(sets, Lease);
            var now = Begin;
            var workers = Enumerable.Range(0, 4).ToDictionary(at => $"w{at}", _ => new List<int>());
            for (var step = 0; step < 300 && !ledger.IsComplete; step++)
            {
                now += TimeSpan.FromSeconds(random.Next(0, 4));
                var (name, held) = workers.ElementAt(random.Next(workers.Count));
                if (random.Next(10) == 0)
                {
                    // it died; what it had is missed after a while, or at once
                    if (random.Next(2) == 0) ledger.Leave(name);
                    held.Clear();
                    continue;
                }

                // sometimes an answer was lost: it does not know what it was given
                if (random.Next(8) == 0) held.RemoveAll(_ => random.Next(2) == 0);
                ledger.Hear(name, random.Next(1, 4), held, 100, now);
                var done = held.Take(random.Next(0, held.Count + 1)).ToArray();
                foreach (var number in done) ledger.Finish(number, random.Next(5) > 0);
                held.RemoveAll(done.Contains);
                held.AddRange(ledger.Take(name, random.Next(1, 5)).Select(set => set.Number));
                Assert.Equal(held.Count, held.Distinct().Count());
                ledger.Expire(now);
            }

            ledger.Expire(now + Lease);
            ledger.Hear("last", 1, [], 0, now + Lease);
            var rest = new List<int>();
            while (ledger.Take("last", 1) is { Length: > 0 } given)
            {
                rest.AddRange(given.Select(set => set.Number));
                foreach (var set in given) ledger.Finish(set.Number, true);
            }

            Assert.True(ledger.IsComplete, $"seed {seed}");
            Assert.Equal(sets.Length, ledger.Done + ledger.Failed);
            Assert.Equal(rest.Order(), rest);
        }
    }

    [Fact]
    public void Two_workers_that_are_heard_never_have_the_same_set()
    {
        var ledger = new WorkLedger(Sets(100), Lease);
        ledger.Hear("a", 1, [], 0, Begin);
        ledger.Hear("b", 2, [], 0, Begin);
        var (a, b) = (new List<int>(), new List<int>());
        while (!ledger.IsComplete)
        {
            a.AddRange(ledger.Take("a", 3).Select(set => set.Number));
            b.AddRange(ledger.Take("b", 3).Select(set => set.Number));
            Assert.Empty(a.Intersect(b));
            Assert.True(b.Count <= 6 && a.Count <= 3);
            foreach (var number in a.Take(1).Concat(b.Take(2))) ledger.Finish(number, true);
            a.RemoveAll(ledger.HasResult);
            b.RemoveAll(ledger.HasResult);
        }
    }

    [Fact]
    public void Near_the_end_a_worker_gets_no_more_than_half_of_its_share()
    {
        var ledger = new WorkLedger(Sets(12), Lease);
        foreach (var name in (string[])["a", "b", "c"]) ledger.Hear(name, 1, [], 0, Begin);
        Assert.Equal(2, ledger.Take("a", 50).Length);
        Assert.Equal(2, ledger.Take("b", 50).Length);
        Assert.Equal([5, 6], ledger.Take("c", 50).Select(set => set.Number));
        Assert.Single(ledger.Take("a", 50));
        var alone = new WorkLedger(Sets(12), Lease);
        alone.Hear("a", 1, [], 0, Begin);
        Assert.Equal(6, alone.Take("a", 50).Length);
    }

    [Fact]
    public void A_new_ledger_takes_over_what_workers_say_they_have()
    {
        var ledger = new WorkLedger(Sets(4), Lease);
        ledger.Finish(1, true);
        ledger.Hear("a", 1, [2, 3], 0, Begin);
        ledger.Hear("b", 1, [3], 0, Begin);
        Assert.Equal([4], ledger.Take("b", 2).Select(set => set.Number));
        Assert.Equal(["a"], ledger.Expire(Begin + Lease).Where(name => name == "a"));
    }

    [Fact]
    public void While_nobody_has_read_the_bars_one_worker_has_one_set()
    {
        var ledger = new WorkLedger(Sets(10), Lease);
        ledger.Hear("a", 4, [], 0, Begin);
        ledger.Hear("b", 4, [], 0, Begin);
        Assert.Equal([1], ledger.TakeFirst("a").Select(set => set.Number));
        Assert.Empty(ledger.TakeFirst("b"));
        Assert.Empty(ledger.TakeFirst("a"));
        ledger.Leave("a");
        Assert.Equal([1], ledger.TakeFirst("b").Select(set => set.Number));
    }

    private static ParameterSet[] Sets(int count) => [.. Enumerable.Range(1, count).Select(number => new ParameterSet(number, 2, 3, number))];
}

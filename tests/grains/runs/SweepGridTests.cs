using Trading.GrainInterfaces.Runs;
using Trading.Grains.Runs;

namespace Trading.Grains.Tests.Runs;

public class SweepGridTests
{
    [Fact]
    public void A_grid_has_every_combination_once_in_order_without_those_that_are_skipped()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var request = RunHost.Sweep() with { Fast = Values(random, 2, 500), Slow = Values(random, 3, 1_000), Quantity = Array.ConvertAll(Values(random, 1, 50), value => (long)value) };
            var naive =
                from fast in request.Fast
                from slow in request.Slow
                from quantity in request.Quantity
                where slow > fast
                select (fast, slow, quantity);
            var sets = SweepGrid.Expand(request, out var skipped);
            Assert.Equal(naive, sets.Select(set => (set.Fast, set.Slow, set.Quantity)));
            Assert.Equal(Enumerable.Range(1, sets.Count), sets.Select(set => set.Number));
            Assert.Equal(SweepGrid.Combinations(request), sets.Count + skipped);
        }
    }

    [Theory]
    [InlineData("strategy.fast", "INVALID_FIELD")]
    [InlineData("strategy.slow", "INVALID_FIELD")]
    [InlineData("strategy.quantity", "INVALID_FIELD")]
    [InlineData("strategy.name", "UNKNOWN_STRATEGY")]
    [InlineData("strategy", "TOO_MANY_SETS")]
    public void A_broken_rule_names_its_field(string field, string code)
    {
        var request = RunHost.Sweep();
        RunRequest[] broken = field switch
        {
            "strategy.fast" => [request with { Fast = [1] }, request with { Fast = [2, 501] }],
            "strategy.slow" => [request with { Slow = [2] }, request with { Slow = [9, 1_001] }, request with { Fast = [20], Slow = [20] }],
            "strategy.quantity" => [request with { Quantity = [0] }, request with { Quantity = [RunRequest.MaximumQuantity + 1] }],
            "strategy.name" => [request with { Strategy = "magic" }],
            _ => [RunHost.Sweep(12, 5, 4), RunHost.Sweep(20, 20, 3)],
        };
        var options = new RunOptions { MaxSets = 100, MaxCombinations = 1_000 };
        Assert.All(broken, one => Assert.Equal((RunProblemKind.Invalid, code, field), (RunRules.Check(one, options)!.Kind, RunRules.Check(one, options)!.Code, RunRules.Check(one, options)!.Field)));
        Assert.Null(RunRules.Check(request with { Fast = [2, 500], Slow = [3, 1_000], Quantity = [1, RunRequest.MaximumQuantity] }, options));
    }

    private static int[] Values(Random random, int least, int most) => [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(least, most + 1)).Distinct()];
}

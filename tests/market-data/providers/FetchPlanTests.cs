using Trading.Engine.Bars;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;

namespace Trading.MarketData.Tests.Providers;

public sealed class FetchPlanTests
{
    private const long Day = 1440 * TestTime.Minute;
    private static readonly MarketRules Utc = Vendors.Markets.For(AssetClass.Crypto);
    private static readonly MarketRules NewYork = Vendors.Markets.For(AssetClass.Equity);

    [Fact]
    [Trait("req", "OHLCV-009")]
    [Trait("req", "OHLCV-132")]
    public void A_year_of_one_symbol_takes_six_requests_to_polygon()
    {
        using var table = Vendors.Table("polygon", "https://vendor.example");
        var (start, end) = (NewYork.BoundsOf(new DateOnly(2024, 1, 1)).Start, NewYork.BoundsOf(new DateOnly(2024, 12, 31)).End);
        var requests = FetchPlan.Batch([new(start, end)], table.InOrder.Single().LongestRequest(AssetClass.Equity), NewYork);
        Assert.Equal(6, requests.Count);
        Assert.Equal((start, end), (requests[0].Start, requests[^1].End));
        Assert.All(requests.Zip(requests.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
        // every cut lies at midnight in New York, on both sides of both changes of the clock
        Assert.All(requests, request => Assert.Equal(request.Start, NewYork.BoundsOf(NewYork.DayOf(request.Start)).Start));
    }

    [Fact]
    [Trait("req", "OHLCV-132")]
    public void Many_small_gaps_of_some_weeks_become_one_request()
    {
        FetchSpan[] gaps = [new(At("2024-07-16 14:00"), At("2024-07-16 14:30")), new(At("2024-07-02 15:00"), At("2024-07-02 15:01")), new(At("2024-07-16 14:20"), At("2024-07-16 15:00"))];
        Assert.Equal([new FetchSpan(At("2024-07-02 15:00"), At("2024-07-16 15:00"))], FetchPlan.Batch(gaps, TimeSpan.FromDays(30), NewYork));
    }

    [Fact]
    [Trait("req", "OHLCV-115")]
    public void The_request_of_one_gap_covers_exactly_the_gap()
    {
        var gap = new FetchSpan(At("2024-03-11 14:00"), At("2024-03-11 17:39"));
        Assert.Equal([gap], FetchPlan.Exact(gap, TimeSpan.FromDays(3)));
        var parts = FetchPlan.Exact(new(0, 5 * Day), TimeSpan.FromDays(2));
        Assert.Equal([new FetchSpan(0, 2 * Day), new FetchSpan(2 * Day, 4 * Day), new FetchSpan(4 * Day, 5 * Day)], parts);
    }

    [Fact]
    public void Nothing_missing_is_no_request()
    {
        Assert.Empty(FetchPlan.Batch([], TimeSpan.FromDays(3), Utc));
        Assert.Empty(FetchPlan.Batch([new(5, 5)], TimeSpan.FromDays(3), Utc));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("req", "OHLCV-009")]
    [Trait("req", "OHLCV-132")]
    public void Any_gaps_are_covered_within_bounds_by_as_few_requests_as_a_plain_search_finds(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 300; run++)
        {
            var reach = random.Next(1, 6);
            var missing = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Gap(random)).ToList();
            var requests = FetchPlan.Batch(missing, TimeSpan.FromDays(reach), Utc);
            Assert.All(requests, request => Assert.InRange(request.Length, TimeSpan.FromMinutes(1), TimeSpan.FromDays(reach)));
            Assert.All(requests.Zip(requests.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
            var minutes = missing.SelectMany(Minutes).ToHashSet();
            Assert.All(minutes, minute => Assert.Contains(requests, request => request.Start <= minute && minute < request.End));
            // no request begins or ends with minutes that nobody misses, and no day is cut unless it alone is longer than a request
            Assert.All(requests, request => Assert.True(minutes.Contains(request.Start) && minutes.Contains(request.End - TestTime.Minute)));
            if (reach > 1) Assert.All(requests.Zip(requests.Skip(1)), pair => Assert.NotEqual((pair.First.End - 1) / Day, pair.Second.Start / Day));
            Assert.Equal(Fewest(minutes.Select(minute => minute / Day).Distinct().Order().ToList(), minutes, reach), requests.Count);
        }
    }

    private static long At(string utc) => TestTime.At(utc);

    // whole minutes on a coarse grid, so that equal ends occur
    private static FetchSpan Gap(Random random)
    {
        var start = random.Next(0, 60) * (Day / 4);
        return new FetchSpan(start, start + (random.Next(1, 9) * (Day / 4)));
    }

    private static IEnumerable<long> Minutes(FetchSpan span)
    {
        // the ends of every quarter of a day stand for it
        for (var at = span.Start; at < span.End; at += Day / 4)
        {
            yield return at;
            yield return at + (Day / 4) - TestTime.Minute;
        }
    }

    /// <summary>Fewest requests by trying every number of days for each request.</summary>
    private static int Fewest(List<long> days, HashSet<long> minutes, int reach)
    {
        var best = new int[days.Count + 1];
        for (var first = days.Count - 1; first >= 0; first--)
        {
            best[first] = int.MaxValue;
            var start = minutes.Where(minute => minute / Day == days[first]).Min();
            for (var last = first; last < days.Count; last++)
            {
                var end = minutes.Where(minute => minute / Day == days[last]).Max() + TestTime.Minute;
                if (end - start <= reach * Day && best[last + 1] != int.MaxValue) best[first] = Math.Min(best[first], 1 + best[last + 1]);
            }
        }

        return best[0];
    }
}

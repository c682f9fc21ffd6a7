using Trading.GrainInterfaces.Portfolios;
using Trading.Grains.Portfolios;

namespace Trading.Grains.Tests.Portfolios;

public class EquityCurveTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    public void A_short_curve_is_kept_as_it_is(int points) =>
        Assert.Equal(Enumerable.Range(0, points).Select(Point), Curve(points).ToList());

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(98_280)]
    [InlineData(1_000_003)]
    public void A_long_curve_keeps_first_and_last_point_an_even_spread_and_its_bound(int points)
    {
        var kept = Curve(points).ToList();
        Assert.InRange(kept.Count, 400, EquityCurve.MaxPoints);
        Assert.Equal(Point(0), kept[0]);
        Assert.Equal(Point(points - 1), kept[^1]);
        var gaps = kept.Zip(kept.Skip(1), (one, next) => next.SimTime - one.SimTime).ToList();
        Assert.Single(gaps.Take(gaps.Count - 1).Distinct());
        Assert.InRange(gaps[^1], 1, gaps[0]);
    }

    [Fact]
    public void Points_that_are_not_later_are_ignored()
    {
        var curve = Curve(10);
        curve.Add(Point(9));
        curve.Add(Point(3));
        Assert.Equal(Curve(10).ToList(), curve.ToList());
    }

    private static EquityCurve Curve(int points)
    {
        var curve = new EquityCurve();
        for (var point = 0; point < points; point++) curve.Add(Point(point));
        return curve;
    }

    private static EquityPoint Point(int number) => new(number * 60_000_000L, 1_000_000 - (number % 977));
}

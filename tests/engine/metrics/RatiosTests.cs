using Trading.Engine.Metrics;

namespace Trading.Engine.Tests.Metrics;

public sealed class RatiosTests
{
    private const double Days = 252;
    private const int Digits = 9;

    private static readonly double[] Published = [0.01, -0.02, 0.03, -0.01, 0.02];

    [Fact]
    [Trait("req", "EXEC-061")]
    public void The_standard_dialect_gives_the_published_check_values()
    {
        var ratios = Compute(RatioDialect.Standard, Published);
        Assert.Equal(4.593220484, ratios.Sharpe!.Value, Digits);
        Assert.Equal(9.524704720, ratios.Sortino!.Value, Digits);
        Assert.Equal(3.325636719, ratios.AnnualReturn!.Value, Digits);
        Assert.Equal(166.281836, ratios.Calmar!.Value, 6);
    }

    [Fact]
    [Trait("req", "EXEC-061")]
    public void The_lean_dialect_gives_the_published_check_values_and_no_calmar()
    {
        var ratios = Compute(RatioDialect.Lean, Published);
        Assert.Equal(10.679076948, ratios.Sharpe!.Value, Digits);
        Assert.Equal(31.317201127, ratios.Sortino!.Value, Digits);
        Assert.Equal(3.515347108, ratios.AnnualReturn!.Value, Digits);
        Assert.Null(ratios.Calmar);
    }

    [Fact]
    [Trait("req", "EXEC-061")]
    public void The_backtesting_py_dialect_gives_the_published_check_values()
    {
        var ratios = Compute(RatioDialect.BacktestingPy, Published);
        Assert.Equal(2.286809889, ratios.Sharpe!.Value, Digits);
        Assert.Equal(20.949542167, ratios.Sortino!.Value, Digits);
        Assert.Equal(3.325636719, ratios.AnnualReturn!.Value, Digits);
        Assert.Equal(166.281836, ratios.Calmar!.Value, 6);
    }

    [Theory]
    [InlineData(RatioDialect.Standard)]
    [InlineData(RatioDialect.Lean)]
    [InlineData(RatioDialect.BacktestingPy)]
    [Trait("req", "EXEC-061")]
    public void Fewer_than_two_returns_give_no_ratio_at_all(RatioDialect dialect)
    {
        Assert.Equal(new RatioSet(null, null, null, null, null), Compute(dialect, []));
        Assert.Equal(new RatioSet(null, null, null, null, null), Compute(dialect, [0.01]));
        Assert.NotNull(Compute(dialect, [0.01, -0.02]).Sharpe);
    }

    [Theory]
    [InlineData(RatioDialect.Standard)]
    [InlineData(RatioDialect.Lean)]
    [InlineData(RatioDialect.BacktestingPy)]
    [Trait("req", "EXEC-062")]
    public void No_input_makes_a_ratio_that_is_not_a_number(RatioDialect dialect)
    {
        double[][] hostile = [[0, 0, 0], [0.01, 0.01], [0.5, 0.5, 0.5], [-1, -1], [-1, 0], [1e300, 1e300], [1e-300, -1e-300], [-0.01, 0.02], [-3, 2], [9e9, -0.5]];
        foreach (var returns in hostile)
        {
            foreach (var drawdown in new double?[] { null, 0, 0.5, 1 })
            {
                foreach (var periods in new[] { 1, 252, 365, 365.0 * 1440 })
                {
                    var ratios = Ratios.Compute(dialect, Moments(returns), Growth(returns), drawdown, periods);
                    foreach (var value in new[] { ratios.Sharpe, ratios.Sortino, ratios.AnnualReturn, ratios.Volatility, ratios.Calmar })
                    {
                        Assert.True(value is null || double.IsFinite(value.Value), $"{dialect} of [{string.Join(", ", returns)}], drawdown {drawdown}, N {periods}: {ratios}");
                    }
                }
            }
        }
    }

    [Fact]
    [Trait("req", "EXEC-062")]
    public void A_flat_run_has_no_ratio_but_an_annual_return_of_zero()
    {
        var ratios = Compute(RatioDialect.Standard, [0, 0, 0]);
        Assert.Equal(new RatioSet(null, null, 0, 0, null), ratios with { Calmar = null });
        Assert.Null(Ratios.Compute(RatioDialect.Standard, Moments([0, 0, 0]), 1, 0, Days).Calmar);
    }

    [Fact]
    [Trait("req", "EXEC-062")]
    public void Equity_at_or_below_zero_leaves_every_ratio_undefined()
    {
        var moments = default(ReturnMoments);
        moments.AddStep(100, 50);
        moments.AddStep(50, -10);
        moments.AddStep(-10, 20);
        moments.AddStep(20, 30);
        Assert.True(moments.Broken);
        Assert.Equal(new RatioSet(null, null, null, null, null), Ratios.Compute(RatioDialect.Standard, moments, 0.3, 1, Days));
    }

    [Fact]
    public void Streaming_moments_equal_the_two_pass_formulas()
    {
        double[] returns = [0.01, -0.02, 0.03, -0.01, 0.02, 0, -0.05, 0.0001];
        var moments = Moments(returns);
        var mean = returns.Average();
        var negative = returns.Where(value => value < 0).ToArray();
        Assert.Equal(mean, moments.Mean, 15);
        Assert.Equal(returns.Sum(value => (value - mean) * (value - mean)), moments.SquaredDeviations, 15);
        Assert.Equal(negative.Sum(value => value * value), moments.DownsideSquares, 15);
        Assert.Equal(negative.Length, moments.NegativeCount);
        Assert.Equal(negative.Sum(value => (value - negative.Average()) * (value - negative.Average())), moments.NegativeSquaredDeviations, 15);
    }

    private static RatioSet Compute(RatioDialect dialect, double[] returns) => Ratios.Compute(dialect, Moments(returns), Growth(returns), MaxDrawdown(returns), Days);

    private static double Growth(double[] returns) => returns.Aggregate(1.0, (growth, value) => growth * (1 + value));

    private static double MaxDrawdown(double[] returns)
    {
        var (equity, peak, worst) = (1.0, 1.0, 0.0);
        foreach (var value in returns)
        {
            equity *= 1 + value;
            peak = Math.Max(peak, equity);
            worst = Math.Max(worst, (peak - equity) / peak);
        }

        return worst;
    }

    private static ReturnMoments Moments(double[] returns)
    {
        var moments = default(ReturnMoments);
        foreach (var value in returns) moments.Add(value);
        return moments;
    }
}

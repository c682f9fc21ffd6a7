namespace Trading.Engine.Metrics;

/// <summary>Whose formulas the ratios follow (EXEC-061).</summary>
public enum RatioDialect : byte
{
    Standard = 0,
    Lean = 1,
    BacktestingPy = 2,
}

/// <summary>The risk-adjusted figures of one dialect; a figure that is undefined is null, never NaN or infinite (EXEC-062).</summary>
/// <param name="Sharpe">Excess return per unit of deviation, risk-free rate 0.</param>
/// <param name="Sortino">The same per unit of downside deviation.</param>
/// <param name="AnnualReturn">0.1 is ten percent a year.</param>
/// <param name="Volatility">Annualised standard deviation of the returns.</param>
/// <param name="Calmar">Annual return per unit of maximum drawdown; not defined by <see cref="RatioDialect.Lean"/>.</param>
public sealed record RatioSet(double? Sharpe, double? Sortino, double? AnnualReturn, double? Volatility, double? Calmar);

/// <summary>Sharpe, Sortino, annual return and Calmar in three dialects (EXEC-061).</summary>
/// <remarks>
/// standard: Sharpe and Sortino 1994 on arithmetic means, downside deviation over all n returns. lean: the definitions of QuantConnect LEAN's
/// <c>Statistics</c>, with the risk-free rate 0. backtesting_py: those of the Python package of that name, which annualises the geometric mean and its
/// variance. <c>n</c> returns, <c>N</c> periods per year.
/// </remarks>
public static class Ratios
{
    private const int FewestReturns = 2;

    /// <param name="dialect">Whose formulas to follow.</param>
    /// <param name="moments">The periodic returns.</param>
    /// <param name="growth">∏(1+r), that is last equity over first equity.</param>
    /// <param name="maxDrawdown">Largest fall from a peak as a part of the peak, 0 or above; null = unknown.</param>
    /// <param name="periodsPerYear">N, above 0.</param>
    /// <returns>All null with fewer than two returns, or when a return could not be formed.</returns>
    public static RatioSet Compute(RatioDialect dialect, in ReturnMoments moments, double growth, double? maxDrawdown, double periodsPerYear)
    {
        if (moments.Count < FewestReturns || moments.Broken) return new RatioSet(null, null, null, null, null);
        return dialect switch
        {
            RatioDialect.Standard => Standard(moments, growth, maxDrawdown, periodsPerYear),
            RatioDialect.Lean => Lean(moments, periodsPerYear),
            RatioDialect.BacktestingPy => BacktestingPy(moments, growth, maxDrawdown, periodsPerYear),
            _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, "unknown ratio dialect"),
        };
    }

    /// <summary>The quotient, or null when it is not a finite number.</summary>
    internal static double? Quotient(double numerator, double denominator) => denominator == 0 ? null : Finite(numerator / denominator);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static RatioSet Standard(in ReturnMoments r, double growth, double? maxDrawdown, double periods)
    {
        var deviation = Math.Sqrt(SampleVariance(r));
        var downside = Math.Sqrt(r.DownsideSquares / r.Count);
        var annual = Math.Pow(growth, periods / r.Count) - 1;
        return new RatioSet(
            Quotient(r.Mean * Math.Sqrt(periods), deviation),
            Quotient(r.Mean * Math.Sqrt(periods), downside),
            Finite(annual),
            Finite(deviation * Math.Sqrt(periods)),
            Calmar(annual, maxDrawdown));
    }

    private static RatioSet Lean(in ReturnMoments r, double periods)
    {
        var annual = Math.Pow(1 + r.Mean, periods) - 1;
        var deviation = Math.Sqrt(SampleVariance(r) * periods);
        var downside = r.NegativeCount < FewestReturns ? 0 : Math.Sqrt(r.NegativeSquaredDeviations / (r.NegativeCount - 1)) * Math.Sqrt(periods);
        return new RatioSet(Quotient(annual, deviation), Quotient(annual, downside), Finite(annual), Finite(deviation), null);
    }

    private static RatioSet BacktestingPy(in ReturnMoments r, double growth, double? maxDrawdown, double periods)
    {
        var mean = Math.Pow(growth, 1.0 / r.Count);
        var annual = Math.Pow(growth, periods / r.Count) - 1;
        var square = mean * mean;
        var deviation = Math.Sqrt(Math.Pow(SampleVariance(r) + square, periods) - Math.Pow(square, periods));
        var downside = Math.Sqrt(r.DownsideSquares / r.Count) * Math.Sqrt(periods);
        return new RatioSet(Quotient(annual, deviation), Quotient(annual, downside), Finite(annual), Finite(deviation), Calmar(annual, maxDrawdown));
    }

    private static double SampleVariance(in ReturnMoments r) => r.SquaredDeviations / (r.Count - 1);

    private static double? Calmar(double annual, double? maxDrawdown) => maxDrawdown is { } fall ? Quotient(annual, Math.Abs(fall)) : null;
}

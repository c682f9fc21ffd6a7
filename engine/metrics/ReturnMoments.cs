namespace Trading.Engine.Metrics;

/// <summary>
/// Everything the ratios need to know about a sequence of periodic returns, updated one return at a time in constant space (Welford's
/// recurrence for the mean and the squared deviations). The order of the returns does not change a figure beyond rounding.
/// </summary>
/// <remarks>
/// Statistics only: nothing here decides a fill or enters the result hash, so <c>double</c> is allowed. The fields are settable so that a snapshot can
/// carry them.
/// </remarks>
public record struct ReturnMoments
{
    /// <summary>Number of returns.</summary>
    public int Count { get; set; }

    /// <summary>Mean return; 0 without returns.</summary>
    public double Mean { get; set; }

    /// <summary>Sum of squared deviations from the mean.</summary>
    public double SquaredDeviations { get; set; }

    /// <summary>Σ min(r, 0)².</summary>
    public double DownsideSquares { get; set; }

    /// <summary>Number of returns below 0.</summary>
    public int NegativeCount { get; set; }

    /// <summary>Mean of the returns below 0.</summary>
    public double NegativeMean { get; set; }

    /// <summary>Sum of squared deviations of the returns below 0 from their own mean.</summary>
    public double NegativeSquaredDeviations { get; set; }

    /// <summary>True when a return could not be formed (equity at or below 0 before it): every ratio is then undefined.</summary>
    public bool Broken { get; set; }

    /// <summary>Adds the return from one sample of equity to the next.</summary>
    /// <param name="before">Equity of the earlier sample in 10⁻¹⁶; at or below 0 there is no return and <see cref="Broken"/> is set.</param>
    /// <param name="after">Equity of the later sample in 10⁻¹⁶.</param>
    public void AddStep(Int128 before, Int128 after)
    {
        if (before <= 0)
        {
            Broken = true;
            return;
        }

        Add((double)(after - before) / (double)before);
    }

    /// <summary>Adds one return (0.01 is one percent).</summary>
    public void Add(double value)
    {
        Count++;
        var deviation = value - Mean;
        Mean += deviation / Count;
        SquaredDeviations += deviation * (value - Mean);
        if (value >= 0) return;

        DownsideSquares += value * value;
        NegativeCount++;
        deviation = value - NegativeMean;
        NegativeMean += deviation / NegativeCount;
        NegativeSquaredDeviations += deviation * (value - NegativeMean);
    }
}

namespace Trading.Engine.Metrics;

/// <summary>The figures of a run (EXEC-061, EXEC-062). A figure that is undefined is null, never NaN, infinite or a made-up zero.</summary>
/// <remarks>Ratios and returns as fractions (0.1 = 10 %), money in 10⁻¹⁶, times in microseconds.</remarks>
public sealed record MetricsReport
{
    public required Int128 InitialCash { get; init; }

    public required Int128 FinalEquity { get; init; }

    /// <summary>Final equity over initial cash minus 1; null when the initial cash is not above 0.</summary>
    public double? TotalReturn { get; init; }

    /// <summary>Null with fewer than two returns; <c>∏(1+r)^(N/n) − 1</c>, the standard dialect's.</summary>
    public double? AnnualReturn { get; init; }

    /// <summary>Annualised sample deviation of the returns, the standard dialect's.</summary>
    public double? Volatility { get; init; }

    public double? MaxDrawdown { get; init; }

    /// <summary>Longest time below a peak; null when equity never fell below one.</summary>
    public long? MaxDrawdownMicros { get; init; }

    public required RatioSet Standard { get; init; }

    public required RatioSet Lean { get; init; }

    public required RatioSet BacktestingPy { get; init; }

    /// <summary>Number of periodic returns behind the ratios.</summary>
    public required int Returns { get; init; }

    public required Annualisation Annualisation { get; init; }

    public int Trades { get; init; }

    public int WinningTrades { get; init; }

    public int LosingTrades { get; init; }

    /// <summary>Winning trades over all trades; null without trades.</summary>
    public double? WinRate { get; init; }

    /// <summary>Mean P&amp;L of the winning trades, cut toward zero; null without any.</summary>
    public Int128? AverageWin { get; init; }

    /// <summary>Mean P&amp;L of the losing trades (negative), cut toward zero; null without any.</summary>
    public Int128? AverageLoss { get; init; }

    /// <summary>Won over lost; null without a losing trade.</summary>
    public double? ProfitFactor { get; init; }

    /// <summary>Mean P&amp;L of a trade, cut toward zero; null without trades.</summary>
    public Int128? Expectancy { get; init; }

    public Int128? BestTrade { get; init; }

    public Int128? WorstTrade { get; init; }

    /// <summary>Mean time from entry to exit; null without trades.</summary>
    public long? AverageHoldingMicros { get; init; }

    /// <summary>Part of the completed ticks that ended with a position; null before the first.</summary>
    public double? ExposureTime { get; init; }

    /// <summary>Traded value over mean equity; null when the mean is not above 0.</summary>
    public double? Turnover { get; init; }

    public Int128 TotalCommission { get; init; }

    public Int128 TotalFees { get; init; }

    public Int128 TotalSlippageCost { get; init; }

    public int Orders { get; init; }

    public int Fills { get; init; }

    public int Rejects { get; init; }

    public int Partials { get; init; }

    public int Expiries { get; init; }

    public int Cancels { get; init; }

    /// <summary>Computes every figure from what the run counted.</summary>
    public static MetricsReport From(MetricsInput run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var growth = run.InitialCash > 0 ? (double)run.LastSampledEquity / (double)run.InitialCash : double.NaN;
        var standard = Dialect(RatioDialect.Standard, run, growth);
        var trades = run.Trades;
        return new MetricsReport
        {
            InitialCash = run.InitialCash,
            FinalEquity = run.FinalEquity,
            TotalReturn = run.InitialCash > 0 ? Ratios.Quotient((double)(run.FinalEquity - run.InitialCash), (double)run.InitialCash) : null,
            AnnualReturn = standard.AnnualReturn,
            Volatility = standard.Volatility,
            MaxDrawdown = run.MaxDrawdown,
            MaxDrawdownMicros = run.MaxDrawdown > 0 ? run.MaxDrawdownMicros : null,
            Standard = standard,
            Lean = Dialect(RatioDialect.Lean, run, growth),
            BacktestingPy = Dialect(RatioDialect.BacktestingPy, run, growth),
            Returns = run.Returns.Count,
            Annualisation = run.Annualisation,
            Trades = trades.Count,
            WinningTrades = trades.Winning,
            LosingTrades = trades.Losing,
            WinRate = Ratios.Quotient(trades.Winning, trades.Count),
            AverageWin = Average(trades.Won, trades.Winning),
            AverageLoss = Average(trades.Lost, trades.Losing),
            ProfitFactor = Ratios.Quotient((double)trades.Won, -(double)trades.Lost),
            Expectancy = Average(trades.Won + trades.Lost, trades.Count),
            BestTrade = trades.Count > 0 ? trades.Best : null,
            WorstTrade = trades.Count > 0 ? trades.Worst : null,
            AverageHoldingMicros = (long?)Average(trades.HoldingMicros, trades.Count),
            ExposureTime = Ratios.Quotient(run.TicksExposed, run.Ticks),
            Turnover = run.EquitySum > 0 ? Ratios.Quotient((double)run.TradedValue * run.Ticks, (double)run.EquitySum) : null,
            TotalCommission = run.Commission,
            TotalFees = run.Fees,
            TotalSlippageCost = run.SlippageCost,
            Orders = run.Orders,
            Fills = run.Fills,
            Rejects = run.Rejects,
            Partials = run.Partials,
            Expiries = run.Expiries,
            Cancels = run.Cancels,
        };
    }

    private static RatioSet Dialect(RatioDialect dialect, MetricsInput run, double growth) =>
        Ratios.Compute(dialect, run.Returns, growth, run.MaxDrawdown, run.Annualisation.PeriodsPerYear);

    private static Int128? Average(Int128 sum, int count) => count == 0 ? null : sum / count;
}

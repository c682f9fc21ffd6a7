using System.Reflection;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Metrics;

namespace Trading.Engine.Tests.Metrics;

public sealed class MetricsReportTests
{
    private static readonly Int128 Unit = SimulationConfig.MoneyUnit;

    [Fact]
    [Trait("req", "EXEC-062")]
    public void A_run_without_trades_reports_null_where_nothing_is_defined()
    {
        var report = MetricsReport.From(Flat());
        Assert.Equal(0, report.TotalReturn);
        Assert.Equal(0, report.Trades);
        Assert.Null(report.WinRate);
        Assert.Null(report.AverageWin);
        Assert.Null(report.AverageLoss);
        Assert.Null(report.ProfitFactor);
        Assert.Null(report.Expectancy);
        Assert.Null(report.BestTrade);
        Assert.Null(report.WorstTrade);
        Assert.Null(report.AverageHoldingMicros);
        Assert.Null(report.MaxDrawdownMicros);
        Assert.Null(report.AnnualReturn);
        Assert.Null(report.Volatility);
        Assert.Null(report.Standard.Sharpe);
    }

    [Fact]
    [Trait("req", "EXEC-062")]
    public void Trade_figures_follow_from_the_closed_lots()
    {
        var report = MetricsReport.From(Flat() with
        {
            FinalEquity = 110 * Unit,
            TradedValue = 400 * Unit,
            EquitySum = 1000 * Unit,
            Ticks = 10,
            TicksExposed = 4,
            MaxDrawdown = 0.05,
            MaxDrawdownMicros = 77,
            Trades = new TradeTotals { Count = 4, Winning = 2, Losing = 1, Won = 14 * Unit, Lost = -4 * Unit, Best = 9 * Unit, Worst = -4 * Unit, HoldingMicros = 100 },
        });
        Assert.Equal(0.1, report.TotalReturn!.Value, 12);
        Assert.Equal(0.5, report.WinRate);
        Assert.Equal(7 * Unit, report.AverageWin);
        Assert.Equal(-4 * Unit, report.AverageLoss);
        Assert.Equal(3.5, report.ProfitFactor);
        Assert.Equal(5 * Unit / 2, report.Expectancy);
        Assert.Equal(9 * Unit, report.BestTrade);
        Assert.Equal(-4 * Unit, report.WorstTrade);
        Assert.Equal(25, report.AverageHoldingMicros);
        Assert.Equal(0.4, report.ExposureTime);
        Assert.Equal(4.0, report.Turnover);
        Assert.Equal(77, report.MaxDrawdownMicros);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -5)]
    [InlineData(100, -500)]
    [InlineData(100, 0)]
    [Trait("req", "EXEC-062")]
    public void No_run_reports_a_figure_that_is_not_a_number(int cash, int equity)
    {
        var report = MetricsReport.From(Flat() with { InitialCash = cash * Unit, FinalEquity = equity * Unit, LastSampledEquity = equity * Unit, EquitySum = equity * Unit, Ticks = 1 });
        foreach (var property in typeof(MetricsReport).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetValue(report) is double value) Assert.True(double.IsFinite(value), $"{property.Name} is {value}");
        }
    }

    [Theory]
    [InlineData("E", false, 252, 390)]
    [InlineData("E", true, 252, 960)]
    [InlineData("C", false, 365, 1440)]
    [InlineData("F", false, 252, 1440)]
    [InlineData("EF", false, 252, 1440)]
    [InlineData("EC", true, 365, 1440)]
    [Trait("req", "EXEC-061")]
    public void The_annualisation_follows_from_the_markets_and_is_stated(string markets, bool extended, int days, int ticks)
    {
        var series = markets.Select(market => Series(market switch { 'E' => AssetClass.Equity, 'C' => AssetClass.Crypto, _ => AssetClass.Forex })).ToArray();
        var daily = Annualisation.Of(RatioSampling.Daily, extended, series);
        var perTick = Annualisation.Of(RatioSampling.PerTick, extended, series);
        Assert.Equal(days, daily.PeriodsPerYear);
        Assert.Equal(days * ticks, perTick.PeriodsPerYear);
        Assert.Equal($"daily returns, {days} per year", daily.Statement);
        Assert.Equal($"per-tick returns, {days * ticks} per year", perTick.Statement);
    }

    internal static BarSeries Series(AssetClass market) => new(
        Instrument.Default("S" + (int)market, market), new TradingDays("days", "1", [0], [0], [0], [86_400_000_000], [86_400_000_000]), 60_000_000, "synthetic", "raw",
        [0, 60_000_000], [100, 101], [110, 111], [90, 91], [105, 106], [5, 6]);

    private static MetricsInput Flat() => new()
    {
        InitialCash = 100 * Unit,
        FinalEquity = 100 * Unit,
        LastSampledEquity = 100 * Unit,
        Returns = default,
        Annualisation = new Annualisation(RatioSampling.Daily, 252, 1),
        MaxDrawdown = 0,
    };
}

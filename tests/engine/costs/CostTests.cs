using Trading.Engine.Configuration;
using Trading.Engine.Costs;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Costs;

public sealed class CostTests
{
    private const long Year2026 = 1_767_225_600_000_000;

    private static Run Buying(SimulationConfig config, decimal quantity, decimal price, decimal volume = 1_000_000)
    {
        var run = new Run(config, Minutes("A", Open, (price, price, price, price, volume), (price, price, price, price, volume)));
        run.Submit(Buy(quantity));
        return run.Ticks(2);
    }

    [Theory]
    [InlineData(CommissionModel.PerShare, 100, 0.50)]
    [InlineData(CommissionModel.PerShare, 1, 0.01)]
    [InlineData(CommissionModel.Bps, 100, 1.25)]
    [InlineData(CommissionModel.IbkrFixed, 100, 1.00)]
    [InlineData(CommissionModel.IbkrFixed, 1000, 5.00)]
    [InlineData(CommissionModel.IbkrFixed, 3, 0.30)]
    [InlineData(CommissionModel.None, 100, 0)]
    [Trait("req", "EXEC-040")]
    public void Each_commission_model_charges_by_its_rule(CommissionModel model, int quantity, double charge)
    {
        // At 10: per share 0.005 (0.005 rounds half up to 0.01); 10 bp of 1000 plus 0.25; IBKR at least 1.00 but at most 1 % of 30.
        var config = Plain with { Commission = model, CommissionRate = 10 * SimulationConfig.BasisPoint, CommissionFixed = M(0.25m) };
        Assert.Equal(M((decimal)charge), Buying(config, quantity, 10).OnlyFill().Commission);
    }

    [Fact]
    [Trait("req", "EXEC-040")]
    public void A_minimum_is_charged_once_per_order_however_many_fills_it_has()
    {
        // 150 shares as 100 and 50: 0.50 → 1.00 at first; 0.75 in all is still below 1.00, so the second fill is free.
        var config = Plain with { Commission = CommissionModel.PerShare, CommissionMinimum = M(1), MaxParticipation = SimulationConfig.RateUnit / 10 };
        Assert.Equal([M(1), M(0)], Buying(config, 150, 10, 1000).Fills.Select(fill => fill.Commission));
    }

    [Theory]
    [InlineData(SlippageModel.None, 100.0)]
    [InlineData(SlippageModel.FixedBps, 100.05)]
    [InlineData(SlippageModel.VolumeShare, 100.001)]
    [InlineData(SlippageModel.Volatility, 100.1)]
    [Trait("req", "EXEC-032")]
    public void Each_slippage_model_moves_the_price_against_the_taker(SlippageModel model, double price)
    {
        // Share 100 / 10,000 = 0.01: impact 0.1 · 0.01² = 0.1 bp. Range of the bar before: 101 − 99 = 2, times 0.05.
        var run = new Run(Plain with { Slippage = model, PriceRounding = PriceRounding.None }, Minutes("A", Open, (100, 101, 99, 100, 10_000), (100, 100, 100, 100, 10_000))).Ticks();
        run.Submit(Buy(100));
        run.Ticks();
        Assert.Equal(U((decimal)price), run.OnlyFill().Price);
    }

    [Fact]
    [Trait("req", "EXEC-032")]
    public void The_share_of_volume_is_capped()
    {
        // 5,000 of 10,000 counts as 0.025: 0.1 · 0.000625 = 0.625 bp.
        var run = new Run(Plain with { Slippage = SlippageModel.VolumeShare, PriceRounding = PriceRounding.None, InitialCash = M(1_000_000) }, Minutes("A", Open, (100, 100, 100, 100, 10_000)));
        run.Submit(Buy(5_000));
        Assert.Equal(U(100.00625m), run.Ticks().OnlyFill().Price);
    }

    [Fact]
    [Trait("req", "EXEC-031")]
    [Trait("req", "EXEC-033")]
    public void The_fill_carries_the_reference_that_the_slippage_is_measured_against()
    {
        var run = new Run(Plain with { SpreadRate = 10 * SimulationConfig.BasisPoint, Slippage = SlippageModel.FixedBps }, Minutes("A", Open, (100, 100, 100, 100, 10)));
        run.Submit(Sell(1));
        var fill = run.Ticks().OnlyFill();
        Assert.Equal((U(100), U(99.9m)), (fill.ReferencePrice, fill.Price));
        Assert.Equal(M(0.1m), run.Simulation.Statistics.Counters.SlippageCost);
    }

    [Theory]
    [InlineData(0.5, 0.5003, 0.4997)]
    [InlineData(10.0, 10.01, 9.99)]
    [Trait("req", "EXEC-034")]
    public void Taker_prices_are_rounded_to_the_step_against_the_client(double reference, double buy, double sell)
    {
        // 0.5 ± 5 bp = 0.50025 / 0.49975 on steps of 0.0001; 10 ± 5 bp = 10.005 / 9.995 on steps of 0.01.
        var price = (decimal)reference;
        var run = new Run(Plain with { Slippage = SlippageModel.FixedBps }, Minutes("A", Open, (price, price, price, price, 10)));
        run.Submit(Buy(1));
        run.Submit(Sell(1));
        Assert.Equal([U((decimal)buy), U((decimal)sell)], run.Ticks().Fills.Select(fill => fill.Price));
    }

    [Fact]
    [Trait("req", "EXEC-041")]
    public void Regulatory_fees_follow_their_tables_by_date()
    {
        // 10,000 shares at 100 on 2024-07-16: SEC 1,000,000 · 27.80 per million = 27.80; TAF 1.66.
        var fees = RegulatoryFees.Default;
        Assert.Equal(M(27.80m) + M(1.66m), fees.ForSell(Open, U(10_000), M(1_000_000)));
        Assert.Equal(M(0.01m) + M(0.01m), fees.ForSell(Open, U(1), M(100)));
        Assert.Equal(M(27.80m) + M(8.30m), fees.ForSell(Open, U(100_000), M(1_000_000)));
        Assert.Equal(M(9.79m), fees.ForSell(Year2026, U(100_000), M(1_000_000)));
        Assert.Equal(M(20.60m) + M(1.95m), fees.ForSell(Year2026 + 93 * Day, U(10_000), M(1_000_000)));
        Assert.Equal(M(1.95m), fees.ForSell(Year2026 + 93 * Day - 1, U(10_000), M(1_000_000)));
        Assert.Equal(M(20.60m) + M(11.61m), fees.ForSell(Year2026 + 365 * Day, U(100_000), M(1_000_000)));
        Assert.Equal(0, fees.ForSell(0, U(100_000), M(1_000_000)));
    }

    [Fact]
    [Trait("req", "EXEC-041")]
    public void Only_sells_pay_them_and_only_when_they_are_on()
    {
        foreach (var on in (bool[])[true, false])
        {
            var run = new Run(Plain with { RegulatoryFees = on }, Minutes("A", Open, (100, 100, 100, 100, 10)));
            run.Submit(Buy(100));
            run.Submit(Sell(100));
            Assert.Equal([M(0), on ? M(0.28m) + M(0.02m) : M(0)], run.Ticks().Fills.Select(fill => fill.Fees));
        }
    }

    [Fact]
    [Trait("req", "EXEC-030")]
    public void Participation_is_one_budget_per_bar_in_order_of_time_and_acceptance()
    {
        // 10 % of 1,005 is 100.5, rounded down to 100 shares: 80 and 20; then 30 of the remainder. A bar without volume fills nothing.
        var run = new Run(Plain with { MaxParticipation = SimulationConfig.RateUnit / 10 }, Minutes("A", Open, (10, 10, 10, 10, 1_005), (10, 10, 10, 10, 0), (10, 10, 10, 10, 1_000)));
        run.Submit(Buy(80));
        run.Submit(Buy(50));
        run.Ticks(3);
        Assert.Equal([(1, U(80), 1), (2, U(20), 1), (2, U(30), 3)], run.Fills.Select(fill => (fill.OrderNumber, fill.Quantity, fill.Tick)));
    }
}

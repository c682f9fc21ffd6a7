using System.Globalization;
using System.Text.Json;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>The figures of a report follow from what the client was told.</summary>
public class ReportTests
{
    [Fact]
    [Trait("req", "EXEC-062")]
    [Trait("req", "SIM-288")]
    public void Every_count_and_cost_is_what_the_answers_and_reports_add_up_to()
    {
        var config = SmallBars.Config(30) with { MaxParticipation = SimulationConfig.RateUnit / 500 };
        var driver = new SessionDriver([SmallBars.Series("ACME", 3, 20), SmallBars.Series("BETA", 3, 20, 100.5m, -1, 4, 25, 26)], config, null, "report");
        driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
        new ScriptedClient(driver, Plans.Mixed(DeterminismTests.Ticks, 17)).Run();

        using var json = JsonDocument.Parse(driver.All.OfType<ReportOutput>().Single().Json);
        var metrics = json.RootElement.GetProperty("metrics");
        var fills = driver.Fills.ToArray();
        var acks = driver.All.OfType<BatchAckOutput>().ToArray();
        var ends = acks.SelectMany(ack => ack.Accepted).Select(order => driver.Machine.Order(order.OrderId)!.State).ToArray();
        var rejected = acks.Sum(ack => ack.Rejected.Count);
        Assert.True(rejected > 5 && fills.Any(fill => fill.IsPartial) && ends.Contains(OrderState.Expired) && ends.Contains(OrderState.Cancelled), "the plan does too little");
        Assert.Contains(acks.SelectMany(ack => ack.Rejected), order => order.Code == "UNKNOWN_SYMBOL");
        Assert.Equal(
            (ends.Length + rejected, rejected, fills.Length, fills.Count(fill => fill.IsPartial), ends.Count(state => state == OrderState.Expired), ends.Count(state => state == OrderState.Cancelled)),
            (Count("orders"), Count("rejects"), Count("fills"), Count("partial_fills"), Count("expiries"), Count("cancels")));
        Assert.Equal(Sum(fill => fill.Commission), Money("total_commission"));
        Assert.Equal(Sum(fill => (fill.Side == OrderSide.Buy ? 1 : -1) * (Int128)(fill.Price - fill.ReferencePrice) * fill.Quantity), Money("total_slippage_cost"));
        Assert.Equal((driver.Complete!.TotalTrades, driver.Complete.WinningTrades), (Count("trades"), Count("winning_trades")));
        Assert.Equal(driver.Complete.TotalTrades, json.RootElement.GetProperty("trades").EnumerateObject().Sum(reason => reason.Value.GetInt32()));
        Assert.Equal(driver.Complete.FinalEquity, Money("final_equity"));

        int Count(string name) => metrics.GetProperty(name).GetInt32();
        Int128 Money(string name) => SmallBars.Money(decimal.Parse(metrics.GetProperty(name).GetString()!, CultureInfo.InvariantCulture));
        Int128 Sum(Func<FillOutput, Int128> value) => fills.Aggregate(Int128.Zero, (sum, fill) => sum + value(fill));
    }

    [Fact]
    [Trait("req", "EXEC-062")]
    public void An_order_refused_for_its_form_is_an_order_and_a_reject_also_after_a_crash()
    {
        var driver = Running(20, AccountUpdateFrequency.OnDemand, "report");
        driver.Send(Batch("b-1", Market("o-1", 1), Market("o-1", 1), Market("o-2", 1, symbol: "NONE"), Market("o-3", 1) with { Quantity = null, Fault = Reason.InvalidQuantity, FaultText = "-1" }));
        driver.Send(Batch("b-2", Market("o-4", 1), Market("o-5", 1, symbol: "NONE")) with { Atomic = true });
        driver.Crash((driver.Machine.Snapshot(), driver.Journal.Count));
        driver.Resume(0);
        driver.RunToEnd();
        using var json = JsonDocument.Parse(driver.Machine.Report()!);
        var metrics = json.RootElement.GetProperty("metrics");
        Assert.Equal((6, 5, 1), (metrics.GetProperty("orders").GetInt32(), metrics.GetProperty("rejects").GetInt32(), metrics.GetProperty("fills").GetInt32()));
    }

    [Theory]
    [Trait("req", "EXEC-061")]
    [Trait("req", "SIM-283")]
    [InlineData(RatioSampling.Daily, "daily returns, 252 per year")]
    [InlineData(RatioSampling.PerTick, "per-tick returns, 98280 per year")]
    public void A_run_of_one_day_has_ratios_only_when_they_are_sampled_by_the_tick(RatioSampling sampling, string statement)
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 1, 10)], SmallBars.Config(1) with { RatioSampling = sampling });
        driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
        driver.Send(Batch("b-1", Market("o-1", 100)));
        driver.RunToEnd();
        Assert.Equal(sampling == RatioSampling.PerTick, driver.Complete!.Sharpe is not null);
        using var json = JsonDocument.Parse(driver.Machine.Report()!);
        Assert.Equal(statement, json.RootElement.GetProperty("metrics").GetProperty("annualisation").GetString());
    }
}

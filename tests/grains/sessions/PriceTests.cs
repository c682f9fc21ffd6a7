using System.Globalization;
using Trading.Engine.Bars;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Which prices decide a fill, an estimate and an account, and which must not.</summary>
public class PriceTests
{
    private static readonly ClientOrder Stop = new() { OrderId = "s", Symbol = "ACME", Side = OrderSide.Buy, Type = OrderType.Stop, Quantity = Instrument.Unit, StopPrice = SmallBars.Units(100.12m), TimeInForce = TimeInForce.GoodTilCancelled };

    [Fact]
    [Trait("req", "SIM-223")]
    public void Bars_before_the_tick_of_an_order_do_not_change_its_fill()
    {
        const int cut = 5;
        var earlier = SmallBars.Series("ACME", 2, 10);
        for (var bar = 0; bar < cut; bar++)
        {
            earlier.Open[bar] += SmallBars.Units(3m);
            earlier.High[bar] += SmallBars.Units(4m);
            earlier.Low[bar] -= SmallBars.Units(2m);
            earlier.Close[bar] -= SmallBars.Units(1m);
        }

        var expected = Fills(SmallBars.Series("ACME", 2, 10));
        Assert.Equal(["l", "m", "n", "s"], expected.Select(fill => fill.OrderId).Order(StringComparer.Ordinal));
        Assert.Equal(expected, Fills(earlier));

        static FillOutput[] Fills(BarSeries series)
        {
            var driver = new SessionDriver([series]);
            driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
            for (var tick = 1; tick <= cut; tick++) driver.Acknowledge(tick);
            driver.Send(Batch("b-1", Market("m", 10), Limit("l", 10, 99.99m), Stop));
            driver.Acknowledge(cut + 1);
            driver.Send(Batch("b-2", Market("n", 3, OrderSide.Sell)));
            driver.RunToEnd();
            return [.. driver.Fills];
        }
    }

    [Fact]
    [Trait("req", "SIM-204")]
    public void A_stop_is_estimated_at_its_stop_and_a_stop_limit_at_its_limit()
    {
        var driver = Running();
        driver.Acknowledge(1);
        var limit = Stop with { OrderId = "sl", Type = OrderType.StopLimit, Price = SmallBars.Units(101m) };
        var notional = Market("n", 1) with { Quantity = null, Notional = SmallBars.Money(500m) };
        var ack = driver.Send(Batch("b-1", Stop, limit, notional, Market("bad", 0))).OfType<BatchAckOutput>().Single();
        Assert.Equal([("s", SmallBars.Units(100.12m)), ("sl", SmallBars.Units(101m)), ("n", SmallBars.Units(100.01m))], ack.Accepted.Select(order => (order.OrderId, order.Estimate)));
    }

    [Fact]
    [Trait("req", "SIM-217")]
    [Trait("req", "SIM-212")]
    public void No_fill_happens_before_the_tick_of_its_order_or_outside_the_bar_of_its_own()
    {
        var driver = DeterminismTests.Start();
        var client = new ScriptedClient(driver, Plans.Mixed(DeterminismTests.Ticks, 31));
        client.Run();
        Assert.True(client.Fills.Count > 15);
        foreach (var fill in client.Fills)
        {
            var asked = int.Parse(fill.OrderId.Split('-')[1], CultureInfo.InvariantCulture);
            Assert.True(fill.Time >= client.Ticks[asked].Time, $"{fill.OrderId} fills before its tick");
            Assert.InRange(fill.Time, client.Ticks[fill.Tick].Time, client.Ticks[fill.Tick].Time + SmallBars.Minute);
        }

        Assert.Equal(client.Fills.Count, client.Fills.Select(fill => fill.Execution).Distinct().Count());
    }

    [Fact]
    [Trait("req", "SIM-246")]
    public void Buying_power_is_never_below_zero()
    {
        // 400 short at 100; at 190 the equity of about 14,000 is far below the gross value of 76,000
        var driver = new SessionDriver([SmallBars.Series("ACME", 1, 10, 100m, 1000)]);
        driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
        driver.Send(Batch("b-1", Market("o-1", 400, OrderSide.Sell)));
        for (var tick = 1; tick <= 9; tick++) driver.Acknowledge(tick);
        var account = driver.Machine.Account();
        Assert.True(account.Equity + ((Int128)account.Positions[0].Quantity * account.Positions[0].Mark) < 0);
        Assert.Equal(0, account.BuyingPower);
        var refused = driver.Send(Batch("b-2", Market("o-2", 1, OrderSide.Sell))).OfType<ErrorOutput>().Single();
        Assert.Equal(("INSUFFICIENT_BUYING_POWER", "0.00"), (refused.Code, OrderTests.Context(refused, "available")));
    }

    [Fact]
    [Trait("req", "SIM-289")]
    [Trait("req", "SIM-288")]
    public void Winning_trades_are_those_that_earned_more_than_their_commission()
    {
        // the price rises by 1.00 a bar: a long round trip wins, a short one loses
        var driver = new SessionDriver([SmallBars.Series("ACME", 1, 10, 100m, 100)]);
        driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
        OrderSide[] sides = [OrderSide.Buy, OrderSide.Sell, OrderSide.Buy, OrderSide.Sell, OrderSide.Sell, OrderSide.Buy];
        for (var tick = 1; tick <= sides.Length; tick++)
        {
            driver.Send(Batch($"b-{tick}", Market($"o-{tick}", 10, sides[tick - 1])));
            driver.Acknowledge(tick);
        }

        driver.RunToEnd();
        Assert.Equal((3, 2, SmallBars.Money(6 * 0.05m)), (driver.Complete!.TotalTrades, driver.Complete.WinningTrades, driver.Complete.TotalCommission));
    }
}

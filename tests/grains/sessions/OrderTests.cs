using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Section 14: batches, refusals, the answers to them.</summary>
public class OrderTests
{
    [Fact]
    [Trait("req", "SIM-189")]
    public void A_batch_that_comes_again_is_answered_again_and_not_executed_again()
    {
        var driver = Running();
        var batch = Batch("b-1", Market("o-1", 5), Market("o-2", 0));
        var first = driver.Send(batch).OfType<BatchAckOutput>().Single();
        var records = driver.Journal.Count;
        var again = Assert.IsType<BatchAckOutput>(Assert.Single(driver.Send(batch with { RequestId = "r-again" })));
        Assert.Equal("r-again", again.RequestId);
        Assert.Equal((first.Accepted, first.Rejected), (again.Accepted, again.Rejected));
        Assert.Equal(records, driver.Journal.Count);
        Assert.Single(driver.Acknowledge(1).OfType<FillOutput>());
        Assert.IsType<BatchAckOutput>(Assert.Single(driver.Send(batch)));
        driver.RunToEnd();
        Assert.Single(driver.Fills);
    }

    [Fact]
    [Trait("req", "SIM-189")]
    public void Other_content_under_a_used_batch_id_is_a_validation_error()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 5)));
        foreach (var other in new[] { Batch("b-1", Market("o-1", 6)), Batch("b-1", Market("o-1", 5)) with { Atomic = true }, Batch("b-1") })
        {
            var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send(other)));
            Assert.Equal(("INVALID_FIELD", "validation"), (error.Code, error.Type));
        }
    }

    [Fact]
    [Trait("req", "SIM-189")]
    public void A_repeated_batch_still_counts_as_arrived_for_the_tick_that_waits_for_it()
    {
        var driver = Running();
        var batch = Batch("b-1", Market("o-1", 5));
        driver.Send(batch);
        driver.Crash();
        driver.Resume(0);
        driver.Acknowledge(1, ordersPending: 1);
        Assert.Equal(0, driver.Machine.CompletedTicks);
        driver.Send(batch);
        Assert.Equal(1, driver.Machine.CompletedTicks);
    }

    [Fact]
    [Trait("req", "SIM-188")]
    public void An_order_id_is_used_once_in_a_session()
    {
        var driver = Running();
        Assert.Equal(["DUPLICATE_ORDER_ID"], Codes(driver.Send(Batch("b-1", Market("o-1", 5), Market("o-1", 5)))));
        Assert.Equal(["DUPLICATE_ORDER_ID"], Codes(driver.Send(Batch("b-2", Market("o-1", 5)))));
        Assert.Equal(["INVALID_ORDER_QUANTITY"], Codes(driver.Send(Batch("b-3", Market("o-2", 0)))));
        Assert.Equal(["DUPLICATE_ORDER_ID"], Codes(driver.Send(Batch("b-4", Market("o-2", 1)))));
        Assert.Equal(OrderState.Accepted, driver.Machine.Order("o-1")!.State);
    }

    [Fact]
    [Trait("req", "SIM-190")]
    [Trait("req", "SIM-201")]
    [Trait("req", "SIM-205")]
    public void Best_effort_accepts_what_is_valid_and_names_the_rest_twice()
    {
        var driver = Running();
        var outputs = driver.Send(Batch("b-1", Market("o-1", 5), Market("o-2", 0), Market("o-3", 5, symbol: "NONE"), Limit("o-4", 5, 99m)));
        var ack = Assert.IsType<BatchAckOutput>(outputs[0]);
        Assert.Equal("r-b-1", ack.RequestId);
        Assert.Equal(["o-1", "o-4"], ack.Accepted.Select(order => order.OrderId));
        Assert.Equal([("o-2", "INVALID_ORDER_QUANTITY"), ("o-3", "UNKNOWN_SYMBOL")], ack.Rejected.Select(order => (order.OrderId, order.Code)));
        var errors = outputs.Skip(1).Cast<ErrorOutput>().ToArray();
        Assert.Equal(["o-2", "o-3"], errors.Select(error => Context(error, "order_id")));
        Assert.All(errors, error => Assert.Equal(("r-b-1", true), (error.RequestId, error.Recoverable)));
    }

    [Fact]
    [Trait("req", "SIM-202")]
    public void Nothing_refused_means_an_empty_list()
    {
        Assert.Empty(Running().Send(Batch("b-1", Market("o-1", 5))).OfType<BatchAckOutput>().Single().Rejected);
    }

    [Theory]
    [Trait("req", "SIM-191")]
    [InlineData(false)]
    [InlineData(true)]
    public void Atomic_refuses_all_when_one_is_refused(bool engineRefuses)
    {
        var driver = Running();
        var bad = engineRefuses ? Market("o-2", 100_000) : Market("o-2", 5, symbol: "NONE");
        var ack = driver.Send(Batch("b-1", Market("o-1", 5), bad, Market("o-3", 5)) with { Atomic = true }).OfType<BatchAckOutput>().Single();
        Assert.Empty(ack.Accepted);
        Assert.Equal(["ATOMIC_BATCH_REJECTED", engineRefuses ? "INSUFFICIENT_BUYING_POWER" : "UNKNOWN_SYMBOL", "ATOMIC_BATCH_REJECTED"], ack.Rejected.Select(order => order.Code));
        Assert.Equal(0, driver.Machine.Account().OpenOrders);
        driver.RunToEnd();
        Assert.Empty(driver.Fills);
    }

    [Fact]
    [Trait("req", "SIM-191")]
    public void Atomic_accepts_a_sound_batch()
    {
        var ack = Running().Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 99m)) with { Atomic = true }).OfType<BatchAckOutput>().Single();
        Assert.Equal(2, ack.Accepted.Count);
    }

    [Fact]
    [Trait("req", "SIM-192")]
    public void Orders_are_processed_in_list_order()
    {
        var driver = Running();
        // each needs more than half of the buying power: the first in the list gets it
        Assert.Equal(["o-2"], driver.Send(Batch("b-1", Market("o-1", 300), Market("o-2", 300))).OfType<BatchAckOutput>().Single().Rejected.Select(order => order.OrderId));
        var other = Running();
        Assert.Equal(["o-1"], other.Send(Batch("b-1", Market("o-2", 300), Market("o-1", 300))).OfType<BatchAckOutput>().Single().Rejected.Select(order => order.OrderId));
    }

    [Fact]
    [Trait("req", "SIM-193")]
    public void The_parent_strategy_is_kept_with_the_orders_and_changes_nothing()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 5)) with { ParentStrategy = "mean-rev" });
        driver.RunToEnd();
        Assert.Equal("mean-rev", driver.Machine.Order("o-1")!.ParentStrategy);
        var plain = Running();
        plain.Send(Batch("b-1", Market("o-1", 5)));
        plain.RunToEnd();
        Assert.Equal(plain.Complete!.ResultHash, driver.Complete!.ResultHash);
    }

    [Fact]
    [Trait("req", "SIM-187")]
    public void A_symbol_that_is_not_loaded_is_unknown()
    {
        var error = Assert.IsType<ErrorOutput>(Running().Send(Batch("b-1", Market("o-1", 5, symbol: "BETA")))[1]);
        Assert.Equal(("UNKNOWN_SYMBOL", "validation", "error"), (error.Code, error.Type, error.Severity));
        Assert.Equal("BETA", Context(error, "symbol"));
        Assert.Equal("INVALID_ORDER", Context(error, "generic_code"));
    }

    [Fact]
    [Trait("req", "SIM-195")]
    [Trait("req", "SIM-196")]
    public void Notional_is_turned_into_whole_units_rounded_down()
    {
        var driver = Running();
        var outputs = driver.Send(Batch("b-1", Notional("o-1", 1050m), Notional("o-2", 99m)));
        Assert.Equal(["INVALID_ORDER"], Codes(outputs));
        Assert.Equal("99", Context(outputs.OfType<ErrorOutput>().Single(), "notional"));
        Assert.Equal(10 * 100_000_000L, Assert.Single(driver.Acknowledge(1).OfType<FillOutput>()).Quantity);
    }

    [Fact]
    [Trait("req", "SIM-197")]
    [Trait("req", "SIM-198")]
    public void Selling_without_a_position_goes_short_and_an_order_carries_through_zero()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 30, OrderSide.Sell)));
        driver.Acknowledge(1);
        Assert.Equal(-30 * 100_000_000L, Assert.Single(driver.Machine.Account().Positions).Quantity);
        driver.Send(Batch("b-2", Market("o-2", 50)));
        driver.Acknowledge(2);
        Assert.Equal(20 * 100_000_000L, Assert.Single(driver.Machine.Account().Positions).Quantity);
    }

    [Fact]
    [Trait("req", "SIM-199")]
    public void Buying_power_is_checked_before_acceptance_and_the_error_names_the_amounts()
    {
        var driver = Running();
        var outputs = driver.Send(Batch("b-1", Market("o-1", 600)));
        Assert.Equal("INSUFFICIENT_BUYING_POWER", Assert.Single(outputs.OfType<BatchAckOutput>().Single().Rejected).Code);
        var error = outputs.OfType<ErrorOutput>().Single();
        Assert.Equal(("execution", "warning", true), (error.Type, error.Severity, error.Recoverable));
        // 600 × 100.00 and 600 × 0.005
        Assert.Equal(("60003.00", "50000.00", "INSUFFICIENT_FUNDS", "o-1"), (Context(error, "required"), Context(error, "available"), Context(error, "generic_code"), Context(error, "order_id")));
    }

    [Fact]
    [Trait("req", "SIM-200")]
    public void An_order_for_a_symbol_that_does_not_trade_now_rests_unless_it_cannot_wait()
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 1, 5), SmallBars.Series("BETA", 1, 5, 100m, 1, 0)]);
        driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
        Assert.Equal(["SYMBOL_NOT_TRADING"], Codes(driver.Send(Batch("b-1", Market("o-1", 1, symbol: "BETA"), Market("o-2", 1, symbol: "BETA", tif: TimeInForce.ImmediateOrCancel)))));
        Assert.DoesNotContain(driver.Acknowledge(1), output => output is FillOutput);
        var fill = Assert.Single(driver.Acknowledge(2).OfType<FillOutput>());
        Assert.Equal(("o-1", SmallBars.FirstOpen + SmallBars.Minute), (fill.OrderId, fill.Time));
    }

    [Fact]
    [Trait("req", "SIM-204")]
    public void Estimates_are_the_limit_price_or_the_last_known_price()
    {
        var driver = Running();
        // at the very first candle its open; afterwards the last close
        Assert.Equal([SmallBars.Units(100m), SmallBars.Units(95m)], Estimates(driver.Send(Batch("b-1", Market("o-1", 1), Limit("o-2", 1, 95m)))));
        driver.Acknowledge(1);
        Assert.Equal([SmallBars.Units(100.01m)], Estimates(driver.Send(Batch("b-2", Market("o-3", 1)))));

        static long[] Estimates(List<SessionOutput> outputs) => [.. outputs.OfType<BatchAckOutput>().Single().Accepted.Select(order => order.Estimate)];
    }

    [Fact]
    [Trait("req", "SIM-060")]
    public void A_batch_beyond_the_orders_per_minute_is_refused_as_a_whole()
    {
        var driver = Running();
        var batch = Batch("b-1", Market("o-1", 1));
        Assert.True(driver.Machine.WouldTake(batch));
        var reset = driver.Now.AddSeconds(30);
        driver.Machine.Refuse(batch, new LimitVerdict(false, "orders_per_minute", "100 orders/minute", 101, 100, reset, "free", "RATE_LIMIT_EXCEEDED", false), driver.Now);
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send()));
        Assert.Equal(("RATE_LIMIT_EXCEEDED", "rate_limit", "error", true, 30_000L), (error.Code, error.Type, error.Severity, error.Recoverable, error.RetryAfterMs));
        Assert.Equal(("100 orders/minute", "2026-02-03T09:15:30Z", "free"), (Context(error, "limit"), Context(error, "reset_time"), Context(error, "plan")));
        Assert.Equal(101, error.Context.Single(entry => entry.Name == "current_usage").Number);
        Assert.Null(driver.Machine.Order("o-1"));

        driver.Send(batch);
        Assert.False(driver.Machine.WouldTake(batch));
    }

    [Fact]
    [Trait("req", "SIM-191")]
    public void A_batch_that_is_too_long_is_refused()
    {
        var driver = Running();
        var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send(Batch("b-1", [.. Enumerable.Range(0, 1001).Select(at => Market($"o-{at}", 1))]))));
        Assert.Equal("INVALID_FIELD", error.Code);
        Assert.Single(driver.Send(Batch("b-2", [.. Enumerable.Range(0, 1000).Select(at => Limit($"o-{at}", 1, 1m))])));
    }

    public static TheoryData<string, SimulationConfig, ClientOrder[]> Limits
    {
        get
        {
            var config = SmallBars.Config(30);
            return new()
            {
                { "MAX_ORDER_VALUE_EXCEEDED", config with { MaxOrderValue = SmallBars.Money(1000) }, [Market("o-1", 11)] },
                { "MAX_POSITION_SIZE_EXCEEDED", config with { MaxPositionSize = SmallBars.Units(10) }, [Market("o-1", 11)] },
                { "MAX_GROSS_EXPOSURE_EXCEEDED", config with { MaxGrossExposure = SmallBars.Money(1000) }, [Market("o-1", 11)] },
                { "MAX_OPEN_ORDERS_EXCEEDED", config with { MaxOpenOrders = 1 }, [Limit("o-0", 1, 50m), Market("o-1", 1)] },
                { "MAX_ORDERS_PER_MINUTE_EXCEEDED", config with { MaxOrdersPerMinute = 1 }, [Limit("o-0", 1, 50m), Market("o-1", 1)] },
                { "SHORTING_NOT_ALLOWED", config with { Account = AccountType.Cash }, [Market("o-1", 1, OrderSide.Sell)] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Each_risk_limit_has_its_own_code(string code, SimulationConfig config, ClientOrder[] orders)
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], config);
        driver.Send(new StartCommand());
        var outputs = driver.Send(Batch("b-1", orders));
        Assert.Equal([code], Codes(outputs));
        var error = outputs.OfType<ErrorOutput>().Single();
        Assert.Equal((code, "execution", "warning"), (error.Code, error.Type, error.Severity));
    }

    [Fact]
    [Trait("req", "SIM-207")]
    [Trait("req", "SIM-208")]
    [Trait("req", "SIM-209")]
    public void An_order_keeps_every_state_it_went_through_and_ends_once()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("filled", 1), Market("refused", 0), Limit("expired", 1, 50m, tif: TimeInForce.Day), Limit("ended", 1, 50m), Limit("ioc", 1, 50m, tif: TimeInForce.ImmediateOrCancel)));
        driver.RunToEnd();
        Assert.Equal((OrderState.Filled, Reason.None), End("filled"));
        Assert.Equal((OrderState.Rejected, Reason.InvalidQuantity), End("refused"));
        Assert.Equal((OrderState.Expired, Reason.DayExpired), End("expired"));
        Assert.Equal((OrderState.Cancelled, Reason.EndOfSimulation), End("ended"));
        Assert.Equal((OrderState.Cancelled, Reason.ImmediateOrCancelRemainder), End("ioc"));
        var record = driver.Machine.Order("filled")!;
        Assert.Equal("filled", Assert.Single(record.Fills).OrderId);
        Assert.Equal(OrderState.Accepted, record.Transitions[0].State);
        Assert.Single(record.Transitions, transition => transition.State == OrderState.Filled);
        Assert.Null(driver.Machine.Order("never sent"));

        (OrderState, Reason) End(string id) => (driver.Machine.Order(id)!.State, driver.Machine.Order(id)!.Reason);
    }

    [Fact]
    [Trait("req", "SIM-212")]
    [Trait("req", "SIM-217")]
    [Trait("req", "SIM-228")]
    [Trait("req", "SIM-232")]
    public void A_report_says_what_was_charged_and_when()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 100), Market("o-2", 100, OrderSide.Sell)));
        var fills = driver.Acknowledge(1).OfType<FillOutput>().ToArray();
        Assert.Equal([1, 2], fills.Select(fill => fill.Execution));
        // 100.00 and 5 bp are 0.05, at the open of tick 1
        Assert.Equal([SmallBars.Units(100.05m), SmallBars.Units(99.95m)], fills.Select(fill => fill.Price));
        Assert.All(fills, fill => Assert.Equal((SmallBars.FirstOpen, SmallBars.Units(100m), SmallBars.Money(0.5m), false, 0L), (fill.Time, fill.ReferencePrice, fill.Commission, fill.IsPartial, fill.Remaining)));
    }

    [Fact]
    [Trait("req", "SIM-229")]
    public void A_limit_order_never_fills_worse_than_its_limit()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Limit("o-1", 10, 99.95m)));
        driver.RunToEnd();
        Assert.Equal(SmallBars.Units(99.95m), Assert.Single(driver.Fills).Price);
    }

    internal static string? Context(ErrorOutput error, string name) => error.Context.SingleOrDefault(entry => entry.Name == name)?.Text;

    private static string[] Codes(List<SessionOutput> outputs) => [.. outputs.OfType<BatchAckOutput>().Single().Rejected.Select(order => order.Code)];

    private static ClientOrder Notional(string id, decimal value) =>
        new() { OrderId = id, Symbol = "ACME", Side = OrderSide.Buy, Type = OrderType.Market, Notional = SmallBars.Money(value) };
}

using System.Text.Json;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Section 26: what a client gets only when it asked for it.</summary>
public class ExtensionTests
{
    [Fact]
    [Trait("req", "SIM-332")]
    public void A_client_that_names_no_extension_sees_nothing_of_them()
    {
        var driver = Running(3, AccountUpdateFrequency.EveryFill);
        driver.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 50m), Limit("o-3", 5, 50m, tif: TimeInForce.Day)));
        driver.Send(new PauseCommand());
        driver.Send(new ResumeCommand());
        driver.Disconnect();
        driver.Resume(0);
        driver.RunToEnd();
        Assert.DoesNotContain(driver.All, output => output is OrderUpdateOutput or ReportOutput or AdvancedOutput or StatusOutput { Resumed: true });
    }

    [Fact]
    [Trait("req", "SIM-332")]
    public void Messages_of_an_extension_that_was_not_asked_for_are_unknown()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Limit("o-1", 5, 50m)));
        SessionCommand[] commands =
        [
            new CancelOrdersCommand { OrderIds = ["o-1"], RequestId = "q" },
            new ReplaceOrderCommand { OrderId = "o-1", NewOrderId = "o-2", Price = SmallBars.Units(51m), RequestId = "q" },
            new AdvanceCommand { Count = 2, RequestId = "q" },
        ];
        foreach (var command in commands)
        {
            var error = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send(command)));
            Assert.Equal(("UNKNOWN_MESSAGE_TYPE", "validation", "q"), (error.Code, error.Type, error.RequestId));
        }

        Assert.Equal(["INVALID_ORDER", "INVALID_ORDER"], driver.Send(Batch("b-2", Market("o-3", 1, tif: TimeInForce.FillOrKill), Market("o-4", 1) with { OcoGroup = "g" }))
            .OfType<BatchAckOutput>().Single().Rejected.Select(order => order.Code));
    }

    [Fact]
    [Trait("req", "SIM-210")]
    public void Open_orders_can_be_cancelled_and_the_change_comes_back()
    {
        var driver = Running(1, AccountUpdateFrequency.OnDemand, "cancel_orders");
        driver.Send(Batch("b-1", Limit("o-1", 5, 50m), Market("o-2", 5)));
        driver.Acknowledge(1);
        var outputs = driver.Send(new CancelOrdersCommand { OrderIds = ["o-1", "o-2", "o-9"], RequestId = "r-8" });
        var update = outputs.OfType<OrderUpdateOutput>().Single();
        Assert.Equal(("o-1", OrderState.Cancelled, "cancelled_by_client", 5 * 100_000_000L, "r-8"), (update.OrderId, update.State, update.Reason, update.Remaining, update.RequestId));
        Assert.Equal(SmallBars.FirstOpen + SmallBars.Minute, update.SimTime);
        Assert.Equal([("o-9", "unknown_order"), ("o-2", "order_closed")], outputs.OfType<ErrorOutput>().Select(error => (OrderTests.Context(error, "order_id")!, OrderTests.Context(error, "reason")!)));
        Assert.Equal(0, driver.Machine.Account().OpenOrders);
    }

    [Fact]
    [Trait("req", "SIM-210")]
    public void Status_changes_come_as_order_updates()
    {
        var driver = Running(20, AccountUpdateFrequency.OnDemand, "order_update");
        driver.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 50m, tif: TimeInForce.Day), Limit("o-3", 5, 50m)));
        driver.RunToEnd();
        Assert.Equal(
            [("o-1", OrderState.Filled, null), ("o-2", OrderState.Expired, "expired"), ("o-3", OrderState.Cancelled, "end_of_simulation")],
            driver.All.OfType<OrderUpdateOutput>().Select(update => (update.OrderId, update.State, update.Reason)));
    }

    [Fact]
    public void An_order_can_be_replaced()
    {
        var driver = Running(1, AccountUpdateFrequency.OnDemand, "replace_order");
        driver.Send(Batch("b-1", Limit("o-1", 5, 50m)));
        driver.Acknowledge(1);
        var outputs = driver.Send(new ReplaceOrderCommand { OrderId = "o-1", NewOrderId = "o-2", Price = SmallBars.Units(200m), RequestId = "r-9" });
        Assert.Equal([("o-1", OrderState.Replaced), ("o-2", OrderState.Accepted)], outputs.Cast<OrderUpdateOutput>().Select(update => (update.OrderId, update.State)).OrderBy(update => update.OrderId));
        Assert.Equal("o-2", Assert.Single(driver.Acknowledge(2).OfType<FillOutput>()).OrderId);
        Assert.Equal(SmallBars.Units(200m), driver.Machine.Order("o-2")!.Intent.Price);

        var closed = Assert.IsType<ErrorOutput>(Assert.Single(driver.Send(new ReplaceOrderCommand { OrderId = "o-1", NewOrderId = "o-3", Price = 1 })));
        Assert.Equal("order_closed", OrderTests.Context(closed, "reason"));
        driver.Crash();
        driver.Resume(2);
        Assert.Equal(OrderState.Replaced, driver.Machine.Order("o-1")!.State);
    }

    [Theory]
    [InlineData(null, 3, AdvanceStops.None, 3, "count")]
    [InlineData(6, null, AdvanceStops.None, 6, "until")]
    [InlineData(0, null, AdvanceStops.None, 0, "until")]
    [InlineData(null, null, AdvanceStops.EndOfDay, 10, "eod")]
    [InlineData(null, null, AdvanceStops.Fill, 1, "fill")]
    [InlineData(null, null, AdvanceStops.OrderUpdate, 10, "order_update")]
    [InlineData(null, null, AdvanceStops.None, 20, "end")]
    [InlineData(null, 99, AdvanceStops.EndOfDay | AdvanceStops.OrderUpdate, 10, "order_update")]
    public void Advance_completes_ticks_until_it_is_told_to_stop(int? untilMinute, int? count, AdvanceStops stops, int completed, string stoppedBy)
    {
        var driver = Running(2, AccountUpdateFrequency.OnDemand, "fast_forward");
        driver.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 50m, tif: TimeInForce.Day)));
        long? until = untilMinute is { } minute ? SmallBars.FirstOpen + minute * SmallBars.Minute : null;
        var outputs = driver.Send(new AdvanceCommand { Until = until, Count = count, StopOn = stops, RequestId = "r-7" });
        var advanced = outputs.OfType<AdvancedOutput>().Single();
        Assert.Equal((completed, stoppedBy, "r-7"), (advanced.Sequence, advanced.StoppedBy, advanced.RequestId));
        Assert.Equal(completed, driver.Machine.CompletedTicks);
        Assert.Equal(completed > 0 ? 1 : 0, outputs.OfType<FillOutput>().Count());
        if (completed is > 2 and < 20) Assert.Equal(completed + 1, Assert.IsType<TicksOutput>(outputs[^1]).First);
        Assert.Equal(completed == 20, outputs[^1] is CompleteOutput);
    }

    [Fact]
    public void An_advance_gives_the_same_result_as_acknowledging_each_tick()
    {
        var stepped = Running();
        stepped.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 99.95m)));
        stepped.RunToEnd();
        var driver = Running(1, AccountUpdateFrequency.OnDemand, "fast_forward");
        driver.Send(Batch("b-1", Market("o-1", 5), Limit("o-2", 5, 99.95m)));
        driver.Send(new AdvanceCommand());
        Assert.Equal(stepped.Complete!.ResultHash, driver.Complete!.ResultHash);
    }

    [Fact]
    public void A_pause_comes_in_between_the_slices_of_an_advance()
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], null, new SessionOptions { SliceTicks = 4 }, "fast_forward");
        driver.Send(new StartCommand());
        Assert.True(driver.Call(new AdvanceCommand { RequestId = "a" }));
        Assert.False(driver.Call(new PauseCommand { RequestId = "p" }));
        Assert.Collection(
            driver.All.TakeLast(3),
            one => Assert.Equal("pause", Assert.IsType<AdvancedOutput>(one).StoppedBy),
            one => Assert.Equal(5, Assert.IsType<TicksOutput>(one).First),
            one => Assert.Equal("p", Assert.IsType<StatusOutput>(one).RequestId));
        Assert.Equal(4, driver.Machine.CompletedTicks);
        Assert.Equal(SessionState.Paused, driver.Machine.State);
    }

    [Fact]
    [Trait("req", "SIM-221")]
    public void Orders_sent_behind_an_advance_belong_to_the_tick_after_it()
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], null, new SessionOptions { SliceTicks = 3 }, "fast_forward");
        driver.Send(new StartCommand());
        driver.Send(new AdvanceCommand { Count = 7 }, Batch("b-1", Market("o-1", 5)));
        Assert.Equal(8, Assert.Single(driver.Acknowledge(8).OfType<FillOutput>()).Tick);
    }

    [Fact]
    public void What_happened_in_an_advance_that_was_cut_off_is_named_by_the_resume()
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], null, new SessionOptions { SliceTicks = 4 }, "fast_forward");
        driver.Send(new StartCommand());
        driver.Send(Batch("b-1", Market("o-1", 5)));
        Assert.True(driver.Call(new AdvanceCommand()));
        driver.Disconnect();
        var sync = Assert.IsType<StateSyncOutput>(driver.Resume(0)[0]);
        Assert.Equal("o-1", Assert.Single(sync.MissedExecutions).OrderId);
        Assert.Equal(1, sync.NextSequence);
        driver.RunToEnd();
        Assert.NotNull(driver.Complete);
    }

    [Fact]
    [Trait("req", "SIM-295")]
    public void The_report_comes_just_before_the_end_with_manifest_and_hash()
    {
        var driver = Running(20, AccountUpdateFrequency.OnDemand, "report");
        driver.Send(Batch("b-1", Market("o-1", 5)));
        driver.RunToEnd();
        var report = Assert.IsType<ReportOutput>(driver.All[^2]).Json;
        Assert.Equal(report, driver.Machine.Report());
        using var json = JsonDocument.Parse(report);
        Assert.Equal(driver.Complete!.ResultHash, json.RootElement.GetProperty("result_hash").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("metrics").GetProperty("fills").GetInt32());
        Assert.Equal("ACME", json.RootElement.GetProperty("manifest").GetProperty("symbols")[0].GetProperty("symbol").GetString());
        Assert.InRange(json.RootElement.GetProperty("equity_curve").GetArrayLength(), 1, 1000);
    }

    [Fact]
    public void Advanced_orders_work_when_asked_for()
    {
        var driver = Running(1, AccountUpdateFrequency.OnDemand, "advanced_orders", "order_update");
        var entry = Market("o-1", 5);
        var profit = Limit("o-2", 5, 100.08m, OrderSide.Sell) with { ParentOrderId = "o-1" };
        var loss = new ClientOrder { OrderId = "o-3", Symbol = "ACME", Side = OrderSide.Sell, Type = OrderType.Stop, TimeInForce = TimeInForce.GoodTilCancelled, Quantity = 5 * 100_000_000L, StopPrice = SmallBars.Units(50m), ParentOrderId = "o-1" };
        var ack = driver.Send(Batch("b-1", entry, profit, loss)).OfType<BatchAckOutput>().Single();
        Assert.Equal(3, ack.Accepted.Count);
        driver.Acknowledge(1);
        driver.Acknowledge(2);
        Assert.Equal(OrderState.Filled, driver.Machine.Order("o-2")!.State);
        Assert.Equal((OrderState.Cancelled, Reason.OneCancelsOther), (driver.Machine.Order("o-3")!.State, driver.Machine.Order("o-3")!.Reason));
        Assert.Empty(driver.Machine.Account().Positions);
    }

    [Fact]
    public void Every_offered_extension_has_a_meaning()
    {
        Assert.Equal(11, SessionExtensionNames.Offered.Count);
        foreach (var name in SessionExtensionNames.Offered) Assert.NotEqual(SessionExtensions.None, SessionExtensionNames.Parse([name]));
        Assert.Equal(SessionExtensions.None, SessionExtensionNames.Parse(["something_else"]));
    }
}

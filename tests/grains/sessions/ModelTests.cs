using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.Engine.Snapshot;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>The execution model as a session shows it.</summary>
public class ModelTests
{
    [Fact]
    [Trait("req", "SIM-165")]
    [Trait("req", "SIM-164")]
    public void A_tick_is_regular_when_any_symbol_is_in_its_regular_hours()
    {
        // the equity trades in its pre-market first; the coin is always regular
        var equity = Shifted(SmallBars.Series("ACME", 1, 6), regularFrom: 4);
        var coin = SmallBars.Series("BTCUSD", 1, 6, 100m, 1, 1, 2);
        Assert.Equal([2, 1, 1, 2, 2, 2], Sessions(equity, coin));
        Assert.Equal([1, 1, 1, 1, 2, 2], Sessions(equity));

        static int[] Sessions(params BarSeries[] series)
        {
            var driver = new SessionDriver(series, SmallBars.Config(1) with { ExtendedHours = true });
            driver.Send(new StartCommand { MaxPendingTicks = 10 });
            return [.. driver.All.OfType<TicksOutput>().Single().Sessions.Select(session => session & 0xF)];
        }
    }

    [Fact]
    [Trait("req", "SIM-170")]
    public void Ticks_cover_the_regular_session_unless_extended_hours_were_asked_for()
    {
        var driver = new SessionDriver([Shifted(SmallBars.Series("ACME", 1, 6), regularFrom: 4)]);
        Assert.Equal(2, Assert.IsType<CreatedOutput>(driver.All[0]).EstimatedTicks);
    }

    [Fact]
    [Trait("req", "SIM-203")]
    public void A_reason_is_a_code_and_sometimes_a_text()
    {
        var documented = new HashSet<string>
        {
            "INVALID_ORDER", "INVALID_ORDER_QUANTITY", "INVALID_ORDER_PRICE", "UNKNOWN_SYMBOL", "DUPLICATE_ORDER_ID", "INSUFFICIENT_BUYING_POWER", "ATOMIC_BATCH_REJECTED", "SYMBOL_NOT_TRADING",
            "MAX_ORDER_VALUE_EXCEEDED", "MAX_POSITION_SIZE_EXCEEDED", "MAX_GROSS_EXPOSURE_EXCEEDED", "MAX_DRAWDOWN_REACHED", "MAX_OPEN_ORDERS_EXCEEDED", "MAX_ORDERS_PER_MINUTE_EXCEEDED", "SHORTING_NOT_ALLOWED",
        };
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => (int)reason is > 100 and < 300)) Assert.Contains(OrderErrors.Code(reason), documented);
        var tooSmall = new ClientOrder { OrderId = "o-1", Symbol = "ACME", Side = OrderSide.Buy, Type = OrderType.Market, Notional = 1 };
        var rejected = Running().Send(Batch("b-1", tooSmall with { TimeInForce = TimeInForce.Day })).OfType<BatchAckOutput>().Single().Rejected.Single();
        Assert.Equal(("INVALID_ORDER", "notional_too_small"), (rejected.Code, rejected.Text));
    }

    [Theory]
    [Trait("req", "SIM-213")]
    [InlineData(100, "0.005", "0.50")]
    [InlineData(1, "0.005", "0.01")]
    [InlineData(3, "0.001", "0.00")]
    public void Commission_is_the_price_per_share_rounded_to_cents(int quantity, string perShare, string commission)
    {
        var config = SmallBars.Config(30) with { CommissionPerShare = SmallBars.Money(Number(perShare)) };
        var fill = FirstFill(config, Market("o-1", quantity));
        Assert.Equal(SmallBars.Money(Number(commission)), fill.Commission);
    }

    [Fact]
    [Trait("req", "SIM-234")]
    public void Another_fee_structure_comes_in_the_same_messages()
    {
        var config = SmallBars.Config(30) with { Commission = CommissionModel.Bps, CommissionRate = 10 * SimulationConfig.BasisPoint, CommissionFixed = SmallBars.Money(1m) };
        // 10 × 100.05 × 10 bp + 1.00
        Assert.Equal(SmallBars.Money(2m), FirstFill(config, Market("o-1", 10)).Commission);
    }

    [Fact]
    [Trait("req", "SIM-230")]
    public void A_spread_is_paid_in_half_by_the_taker()
    {
        var config = SmallBars.Config(30) with { SlippageRate = 0, SpreadRate = 20 * SimulationConfig.BasisPoint };
        Assert.Equal(SmallBars.Units(100.10m), FirstFill(config, Market("o-1", 10)).Price);
    }

    [Fact]
    [Trait("req", "SIM-231")]
    public void Latency_moves_the_fill_to_where_the_path_is_then()
    {
        var config = SmallBars.Config(30) with { LatencyMs = 90_000 };
        var fill = FirstFill(config, Market("o-1", 10));
        Assert.Equal((2, SmallBars.FirstOpen + 90_000_000), (fill.Tick, fill.Time));
    }

    [Fact]
    [Trait("req", "SIM-215")]
    public void Without_a_cap_on_participation_fills_are_whole()
    {
        var driver = DeterminismTests.Start();
        new ScriptedClient(driver, Plans.Mixed(DeterminismTests.Ticks, 5)).Run();
        Assert.NotEmpty(driver.Fills);
        Assert.All(driver.Fills, fill => Assert.Equal((false, 0L), (fill.IsPartial, fill.Remaining)));
    }

    [Fact]
    [Trait("req", "SIM-216")]
    public void Partial_fills_add_up_to_the_order_and_name_the_rest()
    {
        // a tenth of a per mille of 10,000 shares is 1 share a bar
        var config = SmallBars.Config(30) with { MaxParticipation = SimulationConfig.RateUnit / 10_000 };
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], config);
        driver.Send(new StartCommand { MaxPendingTicks = 20, AccountUpdates = AccountUpdateFrequency.OnDemand });
        driver.Send(Batch("b-1", Market("o-1", 4)));
        driver.RunToEnd();
        Assert.Equal([3L, 2L, 1L, 0L], driver.Fills.Select(fill => fill.Remaining / Instrument.Unit));
        Assert.Equal([true, true, true, false], driver.Fills.Select(fill => fill.IsPartial));
        Assert.Equal(4 * Instrument.Unit, driver.Fills.Sum(fill => fill.Quantity));
    }

    [Fact]
    [Trait("req", "SIM-214")]
    public void The_reported_slippage_follows_from_price_and_reference()
    {
        var driver = Running();
        driver.Send(Batch("b-1", Market("o-1", 10), Limit("o-2", 10, 99.95m)));
        driver.RunToEnd();
        var taker = driver.Fills.Single(fill => fill.OrderId == "o-1");
        var maker = driver.Fills.Single(fill => fill.OrderId == "o-2");
        Assert.Equal(5, (taker.Price - taker.ReferencePrice) * 10_000m / taker.ReferencePrice);
        Assert.Equal(maker.ReferencePrice, maker.Price);
    }

    [Fact]
    [Trait("req", "SIM-269")]
    public void The_client_state_hash_has_no_effect()
    {
        var driver = Running();
        driver.Acknowledge(1);
        driver.Disconnect();
        var sync = Assert.IsType<StateSyncOutput>(driver.Send(new ResumeSessionCommand { LastProcessedSequence = 1, ClientStateHash = "sha256:nonsense" })[0]);
        Assert.Equal(2, sync.NextSequence);
    }

    [Fact]
    [Trait("req", "SIM-304")]
    public void Provider_version_and_bars_are_part_of_the_first_record()
    {
        var created = SessionRecord.Parse(Small().Journal[0]).Created!;
        Assert.Equal(("polygon", "adjusted", "f"), (created.DataProvider, created.DataVersion, created.Fingerprints.Single()));
    }

    [Fact]
    public void A_record_of_a_newer_schema_is_refused_and_of_this_one_read_back()
    {
        var record = new SessionRecord { Kind = RecordKind.Replace, Tick = 7, At = 5, Replace = new ReplaceBody(3, "o-2", null, 5, null, TimeInForce.GoodTilCancelled) };
        Assert.Equal(record, SessionRecord.Parse(record.ToJson()));
        Assert.Throws<System.Text.Json.JsonException>(() => SessionRecord.Parse((record with { SchemaVersion = 2 }).ToJson()));
        Assert.Throws<System.Text.Json.JsonException>(() => SessionRecord.Parse("{\"schema_version\":1}"u8));
    }

    [Fact]
    public void Everything_a_session_says_is_of_types_that_can_cross_processes()
    {
        var driver = DeterminismTests.Start(3, null, AccountUpdateFrequency.EveryFill, "order_update", "cancel_orders", "report", "fast_forward");
        driver.CheckTypes = true;
        var client = new ScriptedClient(driver, Plans.Mixed(DeterminismTests.Ticks, 5));
        for (var step = 0; step < 30; step++) client.Step();
        driver.Send(new CancelOrdersCommand { OrderIds = ["none"] }, new QueryPositionsCommand(), new PauseCommand(), new ResumeCommand(), new ResumeCommand());
        WireTypes.Check(driver.Machine.Status());
        foreach (var fill in client.Fills) WireTypes.Check(driver.Machine.Order(fill.OrderId));
        driver.Crash();
        client.Resume();
        WireTypes.Check(driver.Machine.Status());
        client.Run();
    }

    [Fact]
    public void A_damaged_snapshot_is_refused()
    {
        var snapshot = Running().Machine.Snapshot();
        Assert.Throws<SnapshotException>(() => SessionSnapshot.Read(snapshot.AsMemory(0, 40), out _));
        snapshot[0] = 0;
        Assert.Throws<SnapshotException>(() => SessionSnapshot.Read(snapshot, out _));
    }

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static FillOutput FirstFill(SimulationConfig config, ClientOrder order)
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 2, 10)], config);
        driver.Send(new StartCommand { MaxPendingTicks = 20, AccountUpdates = AccountUpdateFrequency.OnDemand });
        driver.Send(Batch("b-1", order));
        driver.RunToEnd();
        return driver.Fills.First();
    }

    /// <summary>The same bars, with the first minutes of the day before the regular open.</summary>
    private static BarSeries Shifted(BarSeries series, int regularFrom)
    {
        long[] open = [SmallBars.FirstOpen];
        long[] regular = [SmallBars.FirstOpen + regularFrom * SmallBars.Minute];
        long[] close = [SmallBars.FirstOpen + 6 * SmallBars.Minute];
        var days = new TradingDays("test", "1", [(int)(SmallBars.FirstOpen / SmallBars.Day)], open, regular, close, close);
        return new BarSeries(series.Instrument, days, SmallBars.Minute, "synthetic", "adjusted", series.OpenTime, series.Open, series.High, series.Low, series.Close, series.Volume);
    }
}

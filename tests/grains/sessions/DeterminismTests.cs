using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;

namespace Trading.Grains.Tests.Sessions;

/// <summary>The outcome is a function of configuration, bars and the client's orders per tick; of nothing else.</summary>
public class DeterminismTests
{
    internal const int Ticks = 60;

    private static readonly IReadOnlyDictionary<int, BatchCommand> Plan = Plans.Mixed(Ticks, 17);

    internal static SessionDriver Start(int window = 1, SessionOptions? options = null, AccountUpdateFrequency updates = AccountUpdateFrequency.OnDemand, params string[] extensions)
    {
        var driver = new SessionDriver([SmallBars.Series("ACME", 3, 20), SmallBars.Series("BETA", 3, 20, 100.5m, -1, 4, 25, 26)], null, options, extensions);
        driver.Send(new StartCommand { MaxPendingTicks = window, AccountUpdates = updates });
        return driver;
    }

    internal static ScriptedClient Undisturbed(IReadOnlyDictionary<int, BatchCommand> plan)
    {
        var client = new ScriptedClient(Start(), plan);
        client.Run();
        return client;
    }

    [Fact]
    public void The_plan_of_these_tests_has_fills_refusals_and_open_ends()
    {
        var driver = Start();
        var client = new ScriptedClient(driver, Plan);
        client.Run();
        Assert.True(client.Fills.Count > 15);
        Assert.Contains(driver.All.OfType<BatchAckOutput>(), ack => ack.Rejected.Count > 0);
        Assert.Equal(Ticks, client.Ticks.Count);
    }

    [Theory]
    [Trait("req", "SIM-222")]
    [Trait("req", "SIM-179")]
    [Trait("req", "SIM-155")]
    [Trait("req", "SIM-233")]
    [Trait("req", "EXEC-004")]
    [InlineData(1, ClientStyle.OrdersFirst)]
    [InlineData(1, ClientStyle.AcknowledgeFirst)]
    [InlineData(2, ClientStyle.AcknowledgeFirst)]
    [InlineData(50, ClientStyle.OrdersFirst)]
    [InlineData(50, ClientStyle.AcknowledgeFirst)]
    [InlineData(50, ClientStyle.Cumulative)]
    [InlineData(1000, ClientStyle.Cumulative)]
    public void Window_and_order_of_messages_do_not_change_the_outcome(int window, ClientStyle style)
    {
        var expected = Undisturbed(Plan);
        var client = new ScriptedClient(Start(window), Plan, style);
        client.Run();
        Assert.Equal(expected.Trace, client.Trace);
        Assert.Equal(expected.Result!.ResultHash, client.Result!.ResultHash);
        Assert.Equal(expected.Result.FinalEquity, client.Result.FinalEquity);
        Assert.Equal(0, client.Repeats);
    }

    [Theory]
    [Trait("req", "SIM-222")]
    [InlineData(3)]
    [InlineData(11)]
    public void How_messages_are_cut_into_calls_does_not_change_the_outcome(int seed)
    {
        var expected = Undisturbed(Plan);
        var random = new Random(seed);
        var driver = Start(window: 7);
        var waiting = new List<SessionCommand>();
        for (var tick = 1; tick <= Ticks; tick++)
        {
            if (Plan.TryGetValue(tick, out var batch)) waiting.Add(batch);
            waiting.Add(new AckCommand { Sequence = tick, Status = ProcessingStatus.Ready });
            if (random.Next(3) > 0 && tick % 7 != 0) continue;
            driver.Send([.. waiting]);
            waiting.Clear();
        }

        driver.Send([.. waiting]);
        Assert.Equal(expected.Result!.ResultHash, driver.Complete!.ResultHash);
    }

    [Theory]
    [Trait("req", "SIM-222")]
    [InlineData(1)]
    [InlineData(3)]
    public void Slices_do_not_change_the_outcome(int sliceTicks)
    {
        var expected = Undisturbed(Plan);
        var client = new ScriptedClient(Start(50, new SessionOptions { SliceTicks = sliceTicks }), Plan, ClientStyle.Cumulative);
        client.Run();
        Assert.Equal(expected.Trace, client.Trace);
        Assert.Equal(expected.Result!.ResultHash, client.Result!.ResultHash);
    }

    [Fact]
    [Trait("req", "SIM-249")]
    public void Pauses_do_not_change_the_outcome()
    {
        var expected = Undisturbed(Plan);
        var driver = Start();
        var client = new ScriptedClient(driver, Plan);
        for (var step = 0; client.Step(); step++)
        {
            if (step % 4 != 0 || driver.Machine.End != SessionEnd.No) continue;
            driver.Send(new PauseCommand());
            driver.Send(new ResumeCommand());
        }

        Assert.Equal(expected.Result!.ResultHash, client.Result!.ResultHash);
    }

    [Fact]
    [Trait("req", "SIM-233")]
    public void Account_updates_and_extensions_do_not_change_the_outcome()
    {
        var expected = Undisturbed(Plan);
        foreach (var updates in Enum.GetValues<AccountUpdateFrequency>())
        {
            var client = new ScriptedClient(Start(5, null, updates, [.. SessionExtensionNames.Offered.Except(["extended_hours", "fractional_quantity"])]), Plan);
            client.Run();
            Assert.Equal(expected.Result!.ResultHash, client.Result!.ResultHash);
        }
    }

    [Fact]
    [Trait("req", "SIM-226")]
    public void The_reports_of_a_tick_come_before_those_of_the_next()
    {
        var driver = Start(50);
        new ScriptedClient(driver, Plan, ClientStyle.Cumulative).Run();
        var ticks = driver.Fills.Select(fill => fill.Tick).ToArray();
        Assert.Equal(ticks.Order(), ticks);
        Assert.Equal(Enumerable.Range(1, ticks.Length), driver.Fills.Select(fill => fill.Execution));
    }

    [Fact]
    [Trait("req", "EXEC-003")]
    [Trait("req", "SIM-223")]
    [Trait("req", "SIM-224")]
    public void Nothing_said_up_to_a_tick_depends_on_later_bars()
    {
        const int cut = 30;
        var known = Told(SmallBars.Series("ACME", 3, 20));
        var other = SmallBars.Series("ACME", 3, 20);
        for (var bar = cut; bar < other.Count; bar++)
        {
            other.Open[bar] = other.High[bar] = other.Low[bar] = other.Close[bar] = other.Open[bar] * 2;
        }

        Assert.Equal(known, Told(other));

        // ticks up to and with number cut + 1, whose bar is the first that differs, are sent before it is executed
        static string Told(Engine.Bars.BarSeries series)
        {
            var driver = new SessionDriver([series, SmallBars.Series("BETA", 3, 20, 100.5m, -1)]);
            driver.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.EveryTick });
            var client = new ScriptedClient(driver, Plan);
            for (var tick = 0; tick < cut; tick++) client.Step();
            client.SendOrdersOfNext();
            return string.Join('\n', driver.All.Select(Text));
        }

        static string Text(SessionOutput output) => output switch
        {
            TicksOutput ticks => $"ticks {ticks.First} {string.Join(',', ticks.Times)} {string.Join(',', ticks.Trading)}",
            BatchAckOutput ack => $"{ack.BatchId} {string.Join(',', ack.Accepted)} {string.Join(',', ack.Rejected)}",
            AccountOutput account => $"{account.Account.Cash} {account.Account.Equity} {account.Account.BuyingPower} {string.Join(',', account.Account.Positions)}",
            ErrorOutput error => error.Code + string.Join(',', error.Context),
            _ => output.ToString(),
        };
    }
}

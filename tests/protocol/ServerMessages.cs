using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Protocol.Tests;

/// <summary>Every server message once, with the values of the specification's samples where it has one.</summary>
internal static class ServerMessages
{
    internal static readonly AccountData Account = new(Money("44861.40"), Money("49997.40"), Money("38550.90"), Money("-2.60"), 1);

    internal static readonly ExecutionReportData Fill = new(
        1, "o-1", "NVDA", true, 4_000_000_000, 12_846_000_000, 12_840_000_000, Instant("2024-07-16T13:30:00Z"), Money("0.20"), false, 0, "market_open");

    /// <summary>Message types that only extensions bring.</summary>
    internal static readonly string[] ExtensionTypes = ["simulation_resumed", "order_update", "ticks", "simulation_advanced", "simulation_report"];

    internal static IEnumerable<string> Types => All.Keys;

    private static readonly Dictionary<string, Action<MessageWriter>> All = new()
    {
        ["connection_ready"] = writer => writer.ConnectionReady(new ConnectionReadyData("user_7f3a", "professional", Instant("2026-02-03T09:15:00.100Z"), Instant("2026-02-03T17:15:00.100Z"), 3600, 604800, 10, ["batch_orders", "interactive_control"])),
        ["connection_warning"] = writer => writer.ConnectionWarning(new ConnectionWarningData("approaching_timeout", "About five minutes left on this connection", Instant("2026-02-03T17:15:00Z"), "complete_simulation_or_reconnect", 300)),
        ["connection_closing"] = writer => writer.ConnectionClosing(new ConnectionClosingData("idle_timeout", "No activity for 60 minutes", 4000, true, "preserved_for_resume")),
        ["session_created"] = writer =>
        {
            writer.BeginSessionCreated("mean-rev-17", 390, ["NVDA", "KO"]);
            writer.DataRange("NVDA", Instant("2024-07-16T13:30:00Z"), Instant("2024-07-16T20:00:00Z"), 390, 0);
            writer.DataRange("KO", Instant("2024-07-16T13:30:00Z"), Instant("2024-07-16T20:00:00Z"), 389, 1);
            writer.EndSessionCreated("r-1");
        },
        ["simulation_started"] = writer => writer.SimulationStarted("mean-rev-17", Instant("2026-02-03T09:15:02.010Z"), 8, 20, true, "r-2"),
        ["tick"] = writer => writer.Tick(new TickWriter(["NVDA", "KO"]), Instant("2024-07-16T13:30:00Z"), 1, 2, [3], null),
        ["ticks"] = writer => writer.Ticks(new TickWriter(["NVDA", "KO"]), [Instant("2024-07-16T13:30:00Z"), Instant("2024-07-16T19:59:00Z")], 1, [2, 130], [3, 2], null),
        ["batch_ack"] = writer =>
        {
            writer.BeginBatchAck("b-1");
            writer.AcceptedOrder("o-1");
            writer.AcceptedOrder("o-2");
            writer.BeginRejectedOrders();
            writer.RejectedOrder("o-3", "INSUFFICIENT_BUYING_POWER", null);
            writer.BeginEstimatedFills();
            writer.EstimatedFill("o-1", 12_840_000_000);
            writer.EstimatedFill("o-2", 6_310_000_000);
            writer.EndBatchAck("r-3");
        },
        ["execution_report"] = writer => writer.ExecutionReport(Fill, null),
        ["account_snapshot"] = writer => WriteAccount(writer, answer: false, null),
        ["current_positions"] = writer => WriteAccount(writer, answer: true, "r-5"),
        ["simulation_paused"] = writer => writer.Status(false, new SimulationStatusData("mean-rev-17", "paused", Instant("2024-07-16T15:05:00Z"), 96, 96, 390), "r-4"),
        ["simulation_resumed"] = writer => writer.Status(true, new SimulationStatusData("mean-rev-17", "running", Instant("2024-07-16T15:05:00Z"), 96, 96, 390), "r-6"),
        ["state_sync"] = writer =>
        {
            var account = new AccountData(Money("38550.90"), Money("50020.90"), Money("38550.90"), Money("20.90"), 0);
            writer.BeginStateSync(Instant("2024-07-16T15:28:00Z"), 119, account);
            writer.Position("NVDA", 4_000_000_000, Money("5138.40"), 12_870_000_000);
            writer.Position("KO", 10_000_000_000, Money("6310.00"), 6_322_000_000);
            writer.BeginMissedExecutions(account, []);
            writer.MissedExecution(new ExecutionReportData(2, "o-2", "KO", true, 10_000_000_000, 6_310_000_000, 6_310_000_000, Instant("2024-07-16T15:27:14Z"), Money("0.50"), false, 0, "limit_touched"));
            writer.EndStateSync("r-20");
        },
        ["order_update"] = writer => writer.OrderUpdate("o-2", "cancelled", "cancelled_by_client", 10_000_000_000, Instant("2024-07-16T15:06:00Z"), "r-8"),
        ["simulation_advanced"] = writer => writer.SimulationAdvanced(390, Instant("2024-07-16T19:59:00Z"), "end", "r-9"),
        ["simulation_report"] = writer => writer.SimulationReport("{\"result_hash\":\"00\"}", null),
        ["simulation_complete"] = writer => writer.SimulationComplete(new SimulationCompleteData("mean-rev-17", Money("50000"), Money("50240.15"), 3, 2, Money("1.20"), 0.0031m, null, null, null, 9), null),
        ["error"] = writer =>
        {
            writer.BeginError(new ErrorData("INVALID_ORDER_QUANTITY", "Quantity has to be above zero", "validation", "error", true, null), "r-7");
            writer.ContextText("order_id", "o-9");
            writer.ContextNumber("quantity", -25);
            writer.ContextText("generic_code", "INVALID_ORDER");
            writer.EndError("r-7", ofSession: true);
        },
    };

    internal static Int128 Money(string text)
    {
        Assert.Equal(DecimalFault.None, DecimalText.TryParse(System.Text.Encoding.ASCII.GetBytes(text), DecimalText.MoneyScale, out Int128 value));
        return value;
    }

    internal static long Instant(string text)
    {
        Assert.Equal(InstantFault.None, InstantText.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var micros));
        return micros;
    }

    /// <summary>Writes one message and reads it back.</summary>
    internal static System.Text.Json.JsonElement Render(string type, string timestamp = "2026-02-03T09:15:00.120Z") => Render(All[type], timestamp);

    internal static System.Text.Json.JsonElement Render(Action<MessageWriter> write, string timestamp = "2026-02-03T09:15:00.120Z")
    {
        using var json = new JsonText(64);
        write(new MessageWriter(json) { Timestamp = Instant(timestamp) });
        return JsonAssert.Single(json);
    }

    private static void WriteAccount(MessageWriter writer, bool answer, string? requestId)
    {
        var account = answer ? Account with { Equity = Money("50013.40"), DayPnl = Money("13.40") } : Account;
        writer.BeginAccount(answer, account);
        writer.Position("NVDA", 4_000_000_000, Money("5138.40"), answer ? 12_880_000_000 : 12_840_000_000);
        writer.EndAccount(account, requestId);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>What the execution model of a session does, checked against bars that a person can compute with (<see cref="SmallBars"/>).</summary>
[Collection(ProtocolTests.Name)]
public sealed class ExecutionTests(ProtocolService service)
{
    private static JsonObject WithExecution(JsonObject? execution) =>
        execution is null ? [] : new() { ["extensions"] = new JsonArray("execution"), ["execution"] = execution };

    [Fact]
    [Trait("req", "SIM-220")]
    public async Task Fills_follow_the_parameters_of_the_specification_when_the_client_names_none()
    {
        // KO's lowest low is 59.95: a limit there is touched every seven minutes, but never gone through
        var fills = await FillsAsync(null, Market("market", "buy", 100), Limit("touched", "buy", 1, "59.95"), Limit("through", "buy", 1, "59.96"));
        Assert.Equal(["market", "through"], fills.Select(fill => Text(fill, "order_id")).Order(StringComparer.Ordinal));

        // next_open, 5 bps against the client, up to the next cent, no spread, no latency, 0.005 a share
        var market = fills[0];
        Assert.Equal(RoundUp(SmallBars.At("KO", 1).Open * 1.0005m), Price(market));
        Assert.Equal((SmallBars.Time(1), "0.50", 5, "market_open"), (Text(market, "execution_time"), Text(market, "commission"), market["slippage_bps"]!.GetValue<int>(), Text(market, "fill_reason")));
        Assert.Equal((59.96m, 0, "limit_touched"), (Price(fills[1]), fills[1]["slippage_bps"]!.GetValue<int>(), Text(fills[1], "fill_reason")));

        // margin with leverage 1: what cash buys and not more
        await using var client = await StartedAsync(null);
        await client.OrderAsync("b-1", Market("too-much", "buy", 1_000));
        Assert.Contains("too-much", (await client.ExpectAsync("batch_ack"))["rejected_orders"]!.AsObject().Select(entry => entry.Key));
    }

    [Fact]
    [Trait("req", "SIM-215")]
    public async Task With_partial_fills_off_an_order_larger_than_the_bar_fills_whole()
    {
        var fill = Assert.Single(await FillsAsync(null, Market("large", "sell", 800), cash: "1000000.00"));
        Assert.Equal((800, false, 0), (Quantity(fill), fill["is_partial"]!.GetValue<bool>(), fill["remaining_quantity"]!.GetValue<int>()));
        fill = Assert.Single(await FillsAsync(null, Market("larger", "buy", 12_345), cash: "1000000.00"));
        Assert.Equal((12_345, false, 0), (Quantity(fill), fill["is_partial"]!.GetValue<bool>(), fill["remaining_quantity"]!.GetValue<int>()));
    }

    [Fact]
    [Trait("req", "SIM-216")]
    public async Task With_partial_fills_on_the_parts_add_up_and_each_says_what_remains()
    {
        // a tenth of 1000 shares a minute
        var fills = await FillsAsync(new() { ["max_participation"] = "0.1" }, Market("parts", "buy", 350), cash: "1000000.00");
        Assert.Equal([(100, true, 250), (100, true, 150), (100, true, 50), (50, false, 0)], fills.Select(fill => (Quantity(fill), fill["is_partial"]!.GetValue<bool>(), fill["remaining_quantity"]!.GetValue<int>())));
    }

    [Fact]
    [Trait("req", "SIM-230")]
    public async Task A_spread_costs_the_taker_half_of_it_with_everything_else_at_fidelity_level_1()
    {
        var fills = await FillsAsync(new() { ["spread_bps"] = "40" }, Market("taker", "buy", 100), Market("back", "sell", 100), Limit("maker", "buy", 1, "59.96"), slippage: 0);
        var open = SmallBars.At("KO", 1).Open;
        Assert.Equal(RoundUp(open * 1.0020m), Price(fills[0]));
        Assert.Equal(RoundDown(open * 0.9980m), Price(fills[1]));
        Assert.Equal(59.96m, Price(fills[2]));
        Assert.All(fills, fill => Assert.False(fill["is_partial"]!.GetValue<bool>()));
    }

    [Fact]
    [Trait("req", "SIM-231")]
    public async Task Latency_moves_the_fill_along_the_bar_or_into_a_later_one()
    {
        // the path of minute 1 starts at 60.00; both extremes are as far, so it falls to 59.95 in the first 20 seconds
        var half = Assert.Single(await FillsAsync(new() { ["latency_ms"] = 10_000 }, Market("soon", "buy", 100), slippage: 0));
        Assert.Equal((RoundUp(59.975m), "2024-07-16T13:30:10Z"), (Price(half), Text(half, "execution_time")));
        var later = Assert.Single(await FillsAsync(new() { ["latency_ms"] = 120_000 }, Market("later", "buy", 100), slippage: 0));
        Assert.Equal((SmallBars.At("KO", 3).Open, SmallBars.Time(3)), (Price(later), Text(later, "execution_time")));
    }

    [Fact]
    [Trait("req", "SIM-234")]
    public async Task Other_fee_structures_come_in_the_same_messages()
    {
        // StartedAsync keeps the check of every message against the specification switched on
        var price = RoundUp(SmallBars.At("KO", 1).Open * 1.0005m);
        Assert.Equal("0.00", await CommissionAsync(new() { ["commission_model"] = "none" }));
        Assert.Equal("1.00", await CommissionAsync(new() { ["commission_model"] = "ibkr_fixed" }));
        Assert.Equal(Cents((price * 100 * 0.001m) + 0.25m), await CommissionAsync(new() { ["commission_model"] = "bps", ["commission_bps"] = "10", ["commission_fixed"] = "0.25" }));
        Assert.Equal("2.00", await CommissionAsync(new() { ["commission_model"] = "per_share", ["commission_minimum"] = "2" }));
    }

    [Fact]
    [Trait("req", "SIM-277")]
    [Trait("req", "SIM-278")]
    [Trait("req", "SIM-279")]
    public async Task Too_little_buying_power_names_the_order_what_it_needs_and_what_there_is()
    {
        await using var client = await StartedAsync(null);
        await client.OrderAsync("b-1", Limit("rests", "buy", 500, "50.00"), Limit("too-much", "buy", 500, "50.00"));
        Assert.Equal("""{"too-much":"INSUFFICIENT_BUYING_POWER"}""", (await client.ExpectAsync("batch_ack"))["rejected_orders"]!.ToJsonString());
        var error = await client.ExpectAsync("error");
        Assert.Equal(("INSUFFICIENT_BUYING_POWER", "execution", "warning", true), (Text(error, "error_code"), Text(error, "error_type"), Text(error, "severity"), error["recoverable"]!.GetValue<bool>()));
        var context = (JsonObject)error["context"]!;
        Assert.Equal(("too-much", "INSUFFICIENT_FUNDS"), (Text(context, "order_id"), Text(context, "generic_code")));

        // both orders need 25000.00 and the commission of 2.50; the first one has taken its part
        Assert.Equal(("25002.50", "24997.50"), (Text(context, "required"), Text(context, "available")));
        await client.SendAsync("query_positions");
        Assert.Equal("24997.50", Text(await client.ExpectAsync("current_positions"), "buying_power"));
    }

    [Fact]
    [Trait("req", "SIM-165")]
    public async Task The_market_session_is_regular_while_any_symbol_of_the_tick_is_in_its_regular_hours()
    {
        var hours = new JsonObject { ["start"] = "2024-07-16T13:00:00Z", ["end"] = "2024-07-16T14:00:00Z", ["extensions"] = new JsonArray("extended_hours") };
        Assert.Equal(30, (await SessionsOfTicksAsync(hours, "KO")).Count(session => session == "pre_market"));
        Assert.Equal(60, (await SessionsOfTicksAsync(hours, "KO", "BTCUSD")).Count(session => session == "regular"));
        Assert.Equal(60, (await SessionsOfTicksAsync(hours, "EURJPY")).Count(session => session == "regular"));
        Assert.Equal(60, (await SessionsOfTicksAsync(hours, "BTCUSD")).Count(session => session == "regular"));
    }

    [Fact]
    [Trait("req", "SIM-236")]
    public async Task Symbols_priced_in_different_currencies_are_refused_and_one_currency_is_fine()
    {
        await using var client = await service.ConnectAsync();
        var session = service.NextSession("currency");
        foreach (string[] mixed in new[] { ["KO", "EURJPY"], ["EURJPY", "BTCUSD"], (string[])["BTCUSD", "KO", "EURJPY"] })
        {
            var error = await client.RefusedAsync("create_session", Session(session, mixed));
            Assert.Equal(("INVALID_FIELD", "symbols"), (Text(error, "error_code"), Text((JsonObject)error["context"]!, "field")));
        }

        await client.CreateAsync(session, null, "KO", "BTCUSD", "NVDA");
    }

    private async Task<List<string>> SessionsOfTicksAsync(JsonObject hours, params string[] symbols)
    {
        await using var client = await service.ConnectAsync();
        client.IsStrict = false;
        await client.CreateAsync(service.NextSession("hours"), hours, symbols);
        await client.StartAsync(new() { ["account_update_frequency"] = "on_demand" });
        await client.RunToEndAsync();
        return client.All("tick").ConvertAll(tick => Text(tick, "market_session"));
    }

    private async Task<string> CommissionAsync(JsonObject execution) => Text(Assert.Single(await FillsAsync(execution, Market("fee", "buy", 100))), "commission");

    /// <summary>Orders at the first tick, then the whole day; the fills in order of execution.</summary>
    private Task<List<JsonObject>> FillsAsync(JsonObject? execution, params JsonObject[] orders) => FillsAsync(execution, orders, 5, "50000.00");

    private Task<List<JsonObject>> FillsAsync(JsonObject? execution, JsonObject order, string cash) => FillsAsync(execution, [order], 5, cash);

    private Task<List<JsonObject>> FillsAsync(JsonObject? execution, JsonObject order, int slippage) => FillsAsync(execution, [order], slippage, "50000.00");

    private Task<List<JsonObject>> FillsAsync(JsonObject? execution, JsonObject first, JsonObject second, JsonObject third, int slippage) => FillsAsync(execution, [first, second, third], slippage, "50000.00");

    private async Task<List<JsonObject>> FillsAsync(JsonObject? execution, JsonObject[] orders, int slippage, string cash)
    {
        await using var client = await StartedAsync(execution, slippage, cash);
        await client.OrderAsync("b-1", orders);
        Assert.Equal(orders.Length, (await client.ExpectAsync("batch_ack"))["accepted_orders"]!.AsArray().Count);
        await client.AcknowledgeAsync(1);
        await client.RunToEndAsync();
        return client.All("execution_report");
    }

    private async Task<RecordedClient> StartedAsync(JsonObject? execution, int slippage = 5, string cash = "50000.00")
    {
        var client = await service.ConnectAsync();
        await client.CreateAsync(service.NextSession("execution"), Merge(WithExecution(execution), new() { ["slippage_bps"] = slippage, ["initial_cash"] = cash }));
        await client.StartAsync(new() { ["account_update_frequency"] = "on_demand" });
        await client.ExpectAsync("tick");
        return client;
    }

    private static int Quantity(JsonObject fill) => fill["executed_quantity"]!.GetValue<int>();

    private static decimal Price(JsonObject fill) => decimal.Parse(Text(fill, "executed_price"), CultureInfo.InvariantCulture);

    private static decimal RoundUp(decimal price) => Math.Ceiling(price * 100) / 100;

    private static decimal RoundDown(decimal price) => Math.Floor(price * 100) / 100;

    private static string Cents(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero).ToString("0.00", CultureInfo.InvariantCulture);
}

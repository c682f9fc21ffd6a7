using System.Globalization;
using System.Text;
using Trading.Protocol.Reading;

namespace Trading.Protocol.Tests;

public sealed class OrderReaderTests
{
    private static ClientMessage Read(string text, bool fractional = false) => MessageReader.Read(Encoding.UTF8.GetBytes(text), fractional);

    private static ClientMessage Batch(string orders) => Read($$"""{"type":"order_batch","data":{"batch_id":"b-1","orders":[{{orders}}]},"request_id":"r-3"}""");

    private static OrderData Order(string fields, bool fractional = false)
    {
        var message = Read($$$"""{"type":"order_batch","data":{"batch_id":"b-1","orders":[{"order_id":"o-1","symbol":"KO","side":"buy",{{{fields}}}}]}}""", fractional);
        Assert.Null(message.Fault);
        return Assert.Single(((OrderBatchData)message.Payload!).Orders);
    }

    [Fact]
    public void The_documented_batch_is_read_to_the_last_field()
    {
        var message = Read("""
            {"type":"order_batch","data":{"batch_id":"b-1","execution_mode":"best_effort","parent_strategy":"mean-rev","orders":[{"order_id":"o-1","symbol":"NVDA","side":"buy","type":"market","quantity":40,"time_in_force":"day"},{"order_id":"o-2","symbol":"KO","side":"buy","type":"limit","quantity":100,"price":"63.10","time_in_force":"gtc"},{"order_id":"o-3","symbol":"KO","side":"buy","type":"stop_limit","notional":"900000.00","price":"64.00","stop_price":"63.80"}]},"request_id":"r-3","timestamp":"2026-02-03T09:15:02.040Z"}
            """);
        Assert.Null(message.Fault);
        var batch = (OrderBatchData)message.Payload!;
        Assert.Equal(("b-1", false, "mean-rev"), (batch.BatchId, batch.Atomic, batch.ParentStrategy));
        Assert.Equal(new OrderData { OrderId = "o-1", Symbol = "NVDA", Side = SideValue.Buy, Type = OrderTypeValue.Market, Quantity = 4_000_000_000 }, batch.Orders[0]);
        Assert.Equal(new OrderData { OrderId = "o-2", Symbol = "KO", Side = SideValue.Buy, Type = OrderTypeValue.Limit, Quantity = 10_000_000_000, Price = 6_310_000_000, TimeInForce = TimeInForceValue.GoodTilCancelled }, batch.Orders[1]);
        var third = new OrderData { OrderId = "o-3", Symbol = "KO", Side = SideValue.Buy, Type = OrderTypeValue.StopLimit, Notional = (Int128)900_000 * 10_000_000_000_000_000, Price = 6_400_000_000, StopPrice = 6_380_000_000 };
        Assert.Equal(third, batch.Orders[2]);
    }

    [Theory]
    [InlineData("MARKET", OrderTypeValue.Market)]
    [InlineData("Market_On_Open", OrderTypeValue.MarketOnOpen)]
    [InlineData("market_on_close", OrderTypeValue.MarketOnClose)]
    public void Values_are_read_without_regard_to_case(string type, OrderTypeValue expected)
    {
        var order = Order($"\"type\":\"{type}\",\"quantity\":1,\"time_in_force\":\"FOK\"");
        Assert.Equal((expected, TimeInForceValue.FillOrKill, OrderFault.None), (order.Type, order.TimeInForce, order.Fault));
    }

    [Theory]
    [Trait("req", "SIM-181")]
    [InlineData("\"type\":\"market\"")]
    [InlineData("\"type\":\"market\",\"quantity\":null,\"notional\":null")]
    [InlineData("\"type\":\"market\",\"quantity\":1,\"notional\":\"100\"")]
    public void Exactly_one_of_quantity_and_notional_is_expected(string fields) => Assert.Equal(OrderFault.Invalid, Order(fields).Fault);

    [Theory]
    [Trait("req", "SIM-182")]
    [Trait("req", "SIM-194")]
    [Trait("req", "SIM-276")]
    [InlineData("0", "0")]
    [InlineData("-25", "-25")]
    [InlineData("1.5", "1.5")]
    [InlineData("\"10\"", "10")]
    [InlineData("1e2", "1e2")]
    [InlineData("true", "true")]
    [InlineData("[]", "")]
    [InlineData("90000000001", "90000000001")]
    public void A_quantity_that_is_no_whole_number_above_0_is_at_fault_and_quoted(string quantity, string quoted)
    {
        var order = Order($"\"type\":\"market\",\"quantity\":{quantity}");
        Assert.Equal((OrderFault.Quantity, quoted), (order.Fault, order.FaultText));
    }

    [Theory]
    [InlineData("\"0.5\"", 50_000_000)]
    [InlineData("0.00000001", 1)]
    [InlineData("40", 4_000_000_000)]
    public void With_the_extension_a_quantity_may_be_a_fraction(string quantity, long units)
    {
        var order = Order($"\"type\":\"market\",\"quantity\":{quantity}", fractional: true);
        Assert.Equal((OrderFault.None, units), (order.Fault, order.Quantity));
    }

    [Theory]
    [Trait("req", "SIM-182")]
    [InlineData("\"0\"")]
    [InlineData("-1")]
    [InlineData("\"much\"")]
    public void A_notional_not_above_0_is_at_fault(string notional) => Assert.Equal(OrderFault.Invalid, Order($"\"type\":\"market\",\"notional\":{notional}").Fault);

    [Theory]
    [Trait("req", "SIM-183")]
    [Trait("req", "SIM-184")]
    [Trait("req", "SIM-186")]
    [InlineData("\"type\":\"limit\"")]
    [InlineData("\"type\":\"limit\",\"stop_price\":\"63\"")]
    [InlineData("\"type\":\"limit\",\"price\":\"0\"")]
    [InlineData("\"type\":\"limit\",\"price\":\"-63.10\"")]
    [InlineData("\"type\":\"limit\",\"price\":\"6.3e1\"")]
    [InlineData("\"type\":\"limit\",\"price\":{}")]
    [InlineData("\"type\":\"stop\"")]
    [InlineData("\"type\":\"stop\",\"price\":\"63\"")]
    [InlineData("\"type\":\"stop\",\"stop_price\":0")]
    [InlineData("\"type\":\"stop_limit\",\"price\":\"63\"")]
    [InlineData("\"type\":\"stop_limit\",\"stop_price\":\"63\"")]
    [InlineData("\"type\":\"stop_limit\",\"price\":\"63\",\"stop_price\":\"0.000000001\"")]
    public void A_price_the_type_needs_must_be_there_and_above_0(string fields) => Assert.Equal(OrderFault.Price, Order(fields + ",\"quantity\":1").Fault);

    [Theory]
    [Trait("req", "SIM-185")]
    [InlineData("\"price\":\"-1\",\"stop_price\":\"x\",\"type\":\"market\"")]
    [InlineData("\"stop_price\":[1],\"type\":\"limit\",\"price\":\"63\"")]
    [InlineData("\"type\":\"stop\",\"price\":0,\"stop_price\":\"63\"")]
    [InlineData("\"type\":\"market\",\"trail_amount\":{}")]
    public void Prices_the_type_does_not_use_are_ignored(string fields)
    {
        var order = Order(fields + ",\"quantity\":1");
        Assert.Equal(OrderFault.None, order.Fault);
        Assert.Equal(order.Type == OrderTypeValue.Limit ? 6_300_000_000 : null, order.Price);
        Assert.Equal(order.Type == OrderTypeValue.Stop ? 6_300_000_000 : null, order.StopPrice);
    }

    [Theory]
    [InlineData("\"side\":\"hold\",\"symbol\":\"KO\",\"type\":\"market\"", "side")]
    [InlineData("\"symbol\":\"KO\",\"type\":\"market\"", "side")]
    [InlineData("\"side\":\"buy\",\"type\":\"market\"", "symbol")]
    [InlineData("\"side\":\"buy\",\"symbol\":9,\"type\":\"market\"", "symbol")]
    [InlineData("\"side\":\"buy\",\"symbol\":\"KO\"", "type")]
    [InlineData("\"side\":\"buy\",\"symbol\":\"KO\",\"type\":\"iceberg\"", "type")]
    [InlineData("\"side\":\"buy\",\"symbol\":\"KO\",\"type\":\"market\",\"time_in_force\":\"forever\"", "time_in_force")]
    [InlineData("\"side\":\"buy\",\"symbol\":\"KO\",\"type\":\"market\",\"extended_hours\":1", "extended_hours")]
    public void One_malformed_order_leaves_the_others_of_its_batch_alone(string fields, string field)
    {
        var message = Batch($$"""{"order_id":"good","symbol":"KO","side":"sell","type":"market","quantity":1},{"order_id":"bad","quantity":1,{{fields}}}""");
        Assert.Null(message.Fault);
        var orders = ((OrderBatchData)message.Payload!).Orders;
        Assert.Equal(("good", OrderFault.None), (orders[0].OrderId, orders[0].Fault));
        Assert.Equal(("bad", OrderFault.Invalid, field), (orders[1].OrderId, orders[1].Fault, orders[1].FaultText));
    }

    [Theory]
    [Trait("req", "SIM-206")]
    [InlineData("{\"batch_id\":\"b\"}", ErrorCodes.InvalidField)]
    [InlineData("{\"orders\":[]}", ErrorCodes.InvalidField)]
    [InlineData("{\"batch_id\":\"b\",\"orders\":{}}", ErrorCodes.InvalidField)]
    [InlineData("{\"batch_id\":\"b\",\"orders\":[1]}", ErrorCodes.InvalidField)]
    [InlineData("{\"batch_id\":\"b\",\"orders\":[{\"symbol\":\"KO\"}]}", ErrorCodes.InvalidField)]
    [InlineData("{\"batch_id\":\"b\",\"orders\":[{\"order_id\":\"\"}]}", ErrorCodes.InvalidField)]
    [InlineData("{\"batch_id\":\"b\",\"orders\":[{\"order_id\":\"a\",\"side\":\"buy\",\"side\":\"sell\"}]}", ErrorCodes.InvalidMessage)]
    [InlineData("{\"batch_id\":\"b\",\"orders\":[],\"execution_mode\":\"maybe\"}", ErrorCodes.InvalidField)]
    [InlineData("{\"batch_id\":7,\"orders\":[]}", ErrorCodes.InvalidField)]
    public void A_batch_that_cannot_be_taken_apart_fails_as_a_whole(string data, string code)
    {
        var message = Read($$"""{"type":"order_batch","data":{{data}},"request_id":"r-3"}""");
        Assert.Equal((code, "r-3"), (message.Fault?.Code, message.RequestId));
        Assert.Null(message.Payload);
    }

    [Fact]
    public void A_batch_has_at_most_1000_orders()
    {
        var orders = Enumerable.Range(1, 1001).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"order_id":"o-{{i}}","symbol":"KO","side":"buy","type":"market","quantity":1}""")).ToArray();
        Assert.Null(Batch(string.Join(",", orders[..1000])).Fault);
        Assert.Equal("orders", Batch(string.Join(",", orders)).Fault?.Field);
    }

    [Fact]
    public void Trailing_stops_groups_and_brackets_are_read()
    {
        var order = Order("\"type\":\"trailing_stop\",\"trail_percent\":\"1.5\",\"quantity\":1,\"oco_group\":\"g\",\"parent_order_id\":\"p\",\"extended_hours\":true");
        Assert.Equal((15_000_000_000, "g", "p", true, OrderFault.None), (order.TrailRate, order.OcoGroup, order.ParentOrderId, order.ExtendedHours, order.Fault));
        Assert.Equal(50_000_000, Order("\"type\":\"trailing_stop\",\"trail_amount\":\"0.5\",\"quantity\":1").TrailAmount);
        Assert.Equal(OrderFault.Invalid, Order("\"type\":\"trailing_stop\",\"quantity\":1").Fault);
    }

    [Fact]
    public void Cancel_and_replace_are_read()
    {
        Assert.Equal(["o-2"], ((CancelOrdersData)Read("""{"type":"cancel_orders","data":{"order_ids":["o-2"]}}""").Payload!).OrderIds);
        Assert.Equal("order_ids", Read("""{"type":"cancel_orders","data":{}}""").Fault?.Field);
        Assert.Equal("order_ids", Read("""{"type":"cancel_orders","data":{"order_ids":[1]}}""").Fault?.Field);
        var replace = Read("""{"type":"replace_order","data":{"order_id":"a","new_order_id":"b","quantity":5,"price":"1.5","time_in_force":"gtc"}}""").Payload;
        Assert.Equal(new ReplaceOrderData("a", "b", 500_000_000, 150_000_000, null, TimeInForceValue.GoodTilCancelled), replace);
        Assert.Equal(ErrorCodes.InvalidOrderQuantity, Read("""{"type":"replace_order","data":{"order_id":"a","new_order_id":"b","quantity":1.5}}""").Fault?.Code);
        Assert.Equal("quantity", Read("""{"type":"replace_order","data":{"order_id":"a","new_order_id":"b"}}""").Fault?.Field);
    }
}

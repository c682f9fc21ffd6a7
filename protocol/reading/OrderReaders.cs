using System.Text.Json;
using Trading.Protocol.Text;

namespace Trading.Protocol.Reading;

/// <summary>
/// Reads orders. A batch that can be taken apart is passed on even when single orders are at fault, each with what is wrong with it, so that every
/// one of them can be named in the answer (SIM-201, SIM-205); what cannot be taken apart, or an order that cannot be named, fails as a whole (SIM-206).
/// </summary>
internal static class OrderReaders
{
    /// <summary>Largest price or quantity in 10⁻⁸ (docs/execution.md section 1).</summary>
    internal const long MaximumUnits = 9_000_000_000_000_000_000;

    private const int QuantityScale = DecimalText.PriceScale;
    private const long WholeUnit = 100_000_000;
    private const int MaximumLabelLength = 256;
    private static readonly string[] Modes = ["best_effort", "atomic"];
    private static readonly string[] Sides = ["buy", "sell"];
    private static readonly string[] Types = ["market", "limit", "stop", "stop_limit", "trailing_stop", "market_on_open", "market_on_close"];
    private static readonly string[] TimesInForce = ["day", "gtc", "ioc", "fok"];

    internal static OrderBatchData ReadBatch(ref PayloadReader reader)
    {
        uint seen = 0;
        string? batchId = null;
        string? strategy = null;
        List<OrderData>? orders = null;
        var mode = 0;
        while (reader.NextProperty())
        {
            if (reader.Is("batch_id"u8))
            {
                reader.Once(ref seen, 0, "batch_id");
                batchId = reader.Id("batch_id");
            }
            else if (reader.Is("orders"u8))
            {
                reader.Once(ref seen, 1, "orders");
                orders = ReadOrders(ref reader);
            }
            else if (reader.Is("execution_mode"u8))
            {
                reader.Once(ref seen, 2, "execution_mode");
                mode = Math.Max(reader.Choice("execution_mode", Modes), 0);
            }
            else if (reader.Is("parent_strategy"u8))
            {
                reader.Once(ref seen, 3, "parent_strategy");
                strategy = reader.OptionalText("parent_strategy", MaximumLabelLength);
            }
            else
            {
                PayloadReaders.Other(ref reader);
            }
        }

        if (batchId is null) reader.Invalid("batch_id", "missing");
        if (orders is null) reader.Invalid("orders", "missing");
        return new OrderBatchData(batchId ?? "", orders ?? [], mode == 1, strategy);
    }

    internal static CancelOrdersData ReadCancel(ref PayloadReader reader)
    {
        uint seen = 0;
        List<string>? ids = null;
        while (reader.NextProperty())
        {
            if (!reader.Is("order_ids"u8))
            {
                PayloadReaders.Other(ref reader);
                continue;
            }

            reader.Once(ref seen, 0, "order_ids");
            if (!reader.EnterArray("order_ids")) continue;
            ids = [];
            while (reader.NextElement())
            {
                var id = reader.CurrentId("order_ids");
                if (id is null) continue;
                if (ids.Count == MessageReader.MaximumOrders) reader.Invalid("order_ids", $"at most {MessageReader.MaximumOrders} orders are possible");
                else ids.Add(id);
            }
        }

        if (ids is null) reader.Invalid("order_ids", "missing");
        return new CancelOrdersData(ids ?? []);
    }

    internal static ReplaceOrderData ReadReplace(ref PayloadReader reader)
    {
        var fields = default(ReplaceFields);
        while (reader.NextProperty())
        {
            if (!ReadReplaceField(ref reader, ref fields)) PayloadReaders.Other(ref reader);
        }

        if (fields.OrderId is null) reader.Invalid("order_id", "missing");
        if (fields.NewOrderId is null) reader.Invalid("new_order_id", "missing");
        if (fields is { Quantity: null, Price: null, StopPrice: null, TimeInForce: < 1 }) reader.Invalid("quantity", "at least one change is expected");
        return new ReplaceOrderData(fields.OrderId ?? "", fields.NewOrderId ?? "", fields.Quantity, fields.Price, fields.StopPrice, fields.TimeInForce > 0 ? (TimeInForceValue)fields.TimeInForce : null);
    }

    private static bool ReadReplaceField(ref PayloadReader reader, ref ReplaceFields fields)
    {
        if (reader.Is("order_id"u8))
        {
            reader.Once(ref fields.Seen, 0, "order_id");
            fields.OrderId = reader.Id("order_id");
        }
        else if (reader.Is("new_order_id"u8))
        {
            reader.Once(ref fields.Seen, 1, "new_order_id");
            fields.NewOrderId = reader.Id("new_order_id");
        }
        else if (reader.Is("quantity"u8))
        {
            reader.Once(ref fields.Seen, 2, "quantity");
            fields.Quantity = (long?)reader.Decimal("quantity", QuantityScale, 1, MaximumUnits, "above 0");
            if (!reader.FractionalQuantity && fields.Quantity % WholeUnit > 0) reader.Fail(ErrorCodes.InvalidOrderQuantity, "quantity: a whole number is expected", "quantity");
        }
        else if (reader.Is("price"u8))
        {
            reader.Once(ref fields.Seen, 3, "price");
            fields.Price = (long?)reader.Decimal("price", DecimalText.PriceScale, 1, MaximumUnits, "above 0");
        }
        else if (reader.Is("stop_price"u8))
        {
            reader.Once(ref fields.Seen, 4, "stop_price");
            fields.StopPrice = (long?)reader.Decimal("stop_price", DecimalText.PriceScale, 1, MaximumUnits, "above 0");
        }
        else if (reader.Is("time_in_force"u8))
        {
            reader.Once(ref fields.Seen, 5, "time_in_force");
            fields.TimeInForce = reader.Choice("time_in_force", TimesInForce) + 1;
        }
        else
        {
            return false;
        }

        return true;
    }

    private static List<OrderData>? ReadOrders(ref PayloadReader reader)
    {
        if (!reader.EnterArray("orders")) return null;
        var orders = new List<OrderData>();
        while (reader.NextElement())
        {
            if (reader.Token != JsonTokenType.StartObject)
            {
                reader.SkipCurrent();
                reader.Invalid("orders", "a list of objects is expected");
                continue;
            }

            var order = ReadOrder(ref reader);
            if (orders.Count == MessageReader.MaximumOrders) reader.Invalid("orders", $"at most {MessageReader.MaximumOrders} orders are possible in one batch");
            else if (order is not null) orders.Add(order);
        }

        return orders;
    }

    private static OrderData? ReadOrder(ref PayloadReader reader)
    {
        var fields = new OrderFields();
        while (reader.NextProperty()) ReadOrderField(ref reader, fields);
        if (fields.OrderId is null) reader.Invalid("order_id", "every order needs one");
        return fields.OrderId is null ? null : fields.Finish(reader.FractionalQuantity);
    }

    private static void ReadOrderField(ref PayloadReader reader, OrderFields fields)
    {
        if (reader.Is("order_id"u8))
        {
            reader.Once(ref fields.Seen, 0, "order_id");
            fields.OrderId = reader.Id("order_id");
        }
        else if (reader.Is("symbol"u8)) fields.Symbol = Label(ref reader, fields, 1, "symbol", 32);
        else if (reader.Is("side"u8)) fields.Side = Choice(ref reader, fields, 2, "side", Sides);
        else if (reader.Is("type"u8)) fields.Type = Choice(ref reader, fields, 3, "type", Types);
        else if (reader.Is("quantity"u8)) fields.Quantity = Number(ref reader, fields, 4, "quantity", QuantityScale);
        else if (reader.Is("notional"u8)) fields.Notional = Number(ref reader, fields, 5, "notional", DecimalText.MoneyScale);
        else if (reader.Is("price"u8)) fields.Price = Number(ref reader, fields, 6, "price", DecimalText.PriceScale);
        else if (reader.Is("stop_price"u8)) fields.StopPrice = Number(ref reader, fields, 7, "stop_price", DecimalText.PriceScale);
        else if (reader.Is("time_in_force"u8)) fields.TimeInForce = Choice(ref reader, fields, 8, "time_in_force", TimesInForce);
        else if (reader.Is("trail_amount"u8)) fields.TrailAmount = Number(ref reader, fields, 9, "trail_amount", DecimalText.PriceScale);
        else if (reader.Is("trail_percent"u8)) fields.TrailPercent = Number(ref reader, fields, 10, "trail_percent", 10);
        else if (reader.Is("extended_hours"u8)) fields.ExtendedHours = Flag(ref reader, fields, 11, "extended_hours");
        else if (reader.Is("oco_group"u8)) fields.OcoGroup = Label(ref reader, fields, 12, "oco_group", PayloadReader.MaximumIdLength);
        else if (reader.Is("parent_order_id"u8)) fields.ParentOrderId = Label(ref reader, fields, 13, "parent_order_id", PayloadReader.MaximumIdLength);
        else reader.SkipValue();
    }

    private static string? Label(ref PayloadReader reader, OrderFields fields, int field, string name, int maximum)
    {
        reader.Once(ref fields.Seen, field, name);
        reader.Read();
        if (reader.Token == JsonTokenType.Null) return null;
        var text = reader.CurrentText();
        reader.SkipCurrent();
        if (text is not null && PayloadReader.IsPrintable(text, maximum)) return text;
        fields.Fail(OrderFault.Invalid, name);
        return null;
    }

    private static int Choice(ref PayloadReader reader, OrderFields fields, int field, string name, scoped ReadOnlySpan<string> values)
    {
        reader.Once(ref fields.Seen, field, name);
        reader.Read();
        if (reader.Token == JsonTokenType.Null) return 0;
        var index = reader.CurrentChoice(values);
        reader.SkipCurrent();
        if (index < 0) fields.Fail(OrderFault.Invalid, name);
        return index + 1;
    }

    private static bool Flag(ref PayloadReader reader, OrderFields fields, int field, string name)
    {
        reader.Once(ref fields.Seen, field, name);
        reader.Read();
        if (reader.Token is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null) return reader.Token == JsonTokenType.True;
        reader.SkipCurrent();
        fields.Fail(OrderFault.Invalid, name);
        return false;
    }

    private static OrderNumber Number(ref PayloadReader reader, OrderFields fields, int field, string name, int scale)
    {
        reader.Once(ref fields.Seen, field, name);
        reader.Read();
        if (reader.Token == JsonTokenType.Null) return default;
        var isNumber = reader.Token == JsonTokenType.Number;
        var fault = reader.CurrentDecimal(scale, out var value);
        var written = fault == DecimalFault.None && value > 0 ? null : reader.CurrentWritten();
        reader.SkipCurrent();
        return new OrderNumber(true, isNumber, fault == DecimalFault.None, value, written);
    }

    private struct ReplaceFields
    {
        internal uint Seen;
        internal string? OrderId;
        internal string? NewOrderId;
        internal long? Quantity;
        internal long? Price;
        internal long? StopPrice;
        internal int TimeInForce;
    }
}

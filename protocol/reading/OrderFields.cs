using Trading.Protocol.Text;

namespace Trading.Protocol.Reading;

/// <summary>A number of an order as found, judged only once it is known whether the order's type uses it (SIM-185).</summary>
/// <param name="Written">What the client wrote, kept only where it may be at fault.</param>
internal readonly record struct OrderNumber(bool Given, bool IsNumber, bool Readable, Int128 Value, string? Written);

/// <summary>The fields of one order while it is read, and the rules between them (SIM-181 to SIM-186, SIM-194).</summary>
internal sealed class OrderFields
{
    private const long WholeUnit = 100_000_000;
    private OrderFault _fault;
    private string? _faultText;

    internal uint Seen;

    internal string? OrderId { get; set; }

    internal string? Symbol { get; set; }

    /// <summary>0 = not given; otherwise the value's number. The same for the other choices.</summary>
    internal int Side { get; set; }

    internal int Type { get; set; }

    internal int TimeInForce { get; set; }

    internal OrderNumber Quantity { get; set; }

    internal OrderNumber Notional { get; set; }

    internal OrderNumber Price { get; set; }

    internal OrderNumber StopPrice { get; set; }

    internal OrderNumber TrailAmount { get; set; }

    internal OrderNumber TrailPercent { get; set; }

    internal bool ExtendedHours { get; set; }

    internal string? OcoGroup { get; set; }

    internal string? ParentOrderId { get; set; }

    internal void Fail(OrderFault fault, string? text)
    {
        if (_fault != OrderFault.None) return;
        _fault = fault;
        _faultText = text;
    }

    internal OrderData Finish(bool fractionalQuantity)
    {
        if (Symbol is null) Fail(OrderFault.Invalid, "symbol");
        if (Side == 0) Fail(OrderFault.Invalid, "side");
        if (Type == 0) Fail(OrderFault.Invalid, "type");
        CheckQuantity(fractionalQuantity);
        var type = (OrderTypeValue)Type;
        var price = type is OrderTypeValue.Limit or OrderTypeValue.StopLimit ? CheckPrice(Price) : null;
        var stop = type is OrderTypeValue.Stop or OrderTypeValue.StopLimit ? CheckPrice(StopPrice) : null;
        var (trailAmount, trailRate) = type == OrderTypeValue.TrailingStop ? CheckTrail() : (null, null);
        return new OrderData
        {
            OrderId = OrderId!,
            Symbol = Symbol ?? "",
            Side = Side == 0 ? SideValue.Buy : (SideValue)Side,
            Type = Type == 0 ? OrderTypeValue.Market : type,
            TimeInForce = TimeInForce == 0 ? TimeInForceValue.Day : (TimeInForceValue)TimeInForce,
            Quantity = Units(Quantity),
            Notional = Notional is { Given: true, Readable: true } ? Notional.Value : null,
            Price = price,
            StopPrice = stop,
            TrailAmount = trailAmount,
            TrailRate = trailRate,
            ExtendedHours = ExtendedHours,
            OcoGroup = OcoGroup,
            ParentOrderId = ParentOrderId,
            Fault = _fault,
            FaultText = _faultText,
        };
    }

    private static long? Units(OrderNumber number) =>
        number is { Given: true, Readable: true } && Int128.Abs(number.Value) <= OrderReaders.MaximumUnits ? (long)number.Value : null;

    private void CheckQuantity(bool fractionalQuantity)
    {
        if (Quantity.Given == Notional.Given) Fail(OrderFault.Invalid, "quantity");
        if (Quantity.Given)
        {
            var form = Quantity.Readable && (fractionalQuantity || (Quantity.IsNumber && Quantity.Value % WholeUnit == 0));
            if (!form || Quantity.Value <= 0 || Quantity.Value > OrderReaders.MaximumUnits)
            {
                Fail(OrderFault.Quantity, Quantity.Written ?? DecimalText.Format(Quantity.Value, DecimalText.PriceScale, 0));
            }
        }

        if (Notional.Given && (!Notional.Readable || Notional.Value <= 0 || Notional.Value > PayloadReaders.MaximumMoney)) Fail(OrderFault.Invalid, "notional");
    }

    private long? CheckPrice(OrderNumber price)
    {
        if (!price.Given) Fail(OrderFault.Price, null);
        else if (!price.Readable || price.Value <= 0 || price.Value > OrderReaders.MaximumUnits) Fail(OrderFault.Price, price.Written ?? "");
        return Units(price);
    }

    private (long? Amount, long? Rate) CheckTrail()
    {
        if (TrailAmount.Given == TrailPercent.Given) Fail(OrderFault.Invalid, "trail_amount");
        if (TrailAmount.Given) return (CheckPrice(TrailAmount), null);
        return (null, CheckPrice(TrailPercent));
    }
}

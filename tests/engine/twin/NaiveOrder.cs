using System.Numerics;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>A point of a bar's path.</summary>
/// <param name="Next">Which of the bar's four knots comes next, counted from 0.</param>
public readonly record struct Knot(long Time, long Price, int Next);

/// <summary>How an order's eligibility point is found (docs/execution.md 5 and 15.3).</summary>
public enum PointKind
{
    /// <summary>The path point at <see cref="NaiveOrder.EligibleFrom"/>, or the open of the first bar after it.</summary>
    Instant,
    PreOpen,
    Close,
    OnOpen,
    OnClose,

    /// <summary>A bracket child that looks from the point at which its parent was filled.</summary>
    ParentFill,
}

/// <summary>Everything the twin knows about one order, in plain fields.</summary>
public sealed class NaiveOrder
{
    public required int Number { get; init; }

    public required OrderIntent Intent { get; init; }

    public OrderState State { get; set; } = OrderState.Pending;

    public Reason Reason { get; set; }

    public int Priority { get; set; }

    public int Symbol => Intent.Symbol;

    public OrderSide Side => Intent.Side;

    public OrderType Type => Intent.Type;

    public TimeInForce TimeInForce { get; set; }

    public long LimitPrice { get; set; }

    public long StopPrice { get; set; }

    public long Remaining { get; set; }

    /// <summary>Fills of this order and of those that it replaced.</summary>
    public long Filled { get; set; }

    /// <summary>A notional value that is not yet a quantity; 0 afterwards and for orders by quantity.</summary>
    public Int128 OpenNotional { get; set; }

    public long Estimate { get; set; }

    public long AcceptedAt { get; set; }

    public bool CountsPerMinute { get; set; }

    public long? ExpiresAt { get; set; }

    public bool Held { get; set; }

    public NaiveOrder? Parent { get; set; }

    public List<NaiveOrder> Children { get; } = [];

    /// <summary>Group whose legs cancel each other: the caller's number, or minus the number of a bracket's first entry; 0 = none.</summary>
    public int OcoGroup { get; set; }

    public PointKind Point { get; set; }

    public long EligibleFrom { get; set; }

    /// <summary>Tick of a pre-open, close or parent-fill point.</summary>
    public int PointTick { get; set; }

    /// <summary>Price of a pre-open point.</summary>
    public long PointPrice { get; set; }

    /// <summary>Where the parent was filled.</summary>
    public Knot ParentPoint { get; set; }

    /// <summary>The parent was filled at a pre-open point.</summary>
    public bool PointIsPreOpen { get; set; }

    public bool Eligible { get; set; }

    public int EligibleTick { get; set; }

    public bool Triggered { get; set; }

    public long? Extreme { get; set; }

    public BigInteger RawCommission { get; set; }

    public BigInteger FilledValue { get; set; }

    public BigInteger Charged { get; set; }

    /// <summary>The part of the executing bar's path that the order looks at; null when it takes no part in the bar (yet).</summary>
    public List<Knot>? Path { get; set; }

    /// <summary>The bar's open is still ahead: resting rules apply there.</summary>
    public bool AtOpen { get; set; }

    public bool DoneForBar { get; set; }

    public bool MustReturn { get; set; }

    public Reason BarReason { get; set; }

    public bool IsOpen => State is OrderState.Accepted or OrderState.Working or OrderState.PartiallyFilled;

    public int Direction => Side == OrderSide.Buy ? 1 : -1;

    public bool UsesLimit => Type is OrderType.Limit or OrderType.StopLimit;

    public bool UsesStop => Type is OrderType.Stop or OrderType.StopLimit;

    public bool IsStopFamily => Type is OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop;

    public bool ActsAsLimit => Type == OrderType.Limit || (Type == OrderType.StopLimit && Triggered);

    public bool WaitsForTrigger => IsStopFamily && !Triggered;

    public void ResetBar()
    {
        Path = null;
        AtOpen = false;
        DoneForBar = false;
        MustReturn = false;
        BarReason = Reason.None;
    }

    /// <summary>Distance of a trailing stop from a price.</summary>
    public long TrailAt(long price) =>
        Intent.TrailRate != 0 ? (long)Int128.Max(1, (Int128)price * Intent.TrailRate / Configuration.SimulationConfig.RateUnit) : Intent.TrailAmount;
}

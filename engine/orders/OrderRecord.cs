namespace Trading.Engine.Orders;

/// <summary>Where an order's eligibility point lies (docs/execution.md section 5).</summary>
internal enum Eligibility : byte
{
    /// <summary>On the path of the bar that holds the instant, or at the next open.</summary>
    AtInstant = 0,

    /// <summary>Before the path of the bar, at the last known price (<c>current_close</c>).</summary>
    PreOpen = 1,

    /// <summary>At the close of the bar (<c>next_close</c>).</summary>
    AtClose = 2,
}

/// <summary>What an order does at its next point on the path of the executing bar.</summary>
internal enum PointKind : byte
{
    None = 0,
    Eligibility = 1,
    Fill = 2,
    Trigger = 3,
    EndOfFirstBar = 4,
}

/// <summary>How the simulated broker sees an order and how that evolved: the second of the three records (EXEC-055).</summary>
internal struct OrderRecord
{
    public OrderLife Life;
    public OrderSide Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public GroupRole Role;
    public Reason Reason;
    public bool ExtendedHours;
    public bool Held;

    /// <summary>Another open leg of its group has a lower number; only that one counts for reservations.</summary>
    public bool Shadowed;
    public bool Triggered;
    public bool Eligible;

    /// <summary>The quantity is known: given, or converted from the notional value.</summary>
    public bool Sized;
    public bool HasExtreme;
    public Eligibility EligibleFrom;

    public int Symbol;
    public int Priority;

    /// <summary>Above 0: the caller's group; below 0: the children of that order; 0: none.</summary>
    public int Group;
    public int Parent;
    public int LimitChild;
    public int StopChild;

    /// <summary>Ordered quantity; for a replacement its own part.</summary>
    public long Quantity;
    public long Remaining;
    public long Filled;

    /// <summary>Filled by the orders that this one replaced.</summary>
    public long FilledBefore;

    /// <summary>Taken away by fills of other legs of its group.</summary>
    public long Lowered;

    /// <summary>What an unconverted notional order counts as.</summary>
    public long EstimatedQuantity;
    public long Estimate;
    public Int128 Notional;
    public long LimitPrice;
    public long StopPrice;
    public long TrailAmount;
    public long TrailRate;
    public long Extreme;
    public long ExtremeAtLook;
    public long EligibleAt;
    public long AcceptedAt;
    public long ExpiresAt;
    public Int128 CommissionRaw;
    public Int128 CommissionValue;
    public Int128 CommissionCharged;

    /// <summary>Scratch of the executing bar: where the order looks from, and its next point.</summary>
    public long LookTime;
    public long LookPrice;
    public long NextTime;
    public long NextPrice;
    public int LookSegment;
    public int NextSegment;
    public PointKind Next;
    public byte NextClass;
    public bool Maker;
    public bool Exhausted;

    public readonly int Direction => Side == OrderSide.Buy ? 1 : -1;

    /// <summary>What the order still counts for.</summary>
    public readonly long Open => Sized ? Remaining : EstimatedQuantity;

    public readonly bool IsLimit => Type == OrderType.Limit || (Type == OrderType.StopLimit && Triggered);

    public readonly bool IsUntriggeredStop => !Triggered && Type is OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop;
}

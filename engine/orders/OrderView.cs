namespace Trading.Engine.Orders;

/// <summary>An order as it stands: what was asked for, and what became of it.</summary>
/// <param name="Number">Order number.</param>
/// <param name="Intent">What was asked for; for a replacement that of the first order.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Reason">Why it did not fill in the last bar it saw, or why it ended.</param>
/// <param name="TimeInForce">In effect.</param>
/// <param name="Quantity">10⁻⁸; 0 for a notional order that is not converted.</param>
/// <param name="Filled">10⁻⁸.</param>
/// <param name="Remaining">10⁻⁸.</param>
/// <param name="LimitPrice">In effect, 10⁻⁸.</param>
/// <param name="StopPrice">In effect, 10⁻⁸.</param>
/// <param name="AcceptedAt">Microseconds UTC.</param>
/// <param name="ExpiresAt">Microseconds UTC; 0 = never.</param>
/// <param name="Held">A bracket child that waits for its entry.</param>
/// <param name="Triggered">Its stop has been reached.</param>
/// <param name="Parent">Bracket child: number of its entry.</param>
/// <param name="Commission">Charged so far, with the orders it replaced, 10⁻¹⁶.</param>
public readonly record struct OrderView(int Number, OrderIntent Intent, OrderState State, Reason Reason, TimeInForce TimeInForce, long Quantity, long Filled, long Remaining,
    long LimitPrice, long StopPrice, long AcceptedAt, long ExpiresAt, bool Held, bool Triggered, int Parent, Int128 Commission);

/// <summary>Two records that should agree and do not.</summary>
/// <param name="Rule">What should hold.</param>
/// <param name="Order">Number of the order, 0 = none.</param>
/// <param name="Symbol">Index of the symbol, −1 = none.</param>
/// <param name="Expected">By the rule.</param>
/// <param name="Found">In the record.</param>
public readonly record struct Divergence(string Rule, int Order, int Symbol, Int128 Expected, Int128 Found);

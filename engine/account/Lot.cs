using Trading.Engine.Orders;

namespace Trading.Engine.Account;

/// <summary>An open lot of a position: what one fill opened and no later one has closed yet (EXEC-060).</summary>
/// <param name="Quantity">Signed, 10⁻⁸.</param>
/// <param name="Price">Entry price, 10⁻⁸.</param>
/// <param name="Costs">Commission and fees of the opening that are still to be booked, 10⁻¹⁶.</param>
/// <param name="Time">Instant of the fill.</param>
public readonly record struct Lot(long Quantity, long Price, Int128 Costs, long Time);

/// <summary>A closed lot (EXEC-060).</summary>
/// <param name="Symbol">Index of the symbol.</param>
/// <param name="Quantity">Signed quantity of the entry, 10⁻⁸: above 0 = a long trade.</param>
/// <param name="EntryPrice">10⁻⁸.</param>
/// <param name="ExitPrice">10⁻⁸.</param>
/// <param name="EntryTime">Microseconds UTC.</param>
/// <param name="ExitTime">Microseconds UTC.</param>
/// <param name="Profit">After commission and fees of both sides, 10⁻¹⁶.</param>
/// <param name="Costs">Commission and fees of both sides, 10⁻¹⁶.</param>
/// <param name="ExitOrder">Number of the closing order.</param>
/// <param name="ExitReason">What made the closing fill happen.</param>
public readonly record struct ClosedTrade(int Symbol, long Quantity, long EntryPrice, long ExitPrice, long EntryTime, long ExitTime, Int128 Profit, Int128 Costs,
    int ExitOrder, FillReason ExitReason);

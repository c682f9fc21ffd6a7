namespace Trading.Engine.Account;

/// <summary>The account as a surface shows it (EXEC-051). Money in 10⁻¹⁶.</summary>
/// <param name="Cash">Cash.</param>
/// <param name="Equity">Cash plus positions at their marks.</param>
/// <param name="BuyingPower">What open orders and positions leave; cash accounts: cash less reservations; unlimited accounts: equity, never below 0.</param>
/// <param name="DayPnl">Equity less the equity at the previous session close, the initial cash before one.</param>
/// <param name="OpenOrders">Open orders, held ones included.</param>
/// <param name="Positions">How many positions there are.</param>
public readonly record struct AccountView(Int128 Cash, Int128 Equity, Int128 BuyingPower, Int128 DayPnl, int OpenOrders, int Positions);

/// <summary>One position.</summary>
/// <param name="Symbol">Index of the symbol.</param>
/// <param name="Quantity">Signed, 10⁻⁸.</param>
/// <param name="AverageCost">Average entry price without commission, 10⁻⁸, toward zero.</param>
/// <param name="Mark">10⁻⁸.</param>
/// <param name="MarketValue">Quantity × mark, signed, 10⁻¹⁶.</param>
/// <param name="Unrealised">Market value less entry value, 10⁻¹⁶.</param>
/// <param name="Realised">Booked profit of the symbol so far, after costs, 10⁻¹⁶.</param>
public readonly record struct PositionView(int Symbol, long Quantity, long AverageCost, long Mark, Int128 MarketValue, Int128 Unrealised, Int128 Realised);

namespace Trading.Engine.Orders;

/// <summary>A cancel or a replace on its way (EXEC-006).</summary>
/// <param name="EffectAt">Instant at which it takes effect.</param>
/// <param name="Order">The order it names.</param>
/// <param name="Replacement">Number of the new order; 0 = a cancel.</param>
/// <param name="Change">What a replace asks for.</param>
internal readonly record struct PendingCommand(long EffectAt, int Order, int Replacement, ReplaceIntent Change);

namespace Trading.Engine.Metrics;

/// <summary>A sample of equity.</summary>
/// <param name="Time">Microseconds UTC.</param>
/// <param name="Equity">In 10⁻¹⁶.</param>
public readonly record struct EquityPoint(long Time, Int128 Equity);

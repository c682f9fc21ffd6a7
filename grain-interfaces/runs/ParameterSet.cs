namespace Trading.GrainInterfaces.Runs;

/// <summary>One parameter set of a run.</summary>
/// <param name="Number">1, 2, 3 … in the order of the grid: fast, then slow, then quantity; sets that are skipped have none.</param>
/// <param name="Fast">Bars of the fast average.</param>
/// <param name="Slow">Bars of the slow average.</param>
/// <param name="Quantity">10⁻⁸.</param>
[GenerateSerializer, Immutable, Alias("trading.parameter-set")]
public sealed record ParameterSet([property: Id(0)] int Number, [property: Id(1)] int Fast, [property: Id(2)] int Slow, [property: Id(3)] long Quantity);

/// <summary>The main figures of one parameter set. Money in 10⁻¹⁶, ratios as fractions, null where they are undefined.</summary>
/// <param name="Set">The parameters.</param>
/// <param name="Error">Why the set has no figures; null when it has.</param>
/// <param name="FinalEquity">Money.</param>
/// <param name="TotalReturn">0.1 = 10 %.</param>
/// <param name="Sharpe">The standard dialect's.</param>
/// <param name="MaxDrawdown">As a part of the peak.</param>
/// <param name="Trades">Closed lots.</param>
/// <param name="WinningTrades">Of these with a profit after costs.</param>
/// <param name="Orders">Orders submitted, refused ones included.</param>
/// <param name="Fills">Fills.</param>
/// <param name="Commission">Money.</param>
/// <param name="ResultHash">The engine's hash over all events, 64 lower-case hex digits; empty with an error.</param>
[GenerateSerializer, Immutable, Alias("trading.set-result")]
public sealed record SetResult(
    [property: Id(0)] ParameterSet Set,
    [property: Id(1)] string? Error,
    [property: Id(2)] Int128 FinalEquity,
    [property: Id(3)] double? TotalReturn,
    [property: Id(4)] double? Sharpe,
    [property: Id(5)] double? MaxDrawdown,
    [property: Id(6)] int Trades,
    [property: Id(7)] int WinningTrades,
    [property: Id(8)] int Orders,
    [property: Id(9)] int Fills,
    [property: Id(10)] Int128 Commission,
    [property: Id(11)] string ResultHash)
{
    /// <summary>The result of a set that could not be computed.</summary>
    public static SetResult Failed(ParameterSet set, string error) => new(set, error, 0, null, null, null, 0, 0, 0, 0, 0, "");
}

namespace Trading.GrainInterfaces.Runs;

public enum RunKind : byte
{
    /// <summary>One parameter set, with the engine's report.</summary>
    Backtest = 1,

    /// <summary>Many parameter sets, with the main figures of each.</summary>
    Sweep = 2,
}

/// <summary>What a server-side run computes: a built-in strategy over a range of bars, once for every parameter set of a grid. Lists have no repeats.</summary>
[GenerateSerializer, Immutable, Alias("trading.run-request")]
public sealed record RunRequest
{
    /// <summary>The crossover of two moving averages, the only strategy there is.</summary>
    public const string SmaCross = "sma_cross";

    [Id(0)] public RunKind Kind { get; init; }

    /// <summary>The strategy trades each of them by itself.</summary>
    [Id(1)] public required IReadOnlyList<string> Symbols { get; init; }

    [Id(2)] public required string DataProvider { get; init; }

    [Id(3)] public required string DataVersion { get; init; }

    /// <summary>The engine's configuration as its canonical JSON; see <c>SimulationConfigJson</c>.</summary>
    [Id(4)] public required string Config { get; init; }

    [Id(5)] public required string Strategy { get; init; }

    /// <summary>Bars of the fast average, 2 to 500 each.</summary>
    [Id(6)] public required IReadOnlyList<int> Fast { get; init; }

    /// <summary>Bars of the slow average, 3 to 1,000 each; a set with one that is not above the fast one is skipped.</summary>
    [Id(7)] public required IReadOnlyList<int> Slow { get; init; }

    /// <summary>Size of a position in 10⁻⁸, above 0 and at most <see cref="MaximumQuantity"/> each.</summary>
    [Id(8)] public required IReadOnlyList<long> Quantity { get; init; }

    /// <summary>Sells short below the slow average instead of staying out.</summary>
    [Id(9)] public bool Short { get; init; }

    /// <summary>Largest quantity in 10⁻⁸: twice as much still fits 64 bits, because a short strategy turns its position around with one order.</summary>
    public const long MaximumQuantity = 4_500_000_000_000_000_000;
}

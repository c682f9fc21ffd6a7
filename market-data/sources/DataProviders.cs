using System.Collections.Frozen;

namespace Trading.MarketData.Sources;

/// <summary>The provider names that the protocol knows, whether this deployment has data of them or not (SIM-138).</summary>
public static class DataProviders
{
    /// <summary>The provider of a session that names none.</summary>
    public const string Default = "polygon";

    public static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
        ["polygon", "alpaca", "iex", "financial_modeling_prep", "tiingo"], StringComparer.Ordinal);
}

using Trading.MarketData.Store;
using Trading.MarketData.Synthetic;

namespace Trading.MarketData.Sources;

/// <summary>The word for where stored candles come from, as it stands in results (OHLCV-013).</summary>
public static class SourceNames
{
    /// <summary>Provider of candles that were imported without naming one.</summary>
    public const string Import = "import";

    /// <summary>Source of a series without bars.</summary>
    public const string Nothing = "none";

    /// <summary>The provider; <c>synthetic</c> for invented prices whoever made them; for an import that names no provider the form it came in, e.g. <c>csv</c>.</summary>
    public static string Of(PartitionInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Source == SyntheticUsEquities.SourceName || info.Provider == Import ? info.Source : info.Provider;
    }
}

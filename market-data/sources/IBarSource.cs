using Trading.Engine.Bars;

namespace Trading.MarketData.Sources;

/// <summary>Reads series of one-minute bars by symbol, provider and data version (SIM-303). Safe for concurrent use.</summary>
public interface IBarSource
{
    /// <summary>True for every provider name of the protocol (SIM-138).</summary>
    bool IsKnownProvider(string provider);

    /// <summary>True when this deployment has data of the provider (SIM-139).</summary>
    bool IsConfigured(string provider);

    /// <summary>The whole series, or null when the source has none under this key.</summary>
    /// <exception cref="BarSourceException">The key is wrong or the stored data are malformed; the exception says which.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    Task<BarSeries?> LoadAsync(BarSeriesKey key, CancellationToken cancellationToken = default);

    /// <summary>Everything that <see cref="LoadAsync"/> would find, ordered by provider, data version and symbol (SIM-305).</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default);
}

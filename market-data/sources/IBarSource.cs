using Trading.Engine.Bars;

namespace Trading.MarketData.Sources;

/// <summary>Reads series of one-minute bars by symbol, provider, data version and time (SIM-303). Safe for concurrent use.</summary>
/// <remarks>
/// A source may bring more bars than were asked for (<see cref="Covering"/>), so that many sessions share one copy. Runs, their snapshots and what they
/// say about their data do not depend on bars outside their range.
/// </remarks>
public interface IBarSource
{
    /// <summary>True for every provider name of the protocol (SIM-138).</summary>
    bool IsKnownProvider(string provider);

    /// <summary>True when this deployment has data of the provider (SIM-139).</summary>
    bool IsConfigured(string provider);

    /// <summary>The range that a load for <paramref name="range"/> really brings: a function of key and range alone, and the same for every range that it brings.</summary>
    BarRange Covering(BarSeriesKey key, BarRange range) => BarRange.All;

    /// <summary>The bars of at least <paramref name="range"/>, or null when the source has none under this key, at any time.</summary>
    /// <param name="key">Symbol, provider and data version.</param>
    /// <param name="range">The time needed.</param>
    /// <param name="asOf">
    /// Null: as they are now. Otherwise as they were at that instant (microseconds since 1970-01-01Z), for as long as the source keeps what was superseded;
    /// a source that keeps nothing answers with what it has now, which the caller tells by the fingerprint (OHLCV-200).
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BarSourceException">The key is wrong or the stored data are malformed; the exception says which.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default);

    /// <summary>Text that changes whenever a load of key and range might bring other bars than before; cheap. Empty for a source whose bars never change.</summary>
    /// <exception cref="BarSourceException">The key is wrong.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<string> StampAsync(BarSeriesKey key, BarRange range, CancellationToken cancellationToken = default) => ValueTask.FromResult("");

    /// <summary>The trading days of a range whose stored bars changed after an instant (microseconds since 1970-01-01Z), sorted; null when that is not known cheaply.</summary>
    Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(BarSeriesKey key, BarRange range, long since, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<DateOnly>?>(null);

    /// <summary>Everything that can be loaded, ordered by provider, data version and symbol (SIM-305).</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default);
}

/// <summary>Shorter ways to ask.</summary>
public static class BarSourceExtensions
{
    /// <summary>All bars as they are now.</summary>
    /// <inheritdoc cref="IBarSource.LoadAsync"/>
    public static Task<BarSeries?> LoadAsync(this IBarSource source, BarSeriesKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.LoadAsync(key, BarRange.All, null, cancellationToken);
    }
}

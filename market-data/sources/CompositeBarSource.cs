using System.Collections.Frozen;
using Trading.Engine.Bars;

namespace Trading.MarketData.Sources;

/// <summary>Several sources, each for the providers that it is configured for; the first that has a provider wins.</summary>
public sealed class CompositeBarSource : IBarSource
{
    private readonly IBarSource[] _sources;
    private readonly FrozenDictionary<string, IBarSource> _byProvider;

    /// <param name="sources">At least one; earlier ones win.</param>
    public CompositeBarSource(params IReadOnlyList<IBarSource> sources)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sources.Count);
        _sources = [.. sources];
        _byProvider = DataProviders.Known
            .Select(provider => (Provider: provider, Source: Array.Find(_sources, source => source.IsConfigured(provider))))
            .Where(one => one.Source is not null)
            .ToFrozenDictionary(one => one.Provider, one => one.Source!, StringComparer.Ordinal);
    }

    public bool IsKnownProvider(string provider) => DataProviders.Known.Contains(provider);

    public bool IsConfigured(string provider) => _byProvider.ContainsKey(provider);

    public BarRange Covering(BarSeriesKey key, BarRange range) => For(key).Covering(key, range);

    public Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default) =>
        For(key).LoadAsync(key, range, asOf, cancellationToken);

    public ValueTask<string> StampAsync(BarSeriesKey key, BarRange range, CancellationToken cancellationToken = default) => For(key).StampAsync(key, range, cancellationToken);

    public Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(BarSeriesKey key, BarRange range, long since, CancellationToken cancellationToken = default) =>
        For(key).ChangedDaysAsync(key, range, since, cancellationToken);

    public async Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default)
    {
        var found = new List<AvailableSeries>();
        foreach (var source in _sources)
        {
            found.AddRange((await source.ListAsync(cancellationToken).ConfigureAwait(false)).Where(one => For(one.Key) == source));
        }

        return [.. found.OrderBy(one => one.Key.Provider, StringComparer.Ordinal).ThenBy(one => one.Key.DataVersion, StringComparer.Ordinal).ThenBy(one => one.Key.Symbol, StringComparer.Ordinal)];
    }

    /// <summary>The source of a provider; one that nobody has goes to the first source, which says so in its own words.</summary>
    private IBarSource For(BarSeriesKey key) => _byProvider.GetValueOrDefault(key.Provider, _sources[0]);
}

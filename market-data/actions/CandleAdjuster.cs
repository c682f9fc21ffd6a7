using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;

namespace Trading.MarketData.Actions;

/// <summary>Serves stored candles as <c>raw</c>, <c>split</c> or <c>adjusted</c> (<see cref="Adjustment"/>). Safe for concurrent use.</summary>
/// <param name="store">Where the closes before ex dates are looked up.</param>
/// <param name="actions">Splits and dividends.</param>
/// <param name="markets">The days of each market.</param>
public sealed class CandleAdjuster(ICandleStore store, ICorporateActionStore actions, MarketTable markets)
{
    /// <summary>The candles as <paramref name="dataVersion"/>; the columns themselves when nothing changes.</summary>
    /// <param name="symbol">Canonical symbol.</param>
    /// <param name="stored">Candles in order of time, of any timeframe, and the files they come from.</param>
    /// <param name="dataVersion"><c>raw</c>, <c>split</c> or <c>adjusted</c>.</param>
    /// <param name="asOf">Null: with the actions known now; otherwise with those known at that instant, microseconds since 1970-01-01Z.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="BarSourceException">The stored version does not serve the wanted one, or the table of actions contradicts the prices.</exception>
    /// <exception cref="CandleStoreException">The store cannot be read.</exception>
    public async Task<CandleColumns> AdjustAsync(string symbol, StoredCandles stored, string dataVersion, long? asOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Columns.Count == 0) return stored.Columns;
        var rules = markets[symbol];
        var parts = PartsOf(stored, rules);
        if (parts.TrueForAll(part => part.DataVersion == dataVersion)) return stored.Columns;
        var table = dataVersion == DataVersions.Raw ? CorporateActions.None(symbol) : await actions.ReadAsync(symbol, asOf, cancellationToken).ConfigureAwait(false);
        var closes = new Dictionary<DateOnly, PriorClose>();
        if (dataVersion == DataVersions.Adjusted)
        {
            var finder = new PriorCloses(store, symbol, rules, asOf);
            var first = rules.DayOf(stored.Columns.Time[0]);
            foreach (var dividend in table.Dividends.Where(one => one.ExDate > first))
            {
                if (await finder.BeforeAsync(dividend.ExDate, stored, cancellationToken).ConfigureAwait(false) is { } close) closes.Add(dividend.ExDate, close);
            }
        }

        // off the caller's scheduler: a year of minutes takes milliseconds
        return await Task.Run(() => new Adjustment(table, closes, rules).Apply(stored.Columns, parts, dataVersion), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Which candles come from which file: each file's reach to the begin of the next one's day.</summary>
    private static List<StoredPart> PartsOf(StoredCandles stored, MarketRules rules)
    {
        var parts = new List<StoredPart>(stored.Partitions.Count);
        for (var at = 0; at < stored.Partitions.Count; at++)
        {
            var from = at == 0 ? 0 : parts[^1].To;
            var to = at + 1 < stored.Partitions.Count ? stored.Columns.FirstAtOrAfter(rules.BoundsOf(stored.Partitions[at + 1].Day).Start) : stored.Columns.Count;
            parts.Add(new StoredPart(from, to, stored.Partitions[at].Summary.Info.DataVersion));
        }

        // an empty file has no prices that could be of a wrong version
        parts.RemoveAll(part => part.From == part.To);
        return parts;
    }
}

using System.Collections.Frozen;
using Trading.Engine.Bars;
using Trading.MarketData.Actions;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Sources;

/// <summary>
/// Bars from the candle store of the deployment (SIM-303, OHLCV-196). One store serves every provider name that the deployment lists; where the bars
/// really come from is kept per day and named by <see cref="BarSeries.SourceIn"/>.
/// </summary>
/// <remarks>
/// A load brings whole calendar years of the market, so that sessions over different days share one copy of the columns. Raw candles become <c>split</c>
/// or <c>adjusted</c> bars here (<see cref="Adjustment"/>); a day that was stored as <c>split</c> or <c>adjusted</c> serves what can still be made of it.
/// </remarks>
public sealed class StoreBarSource : IBarSource
{
    private static readonly DateOnly FirstDay = new(TradingCalendar.FirstDate.Year, 1, 1);
    private static readonly DateOnly LastDay = new(TradingCalendar.LastDate.Year, 12, 31);

    private readonly ICandleStore _store;
    private readonly ICorporateActionStore _actions;
    private readonly CandleAdjuster _adjuster;
    private readonly InstrumentTable _instruments;
    private readonly MarketTable _markets;
    private readonly FrozenSet<string> _providers;

    /// <param name="store">The candles.</param>
    /// <param name="actions">Splits and dividends.</param>
    /// <param name="instruments">Price steps and lots.</param>
    /// <param name="markets">Trading days.</param>
    /// <param name="providers">The provider names that the store serves.</param>
    /// <exception cref="ArgumentException">A provider is none of <see cref="DataProviders.Known"/>.</exception>
    public StoreBarSource(ICandleStore store, ICorporateActionStore actions, InstrumentTable instruments, MarketTable markets, IEnumerable<string> providers)
    {
        _store = store;
        _actions = actions;
        _adjuster = new CandleAdjuster(store, actions, markets);
        _instruments = instruments;
        _markets = markets;
        _providers = providers.ToFrozenSet(StringComparer.Ordinal);
        if (_providers.FirstOrDefault(one => !DataProviders.Known.Contains(one)) is { } unknown) throw new ArgumentException($"there is no data provider '{unknown}'", nameof(providers));
    }

    public bool IsKnownProvider(string provider) => DataProviders.Known.Contains(provider);

    public bool IsConfigured(string provider) => _providers.Contains(provider);

    /// <inheritdoc/>
    /// <remarks>Whole calendar years of the symbol's market, from 1990 to 2050.</remarks>
    public BarRange Covering(BarSeriesKey key, BarRange range)
    {
        Check(key);
        var rules = _markets[key.Symbol];
        var (first, last) = YearsOf(rules, range);
        return new BarRange(rules.BoundsOf(first).Start, rules.BoundsOf(last).End);
    }

    public async Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default)
    {
        Check(key);
        var rules = _markets[key.Symbol];
        var (first, last) = YearsOf(rules, range);
        try
        {
            var stored = await _store.ReadAsync(key.Symbol, Timeframe.OneMinute, first, last, asOf, CandleFields.All, cancellationToken).ConfigureAwait(false);
            if (stored.Columns.Count == 0 && (await DaysAsync(key.Symbol, cancellationToken).ConfigureAwait(false)).Count == 0) return null;
            var columns = await _adjuster.AdjustAsync(key.Symbol, stored, key.DataVersion, asOf, cancellationToken).ConfigureAwait(false);
            // off the caller's scheduler: a year of minutes takes milliseconds
            return await Task.Run(() => ToSeries(key, rules, columns, SourcesOf(rules, stored)), cancellationToken).ConfigureAwait(false);
        }
        catch (CandleStoreException problem)
        {
            throw Translate(problem);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Names, sizes and times of writing of the range's files; for adjusted bars also of the table of actions and of the files that closes before later dividends come from.</remarks>
    public async ValueTask<string> StampAsync(BarSeriesKey key, BarRange range, CancellationToken cancellationToken = default)
    {
        Check(key);
        var (first, last) = YearsOf(_markets[key.Symbol], range);
        try
        {
            var stamp = await _store.StampAsync(key.Symbol, Timeframe.OneMinute, first, last, cancellationToken).ConfigureAwait(false);
            if (key.DataVersion == DataVersions.Raw) return stamp;
            var actions = await _actions.ReadAsync(key.Symbol, null, cancellationToken).ConfigureAwait(false);
            var parts = new List<string> { stamp, actions.Stamp() };
            foreach (var day in await LaterCloseDays(key, actions, last, cancellationToken).ConfigureAwait(false))
            {
                parts.Add(await _store.StampAsync(key.Symbol, Timeframe.OneMinute, day, day, cancellationToken).ConfigureAwait(false));
            }

            return string.Join('|', parts);
        }
        catch (CandleStoreException problem)
        {
            throw Translate(problem);
        }
    }

    public async Task<IReadOnlyList<DateOnly>?> ChangedDaysAsync(BarSeriesKey key, BarRange range, long since, CancellationToken cancellationToken = default)
    {
        Check(key);
        var rules = _markets[key.Symbol];
        try
        {
            return await _store.ChangedDaysAsync(key.Symbol, Timeframe.OneMinute, DayOf(rules, range.Start), DayOf(rules, range.End - 1), since, cancellationToken).ConfigureAwait(false);
        }
        catch (CandleStoreException problem)
        {
            throw Translate(problem);
        }
    }

    /// <inheritdoc/>
    /// <remarks>One entry per provider name and symbol, as <c>adjusted</c>; the other versions hold the same bars.</remarks>
    public async Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var found = new List<AvailableSeries>();
            foreach (var symbol in await _store.SymbolsAsync(Timeframe.OneMinute, cancellationToken).ConfigureAwait(false))
            {
                if (!SymbolName.IsValid(symbol, out _)) continue;
                var parts = await _store.DescribeAsync(symbol, Timeframe.OneMinute, FirstDay, LastDay, cancellationToken).ConfigureAwait(false);
                var filled = parts.Where(part => part.Summary.Count > 0).ToList();
                var source = string.Join('+', filled.Select(part => SourceNames.Of(part.Summary.Info)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
                found.AddRange(_providers.Select(provider => new AvailableSeries(
                    new BarSeriesKey(symbol, provider),
                    source,
                    filled.Sum(part => (long)part.Summary.Count),
                    filled.Count == 0 ? null : filled[0].Summary.FirstTime,
                    filled.Count == 0 ? null : filled[^1].Summary.LastTime)));
            }

            return [.. found.OrderBy(one => one.Key.Provider, StringComparer.Ordinal).ThenBy(one => one.Key.Symbol, StringComparer.Ordinal)];
        }
        catch (CandleStoreException problem)
        {
            throw Translate(problem);
        }
    }

    private static (DateOnly First, DateOnly Last) YearsOf(MarketRules rules, BarRange range)
    {
        var (first, last) = (DayOf(rules, range.Start), DayOf(rules, Math.Max(range.Start, range.End - 1)));
        return (new DateOnly(first.Year, 1, 1), new DateOnly(last.Year, 12, 31));
    }

    /// <summary>The day of an instant, within the years that calendars cover.</summary>
    private static DateOnly DayOf(MarketRules rules, long instant) =>
        instant <= rules.BoundsOf(FirstDay).Start ? FirstDay : instant >= rules.BoundsOf(LastDay).Start ? LastDay : rules.DayOf(instant);

    private static Exception Translate(CandleStoreException problem) => problem.Problem == CandleStoreProblem.BadSymbol
        ? new BarSourceException(BarSourceProblem.BadSymbol, problem.Message, problem)
        : new IOException(problem.Message, problem);

    private void Check(BarSeriesKey key)
    {
        if (!SymbolName.IsValid(key.Symbol, out var problem)) throw new BarSourceException(BarSourceProblem.BadSymbol, problem);
        if (!IsKnownProvider(key.Provider)) throw new BarSourceException(BarSourceProblem.UnknownProvider, $"unknown data provider; known are {string.Join(", ", DataProviders.Known.Order(StringComparer.Ordinal))}");
        if (!IsConfigured(key.Provider)) throw new BarSourceException(BarSourceProblem.ProviderNotConfigured, $"data provider '{key.Provider}' is known, but not configured in this deployment");
        if (key.DataVersion is not (DataVersions.Adjusted or DataVersions.Split or DataVersions.Raw))
        {
            throw new BarSourceException(BarSourceProblem.UnknownDataVersion, $"unknown data version; known are {DataVersions.Raw}, {DataVersions.Split} and {DataVersions.Adjusted}");
        }
    }

    private Task<IReadOnlyList<DateOnly>> DaysAsync(string symbol, CancellationToken cancellationToken) => _store.DaysAsync(symbol, Timeframe.OneMinute, cancellationToken);

    /// <summary>The days after the loaded ones whose closes the factors of later dividends come from.</summary>
    private async Task<IReadOnlyList<DateOnly>> LaterCloseDays(BarSeriesKey key, CorporateActions actions, DateOnly last, CancellationToken cancellationToken)
    {
        var later = actions.Dividends.Where(one => one.ExDate > last).ToList();
        if (key.DataVersion != DataVersions.Adjusted || later.Count == 0) return [];
        var days = await DaysAsync(key.Symbol, cancellationToken).ConfigureAwait(false);
        var found = new SortedSet<DateOnly>();
        foreach (var dividend in later)
        {
            var before = PriorCloses.LastBefore(days, dividend.ExDate);
            if (before >= 0 && days[before] > last) found.Add(days[before]);
        }

        return [.. found];
    }

    private BarSeries ToSeries(BarSeriesKey key, MarketRules rules, CandleColumns columns, List<SourceSpan> sources)
    {
        var names = string.Join('+', sources.Select(span => span.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        try
        {
            return new BarSeries(
                _instruments[key.Symbol],
                rules.Days,
                CsvDirectoryBarSource.MinuteMicros,
                names.Length == 0 ? SourceNames.Nothing : names,
                key.DataVersion,
                columns.Time,
                columns.Open,
                columns.High,
                columns.Low,
                columns.Close,
                columns.Volume,
                sources);
        }
        catch (ArgumentException wrong)
        {
            throw new BarSourceException(BarSourceProblem.MalformedData, $"the stored candles of {key.Symbol} are wrong: {wrong.Message}", wrong);
        }
    }

    /// <summary>Where which bars come from; a day without bars says nothing.</summary>
    private static List<SourceSpan> SourcesOf(MarketRules rules, StoredCandles stored)
    {
        var spans = new List<SourceSpan>();
        foreach (var partition in stored.Partitions)
        {
            var (start, end) = rules.BoundsOf(partition.Day);
            var from = stored.Columns.FirstAtOrAfter(start);
            if (stored.Columns.FirstAtOrAfter(end) == from) continue;
            var source = SourceNames.Of(partition.Summary.Info);
            if (spans.Count == 0 || spans[^1].Source != source) spans.Add(new SourceSpan(from, source));
        }

        return spans;
    }
}

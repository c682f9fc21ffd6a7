using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;

namespace Trading.Grains.Data;

/// <summary>What is stored, and how the store and the providers are doing.</summary>
[StatelessWorker]
public sealed class DataCatalogueGrain(ICandleStore store, MarketTable markets, ProviderTable configured, StoreWatch watch, IOptions<MarketDataOptions> options, DataClock clock)
    : Grain, IDataCatalogueGrain
{
    private const int MostSymbols = 1_000;

    /// <summary>How long a nightly update may take before a symbol without its day counts as stale.</summary>
    private static readonly TimeSpan NightMayTake = TimeSpan.FromHours(3);

    public async Task<SymbolsAnswer> GetSymbols(string timeframe, CancellationToken cancellationToken)
    {
        if (!Timeframes.TryParse(timeframe, out var parsed, out var unknown)) return new(new(DataProblemKind.Invalid, "INVALID_TIMEFRAME", unknown, "timeframe"), []);
        try
        {
            return new(null, await store.SymbolsAsync(parsed, cancellationToken));
        }
        catch (CandleStoreException failure)
        {
            return new(StoreProblems.Of(failure), []);
        }
    }

    public async Task<DataHealth> GetHealth(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var providers = configured.InOrder.Select(provider => GrainFactory.GetGrain<IProviderGrain>(provider.Name).GetHealth(cancellationToken)).ToArray();
        string? problem = null;
        var (space, symbols) = (new StoreSpace(0, 0, 0), new List<SymbolFreshness>());
        try
        {
            symbols = await Freshness(settings, cancellationToken);
            space = await watch.LookAgain();
            if (space.FreePercent < settings.Storage.MinimumFreePercent)
            {
                problem = FormattableString.Invariant($"{space.FreePercent:F1} % of the device is free, less than the {settings.Storage.MinimumFreePercent} % of the settings");
            }
            else
            {
                await store.CheckWritableAsync(cancellationToken);
            }
        }
        catch (CandleStoreException failure)
        {
            problem = failure.Message;
        }

        var stale = symbols.Count(symbol => symbol.IsStale);
        var shown = symbols.OrderByDescending(symbol => symbol.IsStale).ThenBy(symbol => symbol.Symbol, StringComparer.Ordinal).Take(MostSymbols);
        return new([.. shown], symbols.Count, stale, space.StoreBytes, space.FreeBytes, space.TotalBytes, problem, store.Damaged.Count, await Task.WhenAll(providers));
    }

    /// <summary>The last day that is to be expected of a market: the one that was over when the last night began that has had its time.</summary>
    internal static int ExpectedDay(MarketRules market, NightlySchedule schedule, DateTimeOffset now)
    {
        var night = schedule.LastDue(now - NightMayTake);
        var began = schedule.StartAfter(night - 1);
        return UpdateBounds.LastFinished(market, (began - DateTimeOffset.UnixEpoch).Ticks / 10);
    }

    private async Task<List<SymbolFreshness>> Freshness(MarketDataOptions settings, CancellationToken cancellationToken)
    {
        var schedule = new NightlySchedule(settings.Nightly.StartTime);
        var now = clock.Time.GetUtcNow();
        var names = new SortedSet<string>(await store.SymbolsAsync(Timeframe.OneMinute, cancellationToken), StringComparer.Ordinal);
        names.UnionWith(settings.Nightly.DefaultSymbolsInForce.Where(symbol => SymbolName.IsValid(symbol, out _)));
        var symbols = new List<SymbolFreshness>();
        foreach (var name in names)
        {
            var last = await store.LastDayAsync(name, Timeframe.OneMinute, cancellationToken);
            var file = last is { } day ? await store.DescribeAsync(name, Timeframe.OneMinute, day, day, cancellationToken) : [];
            var expected = ExpectedDay(markets[name], schedule, now);
            var isStale = expected >= 0 && (last is not { } stored || stored < markets[name].DateAt(expected));
            symbols.Add(new(name, last is { } date ? MarketRules.DayNumber(date) : null, file is [var one] ? one.Summary.Info.FetchedAt : null, isStale));
        }

        return symbols;
    }
}

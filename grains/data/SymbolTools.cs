using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.MarketData.Updates;
using Trading.MarketData.Validation;

namespace Trading.Grains.Data;

/// <summary>What the slices of a symbol's update work with. Immutable and safe for concurrent use.</summary>
public sealed partial class SymbolTools
{
    private const int MostNotes = 100;

    /// <summary>So many are logged of one day; all are counted.</summary>
    private const int MostOutliersOfDay = 10;

    private readonly ILogger _logger;

    public SymbolTools(
        ICandleStore store,
        ICorporateActionStore actions,
        MarketTable markets,
        ProviderTable providers,
        IOptions<MarketDataOptions> options,
        DataMetrics metrics,
        StoreWatch watch,
        DataClock clock,
        ILogger<SymbolTools> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        Store = store;
        Actions = actions;
        Markets = markets;
        Providers = providers;
        Options = options.Value;
        Metrics = metrics;
        Watch = watch;
        Clock = clock;
        Retries = new RetryPolicy(Options.Providers);
        Targets = [.. Options.Nightly.TargetTimeframesInForce.Select(Parse).Distinct().Order()];
        _logger = logger;
    }

    public ICandleStore Store { get; }

    public ICorporateActionStore Actions { get; }

    public MarketTable Markets { get; }

    public ProviderTable Providers { get; }

    public MarketDataOptions Options { get; }

    public DataMetrics Metrics { get; }

    public StoreWatch Watch { get; }

    public DataClock Clock { get; }

    public TimeProvider Time => Clock.Time;

    public RetryPolicy Retries { get; }

    /// <summary>Timeframes to resample to, shortest first.</summary>
    public IReadOnlyList<Timeframe> Targets { get; }

    /// <summary>
    /// The timeframe that is written last of a day: where its file is as new as the day's minutes, all others are. Null when only daily candles are made.
    /// </summary>
    public Timeframe? Marker => Targets.Where(target => target != Timeframe.Daily).Select(target => (Timeframe?)target).LastOrDefault();

    /// <summary>The stored minutes of some days, by date. The columns that were not asked for are all zero.</summary>
    public async Task<Dictionary<DateOnly, StoredDay>> StoredDays(string symbol, DateOnly first, DateOnly last, CandleFields fields, CancellationToken cancellationToken)
    {
        var stored = await Store.ReadAsync(symbol, Timeframe.OneMinute, first, last, null, fields, cancellationToken);
        var days = new Dictionary<DateOnly, StoredDay>();
        var at = 0;
        foreach (var partition in stored.Partitions)
        {
            days[partition.Day] = new(stored.Columns.Slice(at, partition.Summary.Count), partition.Summary.Info);
            at += partition.Summary.Count;
        }

        return days;
    }

    /// <summary>Adds what went wrong, with all of its context, to the work, the log and the metrics (OHLCV-176).</summary>
    public SymbolWork Note(SymbolWork work, string symbol, TimeSpanMicros span, string provider, string step, string kind, string what)
    {
        ArgumentNullException.ThrowIfNull(work);
        var market = Markets[symbol];
        var (first, last) = (market.DayOf(span.Start), market.DayOf(span.End - 1));
        var days = first == last ? $"{first:yyyy-MM-dd}" : $"{first:yyyy-MM-dd} to {last:yyyy-MM-dd}";

        // a client's own message begins with its name already
        if (what.StartsWith(provider + ": ", StringComparison.Ordinal)) what = what[(provider.Length + 2)..];
        LogProblem(step, symbol, days, provider, kind, what);
        Metrics.Failed(step, kind);
        return work.Notes.Count >= MostNotes ? work : work with { Notes = [.. work.Notes, $"{step}: {symbol}, {days}, {provider}: {what}"] };
    }

    /// <summary>Tells log and metrics what a slice of resampling took (OHLCV-186).</summary>
    public void Resampled(string symbol, int days, long candles, TimeSpan duration)
    {
        LogResampled(symbol, days, candles, duration);
        Metrics.Resampled(candles, duration);
    }

    /// <summary>Reports the outliers of a day that was stored; they stay as they came (OHLCV-172).</summary>
    public SymbolWork NoteOutliers(SymbolWork work, string symbol, CandleColumns day, string provider)
    {
        ArgumentNullException.ThrowIfNull(work);
        var moves = PriceMoves.Find(day, Markets[symbol]);
        foreach (var move in moves.Take(MostOutliersOfDay))
        {
            LogOutlier(symbol, DateTime.UnixEpoch + TimeSpan.FromMicroseconds(move.Time), provider, CandleText.Price(move.PreviousClose), CandleText.Price(move.Extreme), move.Percent);
        }

        return moves.Count == 0 ? work : work with { Outliers = work.Outliers + moves.Count };
    }

    /// <summary>A number in [0, 1) that differs from symbol to symbol and from attempt to attempt, so that many that failed together do not come back together.</summary>
    public static double Jitter(string symbol, int attempt)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        var hash = 2166136261u;
        foreach (var character in symbol) hash = (hash ^ character) * 16777619u;
        return ((hash ^ (uint)attempt) * 16777619u) / 4294967296.0;
    }

    private static Timeframe Parse(string name) =>
        Timeframes.TryParse(name, out var timeframe, out var problem) && timeframe != Timeframe.OneMinute ? timeframe : throw new InvalidOperationException(problem ?? $"{name} cannot be resampled to");

    [LoggerMessage(3412, LogLevel.Debug, "Resampling of {Symbol}: {Days} days gave {Candles} candles in {Duration}")]
    private partial void LogResampled(string symbol, int days, long candles, TimeSpan duration);

    [LoggerMessage(3420, LogLevel.Warning, "{Step} of {Symbol}, {Days}, from {Provider}: {Kind}: {Problem}")]
    private partial void LogProblem(string step, string symbol, string days, string provider, string kind, string problem);

    [LoggerMessage(3421, LogLevel.Warning, "Outlier of {Symbol} at {Time:yyyy-MM-ddTHH:mm:ssZ} from {Provider}: {PreviousClose} to {Extreme}, {Percent} %; stored as it came")]
    private partial void LogOutlier(string symbol, DateTime time, string provider, string previousClose, string extreme, decimal percent);
}

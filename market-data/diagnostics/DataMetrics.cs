using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Trading.MarketData.Diagnostics;

/// <summary>The measurements of the data manager (OHLCV-186 to 190), meter <c>Trading.MarketData</c>; docs/data-updates.md lists names and units. Safe for concurrent use.</summary>
public sealed class DataMetrics : IDisposable
{
    public const string MeterName = "Trading.MarketData";

    /// <summary>Symbols whose completeness is shown; more would be a burden on whoever collects.</summary>
    public const int MostSymbols = 10_000;

    private readonly ConcurrentDictionary<string, double> _completeness = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _remaining = new(StringComparer.Ordinal);
    private readonly Histogram<double> _updateDuration;
    private readonly Histogram<double> _updateRate;
    private readonly Counter<long> _updateSymbols;
    private readonly Histogram<double> _sliceDuration;
    private readonly Histogram<double> _queryDuration;
    private readonly Counter<long> _queryCandles;
    private readonly Histogram<double> _resampleDuration;
    private readonly Counter<long> _candles;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _waits;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _alerts;
    private StoreMeasure? _store;

    public DataMetrics()
    {
        Meter = new Meter(MeterName);
        _updateDuration = Meter.CreateHistogram<double>("trading.data.update.duration", "s", "From the start of an update to its end.");
        _updateRate = Meter.CreateHistogram<double>("trading.data.update.throughput", "{candle}/s", "One-minute candles downloaded per second of an update.");
        _updateSymbols = Meter.CreateCounter<long>("trading.data.update.symbols", "{symbol}", "Symbols whose update ended.");
        _sliceDuration = Meter.CreateHistogram<double>("trading.data.slice.duration", "s", "One step of the update of one symbol.");
        _candles = Meter.CreateCounter<long>("trading.data.candles", "{candle}", "Candles downloaded and resampled.");
        _resampleDuration = Meter.CreateHistogram<double>("trading.data.resample.duration", "s", "Making the longer candles of some days of one symbol.");
        _queryDuration = Meter.CreateHistogram<double>("trading.data.query.duration", "s", "One page of candles.");
        _queryCandles = Meter.CreateCounter<long>("trading.data.query.candles", "{candle}", "Candles served in pages.");
        _requests = Meter.CreateCounter<long>("trading.data.provider.requests", "{request}", "Requests to a provider.");
        _waits = Meter.CreateHistogram<double>("trading.data.provider.wait", "s", "Waits that a provider's budget or pause imposed.");
        _failures = Meter.CreateCounter<long>("trading.data.failures", "{failure}", "Failures of providers and of the store.");
        _alerts = Meter.CreateCounter<long>("trading.data.store.alerts", "{alert}", "Times the free space fell below the limit.");
        Meter.CreateObservableGauge("trading.data.completeness", Completeness, "%", "Stored over expected one-minute candles of the days last looked at.");
        Meter.CreateObservableGauge("trading.data.provider.remaining", Remaining, "{request}", "Requests that could be sent at once.");
        Meter.CreateObservableGauge("trading.data.store.size", () => Store(measure => measure.Bytes), "By", "Bytes of all files of the store.");
        Meter.CreateObservableGauge("trading.data.store.growth", () => Store(measure => measure.GrowthPerDay), "By/d", "Growth of the store between the last two measurements, per day.");
        Meter.CreateObservableGauge("trading.data.store.free", () => Store(measure => measure.FreeBytes), "By", "Free bytes of the device.");
        Meter.CreateObservableGauge("trading.data.store.free_share", () => Store(measure => measure.FreePercent), "%", "Free space of the device.");
    }

    /// <summary>The meter, so that a listener can tell this instance's measurements from another's.</summary>
    public Meter Meter { get; }

    /// <summary>A symbol's completeness after it was looked at (OHLCV-187).</summary>
    public void SymbolCompleteness(string symbol, decimal percent)
    {
        if (_completeness.Count < MostSymbols || _completeness.ContainsKey(symbol)) _completeness[symbol] = (double)percent;
    }

    /// <summary>An update ended (OHLCV-188).</summary>
    public void UpdateEnded(string state, TimeSpan duration, long downloaded)
    {
        _updateDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("state", state));
        if (duration > TimeSpan.Zero) _updateRate.Record(downloaded / duration.TotalSeconds);
    }

    public void SymbolEnded(bool success) => _updateSymbols.Add(1, new KeyValuePair<string, object?>("result", success ? "completed" : "failed"));

    public void Slice(string phase, TimeSpan duration) => _sliceDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("phase", phase));

    public void Downloaded(string provider, long candles) =>
        _candles.Add(candles, new KeyValuePair<string, object?>("kind", "downloaded"), new KeyValuePair<string, object?>("provider", provider));

    /// <summary>Longer candles were made (OHLCV-186).</summary>
    public void Resampled(long candles, TimeSpan duration)
    {
        _candles.Add(candles, new KeyValuePair<string, object?>("kind", "resampled"));
        _resampleDuration.Record(duration.TotalSeconds);
    }

    /// <summary>A page was served (OHLCV-186).</summary>
    public void Query(string timeframe, TimeSpan duration, int candles)
    {
        _queryDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("timeframe", timeframe));
        _queryCandles.Add(candles, new KeyValuePair<string, object?>("timeframe", timeframe));
    }

    /// <summary>A request was answered or failed (OHLCV-189).</summary>
    /// <param name="provider">Who.</param>
    /// <param name="outcome"><c>ok</c> or the kind of failure.</param>
    public void Request(string provider, string outcome) =>
        _requests.Add(1, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Somebody has to wait for a provider (OHLCV-189).</summary>
    public void Wait(string provider, TimeSpan wait) => _waits.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("provider", provider));

    /// <summary>What is left of a provider's budget (OHLCV-189).</summary>
    public void Quota(string provider, int remaining) => _remaining[provider] = remaining;

    public void Failed(string step, string kind) => _failures.Add(1, new KeyValuePair<string, object?>("step", step), new KeyValuePair<string, object?>("kind", kind));

    /// <summary>The store was measured (OHLCV-190).</summary>
    public void StoreMeasured(StoreMeasure measure) => Volatile.Write(ref _store, measure);

    /// <summary>Free space fell below the limit (OHLCV-168).</summary>
    public void LowSpace() => _alerts.Add(1);

    public void Dispose() => Meter.Dispose();

    private IEnumerable<Measurement<double>> Completeness() =>
        _completeness.Select(pair => new Measurement<double>(pair.Value, new KeyValuePair<string, object?>("symbol", pair.Key)));

    private IEnumerable<Measurement<int>> Remaining() =>
        _remaining.Select(pair => new Measurement<int>(pair.Value, new KeyValuePair<string, object?>("provider", pair.Key)));

    private IEnumerable<Measurement<T>> Store<T>(Func<StoreMeasure, T> value)
        where T : struct => Volatile.Read(ref _store) is { } measure ? [new Measurement<T>(value(measure))] : [];
}

/// <param name="Bytes">Bytes of all files of the store.</param>
/// <param name="GrowthPerDay">Growth since the measurement before, in bytes per day; 0 for the first.</param>
/// <param name="FreeBytes">Free bytes of the device.</param>
/// <param name="FreePercent">Free space in percent of the device.</param>
public sealed record StoreMeasure(long Bytes, double GrowthPerDay, long FreeBytes, double FreePercent);

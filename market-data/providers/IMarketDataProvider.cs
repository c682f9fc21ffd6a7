using Trading.Engine.Bars;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Providers;

/// <summary>
/// A vendor of one-minute candles behind one vendor-neutral face (OHLCV-006). One call is one HTTP request and counts once against the
/// vendor's limit; the caller keeps the budget and repeats failures as the retry policy of the settings says (OHLCV-O02). Expected failures are values.
/// </summary>
/// <remarks>Safe for concurrent use. Only one-minute data are ever asked for (OHLCV-002). No key appears in any value or exception (OHLCV-015).</remarks>
public interface IMarketDataProvider
{
    /// <summary>Identifier as in the settings: <c>polygon</c>, <c>financial_modeling_prep</c>, <c>tiingo</c>, <c>alpaca</c>.</summary>
    string Name { get; }

    /// <summary>Whether the vendor has data of this class at all.</summary>
    bool Serves(AssetClass assetClass);

    /// <summary>
    /// The most time that one request should span, whole days, so that the answer fits into one page (OHLCV-009, OHLCV-132): a crypto day has more
    /// minutes than an equity day, so it depends on the class.
    /// </summary>
    TimeSpan LongestRequest(AssetClass assetClass);

    /// <summary>The request as text for people and logs: method, address, query; without the key (OHLCV-115, OHLCV-116).</summary>
    string Describe(MinuteRequest request);

    /// <summary>Candles that start in the asked time, raw (not adjusted), UTC, sorted, without repeats. One HTTP request.</summary>
    /// <param name="request">What to fetch.</param>
    /// <param name="continuation">From the page before; null for the first page.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    Task<ProviderAnswer<MinutePage>> FetchMinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken);

    /// <summary>Whether <see cref="FetchActionsAsync"/> is worth asking.</summary>
    bool HasActions { get; }

    /// <summary>Splits and dividends with an ex date in the range. One HTTP request.</summary>
    Task<ProviderAnswer<ActionsPage>> FetchActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken);

    /// <summary>One cheap request that says whether the vendor answers and takes the key (OHLCV-194).</summary>
    Task<ProviderFailure?> ProbeAsync(CancellationToken cancellationToken);
}

/// <param name="Symbol">Canonical symbol.</param>
/// <param name="AssetClass">Its market.</param>
/// <param name="Start">First instant asked for, in microseconds since 1970-01-01Z, on a whole minute.</param>
/// <param name="End">First instant after it.</param>
/// <param name="ExtendedHours">Whether pre-market and after-hours minutes are wanted (US equities).</param>
public sealed record MinuteRequest(string Symbol, AssetClass AssetClass, long Start, long End, bool ExtendedHours);

/// <param name="Candles">The candles, sorted.</param>
/// <param name="RowsDropped">Rows that could not be read, with a reason each, at most 100 (OHLCV-174).</param>
/// <param name="Continuation">Opaque; null on the last page. Holds no key.</param>
/// <remarks>No candles and no continuation: the vendor has nothing for the time; that is no failure.</remarks>
public sealed record MinutePage(CandleColumns Candles, IReadOnlyList<string> RowsDropped, string? Continuation)
{
    /// <summary>All rows that could not be read, also those beyond the reasons listed.</summary>
    public int DroppedCount { get; init; } = RowsDropped.Count;
}

/// <param name="Symbol">Canonical symbol.</param>
/// <param name="First">First ex date.</param>
/// <param name="Last">Last ex date.</param>
public sealed record ActionsRequest(string Symbol, DateOnly First, DateOnly Last);

/// <param name="Splits">Splits.</param>
/// <param name="Dividends">Cash dividends.</param>
/// <param name="Continuation">Opaque; null on the last page.</param>
public sealed record ActionsPage(IReadOnlyList<Split> Splits, IReadOnlyList<Dividend> Dividends, string? Continuation)
{
    /// <summary>Rows that could not be read, with a reason each, at most 100.</summary>
    public IReadOnlyList<string> RowsDropped { get; init; } = [];
}

/// <summary>Either a value or a failure.</summary>
public readonly record struct ProviderAnswer<T>(T? Value, ProviderFailure? Failure)
    where T : class
{
    public static implicit operator ProviderAnswer<T>(T value) => new(value, null);

    public static implicit operator ProviderAnswer<T>(ProviderFailure failure) => new(null, failure);
}

/// <summary>What kind of failure; decides whether asking again makes sense.</summary>
public enum FailureKind : byte
{
    /// <summary>Too many requests; wait, then ask again (OHLCV-164).</summary>
    RateLimited = 1,

    /// <summary>The key is missing, wrong or has no right to this; asking again is useless (OHLCV-165).</summary>
    Unauthorized = 2,

    /// <summary>A daily, monthly or bandwidth quota is used up; does not clear with back-off.</summary>
    QuotaExhausted = 3,

    /// <summary>The vendor does not know the symbol or has nothing for the range (OHLCV-166).</summary>
    NotAvailable = 4,

    /// <summary>Network trouble, timeouts, 5xx, truncated bodies; ask again with growing pauses (OHLCV-167).</summary>
    Temporary = 5,

    /// <summary>A well-delivered answer that is not what the protocol says.</summary>
    Malformed = 6,
}

/// <param name="Kind">What kind.</param>
/// <param name="Provider">Who.</param>
/// <param name="Message">What happened, fit to be shown; without key.</param>
/// <param name="RetryAfter">What the vendor asked to wait; null when it did not say.</param>
/// <param name="Status">HTTP status; null without an answer.</param>
public sealed record ProviderFailure(FailureKind Kind, string Provider, string Message, TimeSpan? RetryAfter = null, int? Status = null);

using Trading.Engine.Bars;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Providers;

/// <summary>What to fetch of one symbol.</summary>
/// <param name="Symbol">Canonical symbol.</param>
/// <param name="AssetClass">Its market.</param>
/// <param name="Missing">Missing time; whole days, unless the rest of the day is known to come from the same provider.</param>
/// <param name="ExtendedHours">Whether pre-market and after-hours minutes are wanted.</param>
public sealed record FetchJob(string Symbol, AssetClass AssetClass, IReadOnlyList<FetchSpan> Missing, bool ExtendedHours = false);

/// <summary>Candles that one provider gave for one request: whole days, to be stored before the next ones are fetched.</summary>
/// <param name="Provider">Who.</param>
/// <param name="Candles">Sorted, without repeats.</param>
public sealed record FetchedCandles(string Provider, CandleColumns Candles);

/// <summary>What the driver is doing.</summary>
public enum FetchStep : byte
{
    /// <summary>A request is under way.</summary>
    Asking = 1,

    /// <summary>The request budget is used up; see <see cref="FetchProgress.Wait"/>.</summary>
    WaitingForBudget = 2,

    /// <summary>A failure is waited out.</summary>
    WaitingToRetry = 3,

    /// <summary>Candles have come.</summary>
    Received = 4,

    /// <summary>A provider was given up for some time of the job.</summary>
    GivenUp = 5,
}

/// <param name="Symbol">Whose candles.</param>
/// <param name="Provider">Who is asked.</param>
/// <param name="Step">What is happening.</param>
/// <param name="Requests">Requests sent so far.</param>
/// <param name="Done">Missing time dealt with so far.</param>
/// <param name="Total">Missing time in all.</param>
/// <param name="Candles">Candles so far.</param>
/// <param name="Wait">How long the wait is that begins.</param>
/// <param name="Failure">What went wrong, when something did.</param>
public readonly record struct FetchProgress(string Symbol, string Provider, FetchStep Step, int Requests, TimeSpan Done, TimeSpan Total, long Candles, TimeSpan Wait, string? Failure);

/// <param name="Candles">Candles received and handed on.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="RowsDropped">Rows of answers that could not be read.</param>
/// <param name="StillMissing">Time for which no provider had candles.</param>
/// <param name="Notes">What went wrong on the way, at most 100: symbol, time, provider and reason (OHLCV-166, OHLCV-174, OHLCV-176).</param>
public sealed record FetchSummary(long Candles, int Requests, int RowsDropped, IReadOnlyList<FetchSpan> StillMissing, IReadOnlyList<string> Notes);

/// <param name="Actions">What a provider knows; null when none could be asked or none answered.</param>
/// <param name="Provider">Who answered; null when nobody did.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="Notes">What went wrong on the way, at most 100.</param>
public sealed record FetchedActions(CorporateActions? Actions, string? Provider, int Requests, IReadOnlyList<string> Notes);

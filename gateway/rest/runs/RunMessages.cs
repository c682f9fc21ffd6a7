using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trading.Gateway.Rest.Data;

namespace Trading.Gateway.Rest.Runs;

/// <summary>The body of <c>POST /backtests</c>, for the description only: requests are read by <see cref="RunBody"/>.</summary>
public sealed record BacktestBody(
    IReadOnlyList<string> Symbols,
    WireInstant Start,
    WireInstant End,
    string InitialCash,
    BacktestStrategyBody? Strategy,
    string DataProvider = "polygon",
    string DataVersion = "adjusted",
    string CommissionPerShare = "0.005",
    int SlippageBps = 5,
    bool ExtendedHours = false,
    bool FractionalQuantity = false,
    IReadOnlyDictionary<string, string>? Execution = null);

/// <summary>The strategy of a backtest.</summary>
/// <param name="Fast">Bars of the fast average, 2 to 500.</param>
/// <param name="Slow">Bars of the slow average, 3 to 1000, greater than <paramref name="Fast"/>.</param>
/// <param name="Quantity">Size of a position.</param>
/// <param name="Short">Sells short below the slow average instead of staying out.</param>
public sealed record BacktestStrategyBody(string Name = "sma_cross", int Fast = 10, int Slow = 30, string Quantity = "1", bool Short = false);

/// <summary>The body of <c>POST /sweeps</c>, for the description only.</summary>
public sealed record SweepBody(
    IReadOnlyList<string> Symbols,
    WireInstant Start,
    WireInstant End,
    string InitialCash,
    SweepStrategyBody? Strategy,
    string DataProvider = "polygon",
    string DataVersion = "adjusted",
    string CommissionPerShare = "0.005",
    int SlippageBps = 5,
    bool ExtendedHours = false,
    bool FractionalQuantity = false,
    IReadOnlyDictionary<string, string>? Execution = null);

/// <summary>The grid of a sweep. Each of the three is one value, a list, or a range <c>{"from":5,"to":50,"step":5}</c>.</summary>
public sealed record SweepStrategyBody(string Name = "sma_cross", JsonElement? Fast = null, JsonElement? Slow = null, JsonElement? Quantity = null, bool Short = false);

/// <summary>A backtest.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>completed</c>, <c>cancelled</c> or <c>failed</c>.</param>
/// <param name="StartedAt">When its bars were read.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
/// <param name="ResultHash">The engine's hash over all events; null until it is completed.</param>
/// <param name="Report">The engine's report, as a session's <c>simulation_report</c>; absent until it is completed.</param>
public sealed record BacktestMessage(
    string Id,
    string State,
    WireInstant CreatedAt,
    WireInstant? StartedAt,
    WireInstant? EndedAt,
    IReadOnlyList<string> Symbols,
    string DataProvider,
    string DataVersion,
    WireInstant Start,
    WireInstant End,
    BacktestStrategyMessage Strategy,
    RunProgressMessage Progress,
    RunErrorMessage? Error,
    string? ResultHash,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, JsonElement>? Report);

public sealed record BacktestStrategyMessage(string Name, int Fast, int Slow, string Quantity, bool Short);

/// <param name="TicksDone">Ticks executed.</param>
/// <param name="TicksTotal">Ticks of the whole run; null before its bars were read.</param>
public sealed record RunProgressMessage(long TicksDone, long? TicksTotal, WirePercent Percentage);

public sealed record RunErrorMessage(string Code, string Message);

/// <summary>A sweep.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>completed</c>, <c>cancelled</c> or <c>failed</c>.</param>
/// <param name="StartedAt">When its bars were read.</param>
/// <param name="Best">The set with the highest final equity so far; null without a result.</param>
/// <param name="SweepHash">SHA-256 over the result hashes of all sets; null until every set has a result or failed.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
public sealed record SweepMessage(
    string Id,
    string State,
    WireInstant CreatedAt,
    WireInstant? StartedAt,
    WireInstant? EndedAt,
    IReadOnlyList<string> Symbols,
    string DataProvider,
    string DataVersion,
    WireInstant Start,
    WireInstant End,
    SweepStrategyMessage Strategy,
    SetCountsMessage Sets,
    RunProgressMessage Progress,
    SetResultMessage? Best,
    string? SweepHash,
    RunErrorMessage? Error);

/// <summary>The grid, ranges written out.</summary>
public sealed record SweepStrategyMessage(string Name, IReadOnlyList<int> Fast, IReadOnlyList<int> Slow, IReadOnlyList<string> Quantity, bool Short);

/// <param name="Total">Sets to compute.</param>
/// <param name="Done">Sets with figures.</param>
/// <param name="Failed">Sets that could not be computed.</param>
/// <param name="Skipped">Combinations whose slow average is not above the fast one; not counted in <paramref name="Total"/>.</param>
public sealed record SetCountsMessage(int Total, int Done, int Failed, int Skipped);

/// <summary>The result of one parameter set. Money and ratios are decimal text; what is undefined is null, and so are all figures of a failed set.</summary>
/// <param name="Set">Its number: 1, 2, 3 … in the order of the grid.</param>
/// <param name="State"><c>completed</c> or <c>failed</c>.</param>
/// <param name="ResultHash">The engine's hash over all events.</param>
public sealed record SetResultMessage(
    int Set,
    int Fast,
    int Slow,
    string Quantity,
    string State,
    string? FinalEquity,
    string? TotalReturn,
    string? SharpeRatio,
    string? MaxDrawdown,
    int? Trades,
    int? WinningTrades,
    int? Orders,
    int? Fills,
    string? TotalCommission,
    string? ResultHash,
    string? Error);

/// <summary>A page of results.</summary>
/// <param name="State">State of the sweep: as long as it goes on, later pages get more.</param>
public sealed record ResultPageMessage(string Id, string State, IReadOnlyList<SetResultMessage> Results, PaginationMessage Pagination);

/// <summary>A backtest or a sweep in a list.</summary>
public sealed record RunSummaryMessage(string Id, string State, WireInstant CreatedAt, WireInstant? EndedAt, IReadOnlyList<string> Symbols, SetCountsMessage Sets, WirePercent Percentage);

/// <summary>Own backtests, newest first.</summary>
public sealed record BacktestListMessage(IReadOnlyList<RunSummaryMessage> Backtests, PaginationMessage Pagination);

/// <summary>Own sweeps, newest first.</summary>
public sealed record SweepListMessage(IReadOnlyList<RunSummaryMessage> Sweeps, PaginationMessage Pagination);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BacktestBody))]
[JsonSerializable(typeof(SweepBody))]
[JsonSerializable(typeof(BacktestMessage))]
[JsonSerializable(typeof(SweepMessage))]
[JsonSerializable(typeof(ResultPageMessage))]
[JsonSerializable(typeof(BacktestListMessage))]
[JsonSerializable(typeof(SweepListMessage))]
internal sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>For answers: they are JSON and nothing else, so only what JSON itself needs is escaped.</summary>
    internal static RunJson Answers { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

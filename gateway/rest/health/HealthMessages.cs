using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trading.Gateway.Rest.Data;

namespace Trading.Gateway.Rest.Health;

/// <summary>Answer of <c>GET /health</c>: one for all surfaces (OHLCV-195).</summary>
/// <param name="Status"><c>ok</c>; <c>degraded</c>: sessions are served, but the data manager needs somebody; <c>stopping</c> (with HTTP 503).</param>
/// <param name="Connections">Open simulation connections.</param>
/// <param name="Uptime">Seconds since the gateway started.</param>
/// <param name="ServerTime">Unix seconds.</param>
public sealed record HealthMessage(string Status, int Connections, long Uptime, long ServerTime, DataHealthMessage Data);

/// <summary>The data manager's part.</summary>
/// <param name="Status"><c>ok</c>; <c>degraded</c>: an item below is; <c>unknown</c>: it has not answered yet.</param>
/// <param name="CheckedAt">When the items were read; null when they never were.</param>
/// <param name="Api">Whether the data routes answer (OHLCV-192).</param>
/// <param name="Symbols">How fresh the data are (OHLCV-191).</param>
/// <param name="FileSystem">Where they lie (OHLCV-193).</param>
/// <param name="Providers">Every configured provider (OHLCV-194).</param>
public sealed record DataHealthMessage(string Status, WireInstant? CheckedAt, ApiHealthMessage Api, SymbolsHealthMessage? Symbols, FileSystemHealthMessage? FileSystem, IReadOnlyList<ProviderHealthMessage> Providers);

/// <param name="Status"><c>ok</c> or <c>unavailable</c>.</param>
/// <param name="Problem">What the last question to the data manager ended with; null when it was answered.</param>
public sealed record ApiHealthMessage(string Status, string? Problem);

/// <param name="Status"><c>ok</c> or <c>stale</c>: a symbol is older than one trading day.</param>
/// <param name="Total">Symbols in all.</param>
/// <param name="Stale">Of these, stale.</param>
/// <param name="Items">Stale ones first, at most 1,000.</param>
public sealed record SymbolsHealthMessage(string Status, int Total, int Stale, IReadOnlyList<SymbolHealthMessage> Items);

/// <param name="LastDate">Last stored trading day; null without data.</param>
/// <param name="LastUpdate">When the newest data were fetched; null without data.</param>
public sealed record SymbolHealthMessage(string Symbol, WireDate? LastDate, WireInstant? LastUpdate, bool IsStale);

/// <param name="Status"><c>ok</c> or <c>degraded</c>.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
/// <param name="DamagedFiles">Files set aside since the process began.</param>
public sealed record FileSystemHealthMessage(string Status, string? Problem, long StoreBytes, long FreeBytes, long TotalBytes, WirePercent FreePercentage, int DamagedFiles);

/// <param name="Status"><c>ok</c>, <c>unreachable</c>, or <c>unknown</c>: not asked yet.</param>
/// <param name="Problem">The last failure; null when the last request went well.</param>
public sealed record ProviderHealthMessage(string Provider, string Status, string? Problem, WireInstant? CheckedAt, int RequestsPerMinute, int RemainingThisMinute);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthMessage))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    internal static HealthJson Answers { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
